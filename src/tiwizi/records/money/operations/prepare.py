"""A batch is prepared: one order for each payee, over everything that is owed to them and no order has taken.

What is owed is read as it stands, and held by nobody meanwhile; then the orders are written part by part, each part a
transaction, so that others who write do not wait for all of them. Until the last part is in, the batch is "preparing"
and nobody signs it. Whoever asks again after a kill goes on where it stopped: nobody gets a second order in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.records.database.columns import read_columns, read_matching, reserve_ids, write_columns
from tiwizi.records.database.locks import giving_way, take_turn
from tiwizi.records.money.lifecycles import BATCH
from tiwizi.records.money.models import Book, PaymentBatch, PaymentItem, PaymentOrder
from tiwizi.records.money.operations.sign import cancel, free_what_cancelled_batches_hold, locked
from tiwizi.records.money.queries.funds import book_called
from tiwizi.records.money.queries.to_pay import HELD, PAYABLE, PAYS, dues, free_of, open_transfers
from tiwizi.records.trail.gate import Act, By, answered, assert_allowed, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused

Array = NDArray[np.int64]
#: Payees whose orders are written in one transaction.
PART = 4_000
NEED = "money.prepare"


def prepare(
    by: By, *, book: str, on: date, to: str = "", without: Sequence[int] = (), text: str = ""
) -> dict[str, Any]:
    """A batch of what is owed in a book up to the end of the day ``on``, to be paid on that day.

    to: "members", "providers" (third-party payment), or "" for both. without: users who are to approve and release it:
    what they decided, and what is their family's, is left for another batch, as is the preparer's own. text: what the
    payees read on their statements. Answer: {"batch", "orders", "amount", "items", "held": {reason: payees}, "tied":
    transfers left for another batch}. Refused: no_such_book, book_without_bank, nothing_to_pay, being_prepared (another
    batch of the book).
    """
    assert to in PAYABLE, f"to is one of {tuple(PAYABLE)}"
    assert_allowed(by, "money.prepare", need=NEED)
    asked: dict[str, Any] = {"book": book, "on": on, "to": to, "without": list(without), "text": text}
    begun = _begun(by, asked)
    if begun is None or PaymentBatch.objects.get(id=begun).state == "preparing":
        plan = _plan(by, _paying(book), on=on, to=to, without=without)
        if not len(plan.payee) and begun is None and _begun(by, asked) is None:
            raise Refused("nothing_to_pay", held=sum(plan.held.values()), tied=plan.tied)
        begun = _begin(_beginning(by), **asked)
        for part in giving_way(plan.parts()):
            _take(replace(by, key=None), batch=begun, part=part)
        if not PaymentBatch.objects.get(id=begun).orders:
            cancel(replace(by, key=None), batch=begun)  # what it was to pay has gone since it was begun
            raise Refused("nothing_to_pay", held=sum(plan.held.values()), tied=plan.tied)
    return _finish(by, batch=begun, **asked)


@dataclass(frozen=True)
class Plan:
    """Whom a batch is to pay: payees in their order, what each is owed (minor units), to which account. ``transfer``
    and ``taker``: the transfers, and whose they are, in the payees' order. ``held``: how many wait, by reason;
    ``tied``: transfers left out."""

    payee: Array
    amount: Array
    account: Array
    transfer: Array
    taker: Array
    held: dict[str, int]
    tied: int

    def parts(self) -> Iterator[Plan]:
        ends = np.searchsorted(self.taker, self.payee, side="right")
        for low in range(0, len(self.payee), PART):
            some = slice(low, low + PART)
            theirs = slice(ends[low - 1] if low else 0, ends[some][-1])
            yield replace(
                self, payee=self.payee[some], amount=self.amount[some], account=self.account[some],
                transfer=self.transfer[theirs], taker=self.taker[theirs],
            )  # fmt: skip

    def without(self, payees: Array) -> Plan:
        """All but some payees."""
        left, theirs = ~np.isin(self.payee, payees), ~np.isin(self.taker, payees)
        return replace(
            self, payee=self.payee[left], amount=self.amount[left], account=self.account[left],
            transfer=self.transfer[theirs], taker=self.taker[theirs],
        )  # fmt: skip


def _plan(by: By, book: Book, *, on: date, to: str, without: Sequence[int]) -> Plan:
    free_what_cancelled_batches_hold(replace(by, key=None), book=book.id)
    found = open_transfers(book=book.id, until=on, to=to)
    kept = found.only(free_of(found, (by.user, *without)))
    owed = dues(kept, at=by.at)
    held = {HELD[why]: int(many) for why, many in zip(*np.unique(owed.held, return_counts=True), strict=True) if why}
    pays = owed.held == PAYS
    taken = kept.only(np.isin(kept.payee, owed.payee[pays]))
    order = np.argsort(taken.payee, kind="stable")
    return Plan(
        owed.payee[pays], owed.amount[pays], owed.account[pays], taken.id[order], taken.payee[order], held,
        len(found.id) - len(kept.id),
    )  # fmt: skip


def _paying(book: str) -> Book:
    """A book that a bank pays from."""
    within = book_called(book)
    if within.rib is None or not within.payer:
        raise Refused("book_without_bank", book=book)
    return within


def _beginning(by: By) -> By:
    """The key of the first part: the last one has the verb's own."""
    return by if by.key is None else replace(by, key=f"{by.key}:begin")


def _begun(by: By, asked: dict[str, Any]) -> int | None:
    """The batch that this very request has begun before, under its key or by the same person."""
    number: int | None = answered(_beginning(by), "money.begin_batch", **asked)
    if number is None and (going := PaymentBatch.objects.filter(book__code=asked["book"], state="preparing").first()):
        number = going.id if _is_of(by, going, **asked) else None
    return number


def _is_of(by: By, batch: PaymentBatch, *, on: date, to: str, without: Sequence[int], text: str, **_: Any) -> bool:
    same = batch.asked == {"to": to, "without": list(without)} and (batch.day, batch.text) == (on, text)
    return same and batch.prepared_by == by.user


@operation("money.begin_batch", need=NEED)
def _begin(act: Act, *, book: str, on: date, to: str, without: Sequence[int], text: str) -> int:
    """The number of a batch that holds nothing yet. A book has one at a time that is being prepared."""
    take_turn("money.prepare")
    within = _paying(book)
    batch = PaymentBatch.objects.filter(book=within, state="preparing").first()
    if batch is None:
        batch = PaymentBatch.objects.create(
            book=within, day=on, text=text, asked={"to": to, "without": list(without)}, prepared_by=act.by.user,
            prepared_at=act.at,
        )  # fmt: skip
    elif not _is_of(act.by, batch, on=on, to=to, without=without, text=text):
        raise Refused("being_prepared", batch=batch.id, book=book)
    act.about("batch", batch.id)
    return batch.id


@operation("money.prepare_part", need=NEED)
def _take(act: Act, *, batch: int, part: Plan) -> dict[str, int]:
    """Write the orders of some payees and what each settles: of those who have none in the batch yet, and whose
    transfers nobody else has taken since they were read."""
    going = locked(batch)
    act.about("batch", batch)
    if going.state != "preparing":
        return {"orders": 0, "amount": 0}  # another process has gone on with it, or it was given up
    part = part.without(np.union1d(_payees_in(going, part.payee), _payees_taken(part)))
    items = 0
    if len(part.payee):
        ids = _write_orders(going, part)
        items = write_columns(
            PaymentItem, {"transfer": part.transfer, "order": ids[np.searchsorted(part.payee, part.taker)]}
        )
        going.last_order = int(ids[-1])
    amount = int(part.amount.sum())
    going.orders, going.amount, going.prepared_at = going.orders + len(part.payee), going.amount + amount, act.at
    going.left = {"items": going.left.get("items", 0) + items, "held": part.held, "tied": part.tied}
    going.save()
    return {"orders": len(part.payee), "amount": amount}


def _payees_in(batch: PaymentBatch, among: Array) -> Array:
    """Of payees in their order, those who have an order in a batch."""
    sql = "SELECT payee_id AS payee FROM money_paymentorder WHERE batch_id = %s AND payee_id BETWEEN %s AND %s"
    found: Array = read_columns(sql, {"payee": "int"}, [batch.id, int(among[0]), int(among[-1])])["payee"]
    return found


def _payees_taken(part: Plan) -> Array:
    sql = "SELECT k.place AS place FROM {keys} k JOIN money_paymentitem i ON i.transfer_id = k.key"
    return part.taker[read_matching(sql, part.transfer, {"place": "int"})["place"]]


def _write_orders(batch: PaymentBatch, part: Plan) -> Array:
    """The ids of the orders, in the order of their payees."""
    ids: Array = np.arange(len(part.payee)) + reserve_ids(PaymentOrder, len(part.payee))
    write_columns(
        PaymentOrder,
        {
            "id": ids,
            "batch": np.full(len(ids), batch.id),
            "payee": part.payee,
            "account": part.account,
            "amount": part.amount,
            "reference": pa.array([reference(order) for order in ids.tolist()]),
            "state": pa.array(["ready"] * len(ids)),
        },
    )
    return ids


@operation("money.prepare", need=NEED)
def _finish(act: Act, *, batch: int, book: str, on: date, to: str, without: Sequence[int], text: str) -> dict[str, Any]:
    """All orders are in: from here on people sign. ``book`` and all that follows make the request what it is."""
    ending = locked(batch)
    act.about("batch", batch)
    if ending.state in ("preparing", "cancelled"):
        ending.state = after(BATCH, ending.state, "finish")
        ending.save()
    return {"batch": batch, "orders": ending.orders, "amount": ending.amount, **ending.left}


def reference(order: int) -> str:
    """The EndToEndId of an order: unique for ever, found again in whatever text a bank makes of it."""
    return f"TWZ{order:012d}"
