"""Batches as people follow them, and lines of statements that nothing explains yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q

from tiwizi.records.money.models import Book, PaymentBatch, StatementLine, Transfer
from tiwizi.records.trail.refusal import Refused


@dataclass(frozen=True)
class Shown:
    """A batch: minor units; of its orders, those that the bank paid and those that came back."""

    batch: int
    book: str
    currency: str
    day: date
    state: str
    orders: int
    amount: int
    paid: int
    returned: int


def batches(*, number: int | None = None, limit: int = 50) -> list[Shown]:
    """The latest batches, or one."""
    narrowed = {"id": number} if number is not None else {}
    counts = {state: Count("items", filter=Q(items__state=state)) for state in ("paid", "returned")}
    rows = PaymentBatch.objects.filter(**narrowed).order_by("-id")
    named = ("id", "book__code", "book__currency", "day", "state", "orders", "amount")
    return [Shown(*row) for row in rows.annotate(**counts).values_list(*named, *counts)[:limit]]


def unexplained(*, limit: int = 200) -> list[tuple[int, str, date, int, str, str]]:
    """(line, book, day, minor units, reference, text) of movements in suspense, the oldest first."""
    rows = StatementLine.objects.filter(match=None).order_by("id")
    return list(rows.values_list("id", "book__code", "day", "amount", "reference", "text")[:limit])


def currency_of_books() -> str:
    """The currency that all books are kept in. Raises Refused where they are kept in several."""
    found = list(Book.objects.order_by("currency").values_list("currency", flat=True).distinct())
    if len(found) != 1:
        raise Refused("books_of_several_currencies" if found else "no_books", currencies=", ".join(found))
    return found[0]


def first_day() -> date | None:
    """The day of the first transfer."""
    found: date | None = Transfer.objects.aggregate(first=Min("day"))["first"]
    return found
