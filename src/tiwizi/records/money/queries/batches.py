"""Batches and their orders as people follow them, and who waits to be paid and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Q

from tiwizi.records.money.models import PaymentBatch, PaymentOrder
from tiwizi.records.money.queries.funds import book_called
from tiwizi.records.money.queries.to_pay import HELD, PAYS, dues, free_of, open_transfers
from tiwizi.records.people.models import Payee


@dataclass(frozen=True)
class Shown:
    """A batch: minor units; of its orders, those that the bank paid and those that came back; who signed, as numbers of
    users."""

    batch: int
    book: str
    currency: str
    day: date
    state: str
    orders: int
    amount: int
    prepared_by: int
    approved_by: int | None
    second_approved_by: int | None
    released_by: int | None
    paid: int
    returned: int


def batches(*, number: int | None = None, state: str | None = None, limit: int = 50) -> list[Shown]:
    """The latest batches, or one, or those in a state."""
    narrowed = {name: value for name, value in (("id", number), ("state", state)) if value is not None}
    counts = {state: Count("items", filter=Q(items__state=state)) for state in ("paid", "returned")}
    rows = PaymentBatch.objects.filter(**narrowed).order_by("-id")
    named = ("id", "book__code", "book__currency", "day", "state", "orders", "amount")
    signed = ("prepared_by", "approved_by", "second_approved_by", "released_by")
    return [Shown(*row) for row in rows.annotate(**counts).values_list(*named, *signed, *counts)[:limit]]


class OrderShown(NamedTuple):
    """``account``: only its last four digits. ``amount`` in minor units."""

    reference: str
    payee: int
    name: str
    account: str
    amount: int
    state: str


def orders(batch: int, *, state: str | None = None, limit: int = 1000) -> list[OrderShown]:
    """The orders of a batch, in the order of its file."""
    found = PaymentOrder.objects.filter(batch=batch).order_by("id")
    if state is not None:
        found = found.filter(state=state)
    rows = found.values_list("reference", "payee_id", "payee__name", "account__number", "amount", "state")[:limit]
    return [OrderShown(reference, payee, name, f"…{rib[-4:]}", *rest) for reference, payee, name, rib, *rest in rows]


class Waiting(NamedTuple):
    """A payee who is not paid for a ``reason`` of HELD; ``amount`` (minor units) is what they are owed, or owe."""

    payee: int
    name: str
    amount: int
    reason: str


class ToPay(NamedTuple):
    """What a batch would hold: payees and their sum in minor units; who waits; and how many transfers are left for
    another batch, since whoever is to sign has a hand in them."""

    payees: int
    amount: int
    waiting: list[Waiting]
    tied: int = 0


def to_pay(*, book: str, on: date, at: datetime, to: str = "", without: Sequence[int] = (), limit: int = 1000) -> ToPay:
    """What could be paid from a book at a moment, of what is owed up to the end of the day ``on``. without: users who
    are to prepare, approve or release it: what touches them is left."""
    found = open_transfers(book=book_called(book).id, until=on, to=to)
    kept = found.only(free_of(found, without)) if without else found
    owed = dues(kept, at=at)
    pays = owed.held == PAYS
    waits = [(int(owed.payee[i]), int(owed.amount[i]), HELD[owed.held[i]]) for i in (~pays).nonzero()[0][:limit]]
    names = dict(Payee.objects.filter(id__in=[payee for payee, *_ in waits]).values_list("id", "name"))
    waiting = [Waiting(payee, names[payee], amount, reason) for payee, amount, reason in waits]
    return ToPay(int(pays.sum()), int(owed.amount[pays].sum()), waiting, len(found.id) - len(kept.id))
