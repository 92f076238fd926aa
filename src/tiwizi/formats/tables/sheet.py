"""A table being checked: its columns as values, and what was found wrong, row by row.

A row with anything wrong goes to repair with all that is wrong with it. What depends on a row in repair goes there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables import check
from tiwizi.formats.tables.order import places
from tiwizi.formats.tables.schema import Column, column
from tiwizi.formats.tables.schema import words as known_words
from tiwizi.formats.tables.source import Source, as_text
from tiwizi.rules.money import MAX_AMOUNT, MAX_PRICE, MAX_QUANTITY

Rows = NDArray[Any]
_MOST = {"amount": MAX_AMOUNT, "price": MAX_PRICE, "quantity": MAX_QUANTITY, "whole": 2**15 - 1}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with some rows: the field, the reason (a key of locale repair.toml), the names to fill in.

    Each value is a text array with an entry for each of ``rows``.
    """

    rows: Rows
    field: str
    key: str
    values: Mapping[str, Any]


@dataclass
class Sheet:
    """``digits``: decimals of the amounts, by kind of column (0 where amounts are written in minor units)."""

    source: Source
    digits: int = 2
    findings: list[Finding] = field(default_factory=list)
    bad: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.source.rows, bool)
        self.find(self.source.ragged, "", "ragged")

    @property
    def rows(self) -> int:
        return self.source.rows

    @property
    def good(self) -> Rows:
        """The rows with nothing wrong so far."""
        return np.flatnonzero(~self.bad)

    def has(self, name: str) -> bool:
        return name in self.source.columns

    def find(self, at: Rows, name: str, key: str, **values: Any) -> None:
        """Something is wrong ``at`` some rows (a mask or row numbers). A value is a text or an array, a row each."""
        rows = np.flatnonzero(at) if at.dtype == bool else at
        if len(rows) == 0:
            return
        self.bad[rows] = True
        shown = {as_name: _shown(value, rows) for as_name, value in values.items()}
        if name and "value" not in shown and self.has(name):
            shown["value"] = as_text(self.source.columns[name].take(pa.array(rows))).combine_chunks()
        self.findings.append(Finding(rows, name, key, shown))

    # -- columns as values ----------------------------------------------------------------------------------------

    def keys(self, name: str) -> Any:
        """Identifiers as a text array; blank where the table has no such column."""
        if not self.has(name):
            return pa.array([""] * self.rows, pa.string())
        cells = check.keys(self.source.columns[name])
        if self._column(name).required:
            self.find(pc.equal(cells, pa.scalar("")).to_numpy(zero_copy_only=False), name, "missing")
        return cells

    def coded(self, name: str) -> tuple[Rows, Any]:
        """Names as positions in a vocabulary, -1 for blank, and the vocabulary, without a blank, sorted."""
        if not self.has(name):
            return np.full(self.rows, -1, np.int32), pa.array([], pa.string())
        codes, found = check.coded(self.source.columns[name])
        order = pc.sort_indices(found).to_numpy()
        order = order[np.flatnonzero(pc.not_equal(found, pa.scalar("")).to_numpy(zero_copy_only=False)[order])]
        place = np.full(len(found), -1, np.int32)
        place[order] = np.arange(len(order))
        codes = place[codes] if len(found) else codes
        if self._column(name).required:
            self.find(codes < 0, name, "missing")
        return codes, found.take(pa.array(order))

    def filled(self, name: str) -> Rows:
        """Whether the cell holds anything."""
        return self.coded(name)[0] >= 0

    def days(self, name: str, *, blank: int) -> Rows:
        if not self.has(name):
            return np.full(self.rows, blank, np.int32)
        return self._judged(name, check.days(self.source.columns[name], blank=blank))

    def numbers(self, name: str, *, blank: int = -1) -> Rows:
        """Amounts and prices in minor units, quantities in thousandths, rates in basis points (int64)."""
        if not self.has(name):
            return np.full(self.rows, blank, np.int64)
        cells, kind = self.source.columns[name], self._column(name).kind
        if kind == "rate":
            return self._judged(name, check.rates(cells, blank=blank))
        digits = {"quantity": 3, "whole": 0}.get(kind, self.digits)
        return self._judged(name, check.numbers(cells, digits=digits, most=_MOST[kind], blank=blank))

    def words(self, name: str, register: tuple[str, ...]) -> Rows:
        """Positions in a register (int8); a blank cell means what the schema says, -1 where it says nothing."""
        said = self._column(name)
        blank = register.index(said.blank) if said.blank else -1
        if not self.has(name):
            return np.full(self.rows, blank, np.int8)
        known = known_words(said.kind)
        return self._judged(name, check.words(self.source.columns[name], known, register, blank=blank), register)

    def _judged(self, name: str, read: check.Read, register: tuple[str, ...] = ()) -> Rows:
        """The values of a column, once its wrong cells are noted; only a required cell may not be blank."""
        if not read.wrong.any():
            return read.values
        required = self._column(name).required
        for code in np.unique(read.wrong):
            if code == check.OK or (code == check.MISSING and not required):
                continue
            more = {"words": ", ".join(register)} if code == check.NOT_A_WORD else {}
            self.find(read.wrong == code, name, check.WRONGS[code], **more)
        return read.values

    def _column(self, name: str) -> Column:
        return column(self.source.table, name)

    # -- between rows ---------------------------------------------------------------------------------------------

    def refuse_duplicates(self, identity: Rows, name: str, *, key: str = "duplicate") -> None:
        """Of the good rows with one identity all but the first go to repair, the first by all the row says."""
        good = self.good
        same = identity[good]
        order = np.argsort(same, kind="stable")
        again = np.flatnonzero(same[order][1:] == same[order][:-1])
        if len(again) == 0:
            return
        doubled = np.isin(same, same[order][again])
        rows = good[doubled]
        cells = list(zip(*(column.to_pylist() for column in self.source.original(rows).values()), strict=True))
        ranked = sorted(range(len(rows)), key=lambda i: (identity[rows[i]], cells[i], rows[i]))
        firsts: dict[Any, int] = {}
        others, kept = [], []
        for i in ranked:
            first = firsts.setdefault(identity[rows[i]], i)
            if first != i:
                others.append(rows[i])
                kept.append(int(self.source.lines(rows[first : first + 1])[0]))
        self.find(np.array(others), name, key, line=pa.array([str(line) for line in kept]))

    def match(self, name: str, cells: Any, known: Any, lost: Any, *, of: str, place: Rows | None = None) -> Rows:
        """Where each identifier stands among the known ones (int32), -1 for none.

        ``lost`` are the identifiers of rows in repair; ``place`` is given where it has been looked up already.
        Keys: ``unknown_<of>`` and ``<of>_in_repair``.
        """
        place = places(cells, known) if place is None else place
        nowhere = place < 0
        if nowhere.any():
            rows = np.flatnonzero(nowhere & (pc.not_equal(cells, pa.scalar("")).to_numpy(zero_copy_only=False)))
            in_repair = pc.is_in(cells.take(pa.array(rows)), value_set=lost).to_numpy(zero_copy_only=False)
            self.find(rows[in_repair], name, f"{of}_in_repair")
            self.find(rows[~in_repair], name, f"unknown_{of}")
        return place

    def lost(self, cells: Any) -> Any:
        """The identifiers of the rows in repair."""
        return pc.unique(cells.take(pa.array(np.flatnonzero(self.bad))))


def _shown(value: Any, rows: Rows) -> Any:
    """What is to be shown of each row."""
    if isinstance(value, str):
        return pa.array([value] * len(rows), pa.string())
    return value if len(value) == len(rows) else value.take(pa.array(rows))
