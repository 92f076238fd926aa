"""What stands: the last decision on each line, and what claims are owed by it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiwizi.records.care import booking
from tiwizi.records.care.booking import Books
from tiwizi.records.care.decision import SUMS
from tiwizi.records.care.models import Run
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.database.columns import among, read_columns
from tiwizi.rules.adjudicate.columns import Column

Rows = dict[str, Any]


def read_standing(lines: Column) -> Rows:
    """The last decision on each of some lines (by id, ascending) that has one: line, number, run, SUMS."""
    rows = read_columns(
        f"SELECT line_id AS line, number, run_id AS run, {', '.join(SUMS)} FROM care_decision"
        f" WHERE {among('line_id', lines)}",
        {name: "int" for name in ("line", "number", "run", *SUMS)},
    )
    order = np.lexsort((rows["number"], rows["line"]))
    last = order[np.append(np.diff(rows["line"][order]) != 0, True)[: len(order)]]
    last = last[np.isin(rows["line"][last], lines)]
    return {name: column[last] for name, column in rows.items()}


def owed_now(claims: Column) -> tuple[Column, Books]:
    """[claims, books]: what claims (by id, ascending) are owed by the decisions that stand, by the plans of their runs.
    None of them may be without a decision."""
    lines = read_columns(
        f"SELECT id, claim_id AS claim FROM care_line WHERE {among('claim_id', claims)} ORDER BY id",
        {"id": "int", "claim": "int"},
    )
    own = np.isin(lines["claim"], claims)
    lines = {name: column[own] for name, column in lines.items()}
    decided = read_standing(lines["id"])
    claim = np.searchsorted(claims, lines["claim"][np.searchsorted(lines["id"], decided["line"])])
    version_of = dict(
        Run.objects.filter(id__in=np.unique(decided["run"]).tolist()).values_list("id", "plan_version_id")
    )
    version = np.array([version_of[run] for run in decided["run"].tolist()], np.int64)
    total, books = None, None
    for one in np.unique(version).tolist():
        books = booking.books_of(open_plan(one))
        by_it = {name: column[version == one] for name, column in decided.items()}
        amounts = booking.owed(by_it, claim[version == one], len(claims), books)
        total = amounts if total is None else total + amounts
    assert total is not None and books is not None
    return total, books
