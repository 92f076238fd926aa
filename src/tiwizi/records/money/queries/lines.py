"""Movements of the bank's statements: what each is, what nothing explains, and what might explain it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from tiwizi.records.database.keyset import keyset
from tiwizi.records.money.models import (
    SOURCES,
    Match,
    MatchedOrder,
    PaymentBatch,
    PaymentOrder,
    StatementLine,
)
from tiwizi.records.money.queries.journal import name

SORTS = {"number": "id", "day": "day", "amount": "amount", "reference": "reference"}
#: Orders that might be meant, and orders of a batch to choose from.
MOST = 500


@dataclass(frozen=True)
class LineRow:
    """amount: positive where the mutual received, minor units. what: "paid", "returned", "batch", "part" (of one),
    "entry" or "suspense", with the ``order`` or the ``batch`` that it is. late: it came in after its period was
    closed, and is booked on ``booked_on``."""

    number: int
    book: str
    statement: str
    day: date
    booked_on: date
    amount: int
    reference: str
    text: str
    reason: str
    what: str
    order: str
    batch: int | None
    transfer: str

    @property
    def is_late(self) -> bool:
        return self.booked_on != self.day

    @property
    def came(self) -> int | None:
        return self.amount if self.amount > 0 else None

    @property
    def left(self) -> int | None:
        return -self.amount if self.amount < 0 else None


class LinesPage(NamedTuple):
    rows: list[LineRow]
    next: str
    many: int
    came: int
    left: int


def lines_page(
    *, book: str = "", statement: int | None = None, what: str = "", words: str = "", since: date | None = None,
    until: date | None = None, late: bool = False, sort: str = "number", descending: bool = False, after: str = "",
    size: int = 50,
) -> LinesPage:  # fmt: skip
    """Movements. what: "explained" or "suspense". words: of the bank's text or a reference."""
    found = StatementLine.objects.all()
    if book:
        found = found.filter(book__code=book)
    if statement is not None:
        found = found.filter(statement=statement)
    if what:
        found = found.filter(match__isnull=what == "suspense")
    for word in words.split():
        found = found.filter(Q(text__icontains=word) | Q(reference__icontains=word))
    if since:
        found = found.filter(day__gte=since)
    if until:
        found = found.filter(day__lte=until)
    if late:
        found = found.exclude(booked_on=F("day"))
    sums = found.aggregate(
        n=Count("pk"), came=Sum("amount", filter=Q(amount__gt=0)), left=Sum("amount", filter=Q(amount__lt=0))
    )
    rows, following = keyset(_told_about(found), by=SORTS[sort], descending=descending, after=after, size=size)
    return LinesPage(
        [_told(line) for line in rows], following, sums["n"], int(sums["came"] or 0), -int(sums["left"] or 0)
    )


def line_numbered(number: int) -> LineRow | None:
    line = _told_about(StatementLine.objects.filter(id=number)).first()
    return _told(line) if line is not None else None


def _told_about(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    part = MatchedOrder.objects.filter(line=OuterRef("pk")).values("order__batch")[:1]
    told = lines.select_related("book", "statement", "match__order", "match__transfer")
    return told.annotate(part_of=Subquery(part))


def _told(line: StatementLine) -> LineRow:
    match: Match | None = getattr(line, "match", None)
    booked: Any = match.transfer if match is not None else None
    return LineRow(
        line.id, line.book.code, line.statement.identifier, line.day, line.booked_on, line.amount, line.reference,
        line.text, line.reason, _what(match), match.order.reference if match and match.order else "",
        (match.batch_id or cast(Any, line).part_of) if match else None,
        name(booked.source, booked.subject, booked.part) if booked is not None else "",
    )  # fmt: skip


def _what(match: Match | None) -> str:
    if match is None:
        return "suspense"
    if match.order_id is not None:
        return "returned" if match.returned else "paid"
    if match.batch_id is not None:
        return "batch"
    return "part" if SOURCES[match.transfer.source] == "statement" else "entry"


class Candidate(NamedTuple):
    """An order that a line in suspense may be: the amount is the same, and nothing is said of it yet."""

    reference: str
    name: str
    day: date
    amount: int
    state: str


def candidates(number: int) -> list[Candidate]:
    """Orders of the line's book, the latest first."""
    line = StatementLine.objects.get(id=number)
    states = ("sent", "returned") if line.amount < 0 else ("sent", "paid")
    found = PaymentOrder.objects.filter(batch__book=line.book_id, amount=abs(line.amount), state__in=states)
    said = Match.objects.filter(order__isnull=False, returned=line.amount > 0).values("order")
    found = found.exclude(id__in=said).exclude(batch__in=Match.objects.filter(batch__isnull=False).values("batch"))
    rows = found.select_related("payee", "batch").order_by("-id")[:20]
    return [Candidate(one.reference, one.payee.name, one.batch.day, one.amount, one.state) for one in rows]


class PartOf(NamedTuple):
    """A batch of which a line may be what the bank paid in one sum: its unpaid orders, their sum, and those that the
    bank seems to have left out, where one alone makes the difference."""

    batch: int
    day: date
    orders: list[Candidate]
    amount: int
    guess: str


def parts(number: int) -> list[PartOf]:
    """Batches at the bank whose unpaid orders add up to at least the line, the latest first."""
    line = StatementLine.objects.get(id=number)
    if line.amount > 0:
        return []
    waits = PaymentBatch.objects.filter(book=line.book_id, state__in=("handed_over", "settled")).order_by("-id")[:20]
    found = []
    for batch in waits:
        orders = list(_unpaid(batch)[: MOST + 1])
        total = sum(order.amount for order in orders)
        missing = total + line.amount
        if not orders or missing < 0 or len(orders) > MOST:
            continue
        left = [order for order in orders if order.amount == missing]
        told = [Candidate(order.reference, order.payee.name, batch.day, order.amount, order.state) for order in orders]
        found.append(PartOf(batch.id, batch.day, told, total, left[0].reference if len(left) == 1 else ""))
    return found


def _unpaid(batch: PaymentBatch) -> QuerySet[PaymentOrder]:
    paid = Match.objects.filter(order__batch=batch, returned=False).values("order")
    found = PaymentOrder.objects.filter(batch=batch, state__in=("sent", "returned")).exclude(id__in=paid)
    found = found.exclude(id__in=MatchedOrder.objects.filter(order__batch=batch).values("order"))
    if Match.objects.filter(batch=batch).exists():
        return found.none()
    return found.select_related("payee").order_by("id")


def suspense_of(book: str, *, until: date | None = None) -> tuple[int, int]:
    """Movements of a book that nothing explains, up to a day: (how many, minor units)."""
    found = StatementLine.objects.filter(book__code=book, match=None)
    if until is not None:
        found = found.filter(booked_on__lte=until)
    sums = found.aggregate(n=Count("pk"), sum=Sum("amount"))
    return sums["n"], int(sums["sum"] or 0)
