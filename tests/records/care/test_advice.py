"""A payment says which files it is made of, also when it is made again and when corrections are netted in it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records import world
from tests.records.money import house
from tests.records.money.house import DAY, PREPARER, acting

from tiwizi.records.care.queries.advice import advice
from tiwizi.records.money.operations import prepare


def test_a_provider_is_told_the_files_that_a_payment_is_for(database: str) -> None:
    book, to, files = house.books(), house.payee(), [world.claim() for _ in range(3)]
    for amount, file in zip((5_000, 700, 300), files, strict=True):
        house.owe(book, to, amount, claim=file.id, role="providers_payable")
    (order,) = house.orders(house.prepared(book, to="providers"))
    said = advice(order.reference)
    assert {line.file: line.amount for line in said} == {
        files[0].number: 5_000,
        files[1].number: 700,
        files[2].number: 300,
    }
    assert {line.household for line in said} == {file.household.number for file in files}
    assert advice("TWZ999999999999") == []


def test_a_payment_that_is_made_again_is_for_the_same_files(database: str) -> None:
    book, to, file = house.books(), house.payee(), world.claim()
    house.owe(book, to, 900, claim=file.id)
    (order,) = house.orders(house.handed_over(book))
    first = advice(order.reference)
    house.take(house.statement(house.left(order), house.came_back(order)))
    world.account(to)
    again = prepare(acting(PREPARER), book="sm", on=DAY + timedelta(days=1))["batch"]
    assert advice(house.orders(again)[0].reference) == first == [(file.number, file.household.number, *first[0][2:])]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owed=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=10))
def test_an_advice_adds_up_to_its_order_and_the_orders_to_what_was_taken(
    database: str, owed: list[tuple[int, int, bool]]
) -> None:
    book = house.Book.objects.filter(code="sm").first() or house.books()
    payees = [house.payee() for _ in range(4)]
    due = dict.fromkeys((payee.id for payee in payees), 0)
    for at, amount, taken_back in owed:
        transfer = house.owe(book, payees[at], amount, claim=world.claim().id)
        if taken_back:
            house.take_back(transfer)
        due[payees[at].id] += 0 if taken_back else amount
    if not sum(due.values()):
        return
    batch = house.prepared(book)
    assert {order.payee_id: order.amount for order in house.orders(batch)} == {p: n for p, n in due.items() if n > 0}
    for order in house.orders(batch):
        assert sum(line.amount for line in advice(order.reference)) == order.amount
