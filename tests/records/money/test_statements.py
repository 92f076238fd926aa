"""What the bank says: each movement once, each payment once, each return once, and nothing guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.records import world
from tests.records.money import house
from tests.records.money.house import ACCOUNTANT, COLLEAGUE, DAY, PREPARER, acting
from tests.records.refused import refused, refuses
from tests.records.world import NOW

from tiwizi.formats.statement import Movement
from tiwizi.records.money.models import RETURN, Book, Match, PaymentBatch, PaymentOrder, Statement, Transfer
from tiwizi.records.money.operations import ask_entry, close_period, confirm_entry, match_line, prepare
from tiwizi.records.money.queries.balances import balances, control_accounts
from tiwizi.records.money.queries.bank_orders import message_of
from tiwizi.records.money.queries.statements import unexplained


@pytest.fixture
def book(database: str) -> Book:
    return house.books()


def net(book: Book, role: str) -> int:
    """What an account holds: positive for a debit."""
    code = house.account(book, role).code
    return next((each.net for each in balances(book=book.code) if each.account == f"{book.code}:{code}"), 0)


def paid_out(book: Book, *amounts: int) -> list[PaymentOrder]:
    for amount in amounts:
        house.owe(book, house.payee(), amount)
    return house.orders(house.handed_over(book))


def states(*orders: PaymentOrder) -> list[str]:
    return [PaymentOrder.objects.get(id=order.id).state for order in orders]


def test_an_order_that_the_bank_paid_leaves_what_is_in_transit(book: Book) -> None:
    first, second = paid_out(book, 12_500, 700)
    answer = house.take(house.statement(house.left(first)))
    assert (answer["lines"], answer["paid"], answer["suspense"]) == (1, 1, 0)
    assert states(first, second) == ["paid", "sent"]
    assert (net(book, "bank"), net(book, "in_transit")) == (-12_500, -700)
    house.take(house.statement(house.left(second), name="S2"))
    assert net(book, "in_transit") == 0 and PaymentBatch.objects.get().state == "settled"


def test_f9_a_statement_that_comes_in_twice_brings_nothing_the_second_time(book: Book) -> None:
    orders = paid_out(book, 12_500, 700)
    read = house.statement(*map(house.left, orders), Movement(DAY, 5_000, text="gift"))
    house.take(read)
    before = (Transfer.objects.count(), Match.objects.count(), Statement.objects.count())
    answer = house.take(read)
    assert (answer["lines"], answer["known"], answer["paid"], answer["suspense"]) == (0, 3, 0, 0)
    assert (Transfer.objects.count(), Match.objects.count(), Statement.objects.count()) == before


def test_a_movement_that_two_statements_bring_is_booked_once(book: Book) -> None:
    first, second = paid_out(book, 12_500, 700)
    house.take(house.statement(house.left(first), name="day"))
    answer = house.take(house.statement(house.left(first), house.left(second), name="month"))
    assert (answer["lines"], answer["known"], answer["paid"]) == (1, 1, 1)
    assert net(book, "bank") == -13_200


def test_another_statement_of_the_same_number_is_refused(book: Book) -> None:
    first, second = paid_out(book, 12_500, 700)
    house.take(house.statement(house.left(first)))
    with refuses("another_statement"):
        house.take(house.statement(house.left(second)))


def test_a_statement_of_an_account_that_is_not_ours_is_refused(book: Book) -> None:
    read = house.statement(Movement(DAY, 1))
    with refuses("no_such_bank_account"):
        house.take(type(read)("S1", "0" * 24, "MAD", 0, 1, read.movements))


def test_f9_a_payment_that_comes_back_is_owed_again_exactly_once(book: Book) -> None:
    """The story of a payment: paid, sent back by the bank, and made again to another account."""
    to = house.payee()
    house.owe(book, to, 10_000)
    house.owe(book, to, 2_500)
    (order,) = house.orders(house.handed_over(book))
    house.take(house.statement(house.left(order)))
    assert net(book, "members_payable") == 0 and net(book, "bank") == -12_500

    answer = house.take(house.statement(house.came_back(order), name="S2"))
    assert (answer["returned"], answer["suspense"]) == (1, 0)
    assert states(order) == ["returned"]
    assert (net(book, "members_payable"), net(book, "bank"), net(book, "in_transit")) == (-12_500, 0, 0)

    again = Movement(DAY + timedelta(days=2), order.amount, order.reference, "another id", return_reason="AC04")
    assert house.take(house.statement(again, name="S3"))["returned"] == 0  # the bank repeats itself: to suspense
    assert Transfer.objects.filter(source=RETURN).count() == 1
    with refused("money_transfer_once"):
        first = Transfer.objects.get(source=RETURN)
        Transfer.objects.create(
            book=first.book, debit=first.debit, credit=first.credit, amount=1, day=DAY, source=RETURN,
            subject=first.subject, part=first.part, payee=to,
        )  # fmt: skip

    with refuses("nothing_to_pay"):  # not to an account that the bank sends back from
        prepare(acting(PREPARER), book="sm", on=DAY + timedelta(days=3))
    world.account(to)
    batch = prepare(acting(PREPARER), book="sm", on=DAY + timedelta(days=3))["batch"]
    assert [each.amount for each in house.orders(batch)] == [12_500]
    with refuses("nothing_to_pay"):
        prepare(acting(PREPARER), book="sm", on=DAY + timedelta(days=3))
    assert all(held == parts for _, held, parts in control_accounts())


def test_an_order_that_is_rejected_before_the_bank_paid_it_is_owed_again_and_its_debit_still_matched(
    book: Book,
) -> None:
    (order,) = paid_out(book, 900)
    house.take(house.statement(house.came_back(order)))
    assert states(order) == ["returned"] and net(book, "members_payable") == -900
    house.take(house.statement(house.left(order), name="S2"))
    assert states(order) == ["returned"] and net(book, "in_transit") == 0 and net(book, "bank") == 0


def test_a_batch_that_the_bank_paid_in_one_sum_pays_all_its_orders(book: Book) -> None:
    orders = paid_out(book, 12_500, 700)
    lump = Movement(DAY, -13_200, f"VIR {message_of(orders[0].batch_id)}", "L1")
    assert house.take(house.statement(lump))["paid"] == 2
    assert states(*orders) == ["paid", "paid"] and net(book, "in_transit") == 0
    answer = house.take(house.statement(house.left(orders[0]), house.came_back(orders[1]), name="S2"))
    assert (answer["paid"], answer["returned"], answer["suspense"]) == (0, 1, 1)


def test_our_reference_is_found_in_the_text_of_a_bank_that_has_no_column_for_it(book: Book) -> None:
    (order,) = paid_out(book, 700)
    assert house.take(house.statement(Movement(DAY, -700, "", "X", f"VIR EMIS {order.reference} M")))["paid"] == 1


@pytest.mark.parametrize("amount", [-701, -699])
def test_another_amount_than_the_order_goes_to_suspense(book: Book, amount: int) -> None:
    (order,) = paid_out(book, 700)
    answer = house.take(house.statement(Movement(DAY, amount, order.reference)))
    assert (answer["paid"], answer["suspense"]) == (0, 1)
    assert states(order) == ["sent"] and net(book, "suspense") == -amount
    assert [(line.amount, line.reference) for line in unexplained()] == [(amount, order.reference)]


def test_the_same_amount_without_our_reference_is_not_guessed(book: Book) -> None:
    (order,) = paid_out(book, 700)
    house.take(house.statement(Movement(DAY, -700, text="VIREMENT")))
    assert states(order) == ["sent"]
    (line,) = unexplained()
    match_line(acting(ACCOUNTANT), line=line.line, order=order.reference)
    assert states(order) == ["paid"] and unexplained() == []
    assert net(book, "suspense") == net(book, "in_transit") == 0 and net(book, "bank") == -700
    with refuses("line_explained"):
        match_line(acting(ACCOUNTANT), line=line.line, order=order.reference)


def test_a_line_is_not_said_to_be_an_order_of_another_amount_or_one_that_was_paid(book: Book) -> None:
    first, second = paid_out(book, 700, 800)
    house.take(house.statement(house.left(first), Movement(DAY, -700, text="VIREMENT")))
    (line,) = unexplained()
    for order in (first, second):
        with refuses("does_not_match"):
            match_line(acting(ACCOUNTANT), line=line.line, order=order.reference)
    with refuses("no_such_order"):
        match_line(acting(ACCOUNTANT), line=line.line, order="TWZ999999999999")


def test_a_statement_that_comes_before_the_file_was_handed_over_is_matched_with_the_next(book: Book) -> None:
    house.owe(book, house.payee(), 700)
    (order,) = house.orders(house.prepared(book))
    assert house.take(house.statement(house.left(order)))["suspense"] == 1
    batch = order.batch_id
    for step in ("approve", "release", "note_file", "hand_over"):
        house.step(step, batch)
    answer = house.take(house.statement(Movement(DAY, -1, text="FRAIS"), name="S2"))
    assert answer["paid"] == 1 and states(order) == ["paid"]
    assert net(book, "suspense") == 1 and net(book, "in_transit") == 0


def test_what_stands_in_suspense_is_explained_by_an_entry_of_two_people(book: Book) -> None:
    house.take(house.statement(Movement(DAY, -3_500, text="FRAIS TENUE DE COMPTE")))
    (line,) = unexplained()
    charges, waits = (house.account(book, role).code for role in ("bank_charges", "suspense"))
    told = {"book": "sm", "day": DAY, "memo": "bank charges", "moves": [(charges, waits, 3_500)], "line": line.line}
    entry, twice = ask_entry(acting(ACCOUNTANT), **told), ask_entry(acting(ACCOUNTANT), **told)
    assert confirm_entry(acting(COLLEAGUE), entry=entry) == 1
    assert unexplained() == [] and net(book, "suspense") == 0 and net(book, "bank_charges") == 3_500
    with refuses("line_explained"):
        confirm_entry(acting(COLLEAGUE), entry=twice)


def test_a_movement_of_a_closed_period_is_booked_on_the_first_open_day(book: Book) -> None:
    (order,) = paid_out(book, 700)
    close_period(acting(ACCOUNTANT, at=NOW + timedelta(days=40)), book="sm", until=DAY + timedelta(days=30))
    house.take(house.statement(house.left(order)))
    assert Transfer.objects.latest("id").day == DAY + timedelta(days=30)
