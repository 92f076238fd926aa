"""A statement is looked at before it is taken; what nothing explains gets a way out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.money_desk import owe
from tests.formats.statements import camt

from tiwizi.doors import clock
from tiwizi.formats.statement import Movement
from tiwizi.records.money.models import Book, PaymentBatch, PaymentOrder, Statement, StatementLine
from tiwizi.records.money.queries.statements import reconciliation

LANGS = ("ar", "fr", "en")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BANK_FOLDER", tmp_path / "bank")
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")


def _sent(desk: Desk) -> list[PaymentOrder]:
    """Orders of a batch that is at the bank."""
    owe([10_000, 25_000, 40_000])
    desk("nadia").post("/payments/funds/sm/prepare/", {"on": clock.today().isoformat(), "key": "p"})
    batch = PaymentBatch.objects.order_by("-id")[0].id
    for login, step in (("omar", "approve"), ("leila", "release"), ("leila", "make_file"), ("leila", "hand_over")):
        prove(desk(login)).post(f"/payments/batches/{batch}/{step}/", {"key": step})
    return list(PaymentOrder.objects.filter(batch=batch).order_by("id"))


def _message(*movements: Movement, gap: int = 0) -> str:
    """The next statement of the bank."""
    book = Book.objects.get(code="sm")
    last = Statement.objects.filter(book=book).order_by("-id")[0]
    opening = last.closing + gap
    text = camt(list(movements), opening, opening + sum(m.amount for m in movements), account=book.rib or "")
    return text.replace("S-2026-03-05", f"N{StatementLine.objects.count()}")


def _hand_in(desk: Desk, text: str, *, lang: str = "fr", name: str = "releve.xml", **more: str) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return desk("hicham", lang=lang).post("/bank/hand-in/", {"file": file, **more})


def _left(amount: int, reference: str = "", text: str = "VIREMENT", bank_id: str = "") -> Movement:
    return Movement(clock.today(), amount, reference, bank_id or f"B{amount}{reference}", text)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_the_bank_speaks_the_readers_language(desk: Desk, lang: str) -> None:
    statement = Statement.objects.all()[0].id
    line = StatementLine.objects.all()[0].id
    for address in (
        "/bank/", "/bank/movements/", "/bank/movements/?what=suspense&late=1", f"/bank/statements/{statement}/",
        f"/bank/movements/{line}/",
    ):  # fmt: skip
        for login in ("hicham", "leila"):
            assert desk(login, lang=lang).get(address).status_code == 200, (address, login)
        assert desk("salma", lang=lang).get(address).status_code == 403
    answered = _hand_in(desk, _message(_left(-500)), lang=lang)
    assert desk("hicham", lang=lang).get(answered["Location"]).status_code == 200


def test_a_statement_is_looked_at_then_taken_once(desk: Desk) -> None:
    orders = _sent(desk)
    before = Statement.objects.count()
    answered = _hand_in(desk, _message(*(_left(-o.amount, o.reference) for o in orders[:2]), _left(-500)))
    assert answered.status_code == 303 and Statement.objects.count() == before
    address = answered["Location"]
    page = desk("hicham", lang="en").get(address).content.decode()
    assert "350.00" in page and "Payments that the bank confirms" in page and Statement.objects.count() == before
    for _ in range(2):
        assert desk("hicham").post(address, {"key": "take"}).status_code == 303
    assert Statement.objects.count() == before + 1
    assert [PaymentOrder.objects.get(id=o.id).state for o in orders] == ["paid", "paid", "sent"]
    assert "taken before" in desk("hicham", lang="en").get(address).content.decode()


def test_a_statement_that_is_missing_between_two_is_noticed(desk: Desk) -> None:
    answered = _hand_in(desk, _message(_left(-500), gap=-7_000))
    page = desk("hicham", lang="en").get(answered["Location"]).content.decode()
    assert "a statement is missing" in page and "70.00" in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "first row"),
        ("<a>", "breaks off"),
        ('<!DOCTYPE d [<!ENTITY e "x">]><a>&e;</a>', "document type"),
        (camt([], 0, 0).replace("camt.053", "camt.052"), "another message than a statement"),
        (camt([], 0, 0).replace("<Bal>", "<x:Bal>").replace("</Bal>", "</x:Bal>"), "prefix"),
        (camt([], 0, 0), "account"),
    ],
)  # fmt: skip
def test_what_is_no_statement_of_ours_is_told_plainly_and_nothing_is_booked(desk: Desk, text: str, told: str) -> None:
    before = StatementLine.objects.count()
    answered = _hand_in(desk, text)
    page = desk("hicham", lang="en").get(answered["Location"])
    assert page.status_code in (200, 422) and told in page.content.decode()
    assert b'class="main"' not in page.content.partition(b"<main")[2]
    desk("hicham").post(answered["Location"], {"key": "t"})
    assert StatementLine.objects.count() == before


def test_no_file_and_no_amount_are_told_beside_their_fields(desk: Desk) -> None:
    answered = desk("hicham", lang="en").post("/bank/hand-in/", {"opening": "ten", "book": "sm"})
    page = answered.content.decode()
    assert answered.status_code == 422 and "Choose a file" in page and "This is not an amount" in page
    assert 'value="ten"' in page


def test_a_csv_statement_asks_for_its_fund_and_balances(desk: Desk) -> None:
    text = "date;libellé;débit;crédit\n05/11/2026;Frais;12,50;\n"
    answered = _hand_in(desk, text, name="releve.csv", book="sm", opening="1 000,00", closing="987,50")
    page = desk("hicham", lang="en").get(answered["Location"]).content.decode()
    assert "987.50" in page and "Frais" in page


def test_a_movement_is_matched_to_an_order_by_hand(desk: Desk) -> None:
    order = _sent(desk)[0]
    desk("hicham").post(_hand_in(desk, _message(_left(-order.amount, "?")))["Location"], {"key": "t"})
    line = StatementLine.objects.get(match=None)
    page = desk("hicham").get(f"/bank/movements/{line.id}/").content.decode()
    assert f'value="{order.reference}"' in page
    wrong = desk("hicham", lang="en").post(f"/bank/movements/{line.id}/", {"way": "order", "typed": "TWZ1", "key": "a"})
    assert wrong.status_code == 422 and 'value="TWZ1"' in wrong.content.decode()
    for _ in range(2):
        said = {"way": "order", "order": order.reference, "key": "b"}
        assert desk("hicham").post(f"/bank/movements/{line.id}/", said).status_code == 303
    assert PaymentOrder.objects.get(id=order.id).state == "paid"


def test_a_sum_of_part_of_a_batch_is_matched_without_the_orders_that_are_not_in_it(desk: Desk) -> None:
    orders = _sent(desk)
    desk("hicham").post(_hand_in(desk, _message(_left(-50_000, "", "VIREMENT DE MASSE")))["Location"], {"key": "t"})
    line = StatementLine.objects.get(match=None)
    page = desk("hicham").get(f"/bank/movements/{line.id}/").content.decode()
    assert f'value="{orders[1].reference}" checked' in page
    said = {"way": "part", "batch": str(orders[0].batch_id), "without": [orders[0].reference], "key": "c"}
    refused = desk("hicham", lang="en").post(f"/bank/movements/{line.id}/", said)
    assert refused.status_code == 422 and "650.00" in refused.content.decode()
    said |= {"without": [orders[1].reference], "key": "d"}
    assert desk("hicham").post(f"/bank/movements/{line.id}/", said).status_code == 303
    assert f"{orders[0].batch_id}" in desk("hicham", lang="en").get(f"/bank/movements/{line.id}/").content.decode()
    assert [PaymentOrder.objects.get(id=o.id).state for o in orders] == ["paid", "sent", "paid"]


def test_only_an_accountant_says_what_a_movement_is(desk: Desk) -> None:
    line = StatementLine.objects.all()[0].id
    assert desk("leila").post(f"/bank/movements/{line}/", {"way": "order", "key": "x"}).status_code == 403


@pytest.mark.parametrize(
    "address",
    ["/bank/statements/999999/", "/bank/movements/999999/", f"/bank/preview/{'0' * 64}/", "/bank/preview/etc/"],
)
def test_what_is_not_there_is_not_found(desk: Desk, address: str) -> None:
    assert desk("hicham").get(address).status_code == 404


def test_the_demo_reconciles(desk: Desk) -> None:
    told = reconciliation(book="sm")
    assert told is not None and told.until <= clock.today() and told.difference == 0
    assert "Reconciled" in desk("hicham", lang="en").get("/bank/").content.decode()
