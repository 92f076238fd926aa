"""How each fund stands: at the bank, on the way, owed, unexplained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tiwizi.records.money.models import Account, Book
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.trail.refusal import Refused


@dataclass(frozen=True)
class Fund:
    """A book and what stands on the accounts that have a role, in minor units; ``owed`` and ``way`` are positive where
    the fund owes, ``bank`` where it has."""

    code: str
    name: Mapping[str, str]
    currency: str
    has_bank: bool
    ceiling: int | None
    roles: Mapping[str, int]

    @property
    def bank(self) -> int:
        return self.roles.get("bank", 0)

    @property
    def way(self) -> int:
        return -self.roles.get("in_transit", 0)

    @property
    def owed(self) -> int:
        return -self.roles.get("members_payable", 0) - self.roles.get("providers_payable", 0)

    @property
    def suspense(self) -> int:
        return -self.roles.get("suspense", 0)

    @property
    def result(self) -> int:
        return -self.roles.get("result", 0)


def funds(*, until: date | None = None) -> list[Fund]:
    """Every book, in the order in which they were opened."""
    held = {balance.account: balance.net for balance in balances(until=until)}
    by_role: dict[int, dict[str, int]] = {}
    for account in Account.objects.select_related("book"):
        for role in account.roles.split():
            sums = by_role.setdefault(account.book_id, {})
            sums[role] = sums.get(role, 0) + held.get(f"{account.book.code}:{account.code}", 0)
    return [
        Fund(book.code, book.name, book.currency, bool(book.rib), book.ceiling, by_role.get(book.id, {}))
        for book in Book.objects.order_by("id")
    ]


def book_called(code: str) -> Book:
    """Refused: no_such_book."""
    found = Book.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Book.objects.order_by("code").values_list("code", flat=True))
        raise Refused("no_such_book", code=code, known=known or "-")
    return found
