"""Rows that are never changed and rows that are never removed, table by table."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.records import world
from tests.records.refused import refused

APPEND_ONLY = ("money_transfer", "care_decision")
KEPT = (
    "people_household", "people_person", "people_bankaccount", "people_user", "money_book", "money_account",
    "money_paymentbatch", "money_paymentorder", "cover_plan", "cover_act", "care_claim", "care_line", "care_run",
)  # fmt: skip
FIXED = {
    "people_bankaccount": ("number = '0'", "payee_id = 0", "asked_by_id = 0"),
    "money_paymentbatch": ("text = 'x'", "day = '2026-01-01'", "prepared_by = 99"),
    "money_paymentorder": ("amount = amount + 1", "reference = 'x'", "payee_id = 0", "account_id = 0"),
    "money_paymentitem": ("order_id = 0",),
    "care_claim": ("number = 'x'", "household_id = 0"),
    "care_line": ("billed = billed + 1", "quantity = 1", "person_id = 0", "act_id = 0", "day = '2026-01-01'"),
    "care_run": ("plan_version_id = 0", "touched_upto = 99"),
}


@pytest.fixture(autouse=True)
def rows(database: str) -> None:
    line = world.line()
    world.decision(line, world.run())
    world.batch(world.owed(world.book()))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_row_of_the_ledger_or_of_a_decision_is_neither_changed_nor_removed(table: str) -> None:
    column = {"money_transfer": "amount", "care_decision": "share"}[table]
    for statement in (f"UPDATE {table} SET {column} = {column} + 1", f"DELETE FROM {table}"):
        with refused(f"{table} is append-only"):
            execute(statement)
    if connection.vendor == "postgresql":
        with refused("append-only"):
            execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", KEPT)
def test_a_row_that_others_lead_to_is_never_removed(table: str) -> None:
    with refused(f"rows of {table} are never deleted"):
        execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table, change", [(table, change) for table, changes in FIXED.items() for change in changes])
def test_what_came_in_stays_as_it_came_in(table: str, change: str) -> None:
    with refused(f"{table}: refused by the guard fixed"):
        execute(f"UPDATE {table} SET {change}")
