"""The books at the desk: they balance on any day, two people write in them by hand, and a month is closed as a path."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import CaptureQueriesContext
from tests.doors.desk.conftest import Desk, prove

from tiwizi.doors import clock
from tiwizi.records.money.models import Account, Book, CeilingChange, Entry, Period, StatementLine, Transfer
from tiwizi.records.trail.models import Event

LANGS = ("ar", "fr", "en")
PAGES = (
    "/books/", "/books/trial/", "/books/trial/?book=sm&hide=1", "/books/journal/", "/books/entries/", "/books/export/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")


def _code(role: str, book: str = "sm") -> str:
    return Account.objects.get(book__code=book, roles__contains=role).code


def _foot(page: str) -> str:
    return page.partition("<tfoot>")[2].partition("</tfoot>")[0]


def _entry(**more: Any) -> dict[str, Any]:
    """The form of 35.00 of bank charges."""
    charges, bank = _code("bank_charges"), Account.objects.get(book__code="sm", roles="bank").code
    said = {
        "book": "sm", "day": clock.today().isoformat(), "memo": "Frais de tenue", "account": [charges, bank],
        "debit": ["35,00", ""], "credit": ["", "35.00"], "payee": ["", ""], "key": "e1",
    }  # fmt: skip
    return said | more


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_the_books_speaks_the_readers_language(desk: Desk, lang: str) -> None:
    desk("hicham").post("/books/entries/new/", _entry())
    number = Entry.objects.order_by("-id")[0].id
    for login in ("hicham", "leila", "nadia"):
        for address in (*PAGES, f"/books/entries/{number}/"):
            assert desk(login, lang=lang).get(address).status_code == 200, (address, login)
    for address in ("/books/entries/new/", "/books/funds/sm/close/", "/books/funds/sm/ceiling/"):
        assert desk("hicham", lang=lang).get(address).status_code == 200, address
        assert desk("leila", lang=lang).get(address).status_code == 403, address
    assert desk("salma", lang=lang).get("/books/").status_code == 403


def test_the_trial_balance_balances_on_any_day_and_leads_to_the_journal(desk: Desk) -> None:
    for days in ("", f"?day_until={clock.today() - timedelta(days=6)}", f"?day_since={clock.today()}"):
        page = desk("hicham", lang="en").get(f"/books/trial/{days}").content.decode()
        assert "Debits equal credits" in page
    assert "/books/journal/?book=sm&amp;account=" in page


def test_accounts_at_rest_are_hidden_by_choice_and_the_sums_stay(desk: Desk) -> None:
    client = desk("hicham", lang="en")
    every, some = (client.get(f"/books/trial/{query}").content.decode() for query in ("", "?hide=1"))
    assert some.count("<tr>") < every.count("<tr>")
    assert _foot(every) == _foot(some)


def test_the_journal_of_an_account_has_its_debits_and_credits_apart(desk: Desk) -> None:
    bank = Account.objects.get(book__code="sm", roles="bank").code
    page = desk("hicham", lang="en").get(f"/books/journal/?book=sm&account={bank}&source=return").content.decode()
    foot = _foot(page)
    back = sum(Transfer.objects.filter(book__code="sm", source=6).values_list("amount", flat=True))
    assert f"{back / 100:,.2f}" in foot and "0.00" in foot


def test_every_kind_of_transfer_leads_to_what_it_comes_from(desk: Desk) -> None:
    from tiwizi.records.money.models import SOURCES

    client = desk("hicham", lang="en")
    for source in Transfer.objects.values_list("source", flat=True).distinct():
        one = Transfer.objects.filter(source=source)[0]
        page = client.get(f"/books/journal/{SOURCES[source]}/{one.subject}/{one.part}/")
        assert page.status_code == 200, SOURCES[source]
    for wrong in ("nonsense/1/1", "manual/999999/1"):
        assert client.get(f"/books/journal/{wrong}/").status_code == 404


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_an_entry_is_asked_by_one_and_booked_by_another(desk: Desk) -> None:
    before = Transfer.objects.count()
    for _ in range(2):
        assert desk("hicham").post("/books/entries/new/", _entry()).status_code == 303
    (asked,) = Entry.objects.filter(memo="Frais de tenue")
    own = desk("hicham", lang="en").post(f"/books/entries/{asked.id}/", {"act": "confirm", "key": "c1"})
    assert own.status_code == 422 and Transfer.objects.count() == before
    assert desk("zineb").post(f"/books/entries/{asked.id}/", {"act": "confirm", "key": "c2"}).status_code == 303
    booked = Transfer.objects.order_by("-id")[0]
    assert (booked.amount, booked.memo, Transfer.objects.count()) == (3_500, "Frais de tenue", before + 1)
    assert desk("leila").post(f"/books/entries/{asked.id}/", {"act": "refuse", "key": "c3"}).status_code == 403


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"credit": ["", "34.99"]}, "differ by"),
        ({"debit": ["a lot", ""]}, "not an amount"),
        ({"debit": ["35,00", "1"]}, "One amount"),
        ({"account": ["9999", "5141"]}, "Choose an account"),
        ({"memo": " "}, "Give a label"),
        ({"day": "soon"}, "not a date"),
        ({"account": [], "debit": [], "credit": [], "payee": []}, "at least one debit"),
        ({"payee": ["x", ""]}, "payee’s number"),
        ({"day": "1899-01-01", "payee": ["12", ""]}, "payee"),
    ],
)
def test_an_entry_that_is_wrong_keeps_what_was_typed(desk: Desk, spoil: dict[str, Any], told: str) -> None:
    answered = desk("hicham", lang="en").post("/books/entries/new/", _entry(**spoil))
    page = answered.content.decode()
    assert answered.status_code == 422 and told in page
    assert "memo" in spoil or "Frais de tenue" in page
    assert not Entry.objects.filter(memo="Frais de tenue").exists()


def test_an_entry_of_several_rows_is_paired_to_the_centime(desk: Desk) -> None:
    charges, bank = _code("bank_charges"), Account.objects.get(book__code="sm", roles="bank").code
    said = _entry(account=[charges, _code("recoverable"), bank], debit=["10,01", "0,02", ""], credit=["", "", "10,03"],
                  payee=["", "", ""])  # fmt: skip
    desk("hicham").post("/books/entries/new/", said)
    number = Entry.objects.order_by("-id")[0].id
    desk("zineb").post(f"/books/entries/{number}/", {"act": "confirm", "key": "c"})
    assert list(Transfer.objects.filter(subject=number, source=1).values_list("amount", flat=True)) == [1_001, 2]


def test_an_entry_by_hand_is_taken_back_by_two(desk: Desk) -> None:
    desk("hicham").post("/books/entries/new/", _entry())
    number = Entry.objects.order_by("-id")[0].id
    desk("zineb").post(f"/books/entries/{number}/", {"act": "confirm", "key": "c"})
    address = f"/books/journal/manual/{number}/1/"
    wrong = desk("zineb", lang="en").post(address, {"day": "x", "memo": "", "key": "r0"})
    assert wrong.status_code == 422 and "Say why" in wrong.content.decode()
    said = {"day": clock.today().isoformat(), "memo": "Saisie double", "key": "r1"}
    assert desk("zineb").post(address, said).status_code == 303
    reversal = Entry.objects.order_by("-id")[0]
    assert desk("hicham").post(f"/books/entries/{reversal.id}/", {"act": "confirm", "key": "r2"}).status_code == 303
    assert Transfer.objects.order_by("-id")[0].reverses.subject == number
    assert "Ask for the reversal" not in desk("zineb", lang="en").get(address).content.decode()


def test_an_entry_explains_a_movement_in_suspense(desk: Desk) -> None:
    line = StatementLine.objects.all()[0]
    page = desk("hicham", lang="en").get(f"/books/entries/new/?line={line.id}")
    assert page.status_code == 200
    answered = desk("hicham", lang="en").post("/books/entries/new/", _entry(line=str(line.id), book=line.book.code))
    assert answered.status_code == 422


# -- closing -----------------------------------------------------------------------------------------------------------


def test_a_month_is_closed_once_everything_is_done_or_somebody_says_so(desk: Desk) -> None:
    last = clock.today() - timedelta(days=1)
    client = prove(desk("hicham", lang="en"))
    page = client.get(f"/books/funds/os/close/?last={last}").content.decode()
    assert "Close for good" in page and "To do" not in page
    desk("hicham").post("/books/entries/new/", _entry(book="os", day=last.isoformat(), account=[
        _code("bank_charges", "os"), Account.objects.get(book__code="os", roles="bank").code]))  # fmt: skip
    assert "To do" in client.get(f"/books/funds/os/close/?last={last}").content.decode()
    refused = client.post("/books/funds/os/close/", {"last": last.isoformat(), "key": "k1"})
    assert refused.status_code == 422 and "Not everything is done" in refused.content.decode()
    assert not Period.objects.exists()
    said = {"last": last.isoformat(), "anyway": "1", "key": "k2"}
    assert client.post("/books/funds/os/close/", said).status_code == 303
    assert Period.objects.get().until == clock.today()
    assert client.post("/books/funds/os/close/", {**said, "key": "k3"}).status_code == 422
    assert client.get("/books/funds/os/close/?last=never").status_code == 422
    assert client.get("/books/funds/nowhere/close/").status_code == 404


def test_a_ceiling_is_changed_by_two(desk: Desk) -> None:
    address = "/books/funds/sm/ceiling/"
    hicham, zineb = (prove(desk(login, lang="en")) for login in ("hicham", "zineb"))
    assert hicham.post(address, {"amount": "lots", "key": "1"}).status_code == 422
    assert hicham.post(address, {"amount": "250 000,00", "key": "2"}).status_code == 303
    change = CeilingChange.objects.get().id
    assert hicham.post(address, {"do": "confirm", "change": change, "key": "3"}).status_code == 422
    assert zineb.post(address, {"do": "confirm", "change": change, "key": "4"}).status_code == 303
    assert Book.objects.get(code="sm").ceiling == 25_000_000


# -- taken away --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["sage", "odoo", "beancount"])
def test_the_journal_is_taken_away_for_an_accountants_program_with_a_trace(desk: Desk, format: str) -> None:
    sent = prove(desk("hicham")).get(f"/books/export/?format={format}&book=sm")
    data = b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    assert sent.status_code == 200 and len(data) > 100 and "attachment" in sent["Content-Disposition"]
    assert Event.objects.order_by("-position")[0].verb == "people.exported"
    assert desk("hicham").get("/books/export/?format=sage&since=x").status_code == 422


def test_questions_of_the_journal_do_not_grow_with_its_rows(desk: Desk) -> None:
    from django.db import connection

    client = desk("hicham")
    client.get("/books/journal/")
    counts = []
    for per in (50, 200):
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/books/journal/?source=decision&per={per}")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20
