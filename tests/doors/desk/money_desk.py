"""Something to pay at the desk of the made-up mutual."""

from __future__ import annotations

from datetime import date

from tests.records.money import house

from tiwizi.doors import clock
from tiwizi.records.money.models import Book
from tiwizi.records.people.models import BankAccount


def owe(amounts: list[int], *, book: str = "sm", day: date | None = None) -> list[int]:
    """So much is owed to as many payees whom it can be paid to; the numbers of the payees."""
    accounts = BankAccount.objects.filter(confirmed_by__isnull=False, ended_at=None).order_by("id")
    accounts = accounts.exclude(
        id__in=BankAccount.objects.filter(usable_from__gt=clock.now()).values("id")
    ).select_related("payee")[: len(amounts)]
    within = Book.objects.get(code=book)
    for account, amount in zip(accounts, amounts, strict=True):
        house.owe(within, account.payee, amount, day=day or clock.today())
    return [account.payee_id for account in accounts]
