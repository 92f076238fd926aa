"""What people see of batches, of who waits, and of how the books stand beside the bank."""

from __future__ import annotations

import pytest
from tests.records import world
from tests.records.money import house
from tests.records.money.house import APPROVER, DAY, PREPARER
from tests.records.world import NOW

from tiwizi.formats.statement import Movement
from tiwizi.locale import LANGUAGES, text
from tiwizi.records.money.queries.batches import Waiting, batches, orders, to_pay
from tiwizi.records.money.queries.statements import reconciliation
from tiwizi.records.money.queries.to_pay import HELD


@pytest.fixture
def book(database: str) -> house.Book:
    return house.books(ceiling=1_000)


def test_a_batch_shows_who_signed_and_what_became_of_its_orders(book: house.Book) -> None:
    for amount in (500, 400):
        house.owe(book, house.payee(), amount)
    number = house.prepared(book)
    house.step("approve", number)
    (seen,) = batches(state="approved")
    assert (seen.prepared_by, seen.approved_by, seen.released_by) == (PREPARER, APPROVER, None)
    assert [seen] == batches(number=number) and batches(state="released") == []
    for name in ("release", "note_file", "hand_over"):
        house.step(name, number)
    first, second = house.orders(number)
    house.take(house.statement(house.left(first), house.left(second), house.came_back(second)))
    (seen,) = batches(number=number)
    assert (seen.state, seen.orders, seen.paid, seen.returned) == ("settled", 2, 1, 1)


def test_an_order_shows_no_more_of_an_account_than_four_digits(book: house.Book) -> None:
    house.owe(book, house.payee(), 500)
    (order,) = orders(house.prepared(book))
    assert order.account == f"…{world.RIB[-4:]}" and (order.amount, order.state) == (500, "ready")
    assert orders(batches()[0].batch, state="sent") == []


def test_who_waits_is_shown_with_the_reason_in_every_language(book: house.Book) -> None:
    pays, waits = house.payee(), house.payee(with_account=False)
    for to in (pays, waits):
        house.owe(book, to, 500)
    found = to_pay(book="sm", on=DAY, at=NOW)
    assert (found.payees, found.amount) == (1, 500)
    assert found.waiting == [Waiting(waits.id, waits.name, 500, "no_account")]
    for reason in HELD[1:]:
        for lang in LANGUAGES:
            assert text("payment", f"held_{reason}", lang=lang) and text("payment", f"held_{reason}_way_out", lang=lang)


def test_the_books_stand_where_the_bank_stands(book: house.Book) -> None:
    assert reconciliation(book="sm") is None
    house.owe(book, house.payee(), 500)
    (order,) = house.orders(house.handed_over(book))
    house.take(house.statement(house.left(order), Movement(DAY, 40, text="?"), opening=0))
    seen = reconciliation(book="sm")
    assert seen is not None and seen.bank == seen.books == -460
