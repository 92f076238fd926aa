"""What stands in the books as of any day.

Transfers that were added up (``Summed``) are asked from their day totals, those after them one by one, in one question
to the database, so that both are of one moment. Exact at any time; quick while the second are few.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import connection

from tiwizi.rules.ledger import Balance

_BALANCES = """
    WITH moved AS (
        SELECT debit_id, credit_id, SUM(amount) AS amount FROM money_transfer
        WHERE id > (SELECT COALESCE(MAX(last), 0) FROM money_summed) {and_day} GROUP BY debit_id, credit_id),
    sides AS (
        SELECT account_id, debit, credit FROM money_daytotal WHERE 1 = 1 {and_day}
        UNION ALL SELECT debit_id, amount, 0 FROM moved
        UNION ALL SELECT credit_id, 0, amount FROM moved)
    SELECT b.code, a.code, SUM(s.debit), SUM(s.credit)
    FROM sides s JOIN money_account a ON a.id = s.account_id JOIN money_book b ON b.id = a.book_id {where}
    GROUP BY b.code, a.code ORDER BY b.code, a.code"""


def balances(*, book: str | None = None, until: date | None = None) -> tuple[Balance, ...]:
    """Every account that moved, ``<fund>:<code>``, as of the end of a day: of one book, or of all (the trial balance).

    What is debited is what is credited: the nets add up to 0, in each book and in all.
    """
    and_day = "AND day <= %s" if until is not None else ""
    where = "WHERE b.code = %s" if book is not None else ""
    day = [until] * 2 if until is not None else []
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES.format(and_day=and_day, where=where), [*day, *([book] if book is not None else [])])
        return tuple(Balance(f"{fund}:{code}", int(debit), int(credit)) for fund, code, debit, credit in cursor)


def not_summed_up() -> int:
    """About how many transfers came since the last ``sum_up``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE((SELECT MAX(id) FROM money_transfer), 0)"
            " - COALESCE((SELECT MAX(last) FROM money_summed), 0)"
        )
        return int(cursor.fetchone()[0])


class Owed(NamedTuple):
    """What a payable account holds against what its payees are each owed, in minor units: the two must agree."""

    account: str
    held: int
    parts: int


_PARTS = """
    SELECT b.code, a.code, SUM(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END),
           SUM(CASE WHEN t.payee_id IS NULL THEN 0 WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END)
    FROM money_transfer t JOIN money_account a ON a.id IN (t.debit_id, t.credit_id)
    JOIN money_book b ON b.id = a.book_id
    WHERE a.roles LIKE '%%payable%%' GROUP BY b.code, a.code ORDER BY b.code, a.code"""


def control_accounts() -> tuple[Owed, ...]:
    """Each payable account and the sum of its payees: a look at every transfer, for whoever verifies the books."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [])
        return tuple(Owed(f"{fund}:{code}", int(held), int(parts)) for fund, code, held, parts in cursor)


_WRONG_TOTALS = """
    WITH sides AS (
        SELECT debit_id AS account_id, day, amount AS debit, 0 AS credit FROM money_transfer
        WHERE id <= (SELECT COALESCE(MAX(last), 0) FROM money_summed)
        UNION ALL SELECT credit_id, day, 0, amount FROM money_transfer
        WHERE id <= (SELECT COALESCE(MAX(last), 0) FROM money_summed)
        UNION ALL SELECT account_id, day, -debit, -credit FROM money_daytotal)
    SELECT COUNT(*) FROM (
        SELECT 1 FROM sides GROUP BY account_id, day HAVING SUM(debit) <> 0 OR SUM(credit) <> 0) wrong"""


def wrong_day_totals() -> int:
    """How many day totals are not the sum of their transfers: 0, or the books were changed behind the system's back."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_TOTALS)
        return int(cursor.fetchone()[0])
