"""What is left to do before a period of a book is closed, and what closing it will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Sum

from tiwizi.records.money.models import Account, Entry, PaymentBatch, Period, Statement, Transfer
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.money.queries.lines import suspense_of
from tiwizi.records.money.queries.statements import Reconciled, reconciliation


@dataclass(frozen=True)
class BeforeClosing:
    """since, until: the first day that is open, and the first that stays open. Amounts in minor units. ``unexplained``:
    movements in suspense; ``entries``: that wait for a second person; ``batches``: released and not handed over;
    ``last``: how the bank stands, None without a statement; ``reaches``: the last statement reaches the end.
    ``result``: income less expenses up to then, as the year's end would carry it."""

    since: date | None
    until: date
    last_day: date
    unexplained: int
    unexplained_amount: int
    entries: int
    batches: int
    last: Reconciled | None
    reaches: bool
    transfers: int
    moved: int
    result: int

    @property
    def todo(self) -> list[str]:
        """What is not done yet, by name."""
        is_open = {
            "unexplained": self.unexplained > 0,
            "entries": self.entries > 0,
            "batches": self.batches > 0,
            "statement": not self.reaches,
            "reconciled": self.last is not None and self.last.difference != 0,
        }
        return [name for name, lacks in is_open.items() if lacks]


def closed_until(book: str) -> date | None:
    """The first day that is open, None where nothing was closed."""
    found: date | None = Period.objects.filter(book__code=book, closed_at__isnull=False).aggregate(m=Max("until"))["m"]
    return found


def before_closing(book: str, *, until: date) -> BeforeClosing:
    since, last_day = closed_until(book), until - timedelta(days=1)
    count, amount = suspense_of(book, until=last_day)
    waits = Entry.objects.filter(book__code=book, confirmed_by=None, refused_by=None, day__lt=until).count()
    released = PaymentBatch.objects.filter(book__code=book, state="released", day__lt=until).count()
    moved = Transfer.objects.filter(book__code=book, day__lt=until)
    sums = (moved.filter(day__gte=since) if since else moved).aggregate(n=Count("id"), sum=Sum("amount"))
    reached = Statement.objects.filter(book__code=book).aggregate(m=Max("until"))["m"]
    return BeforeClosing(
        since, until, last_day, count, amount, waits, released, reconciliation(book=book),
        reached is not None and reached >= last_day, sums["n"], int(sums["sum"] or 0), _result(book, last_day),
    )  # fmt: skip


def _result(book: str, until: date) -> int:
    kinds = {
        f"{book}:{code}": kind for code, kind in Account.objects.filter(book__code=book).values_list("code", "kind")
    }
    return -sum(
        balance.net for balance in balances(book=book, until=until) if kinds[balance.account] in ("income", "expense")
    )
