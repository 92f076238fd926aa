"""The orders of a batch as a long list, one order with what became of it, and those that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from tiwizi.records.database.keyset import keyset
from tiwizi.records.money.models import RETURN, Match, MatchedOrder, PaymentItem, PaymentOrder, Transfer
from tiwizi.records.money.queries.difference import KINDS, difference

#: What the orders can be sorted by -> the field.
SORTS = {"reference": "id", "name": "payee__name", "amount": "amount", "state": "state"}
#: Of orders that differ in a way, so many are shown as a list.
MOST_DIFFERENT = 2_000


class OrderRow(NamedTuple):
    """``account``: its last four digits. ``amount`` in minor units."""

    id: int
    reference: str
    name: str
    account: str
    amount: int
    state: str


@dataclass(frozen=True)
class OrdersPage:
    """A page of orders; ``count`` and ``amount`` of all that were asked for."""

    rows: list[OrderRow]
    next: str
    count: int
    amount: int


def orders_page(
    batch: int, *, state: str = "", words: str = "", kind: str = "", sort: str = "reference",
    descending: bool = False, after: str = "", size: int = 50, names: bool = True,
) -> OrdersPage:  # fmt: skip
    """The orders of a batch. words: of a payee's name or a reference. names: whether
    names can be asked for. kind: of difference.KINDS."""
    found = PaymentOrder.objects.filter(batch=batch)
    if state:
        found = found.filter(state=state)
    for word in words.split():
        named = Q(payee__name__icontains=word) if names else Q()
        found = found.filter(Q(reference__icontains=word) | named)
    if kind in KINDS:
        found = found.filter(id__in=getattr(difference(batch), kind).ids[:MOST_DIFFERENT].tolist())
    sums = found.aggregate(n=Count("id"), sum=Sum("amount"))
    rows, following = keyset(
        found.select_related("payee", "account"), by=SORTS[sort], descending=descending, after=after, size=size
    )
    return OrdersPage([_row(order) for order in rows], following, sums["n"], int(sums["sum"] or 0))


def _row(order: PaymentOrder) -> OrderRow:
    masked = f"…{order.account.number[-4:]}"
    return OrderRow(order.id, order.reference, order.payee.name, masked, order.amount, order.state)


@dataclass(frozen=True)
class OrderTold:
    """An order, with the day on which the bank paid it, that on which it came back and why, and the batch in which
    what came back was paid again; None and "" for what did not happen."""

    row: OrderRow
    batch: int
    book: str
    day: date
    paid_on: date | None
    returned_on: date | None
    reason: str
    again: int | None


def order_called(reference: str) -> OrderTold | None:
    """An order by its reference; None where there is none."""
    order = _told_about().filter(reference=reference).first()
    return _told([order])[0] if order is not None else None


def returned_orders(*, book: str = "", limit: int = 2_000) -> list[OrderTold]:
    """Payments that came back, the latest first."""
    found = _told_about().filter(state="returned")
    if book:
        found = found.filter(batch__book__code=book)
    return _told(list(found.order_by("-id")[:limit]))


def _told_about() -> QuerySet[PaymentOrder]:
    return PaymentOrder.objects.select_related("payee", "account", "batch__book")


def _told(orders: list[PaymentOrder]) -> list[OrderTold]:
    ids = [order.id for order in orders]
    lines: dict[tuple[int, bool], Any] = {}
    for match in Match.objects.filter(order__in=ids).select_related("line"):
        lines[match.order_id or 0, match.returned] = match.line
    for part in MatchedOrder.objects.filter(order__in=ids).select_related("line"):
        lines[part.order_id, False] = part.line
    paid_again = dict(
        PaymentItem.objects.filter(transfer__source=RETURN, transfer__subject__in=ids).values_list(
            "transfer__subject", "order__batch"
        )
    )
    told = []
    for order in orders:
        paid, back = lines.get((order.id, False)), lines.get((order.id, True))
        told.append(
            OrderTold(
                _row(order), order.batch_id, order.batch.book.code, order.batch.day, paid.day if paid else None,
                back.day if back else None, (back.reason or back.text) if back else "", paid_again.get(order.id),
            )
        )  # fmt: skip
    return told


def waits_again(*, book: str = "") -> int:
    """How many payments came back and are not paid again."""
    open_again = Transfer.objects.filter(source=RETURN, subject=OuterRef("id")).exclude(
        Exists(PaymentItem.objects.filter(transfer=OuterRef("id")))
    )
    found = PaymentOrder.objects.filter(state="returned").filter(Exists(open_again))
    return (found.filter(batch__book__code=book) if book else found).count()
