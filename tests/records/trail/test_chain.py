"""The chain finds what was changed behind its back."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from tiwizi.records.trail.chain import START, Draft, Fault, Head, append, canonical, head, verify

MOMENT = datetime(2026, 11, 25, 9, 30, 0, 123456, tzinfo=UTC)


def draft(subject: str) -> Draft:
    return Draft(MOMENT, 7, "people.enrol_member", subject, {"answer": 1, "اسم": "é"}, [])


def chain_of(rows: int) -> Head:
    with transaction.atomic():
        append([draft(f"household:{number}") for number in range(rows)])
    return head()


def tamper(statement: str) -> None:
    """What somebody can do who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE trail_event DISABLE TRIGGER ALL; ALTER TABLE trail_message DISABLE TRIGGER ALL")
        else:
            cursor.execute("DROP TRIGGER trail_event_append_only_update")
            cursor.execute("DROP TRIGGER trail_event_append_only_delete")
        cursor.execute(statement)


def test_an_untouched_chain_has_no_fault() -> None:
    last = chain_of(50)
    verdict = verify(last)
    assert (verdict.rows, verdict.head, verdict.faults) == (50, last, ())


def test_an_empty_chain_has_no_fault() -> None:
    assert verify().head == Head(0, START)


@pytest.mark.parametrize(
    "column, value",
    [
        ("moment", "moment + 1"),
        ('"user"', "8"),
        ("verb", "'people.enrol'"),
        ("subject", "'household:9'"),
        ("key", "'k'"),
        ("request", "hash"),
        ("body", "'{}'"),
    ],
)
def test_one_altered_value_is_found_where_it_is(column: str, value: str) -> None:
    chain_of(40)
    tamper(f"UPDATE trail_event SET {column} = {value} WHERE position = 17")
    assert verify().faults == (Fault(17, "altered"),)


def test_a_removed_row_is_found() -> None:
    chain_of(40)
    tamper("DELETE FROM trail_event WHERE position = 17")
    assert verify().faults == (Fault(18, "missing"),)


def test_two_rows_that_changed_places_are_found() -> None:
    chain_of(40)
    tamper("UPDATE trail_event SET position = 1000 WHERE position = 17")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trail_event SET position = 17 WHERE position = 18")
        cursor.execute("UPDATE trail_event SET position = 18 WHERE position = 1000")
    assert [fault.where for fault in verify().faults] == [17, 18, 19]


def test_rows_cut_off_the_end_are_found_by_a_head_noted_elsewhere() -> None:
    noted = chain_of(40)
    tamper("DELETE FROM trail_event WHERE position > 35")
    assert verify().faults == ()
    assert verify(noted).faults == (Fault(40, "head"),)


@pytest.mark.parametrize("statement", ["UPDATE trail_event SET verb = verb", "DELETE FROM trail_event"])
def test_the_database_refuses_to_change_or_remove_an_event(statement: str) -> None:
    chain_of(2)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify().rows == 2


def test_the_database_refuses_to_replace_or_truncate() -> None:
    chain_of(2)
    columns = 'position, moment, "user", verb, subject, body, hash'
    statement = {
        "postgresql": "TRUNCATE trail_event CASCADE",
        "sqlite": f"INSERT OR REPLACE INTO trail_event ({columns}) SELECT {columns} FROM trail_event",
    }[connection.vendor]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_writers_at_the_same_time_make_one_chain() -> None:
    start = Barrier(6)

    def write(number: int) -> None:
        start.wait()
        for turn in range(10):
            with transaction.atomic():
                append([draft(f"writer:{number}-{turn}")])
        connection.close()

    threads = [Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify()[0::2] == (60, ())


def test_the_canonical_form_is_one_text() -> None:
    assert canonical({"b": 1, "a": [MOMENT, MOMENT.date(), b"\x01", None]}) == (
        '{"a":["2026-11-25T09:30:00.123456+00:00","2026-11-25","01",null],"b":1}'
    )
