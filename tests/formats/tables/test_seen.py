"""Only households of which the tables say something new are read, and nothing is told otherwise for that."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.tables.sample import Tables, tables, write_csv
from tests.formats.tables.test_facts import ROWS_OF_THE_TABLES

from tiwizi.formats.tables import Book, read_folder
from tiwizi.formats.tables.merged import merged
from tiwizi.formats.tables.seen import Seen, numbers

HOUSEHOLDS = 6


def _mutual() -> Tables:
    """A few households with two people, two claims and four lines each."""
    rows: Tables = {name: [] for name in ("people", "statuses", "cover", "claims", "lines", "reported")}
    for h in range(HOUSEHOLDS):
        home = {"household": f"H{h}"}
        for p, role in enumerate(("member", "child")):
            rows["people"].append({"person": f"P{h}{p}", **home, "role": role, "birth_date": "1980-05-01"})
            rows["statuses"].append({"person": f"P{h}{p}", "status": "ALD", "start": "2025-01-01", "end": ""})
        rows["cover"].append({**home, "person": "", "plan": "AMO", "start": "2015-01-01"})
        rows["cover"].append({"household": "", "person": f"P{h}1", "plan": f"SM{h % 2}", "start": "2015-01-01"})
        for c in range(2):
            claim = {"claim": f"C{h}{c}"}
            rows["claims"].append({**claim, **home, "provider": f"D{h}", "sector": "", "received_on": "2026-03-01"})
            for line in range(2):
                care = {"person": f"P{h}{line}", "date": "2026-01-31", "code": "CS", "billed": f"{100 + h}.00"}
                rows["lines"].append({**claim, "line": str(line), **care})
        rows["reported"].append({"claim": f"C{h}0", "line": "0", "layer": "amo", "paid": "20.00"})
    return rows | {"tariff": tables()["tariff"]}


def _cell(table: str, column: str, *cells: str) -> Callable[[Tables, random.Random], None]:
    """One cell of a table becomes another; "?" stands for what another row has there."""

    def change(rows: Tables, chance: random.Random) -> None:
        cell = chance.choice(cells)
        chance.choice(rows[table])[column] = chance.choice(rows[table])[column] if cell == "?" else cell

    return change


def _twice(table: str) -> Callable[[Tables, random.Random], None]:
    return lambda rows, chance: rows[table].append(dict(chance.choice(rows[table])))


def _gone(table: str) -> Callable[[Tables, random.Random], None]:
    def change(rows: Tables, chance: random.Random) -> None:
        if len(rows[table]) > 1:
            del rows[table][chance.randrange(len(rows[table]))]

    return change


CHANGES = [
    *(_gone(table) for table in ("people", "statuses", "cover", "claims", "lines", "reported")),
    *(_twice(table) for table in ("people", "statuses", "cover", "claims", "lines", "reported")),
    _cell("people", "household", "?", "H9", "", " H1 "),
    _cell("people", "person", "?", "P99", ""),
    _cell("people", "role", "?", "cousin"),
    _cell("statuses", "person", "?", "P99"),
    _cell("statuses", "end", "2024-01-01", "2026-01-01"),
    _cell("cover", "household", "?", "", "H9"),
    _cell("cover", "person", "?", "P00", "P99"),
    _cell("cover", "plan", "SM7", "?"),
    _cell("claims", "claim", "?", "C99", "", "C01\u00a0"),
    _cell("claims", "household", "?", "H9"),
    _cell("claims", "provider", "D99", "?"),
    _cell("claims", "received_on", "2025-01-01", "2026-04-01"),
    _cell("lines", "claim", "?", "C99"),
    _cell("lines", "line", "7", "?"),
    _cell("lines", "person", "?", "P99"),
    _cell("lines", "code", "CS", "M1", "XX"),
    _cell("lines", "billed", "77.00", "abc", "100.00"),
    _cell("reported", "claim", "?", "C99"),
    _cell("reported", "paid", "10.00", "9999.00"),
    _cell("tariff", "price", "150.00", "151.00"),
]


def _changed(rows: Tables, seed: int) -> Tables:
    chance = random.Random(seed)
    for change in chance.choices(CHANGES, k=chance.choice((0, 1, 1, 2, 3, 6))):
        change(rows, chance)
    return rows


def _read(rows: Tables, before: Seen | None = None) -> Book:
    with tempfile.TemporaryDirectory() as folder:
        write_csv(Path(folder), rows)
        return read_folder(Path(folder), currency="MAD", before=before)


def _said(book: Book) -> dict[str, Any]:
    """All that a book says, with names in place of positions in vocabularies."""
    facts, ids = book.facts, book.ids
    providers = [*ids.providers.to_pylist(), ""]
    said: dict[str, Any] = {
        field.name: getattr(facts, field.name).tolist()
        for field in fields(facts)
        if isinstance(getattr(facts, field.name), np.ndarray) and field.name not in ROWS_OF_THE_TABLES
    }
    said["provider"] = [providers[at] for at in facts.provider]
    said["cover_plan"] = [facts.plan_codes[at] for at in facts.cover_plan]
    said["reported"] = {layer: paid.tolist() for layer, paid in facts.reported.items() if (paid >= 0).any()}
    said["lines"] = [book.name_line(row) for row in range(facts.lines)]
    said["tariff"] = [providers[at] for at in book.tariff.provider]
    return said | {name: getattr(ids, name).to_pylist() for name in ("households", "people", "claims", "codes")}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_what_is_read_and_what_is_left_out_are_what_reading_everything_gives(first: int, then: int) -> None:
    earlier = _changed(_mutual(), first)
    before = _read(earlier)
    now = _changed({table: [dict(row) for row in rows] for table, rows in earlier.items()}, then)
    everything, part = _read(now), _read(now, before.seen)
    kept = np.isin(numbers(before.ids.households), part.unread)
    assert kept.sum() == len(part.unread), "who is left out was there before"
    assert not set(before.ids.households.filter(kept).to_pylist()) & set(part.ids.households.to_pylist())
    assert _said(merged(before, kept, part) if kept.any() else part) == _said(everything)
    assert list(part.repair.rows("en")) == list(everything.repair.rows("en"))
    assert part.counts == everything.counts
    assert part.seen is not None and everything.seen is not None
    for field in fields(Seen):
        assert np.array_equal(getattr(part.seen, field.name), getattr(everything.seen, field.name))


def test_a_late_file_has_its_household_read_alone() -> None:
    earlier, now = _mutual(), _mutual()
    earlier["lines"] = [row for row in now["lines"] if row["claim"] != "C30"]
    earlier["claims"] = [row for row in now["claims"] if row["claim"] != "C30"]
    earlier["reported"] = [row for row in now["reported"] if row["claim"] != "C30"]
    part = _read(now, _read(earlier).seen)
    assert part.ids.households.to_pylist() == ["H3"]
    assert part.counts["lines"].rows == 4 * HOUSEHOLDS


def test_the_order_of_rows_says_nothing_new() -> None:
    before = _mutual()
    now = {table: rows[::-1] for table, rows in _mutual().items()}
    assert _read(now, _read(before).seen).facts.households == 0


@pytest.mark.parametrize("how", ["price", "unit", "nothing seen"])
def test_what_concerns_all_households_has_all_read(tmp_path: Path, how: str) -> None:
    seen = _read(_mutual()).seen
    assert seen is not None
    now = _mutual()
    if how == "price":
        now["tariff"][0]["price"] = "151.00"
    if how == "nothing seen":
        seen = replace(seen, households=seen.households[:0], rows=seen.rows[:0])
    write_csv(tmp_path, now)
    book = read_folder(tmp_path, currency="MAD", before=seen, amounts_in="minor" if how == "unit" else None)
    assert book.facts.households == HOUSEHOLDS
