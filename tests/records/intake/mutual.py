"""The small mutual of tests/formats/tables as a folder of CSV files, and who brings it in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.formats.tables.sample import Tables, tables

from tiwizi.formats.tables.totals import Total
from tiwizi.records.intake import operations as intake
from tiwizi.records.intake.operations import Arrived
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import Grant

DAY = date(2026, 5, 4)
BY = By(user=3, grants=(Grant("system"),), at=datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
#: Of the sample, all tables.
DECLARED = {
    "people": Total(4), "statuses": Total(1), "cover": Total(3), "claims": Total(3), "lines": Total(5, 164_150),
    "tariff": Total(3),
}  # fmt: skip


def folder(at: Path, content: Tables | None = None, *, only: Sequence[str] = ()) -> Path:
    """The tables as CSV files in a new folder, all or only some."""
    at.mkdir(parents=True)
    for table, rows in (content or tables()).items():
        if rows and (not only or table in only):
            with (at / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
                out.writeheader()
                out.writerows(rows)
    return at


def bring_in(at: Path, *, by: By = BY, on: date = DAY, **options: Any) -> Arrived:
    options = {"declared": None, "currency": "MAD"} | options
    return intake.bring_in(by, at, on=on, **options)


def look(at: Path, *, by: By = BY, on: date = DAY) -> Arrived:
    return intake.look(by, at, currency="MAD", on=on)
