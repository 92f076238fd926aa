"""Letters at the desk: looked at, made once, printed again to the byte; with the care for who may read it alone."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock

LANGUAGES = ("ar", "fr", "en")


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")


@pytest.fixture
def claim(records: str) -> str:
    """A file with a line that was refused and another that was not."""
    from tiwizi.records.care.models import Claim, Decision

    refused = Decision.objects.filter(state=2).values("line__claim")
    return str(Claim.objects.filter(id__in=refused).order_by("id").values_list("number", flat=True)[0])


def household_of(claim: str) -> str:
    from tiwizi.records.care.models import Claim

    return str(Claim.objects.get(number=claim).household.number)


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(document[at].get_textpage().get_text_range() for at in range(len(document)))
    document.close()
    return text


def speak_french() -> None:
    """All members: what stands in a PDF from right to left is not found by a search from left to right."""
    from tiwizi.records.people.models import Person

    Person.objects.update(language="fr")


def kept() -> list[Any]:
    from tiwizi.records.people.models import Letter

    return list(Letter.objects.order_by("id"))


def soon() -> str:
    return (clock.today() + timedelta(days=20)).isoformat()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_letters_opens_for_who_writes_them(desk: Desk, claim: str, lang: str) -> None:
    for address in ("/letters/", f"/letters/claim/{claim}/", f"/letters/household/{household_of(claim)}/"):
        assert desk("salma", lang=lang).get(address).status_code == 200, address
        assert desk("hicham", lang=lang).get(address).status_code == 403, address
    assert desk("salma", lang=lang).get("/letters/claim/nobody/").status_code == 404


@pytest.mark.parametrize("kind", ["statement", "refusal", "slip"])
def test_a_letter_is_looked_at_without_being_kept(desk: Desk, claim: str, kind: str) -> None:
    answer = desk("salma").get(f"/letters/claim/{claim}/{kind}.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert kept() == []


def test_a_letter_is_made_once_and_printed_again_to_the_byte(desk: Desk, claim: str) -> None:
    who = desk("salma")
    for _ in range(2):
        answer = who.post(f"/letters/claim/{claim}/", {"kind": "statement", "key": "k"})
        assert answer.status_code == 303
    (letter,) = kept()
    assert (letter.language, letter.tells_care) == ("ar", True)
    first = who.get(f"/letter/{letter.id}/letter.pdf").content
    assert first == who.get(f"/letter/{letter.id}/letter.pdf").content and first.startswith(b"%PDF")


def test_a_letter_is_in_the_language_of_its_member(desk: Desk, claim: str) -> None:
    home = household_of(claim)
    agent = desk("imane")
    assert agent.post(f"/letters/language/of/{home}/", {"language": "fr", "key": "k"}).status_code == 303
    assert "Décompte de remboursement" in words(desk("salma").get(f"/letters/claim/{claim}/statement.pdf").content)
    agent.post(f"/letters/language/of/{home}/", {"language": "xx", "key": "l"})
    assert "Décompte" in words(desk("salma").get(f"/letters/claim/{claim}/statement.pdf").content)


def test_the_list_of_letters_is_narrowed_and_taken_away(desk: Desk, claim: str) -> None:
    who = desk("salma", lang="fr")
    for kind in ("statement", "slip"):
        assert who.post(f"/letters/claim/{claim}/", {"kind": kind, "key": kind}).status_code == 303
    first, second = (f"/letter/{letter.id}/" for letter in kept())
    whole = who.get("/letters/").content.decode()
    assert whole.index(second) < whole.index(first)
    narrowed = who.get("/letters/", {"kind": "slip", "household": household_of(claim)}).content.decode()
    assert second in narrowed and first not in narrowed
    today = clock.today().isoformat()
    assert first in who.get("/letters/", {"way": "here", "made_since": today, "made_until": today}).content.decode()
    assert first not in who.get("/letters/", {"way": "post"}).content.decode()
    assert "export=csv" in narrowed and "export=xlsx" in narrowed
    other = desk("imane", lang="fr").get("/letters/").content.decode()
    assert first not in other and second in other and "nomme les soins" in other


def test_a_letter_bears_the_address_where_the_window_of_its_envelope_is(desk: Desk, claim: str) -> None:
    """In points from the lower left corner of A4: 100 to 190 mm from the left, 55 to 79 mm from the top, in either
    direction of writing."""
    from tiwizi.records.people.models import Address, Household, Person

    home = Household.objects.get(number=household_of(claim))
    for lang in ("fr", "ar"):
        Address.objects.update_or_create(household=home, defaults={"first": "12, rue des Orangers", "town": "Rabat"})
        Person.objects.update(language=lang)
        document = pypdfium2.PdfDocument(desk("salma").get(f"/letters/claim/{claim}/statement.pdf").content)
        text = document[0].get_textpage()
        for words_of in ("Orangers", "Rabat"):
            found = text.search(words_of).get_next()
            assert found is not None, (lang, words_of)
            boxes = [text.get_charbox(at) for at in range(found[0], sum(found))]
            left, top = min(box[0] for box in boxes), 842 - max(box[3] for box in boxes)
            right, foot = max(box[2] for box in boxes), 842 - min(box[1] for box in boxes)
            assert 100 < left * 25.4 / 72 < right * 25.4 / 72 < 190, (lang, words_of)
            assert 55 < top * 25.4 / 72 < foot * 25.4 / 72 < 79, (lang, words_of)
        document.close()


def test_who_may_not_read_care_prints_the_amounts_without_the_acts(desk: Desk, claim: str) -> None:
    from tiwizi.records.care.models import ClaimLine

    agent, reader = desk("imane"), desk("salma")
    agent.post(f"/letters/language/of/{household_of(claim)}/", {"language": "fr", "key": "k"})
    codes = set(ClaimLine.objects.filter(claim__number=claim).values_list("act__code", flat=True))
    for kind in ("statement", "refusal"):
        address = f"/letters/claim/{claim}/{kind}.pdf"
        seen, whole = words(agent.get(address).content), words(reader.get(address).content)
        assert "Soins" in seen and not any(code in seen for code in codes if len(code) > 3)
        assert whole != seen
    reader.post(f"/letters/claim/{claim}/", {"kind": "statement", "key": "k"})
    assert agent.get(f"/letter/{kept()[0].id}/letter.pdf").status_code == 404
    assert f"/letter/{kept()[0].id}/" not in agent.get(f"/letters/claim/{claim}/").content.decode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_request_for_pieces_names_them_and_keeps_what_was_typed(desk: Desk, claim: str, lang: str) -> None:
    speak_french()
    agent = desk("imane", lang=lang)
    asked = {"kind": "missing_piece", "key": "k", "note": '#read("/etc/passwd")', "until": "yesterday"}
    answer = agent.post(f"/letters/claim/{claim}/", asked | {"piece": ["invoice", "bank"]})
    page = answer.content.decode()
    assert answer.status_code == 422 and "/etc/passwd" in page and page.count(" checked") == 2
    assert agent.post(f"/letters/claim/{claim}/", {"kind": "missing_piece", "until": soon()}).status_code == 422
    answer = agent.post(f"/letters/claim/{claim}/", asked | {"piece": ["invoice"], "until": soon()})
    assert answer.status_code == 303
    assert '#read("/etc/passwd")' in words(agent.get(f"/letter/{kept()[0].id}/letter.pdf").content)
    address = f"/letters/household/{household_of(claim)}/"
    assert agent.post(address, asked | {"until": soon(), "key": "h"}).status_code == 303
    assert agent.get(f"/letters/claim/{claim}/missing_piece.pdf", {"piece": "x"}).status_code == 422


def test_a_letter_leaves_once(desk: Desk, claim: str) -> None:
    agent = desk("imane")
    agent.post(f"/letters/claim/{claim}/", {"kind": "slip", "key": "k"})
    number = kept()[0].id
    for way, key in (("pigeon", "a"), ("post", "b"), ("counter", "c")):
        agent.post(f"/letter/{number}/sent/", {"way": way, "key": key})
    assert (kept()[0].way, kept()[0].sent_by is not None) == ("post", True)


def test_a_payment_is_told_with_all_its_files(desk: Desk, records: str) -> None:
    from tiwizi.records.money.models import PaymentOrder

    speak_french()
    order = PaymentOrder.objects.filter(payee__person__isnull=False).order_by("id")[0]
    answer = desk("salma").get(f"/letters/payment/{order.reference}/payment.pdf")
    assert order.reference in words(answer.content)
    assert desk("nadia").get(f"/letters/payment/{order.reference}/").status_code == 200
    assert desk("salma").get("/letters/payment/TWZ0/").status_code == 404


def test_the_letters_of_a_batch_are_written_by_workers_and_come_as_one_download(desk: Desk, records: str) -> None:
    from tiwizi.doors.cli.open_records import the_clock
    from tiwizi.records.care.queries.letters import orders_of_batch
    from tiwizi.records.money.models import PaymentBatch
    from tiwizi.reports.letters.batch import write_parts

    batch = PaymentBatch.objects.order_by("id")[0].id
    who, address = desk("salma"), f"/letters/batch/of/{batch}/"
    assert who.get(f"{address}letters.zip").status_code == 404
    for key in ("a", "a", "b"):
        assert who.post(address, {"key": key}).status_code == 303
    while write_parts(the_clock, clock=clock.now):
        pass
    orders = orders_of_batch(batch)
    assert f'max="{(len(orders) + 49) // 50}"' in who.get(address).content.decode()
    answer = who.get(f"{address}letters.zip")
    archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    bookmarks = 0
    for name in archive.namelist():
        document = pypdfium2.PdfDocument(archive.read(name))
        bookmarks += sum(1 for _ in document.get_toc())
        document.close()
    assert bookmarks == len(orders) == len(kept())
    assert desk("imane").get(f"{address}letters.zip").status_code == 404  # hers would name no care, and nobody asked


def test_without_a_head_no_letter_is_written(desk: Desk, claim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tiwizi.doors.desk import letters

    monkeypatch.setattr(letters, "mutual", lambda: None)
    assert desk("salma").post(f"/letters/claim/{claim}/", {"kind": "slip", "key": "k"}).status_code == 422
    assert desk("salma").get(f"/letters/claim/{claim}/slip.pdf").status_code == 422


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_manager_says_who_the_mutual_is(desk: Desk, records: str, lang: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from tests.formats.papers import hostile

    from tiwizi.records.care.queries.letters_made import mutual

    manager = desk("karim", lang=lang)
    assert manager.get("/mutual/").status_code == 200 and desk("salma").get("/mutual/").status_code == 403
    told = {name: "تعاضدية" for name in ("name_ar", "address_ar", "appeal_to_ar")}
    told |= {name: "Mutuelle <b>" for name in ("name_latin", "address_latin", "appeal_to_latin")} | {"key": "k"}
    logo = SimpleUploadedFile("logo.png", hostile.SVG)
    answer = manager.post("/mutual/", told | {"appeal_days": "900", "logo": logo})
    assert answer.status_code == 422 and "Mutuelle &lt;b&gt;" in answer.content.decode()
    logo = SimpleUploadedFile("logo.png", hostile.picture(kind="PNG"))
    assert manager.post("/mutual/", told | {"appeal_days": "30", "logo": logo}).status_code == 303
    now = mutual()
    assert now is not None and now.appeal_days == 30 and now.logo is not None
    assert desk("salma").get(f"/letters/claim/{_any_claim()}/slip.pdf").content.startswith(b"%PDF")


def _any_claim() -> str:
    from tiwizi.records.care.models import Claim

    return str(Claim.objects.order_by("id").values_list("number", flat=True)[0])
