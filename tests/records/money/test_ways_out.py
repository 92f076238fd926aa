"""Ways out of what a bank does: sums of part of a batch, movements that come in late, what comes back twice; and a
ceiling that two people change."""

from __future__ import annotations

from datetime import date

import pytest
from tests.records import world
from tests.records.money import house
from tests.records.money.house import ACCOUNTANT, APPROVER, COLLEAGUE, DAY, acting
from tests.records.money.test_payment import reviewer_of
from tests.records.refused import refused, refuses

from tiwizi.formats.statement import Movement
from tiwizi.records.money.models import Book, MatchedOrder, PaymentBatch, Statement, StatementLine
from tiwizi.records.money.operations import (
    approve,
    ask_ceiling,
    close_period,
    confirm_ceiling,
    match_part_of_batch,
    preview,
    refuse_ceiling,
)
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.money.queries.lines import candidates, line_numbered, lines_page, parts
from tiwizi.records.money.queries.statements import reconciliation, statements
from tiwizi.records.money.queries.to_pay import free_of, open_transfers


@pytest.fixture
def book() -> Book:
    return house.books()


def _net(book: Book, role: str) -> int:
    codes = {f"sm:{house.account(book, role).code}"}
    return sum(balance.net for balance in balances(book="sm") if balance.account in codes)


# -- part of a batch in one sum ----------------------------------------------------------------------------------------


def _sum_of_part(book: Book) -> tuple[PaymentBatch, int]:
    """A batch of three, of which the bank paid two in one sum; the line."""
    for amount in (100, 250, 400):
        house.owe(book, house.payee(), amount)
    batch = house.handed_over(book)
    house.take(house.statement(Movement(DAY, -500, "", "B1", "VIREMENT DE MASSE")))
    return batch, StatementLine.objects.get().id


def test_what_is_left_of_a_batch_is_matched_without_the_orders_that_the_bank_did_not_pay(book: Book) -> None:
    batch, line = _sum_of_part(book)
    (part,) = parts(line)
    left_out = next(order.reference for order in part.orders if order.amount == 250)
    assert (part.batch, part.amount, part.guess) == (batch.id, 750, left_out)
    assert match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id, without=[left_out]) == 2
    assert [order.state for order in house.orders(batch)] == ["paid", "sent", "paid"]
    assert (_net(book, "suspense"), _net(book, "in_transit"), _net(book, "bank")) == (0, -250, -500)
    assert line_numbered(line).what == "part"  # type: ignore[union-attr]


def test_the_order_that_was_left_out_is_paid_alone_and_those_in_the_sum_never_again(book: Book) -> None:
    batch, line = _sum_of_part(book)
    first, second, _ = house.orders(batch)
    match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id, without=[second.reference])
    answer = house.take(house.statement(house.left(second), house.left(first), name="S2", opening=-500))
    assert (answer["paid"], answer["suspense"]) == (1, 1)
    assert PaymentBatch.objects.get(id=batch.id).state == "settled"


def test_a_sum_that_differs_is_refused_and_nothing_is_matched(book: Book) -> None:
    batch, line = _sum_of_part(book)
    with refuses("sum_differs"):
        match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id)
    with refuses("no_such_order"):
        match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id, without=["TWZ000000999999"])
    with refuses("no_such_line"):
        match_part_of_batch(acting(ACCOUNTANT), line=line + 1, batch=batch.id)
    assert not MatchedOrder.objects.exists()


def test_a_line_that_is_explained_is_matched_to_no_part(book: Book) -> None:
    batch, line = _sum_of_part(book)
    without = [house.orders(batch)[1].reference]
    match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id, without=without)
    with refuses("line_explained"):
        match_part_of_batch(acting(ACCOUNTANT), line=line, batch=batch.id, without=without)


def test_orders_that_a_line_may_be_are_of_its_amount_and_unsaid(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    house.owe(book, house.payee(), 100)
    batch = house.handed_over(book)
    one, _ = house.orders(batch)
    house.take(house.statement(house.left(one), Movement(DAY, -100, "", "X", "?"), name="S2"))
    line = StatementLine.objects.get(match=None)
    assert [found.reference for found in candidates(line.id)] == [house.orders(batch)[1].reference]


# -- before it is taken ------------------------------------------------------------------------------------------------


def test_a_preview_says_what_taking_would_do_and_does_nothing(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    (order,) = house.orders(house.handed_over(book))
    read = house.statement(house.left(order), Movement(DAY, 70, "", "Y", "Don"))
    told = preview(acting(ACCOUNTANT), statement=read, digest=bytes(32))
    assert (told.new, told.paid, told.suspense, told.came) == (2, (1, -100), (1, 70), (1, 70))
    assert (told.expected, told.taken_before) == (None, False)
    assert not Statement.objects.exists() and house.orders(order.batch_id)[0].state == "sent"
    house.take(read)
    assert statements()[0].gap == 0


# -- late --------------------------------------------------------------------------------------------------------------


def test_a_movement_of_a_closed_month_is_booked_after_it_and_still_reconciles(book: Book) -> None:
    close_period(acting(ACCOUNTANT), book="sm", until=date(2026, 3, 1))
    house.take(house.statement(Movement(date(2026, 2, 27), 500, "", "L", "Versement")))
    told = reconciliation(book="sm")
    assert told is not None
    assert (told.until, told.bank, told.books, told.late, told.difference) == (date(2026, 2, 27), 500, 0, 500, 0)
    (row,) = lines_page(late=True).rows
    assert (row.day, row.booked_on, row.is_late) == (date(2026, 2, 27), date(2026, 3, 1), True)


# -- what comes back twice (S2) ----------------------------------------------------------------------------------------


def test_who_decided_what_came_back_twice_does_not_sign_its_third_payment(book: Book) -> None:
    claim, to = world.claim(), house.payee()
    decider = reviewer_of(claim)
    house.owe(book, to, 900, claim=claim.id)
    for number in (1, 2):
        (order,) = house.orders(house.handed_over(book))
        house.take(house.statement(house.left(order), house.came_back(order, day=DAY), name=f"S{number}"))
        world.account(to)
    found = open_transfers(book=book.id, until=DAY)
    assert not free_of(found, [decider.id]).any() and free_of(found, [0]).all()
    batch = house.prepared(book)
    with refuses("tied"):
        approve(acting(decider.id, role="payment_approver"), batch=batch)
    with refused("tied"):
        PaymentBatch.objects.filter(id=batch).update(state="approved", approved_by=decider.id, approved_at=world.NOW)
    approve(acting(APPROVER), batch=batch)


# -- the ceiling -------------------------------------------------------------------------------------------------------


def test_a_ceiling_is_asked_for_by_one_and_confirmed_by_another(book: Book) -> None:
    change = ask_ceiling(acting(ACCOUNTANT), book="sm", amount=5_000)
    with refuses("two_people"):
        confirm_ceiling(acting(ACCOUNTANT), change=change)
    assert Book.objects.get(id=book.id).ceiling == 10**9
    assert confirm_ceiling(acting(COLLEAGUE), change=change) == "sm"
    assert Book.objects.get(id=book.id).ceiling == 5_000
    with refuses("no_such_change"):
        confirm_ceiling(acting(COLLEAGUE), change=change)


def test_the_database_changes_no_ceiling_that_two_have_not_agreed_on(book: Book) -> None:
    with refused("ceiling_by_two"):
        Book.objects.filter(id=book.id).update(ceiling=1)
    with refused("ceiling_by_two"):
        Book.objects.filter(id=book.id).update(ceiling=None)


def test_a_second_wish_takes_the_place_of_the_first_and_any_can_be_refused(book: Book) -> None:
    first = ask_ceiling(acting(ACCOUNTANT), book="sm", amount=5_000)
    second = ask_ceiling(acting(ACCOUNTANT), book="sm", amount=None)
    with refuses("no_such_change"):
        confirm_ceiling(acting(COLLEAGUE), change=first)
    assert refuse_ceiling(acting(COLLEAGUE), change=second) == "sm"
    for wrong, key in ((-1, "amount_negative"), (10**9, "amount_is_that")):
        with refuses(key):
            ask_ceiling(acting(ACCOUNTANT), book="sm", amount=wrong)
    with refuses("no_such_book"):
        ask_ceiling(acting(ACCOUNTANT), book="xx", amount=1)
