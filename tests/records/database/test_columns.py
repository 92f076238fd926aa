"""Columns come out of the database as they went in, on both databases."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from tiwizi.records.database.columns import PIECE, read_columns, reserve_ids, write_columns
from tiwizi.records.trail.models import Event, Message
from tiwizi.rules.period import NO_DAY, day_number


@transaction.atomic
def write(columns: dict[str, object]) -> int:
    return write_columns(Event, columns)


def events(count: int, *, first: int = 1) -> dict[str, object]:
    return {
        "position": np.arange(first, first + count),
        "moment": np.arange(count) * 1000,
        "user": np.zeros(count, np.int32),
        "verb": pa.array(["دفع"] * count),
        "subject": pa.array([f'"a", é\n{row}' for row in range(count)]),
        "key": pa.array([None if row % 2 else f"k{row}" for row in range(count)], pa.string()),
        "body": ["{}"] * count,
        "hash": pa.array([bytes([row % 256]) * 32 for row in range(count)], pa.binary()),
    }


def test_texts_blobs_and_nulls_come_back() -> None:
    assert write(events(300)) == 300
    found = read_columns(
        'SELECT position, "user", subject, key, hash FROM trail_event ORDER BY position',
        {"position": "int", "user": "int", "subject": "text", "key": "text", "hash": "blob"},
    )
    assert found["position"].tolist() == list(range(1, 301))
    assert found["subject"].to_pylist()[:2] == ['"a", é\n0', '"a", é\n1']
    assert found["key"].to_pylist()[:3] == ["k0", "", "k2"]
    assert found["hash"].to_pylist()[7] == bytes([7]) * 32
    assert bytes(Event.objects.get(position=3).hash) == bytes([2]) * 32
    assert Event.objects.get(position=2).key is None


def test_numbers_days_and_flags_come_in_whole_columns_with_a_word_for_none() -> None:
    found = read_columns(
        "SELECT 2 AS n, CAST('2026-02-28' AS date) AS d, 1 = 1 AS f UNION ALL SELECT NULL, NULL, NULL ORDER BY 1"
        if connection.vendor == "postgresql"
        else "SELECT 2 AS n, '2026-02-28' AS d, 1 = 1 AS f UNION ALL SELECT NULL, NULL, NULL ORDER BY 1 DESC",
        {"n": "int", "d": "day", "f": "flag"},
    )
    assert found["n"].tolist() == [2, -1]
    assert found["d"].tolist() == [day_number(date(2026, 2, 28)), NO_DAY]
    assert found["f"].tolist() == [True, False]


@pytest.mark.parametrize("kinds", [{"position": "int"}, {"position": "int", "subject": "text"}])
def test_nothing_comes_back_as_empty_columns(kinds: dict[str, str]) -> None:
    found = read_columns(f"SELECT {', '.join(kinds)} FROM trail_event", kinds)  # type: ignore[arg-type]
    assert [len(column) for column in found.values()] == [0] * len(kinds)


def test_more_rows_than_one_piece_keep_their_order() -> None:
    count = PIECE + 7
    with transaction.atomic():
        write(events(count))
    found = read_columns(
        "SELECT position, moment FROM trail_event ORDER BY position", {"position": "int", "moment": "int"}
    )
    assert np.array_equal(found["moment"], np.arange(count) * 1000)


def test_a_query_takes_parameters() -> None:
    write(events(10))
    found = read_columns(
        "SELECT position FROM trail_event WHERE position > %s AND verb = %s", {"position": "int"}, [8, "دفع"]
    )
    assert found["position"].tolist() == [9, 10]


def test_reserved_ids_are_not_given_again() -> None:
    write(events(1))
    with transaction.atomic():
        first = reserve_ids(Message, 100)
        assert reserve_ids(Message, 5) == first + 100
    assert Message.objects.create(event_id=1, topic="t", body={}).id == first + 105


def test_a_row_that_is_refused_takes_all_rows_with_it() -> None:
    write(events(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        write(events(5, first=5))
    assert Event.objects.count() == 5
