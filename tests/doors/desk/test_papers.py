"""Papers at the desk: handed in by who receives them, opened by who may read what somebody suffers from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.doors.desk.conftest import Desk
from tests.formats.papers import hostile

from tiwizi.doors.desk import papers
from tiwizi.locale import text


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def claim(records: str) -> str:
    from tiwizi.records.care.models import Claim

    return str(Claim.objects.order_by("id").values_list("number", flat=True)[0])


def sent(data: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


def send(browser: Any, claim: str, *papers: SimpleUploadedFile, kind: str = "invoice", key: str = "k1") -> Any:
    return browser.post(f"/papers/claim/{claim}/", {"files": list(papers), "kind": kind, "key": key})


def documents() -> list[Any]:
    from tiwizi.records.people.models import Document

    return list(Document.objects.order_by("id"))


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_papers_of_a_file_are_shown_to_who_may_and_to_nobody_else(desk: Desk, claim: str, lang: str) -> None:
    assert desk("imane", lang=lang).get(f"/papers/claim/{claim}/").status_code == 200
    assert desk("hicham", lang=lang).get(f"/papers/claim/{claim}/").status_code == 403
    assert desk("imane", lang=lang).get("/papers/claim/nobody/").status_code == 404
    assert desk("imane", lang=lang).get(f"/papers/user/{claim}/").status_code == 404


def test_papers_are_attached_once_however_often_they_are_sent(desk: Desk, claim: str) -> None:
    agent = desk("imane")
    for key in ("k1", "k1", "k2"):
        answer = send(agent, claim, sent(hostile.pdf(2), "ordonnance.pdf"), sent(hostile.picture()), key=key)
        assert answer.status_code == 303
    assert [(one.kind, one.page) for one in documents()] == [("invoice", 1), ("invoice", 2), ("invoice", 1)]


def test_who_hands_a_paper_in_sees_that_it_is_there_and_may_not_open_it(desk: Desk, claim: str) -> None:
    agent = desk("imane")
    send(agent, claim, sent(hostile.picture()))
    page = agent.get(f"/papers/claim/{claim}/").content.decode()
    number = documents()[0].id
    assert "Facture" in page and f"/paper/{number}/" not in page
    assert agent.get(f"/paper/{number}/").status_code == agent.get(f"/paper/{number}/small/").status_code == 404
    assert desk("salma").get("/paper/999999/").status_code == 404


def test_who_decides_opens_it_and_the_look_leaves_a_trace(desk: Desk, claim: str) -> None:
    from tiwizi.records.trail.models import Event

    send(desk("imane"), claim, sent(hostile.photograph_with_a_place()))
    number = documents()[0].id
    answer = desk("salma").get(f"/paper/{number}/")
    assert answer["Content-Type"] == "image/jpeg" and answer.content.startswith(b"\xff\xd8")
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline; filename=") and "no-store" in answer["Cache-Control"]
    assert b"SECRET" not in answer.content
    assert '"paper"' in Event.objects.filter(verb="people.looked").latest("position").body
    assert desk("salma").get(f"/paper/{number}/small/").status_code == 200


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_is_no_paper_is_refused_by_name_and_the_others_are_kept(desk: Desk, claim: str, lang: str) -> None:
    answer = send(
        desk("imane", lang=lang), claim, sent(hostile.SVG, "<b>photo.jpg"), sent(b"", "empty.pdf"),
        sent(hostile.picture()),
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422 and len(documents()) == 1
    assert "&lt;b&gt;photo.jpg" in page and "empty.pdf" in page


def test_a_form_without_a_file_or_with_a_kind_of_its_own_is_refused_in_words(desk: Desk, claim: str) -> None:
    assert send(desk("imane"), claim).status_code == 422
    assert send(desk("imane"), claim, sent(hostile.picture()), kind="x").status_code == 422
    assert send(desk("imane"), claim, *[sent(b"x")] * 21).status_code == 422
    assert documents() == []


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_comes_after_files_that_took_too_long_is_not_begun(
    desk: Desk, claim: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "LONGEST", -1)
    answer = send(desk("imane", lang=lang), claim, sent(hostile.picture(), "late.jpg"))
    assert answer.status_code == 422 and documents() == []
    assert text("papers", "no_time", lang=lang).replace("'", "&#x27;") in answer.content.decode()


def test_it_goes_back_to_the_page_of_this_house_that_it_was_sent_from(desk: Desk, claim: str) -> None:
    values = {"files": [sent(hostile.picture())], "kind": "invoice", "key": "k"}
    agent = desk("imane")
    assert agent.post(f"/papers/claim/{claim}/", values | {"back": "/household/1/"})["Location"] == "/household/1/"
    values["files"] = [sent(hostile.picture())]
    there = agent.post(f"/papers/claim/{claim}/", values | {"back": "https://evil.example/"})["Location"]
    assert there == f"/papers/claim/{claim}/"


def test_a_disk_that_loses_a_page_answers_that_it_is_not_there(desk: Desk, claim: str, files: Path) -> None:
    send(desk("imane"), claim, sent(hostile.picture()))
    (kept,) = [path for path in files.rglob("*") if path.is_file()]
    kept.write_bytes(b"<script>")
    assert desk("salma").get(f"/paper/{documents()[0].id}/").status_code == 404
