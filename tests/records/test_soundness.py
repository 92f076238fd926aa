"""What ``tiwizi verify`` asks of the records finds what somebody did who owns the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from tests.records.money import house

from tiwizi.records.care import soundness as care
from tiwizi.records.money import soundness as money


def broken() -> dict[str, tuple[str, ...]]:
    return {check.name: check.found for checks in (care.checks(), money.checks()) for check in checks if check.broken}


def unguarded(statement: str) -> None:
    """A statement that the database would refuse, by somebody who has turned its refusals off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(statement)


def paid() -> None:
    """A payment on its way."""
    book = house.books()
    house.owe(book, house.payee(), 12_000)
    house.handed_over(book)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    paid()
    assert broken() == {}


@pytest.mark.parametrize(
    "happened, statement, check",
    [
        (paid, "UPDATE money_transfer SET book_id = book_id + 1 WHERE source = 2", "transfers"),
        (paid, "UPDATE money_paymentorder SET amount = amount + 1", "batches"),
        (paid, "UPDATE money_paymentorder SET amount = amount + 1", "orders"),
        (paid, "UPDATE money_paymentorder SET state = 'ready'", "orders"),
        (paid, "UPDATE money_transfer SET payee_id = NULL WHERE source = 2", "control_accounts"),
    ],
)
def test_what_was_changed_behind_the_system_s_back_is_found(
    happened: Callable[[], None], statement: str, check: str
) -> None:
    happened()
    assert check not in broken()
    unguarded(statement)
    assert check in broken()
