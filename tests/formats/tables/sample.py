"""A small mutual as rows: two households, four people, three claims, five lines, nothing wrong with it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from tiwizi.formats.tables import Book, from_rows
from tiwizi.rules.adjudicate.columns import Decisions, pack_rule
from tiwizi.rules.plan.document import Layer, Plan
from tiwizi.rules.terms import REASON_CODE

Tables = dict[str, list[dict[str, Any]]]

_TABLES: Tables = {
    "people": [
        {"person": "P1", "household": "H1", "role": "member", "birth_date": "1980-05-01", "sex": "F"},
        {"person": "P2", "household": "H1", "role": "child", "birth_date": "01/09/2015", "sex": ""},
        {"person": "P3", "household": "H2", "role": "adhérent", "birth_date": "1970-01-31", "sex": "M"},
        {"person": "P4", "household": "H2", "role": "زوجة", "birth_date": "1975-12-31", "sex": "أنثى"},
    ],
    "statuses": [{"person": "P4", "status": "ALD", "start": "2024-01-01", "end": ""}],
    "cover": [
        {"household": "H1", "person": "", "plan": "AMO", "start": "2015-01-01", "end": ""},
        {"household": "H2", "person": "", "plan": "AMO", "start": "2015-01-01", "end": "2027-01-01"},
        {"household": "", "person": "P4", "plan": "SM", "start": "2020-01-01", "end": ""},
    ],
    "claims": [
        {"claim": "C1", "household": "H1", "provider": "DR9", "sector": "privé", "received_on": "2026-03-01"},
        {"claim": "C2", "household": "H1", "provider": "", "sector": "", "received_on": "2026-02-01"},
        {"claim": "C3", "household": "H2", "provider": "DR1", "sector": "عمومي", "received_on": "2026-04-01"},
    ],
    "lines": [
        {"claim": "C1", "line": "1", "person": "P1", "date": "2026-01-31", "code": "CS", "quantity": "1",
         "unit_price": "250,00", "billed": "250.00"},
        {"claim": "C1", "line": "2", "person": "P2", "date": "2026-01-31", "code": "M1", "quantity": "2",
         "unit_price": "30.50", "billed": ""},
        {"claim": "C1", "line": "10", "person": "P2", "date": "2026-01-31", "code": "M1", "quantity": "",
         "unit_price": "", "billed": "30.50"},
        {"claim": "C2", "line": "1", "person": "P1", "date": "2026-01-02", "code": "CS", "quantity": "1",
         "unit_price": "150.00", "billed": "150.00"},
        {"claim": "C3", "line": "1", "person": "P4", "date": "2026-03-05", "code": "CS", "quantity": "1",
         "unit_price": "1 150,00", "billed": "1150"},
    ],
    "tariff": [
        {"code": "CS", "category": "specialist", "price": "150.00", "sector": "", "label_fr": "Consultation"},
        {"code": "CS", "category": "specialist", "price": "100.00", "sector": "public", "label_fr": ""},
        {"code": "M1", "category": "medicine", "price": "30.50", "sector": "", "label_fr": ""},
    ],
}  # fmt: skip


def tables() -> Tables:
    """A copy to be spoilt."""
    return deepcopy(_TABLES)


def book(changed: Tables | None = None, **options: Any) -> Book:
    return from_rows(changed or tables(), currency="MAD", **options)


def write_csv(folder: Path, rows: Tables, *, delimiter: str = ",", encoding: str = "utf-8") -> None:
    """The tables as plain CSV files."""
    import csv

    folder.mkdir(parents=True, exist_ok=True)
    for name, found in rows.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(found[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(found)


PLAN = Plan(
    id="two-steps",
    name={},
    currency="MAD",
    layers=(
        Layer("amo", {}, 1, frozenset(["AMO"])),
        Layer("sm", {}, 2, frozenset(["SM"])),
        Layer("ccd", {}, 2, frozenset(["CCD"])),
    ),
)


def decisions(of: Book) -> Decisions:
    """Made up by hand: the first layer pays half, one of the second pays a quarter on every other line."""
    lines, billed = of.facts.lines, of.facts.billed
    other = np.arange(lines) % 2 == 0
    paid = np.stack([billed // 2, np.where(other, billed // 4, 0)], axis=1)
    chosen = np.stack([np.zeros(lines, np.int8), np.where(other, 2, -1)], axis=1).astype(np.int8)
    rate, ceiling = REASON_CODE["rate"], REASON_CODE["ceiling"]
    start = np.arange(lines + 1, dtype=np.int64) * 2
    rules = np.tile([pack_rule(0, rate, 3), pack_rule(2, ceiling, 7)], lines).astype(np.int32)
    cuts = np.stack([billed - billed // 2, billed // 4], axis=1).reshape(-1)
    return Decisions(
        state=np.full(lines, 1, np.int8), reasons=np.full(lines, 1 << rate | 1 << ceiling, np.int64), billed=billed,
        paid=paid, chosen=chosen, reductions=np.zeros(lines, np.int64), share=billed - paid.sum(axis=1),
        trail_start=start, trail_rule=rules, trail_cut=cuts,
    )  # fmt: skip
