"""What the bank said that nothing explains yet, and how the books stand beside its statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from tiwizi.records.money.models import Book, Statement, StatementLine
from tiwizi.records.money.queries.balances import balances


class Unexplained(NamedTuple):
    """A movement in suspense; ``amount`` is positive where the mutual received, in minor units."""

    line: int
    book: str
    day: date
    amount: int
    reference: str
    text: str


def unexplained(*, limit: int = 200) -> list[Unexplained]:
    """The movements of statements that stand in suspense, the oldest first."""
    rows = StatementLine.objects.filter(match=None).order_by("id")
    return [
        Unexplained(*row) for row in rows.values_list("id", "book__code", "day", "amount", "reference", "text")[:limit]
    ]


@dataclass(frozen=True)
class Reconciled:
    """The bank's account in the books against the closing balance of its last statement, in minor units. ``late``:
    movements up to that day which came in after their period was closed, and are booked after it."""

    statement: str
    until: date
    bank: int
    books: int
    late: int

    @property
    def difference(self) -> int:
        """What the bank has and the books do not."""
        return self.bank - self.books - self.late


def reconciliation(*, book: str) -> Reconciled | None:
    """How the books stand beside the last statement: the two are equal once the account's opening balance is booked,
    since every movement is. None before the first statement."""
    last = Statement.objects.filter(book__code=book).order_by("-until", "-id").select_related("book").first()
    if last is None:
        return None
    codes = {f"{book}:{account.code}" for account in last.book.accounts.all() if "bank" in account.roles.split()}
    held = sum(balance.net for balance in balances(book=book, until=last.until) if balance.account in codes)
    late = StatementLine.objects.filter(book=last.book_id, day__lte=last.until, booked_on__gt=last.until)
    sums = late.aggregate(sum=Sum("amount"))
    return Reconciled(last.identifier, last.until, last.closing, held, int(sums["sum"] or 0))


@dataclass(frozen=True)
class StatementRow:
    """A statement as it came: minor units; ``lines`` new in it, of which ``unexplained`` stand in suspense. ``gap``:
    its opening balance less the closing one of the statement before; 0 where they follow each other."""

    id: int
    identifier: str
    book: str
    since: date
    until: date
    opening: int
    came: int
    left: int
    closing: int
    lines: int
    unexplained: int
    gap: int


def statements(*, limit: int = 2_000) -> list[StatementRow]:
    """The latest first."""
    sums = {
        "n": Count("lines"), "open": Count("lines", filter=Q(lines__match=None)),
        "came": Sum("lines__amount", filter=Q(lines__amount__gt=0)),
        "left": Sum("lines__amount", filter=Q(lines__amount__lt=0)),
    }  # fmt: skip
    rows = Statement.objects.select_related("book").annotate(**sums).order_by("book", "until", "id")
    found: list[StatementRow] = []
    before: dict[int, int] = {}
    for one in rows:
        row: Any = one
        gap = one.opening - before.get(one.book_id, one.opening)
        before[one.book_id] = one.closing
        found.append(
            StatementRow(
                one.id, one.identifier, one.book.code, one.since, one.until, one.opening, int(row.came or 0),
                int(row.left or 0), one.closing, row.n, row.open, gap,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.until, one.id), reverse=True)[:limit]


def rib_of(book: str) -> str | None:
    """The bank account of a book; None where it has none, or is not there."""
    return Book.objects.filter(code=book).values_list("rib", flat=True).first()


def book_of(rib: str) -> str:
    """The code of the book that has a bank account, "" for none."""
    return Book.objects.filter(rib=rib).values_list("code", flat=True).first() or ""
