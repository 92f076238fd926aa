"""What the bank said that nothing explains yet, and how the books stand beside its statements."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tiwizi.records.money.models import Statement, StatementLine
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


class Reconciled(NamedTuple):
    """The bank's account in the books against the closing balance of its last statement, in minor units."""

    statement: str
    until: date
    bank: int
    books: int


def reconciliation(*, book: str) -> Reconciled | None:
    """How the books stand beside the last statement: the two are equal once the account's opening balance is booked,
    since every movement is. None before the first statement."""
    last = Statement.objects.filter(book__code=book).order_by("-until", "-id").select_related("book").first()
    if last is None:
        return None
    codes = {f"{book}:{account.code}" for account in last.book.accounts.all() if "bank" in account.roles.split()}
    held = sum(balance.net for balance in balances(book=book, until=last.until) if balance.account in codes)
    return Reconciled(last.identifier, last.until, last.closing, held)
