"""Any one altered, removed or exchanged row of a long trail is found, and named (F28)."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from django.db import connection, transaction
from tests.soak.conftest import many

from tiwizi.records.trail.chain import Draft, Fault, append, head, verify

MOMENT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
PIECE = 10_000


def test_one_altered_row_is_found_among_all_others(database: str) -> None:
    rows = many(test=5_000, soak=1_000_000)
    for low in range(0, rows, PIECE):
        with transaction.atomic():
            append([_draft(number) for number in range(low, min(low + PIECE, rows))])
    whole = head()
    assert verify(whole).rows == rows and not verify(whole).faults
    _let_rows_be_changed()
    dice = random.Random(28)
    for column, other in [("subject", "'household:0'"), ("moment", "moment + 1"), ("body", "'{}'")] * 2:
        at = dice.randrange(1, rows)
        _run("CREATE TABLE kept AS SELECT * FROM trail_event WHERE position = %s", at)
        _run(f"UPDATE trail_event SET {column} = {other} WHERE position = %s", at)
        assert verify(whole).faults == (Fault(at, "altered"),)
        _run("DELETE FROM trail_event WHERE position = %s", at)
        assert verify(whole).faults == (Fault(at + 1, "missing"),)
        _run("INSERT INTO trail_event SELECT * FROM kept")
        _run("DROP TABLE kept")
    assert not verify(whole).faults
    _run("DELETE FROM trail_event WHERE position = %s", rows)
    assert verify(whole).faults == (Fault(rows, "head"),)


def _draft(number: int) -> Draft:
    return Draft(MOMENT, number % 50, "people.enrol_member", f"household:{number + 1}", {"answer": number}, [])


def _let_rows_be_changed() -> None:
    """What somebody can do who owns the database."""
    if connection.vendor == "postgresql":
        _run("ALTER TABLE trail_event DISABLE TRIGGER USER")
        return
    for event in ("update", "delete"):
        _run(f"DROP TRIGGER trail_event_append_only_{event}")


def _run(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
