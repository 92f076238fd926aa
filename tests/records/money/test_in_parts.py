"""What is done part by part, cut off between any two of them, is finished by whoever asks again, and done once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from tests.records.money import house
from tests.records.money.house import ACCOUNTANT, APPROVER, COLLEAGUE, DAY, PREPARER, SECOND, TREASURER, acting
from tests.records.refused import refuses

from tiwizi.formats.statement import Movement
from tiwizi.records.money import soundness
from tiwizi.records.money.models import Book, PaymentBatch, PaymentItem, PaymentOrder, Transfer
from tiwizi.records.money.operations import approve, cancel, hand_over, prepare, take_statement
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.money.queries.bank_orders import message_of
from tiwizi.records.money.queries.statements import unexplained
from tiwizi.records.trail.chain import verify
from tiwizi.records.trail.models import Event

MODULES = {name: import_module(f"tiwizi.records.money.operations.{name}") for name in (
    "prepare", "sign", "hand_over", "statements"
)}  # fmt: skip


class Killed(BaseException):
    """What nothing catches."""


@pytest.fixture
def book(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """A book whose verbs take two orders or lines at a time."""
    for module in MODULES.values():
        monkeypatch.setattr(module, "PART", 2)
    yield house.books()
    assert [check for check in soundness.checks() if check.broken] == []
    assert sum(one.net for one in balances()) == 0 and not verify().faults


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Any:
    """kill("prepare", after=1): that module's work ends between its parts; kill("prepare"): no more."""

    def cut(module: str, *, after: int | None = None) -> None:
        def some(parts: Iterable[Any]) -> Iterator[Any]:
            yield from islice(parts, after)
            if after is not None:
                raise Killed

        monkeypatch.setattr(MODULES[module], "giving_way", some)

    return cut


def owed(book: Book, many: int = 5) -> list[Transfer]:
    return [house.owe(book, house.payee(), 100 * (number + 1)) for number in range(many)]


def half_prepared(book: Book, kill: Any, **more: Any) -> int:
    kill("prepare", after=1)
    with pytest.raises(Killed):
        prepare(acting(PREPARER, **more), book="sm", on=DAY)
    kill("prepare")
    return PaymentBatch.objects.get(state="preparing").id


def test_a_batch_that_was_cut_off_is_prepared_whole_by_the_same_request(book: Book, kill: Any) -> None:
    owed(book)
    batch = half_prepared(book, kill, key="form")
    half = PaymentBatch.objects.get()
    assert (half.state, half.orders, half.amount) == ("preparing", 2, 300)
    answer = prepare(acting(PREPARER, key="form"), book="sm", on=DAY)
    assert answer == {"batch": batch, "orders": 5, "amount": 1_500, "items": 5, "held": {}, "tied": 0}
    assert prepare(acting(PREPARER, key="form"), book="sm", on=DAY) == answer
    assert PaymentBatch.objects.get().state == "prepared" and PaymentItem.objects.count() == 5
    verbs = list(Event.objects.filter(subject=f"batch:{batch}").order_by("position").values_list("verb", flat=True))
    assert verbs == ["money.begin_batch", *["money.prepare_part"] * 3, "money.prepare"]


def test_who_asks_again_without_a_key_goes_on_with_their_own_batch(book: Book, kill: Any) -> None:
    owed(book)
    batch = half_prepared(book, kill)
    assert prepare(acting(PREPARER), book="sm", on=DAY)["batch"] == batch
    assert PaymentOrder.objects.count() == 5


def test_nobody_signs_or_prepares_beside_a_batch_that_is_being_prepared(book: Book, kill: Any) -> None:
    owed(book)
    batch = half_prepared(book, kill)
    with refuses("being_prepared"):
        approve(acting(APPROVER), batch=batch)
    with refuses("being_prepared"):
        prepare(acting(SECOND, role="payment_preparer"), book="sm", on=DAY)
    with refuses("being_prepared"):
        prepare(acting(PREPARER), book="sm", on=DAY, text="other words")


def test_another_request_under_the_key_of_one_that_was_cut_off_is_refused(book: Book, kill: Any) -> None:
    owed(book)
    half_prepared(book, kill, key="form")
    with refuses("key_used"):
        prepare(acting(PREPARER, key="form"), book="sm", on=DAY + timedelta(days=1))


def test_what_is_owed_since_a_batch_was_cut_off_is_left_for_the_next_or_paid_once(book: Book, kill: Any) -> None:
    first, *_ = owed(book)
    half_prepared(book, kill)
    assert first.payee is not None
    house.owe(book, first.payee, 7)  # has an order in the batch already
    assert prepare(acting(PREPARER), book="sm", on=DAY)["amount"] == 1_500
    assert prepare(acting(PREPARER), book="sm", on=DAY)["amount"] == 7


def test_a_batch_is_given_up_half_prepared_and_what_it_held_is_open(book: Book, kill: Any) -> None:
    owed(book)
    batch = half_prepared(book, kill)
    assert cancel(acting(PREPARER), batch=batch) == 2
    assert PaymentItem.objects.count() == 0
    assert prepare(acting(SECOND, role="payment_preparer"), book="sm", on=DAY)["amount"] == 1_500


@pytest.mark.parametrize("who", ["who gave it up", "who prepares next"])
def test_what_a_given_up_batch_still_holds_is_let_go(book: Book, kill: Any, who: str) -> None:
    owed(book)
    batch = house.prepared(book)
    kill("sign", after=1)
    with pytest.raises(Killed):
        cancel(acting(PREPARER), batch=batch)
    assert PaymentItem.objects.count() == 3
    kill("sign")
    if who == "who gave it up":
        assert cancel(acting(PREPARER), batch=batch) == 5
        with refuses("not_now"):
            cancel(acting(PREPARER), batch=batch)
    assert prepare(acting(SECOND, role="payment_preparer"), book="sm", on=DAY)["amount"] == 1_500


def test_a_batch_whose_booking_was_cut_off_is_booked_whole_by_whoever_asks_again(book: Book, kill: Any) -> None:
    owed(book)
    batch = house.prepared(book)
    for name in ("approve", "release", "note_file"):
        house.step(name, batch)
    kill("hand_over", after=1)
    with pytest.raises(Killed):
        hand_over(acting(TREASURER), batch=batch)
    assert states(batch) == ["sent"] * 2 + ["ready"] * 3
    kill("hand_over")
    early = house.take(house.statement(*map(house.left, house.orders(batch))))
    assert (early["paid"], early["suspense"]) == (2, 3) and PaymentBatch.objects.get().state == "handed_over"
    lump = house.take(house.statement(Movement(DAY, -1_500, message_of(batch), "L"), name="S2"))
    assert lump["paid"] == 0  # half of it is paid one by one
    assert hand_over(acting(TREASURER), batch=batch)["again"] is True
    assert states(batch) == ["paid"] * 2 + ["sent"] * 3
    assert house.take(house.statement(Movement(DAY, -1, text="FRAIS"), name="S3"))["paid"] == 3
    assert PaymentBatch.objects.get().state == "settled"


def test_a_statement_that_was_cut_off_comes_in_whole_when_it_is_sent_again(book: Book, kill: Any) -> None:
    owed(book)
    orders = house.orders(house.handed_over(book))
    read = house.statement(*map(house.left, orders[:4]), Movement(DAY, 40, text="?"), house.came_back(orders[0]))
    kill("statements", after=1)
    with pytest.raises(Killed):
        house.take(read)
    assert len([state for state in states(orders[0].batch_id) if state == "paid"]) == 2
    kill("statements")
    told = {"statement": read, "digest": house.sha256(repr(read).encode()).digest()}
    answer = take_statement(acting(COLLEAGUE, key="form"), **told)
    assert {name: answer[name] for name in ("lines", "known", "paid", "returned", "suspense")} == {
        "lines": 6, "known": 0, "paid": 4, "returned": 1, "suspense": 1,
    }  # fmt: skip
    assert take_statement(acting(COLLEAGUE, key="form"), **told) == answer
    again = take_statement(acting(ACCOUNTANT), **told)
    assert (again["lines"], again["known"], again["paid"]) == (0, 6, 0)
    assert states(orders[0].batch_id) == ["returned", "paid", "paid", "paid", "sent"]
    assert [line.amount for line in unexplained()] == [40]


def test_a_batch_that_was_paid_in_one_is_paid_whole_whatever_was_cut_off(book: Book, kill: Any) -> None:
    owed(book)
    batch = house.handed_over(book)
    lump = house.statement(Movement(DAY, -1_500, message_of(batch.id), "L"))
    kill("statements", after=1)
    with pytest.raises(Killed):
        house.take(lump)
    kill("statements")
    assert house.take(lump)["paid"] == 5
    assert states(batch.id) == ["paid"] * 5 and PaymentBatch.objects.get().state == "settled"


def states(batch: int) -> list[str]:
    return [order.state for order in house.orders(batch)]
