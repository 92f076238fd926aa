"""Sheets are dropped at the desk, and nothing of them is posted before somebody has seen what they add up to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.locale import catalogue

PEOPLE = b"person,household,role,birth_date\nN1,NEW1,member,1980-01-01\nN2,NEW1,child,31/02/2015\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")
    yield


def drop(client: Any, *, key: str = "k1", name: str = "people.csv", body: bytes = PEOPLE) -> Any:
    return client.post("/intake/", {"key": key, "on": "2026-11-25", "sheets": SimpleUploadedFile(name, body)})


def work() -> None:
    from tiwizi.records.intake import delivering

    delivering.work(worker="w", clock=clock.now)


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_sheet_goes_its_whole_way(desk: Desk, lang: str) -> None:
    client, said = desk("imane", lang=lang), catalogue("desk/intake", lang)
    assert said["bring"] in client.get("/intake/").content.decode()
    address = drop(client)["Location"]
    assert said["may_leave"] in client.get(address).content.decode()
    work()
    page = client.get(address).content.decode()
    assert said["would"] in page and said["accept"] in page
    wrong = client.post(address, {"key": "k2", "action": "accept", "rows_people": "7"})
    assert wrong.status_code == 422 and 'value="7"' in wrong.content.decode(), "what was typed is kept"
    done = client.post(address, {"key": "k3", "action": "accept", "rows_people": "2"})
    assert done.status_code == 303
    work()
    page = client.get(address).content.decode()
    assert said["did"] in page and said["bring_repaired"] in page
    book = client.get(f"{address}repair/")
    assert book.status_code == 200 and b"".join(book.streaming_content)[:2] == b"PK"
    from tiwizi.records.people.models import Person

    assert Person.objects.filter(number="N1").exists() and not Person.objects.filter(number="N2").exists()


def test_dropped_twice_it_is_one_delivery(desk: Desk) -> None:
    client = desk("imane")
    assert drop(client)["Location"] == drop(client)["Location"]
    assert len(list((settings.FILES / "intake").iterdir())) == 1


def test_nothing_dropped_or_no_day_is_said(desk: Desk) -> None:
    client = desk("imane", lang="en")
    nothing = client.post("/intake/", {"key": "k", "on": "2026-11-25"})
    assert nothing.status_code == 422 and "Choose at least one sheet" in nothing.content.decode()
    no_day = client.post("/intake/", {"key": "k", "on": "x", "sheets": SimpleUploadedFile("people.csv", PEOPLE)})
    assert no_day.status_code == 422 and "25/11/2026" in no_day.content.decode()


def test_a_hostile_sheet_is_a_plain_message(desk: Desk) -> None:
    client = desk("imane", lang="en")
    address = drop(client, name="people.xlsx", body=b"PK\x03\x04 not really a workbook")["Location"]
    work()
    page = client.get(address).content.decode()
    assert "save it again" in page.lower() and catalogue("desk/intake", "en")["read_again"] in page


def test_progress_is_asked_for_and_ends(desk: Desk) -> None:
    client = desk("imane")
    address = drop(client)["Location"]
    assert "HX-Refresh" not in client.get(f"{address}progress/")
    work()
    assert client.get(f"{address}progress/")["HX-Refresh"] == "true"


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    client = desk("imane")
    for address in ("/intake/999/", "/intake/999/progress/", "/intake/999/repair/", "/intake/template/nothing/"):
        assert client.get(address).status_code == 404, address
    assert client.post(drop(client)["Location"], {"key": "k", "action": "no such"}).status_code == 404


def test_templates_are_workbooks(desk: Desk) -> None:
    assert desk("imane").get("/intake/template/people/").content[:2] == b"PK"


def test_the_list_asks_as_often_however_long_it_is(desk: Desk) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = desk("imane")
    drop(client, key="a")
    with CaptureQueriesContext(connection) as before:
        client.get("/intake/")
    for number in range(5):
        drop(client, key=f"k{number}")
    with CaptureQueriesContext(connection) as after:
        client.get("/intake/")
    assert len(before) == len(after)


def test_a_sheet_that_says_nothing_of_itself_is_asked_about_and_not_accepted(desk: Desk) -> None:
    client, said = desk("imane", lang="fr"), catalogue("desk/intake", "fr")
    address = drop(client, name="liste.csv")["Location"]
    work()
    page = client.get(address).content.decode()
    assert said["which"] in page and said["accept"] not in page
