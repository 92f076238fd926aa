"""Of which households the tables say what they said before: their rows as numbers, so that only the others are read.

A row becomes a number made of its cells as they stand in the file, a household the sum of its rows in all tables,
whatever their order. Equal sums are equal rows, but for a chance of one in 2**64. A household with a row in repair, or
with an identifier that stands twice, has no sum: others may hang on it, so it is always read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi import __version__
from tiwizi.formats.tables.check import keys
from tiwizi.formats.tables.repair import Counts
from tiwizi.formats.tables.source import Source, as_text

Rows = NDArray[Any]
_IDS = ("person", "household", "claim")


@dataclass(frozen=True)
class Seen:
    """uint64: the numbers of all households, ascending, and the sums of their rows, 0 for none; that of the tariff."""

    households: Rows
    rows: Rows
    tariff: Rows


class Look:
    """A look at the tables before they are checked, in the order of ``book.ORDER``: whom each row is about.

    ``home``: for each row of a table the position of its household, -1 where that is not known (such rows end in
    repair). digits: of the amounts of each table; the same cells mean something else by others. Another version may
    understand them otherwise too.
    """

    def __init__(self, digits: Mapping[str, int]) -> None:
        self.digits = digits
        self.home: dict[str, Rows] = {}
        self.mentioned: dict[str, Rows] = {}
        self.tariff = np.zeros(1, np.uint64)
        self.same: Rows | None = None

    def at(self, source: Source) -> None:
        """Look at one table."""
        from tiwizi.rules.adjudicate.redecide import stir  # compiled: who only opens what was seen need not load it

        columns = sorted(source.columns.items())
        kinds = [(name, str(_kind(column.type))) for name, column in columns]
        meant = pa.array([f"{__version__} {source.table} {self.digits[source.table]} {kinds}"])
        rows = np.repeat(numbers(meant), source.rows)
        ids: dict[str, Rows] = {}
        for name, column in columns:
            cells = _numbers(name, column)
            stir(rows, cells)
            if name in _IDS:
                ids[name] = cells
        if source.table == "tariff":
            self.tariff[0] = rows.sum(dtype=np.uint64)
            return
        self.home[source.table] = home = self._home(source, ids)
        np.add.at(self.sums, home, rows)  # what has no home falls to the last, which is nobody's

    def _home(self, source: Source, found: Mapping[str, Rows]) -> Rows:
        blank = numbers(pa.array([""]))

        def ids(name: str) -> Rows:
            return found[name] if name in found else np.repeat(blank, source.rows)

        table = source.table
        if table == "people":
            self.households, home = np.unique(ids("household"), return_inverse=True)
            self.sums = np.zeros(len(self.households) + 1, np.uint64)
            self.doubtful = np.zeros(len(self.households) + 1, bool)
            home = home.astype(np.int32)
            self.people = self._index(ids("person"), home)
            return home
        if table == "claims":
            home = self._named(ids("household"))
            self.claims = self._index(ids("claim"), home)
            return home
        if table == "reported":
            return self.claims.find(ids("claim"))
        own = self.mentioned[table] = self.people.find(ids("person"))
        if table == "lines":
            return self.claims.find(ids("claim"))
        household = ids("household")
        return np.where(household == blank, own, self._named(household))  # a status has no household but its person's

    def _named(self, households: Rows) -> Rows:
        return _Index(self.households, np.arange(len(self.households), dtype=np.int32)).find(households)

    def _index(self, ids: Rows, home: Rows) -> _Index:
        """Where each identifier is at home; one that stands twice makes its households doubtful."""
        order = np.argsort(ids, kind="stable")
        ids, home = ids[order], home[order]
        again = np.flatnonzero(ids[1:] == ids[:-1])
        self.doubtful[home[again]] = self.doubtful[home[again + 1]] = True
        return _Index(ids, home)

    def seen(self) -> Seen:
        return Seen(self.households, np.where(self.doubtful, np.uint64(0), self.sums)[:-1], self.tariff)

    def leave_out(self, before: Seen) -> None:
        """Read no household of which all is said that was said before, and nothing else."""
        now = self.seen()
        same = np.zeros(len(now.households) + 1, bool)
        if len(before.households) and np.array_equal(before.tariff, now.tariff):
            at = np.minimum(np.searchsorted(before.households, now.households), len(before.households) - 1)
            same[:-1] = (before.households[at] == now.households) & (before.rows[at] == now.rows) & (now.rows != 0)
        # Whom a row mentions that is read must be there: what is wrong with the row can depend on it.
        for table, people in self.mentioned.items():
            same[people[~same[self.home[table]]]] = False
        same[-1] = False
        self.same = same if same.any() else None

    def unread(self) -> Rows:
        """The numbers of the households that are left out."""
        return np.zeros(0, np.uint64) if self.same is None else self.households[self.same[:-1]]

    def to_read(self, source: Source) -> Source:
        """The rows of a table that are not left out."""
        return source if self.same is None or source.table not in self.home else source.take(self._read(source.table))

    def _read(self, table: str) -> Rows:
        assert self.same is not None
        return np.flatnonzero(~self.same[self.home[table]])

    def doubt(self, table: str, bad: Rows) -> None:
        """Some of the rows that were read went to repair."""
        if table in self.home:
            self.doubtful[self.home[table][bad if self.same is None else self._read(table)[bad]]] = True

    def of_all(self, table: str, counts: Counts) -> Counts:
        """The counts of a table, those rows included that were left out."""
        rows = len(self.home[table]) if table in self.home else counts.rows
        return Counts(rows, rows - counts.repair, counts.repair)


@dataclass(frozen=True)
class _Index:
    """Numbers of identifiers, ascending, and the household of each."""

    numbers: Rows
    home: Rows

    def find(self, ids: Rows) -> Rows:
        """The household of each, -1 for none. Neighbours are often equal: a run is looked up once."""
        if len(ids) == 0 or len(self.numbers) == 0:
            return np.full(len(ids), -1, np.int32)
        heads = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
        wanted = ids[heads]
        at = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        found = np.where(self.numbers[at] == wanted, self.home[at], np.int32(-1))
        return np.repeat(found, np.diff(np.append(heads, len(ids))))


def numbers(texts: Any) -> Rows:
    """uint64: a number for each text, the same in every run."""
    from tiwizi.rules.adjudicate.redecide import number_texts

    whole = texts.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    at = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    found: Rows = number_texts(at, np.frombuffer(data if data else b" ", np.uint8))
    return found


def _kind(kind: Any) -> Any:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _numbers(name: str, cells: Any) -> Rows:
    """uint64 per cell. Identifiers as they are compared; texts by their letters; days and numbers by their bits."""
    if name in _IDS:
        return numbers(keys(cells))
    return np.concatenate([np.zeros(0, np.uint64), *(_piece(piece) for piece in cells.chunks)])


def _piece(piece: Any) -> Rows:
    kind = piece.type
    if pa.types.is_dictionary(kind):
        of = np.append(numbers(_text(piece.dictionary)), numbers(pa.array([""])))
        return np.asarray(of[pc.fill_null(piece.indices, len(of) - 1).to_numpy(zero_copy_only=False)])
    if pa.types.is_date32(kind) or pa.types.is_integer(kind):
        held = piece.view(pa.int32()) if pa.types.is_date32(kind) else piece
        whole = pc.fill_null(held.cast(pa.int64(), safe=False), -1).to_numpy(zero_copy_only=False).view(np.uint64)
    elif pa.types.is_decimal128(kind) and kind.precision <= 18:
        whole = np.frombuffer(piece.buffers()[1], np.uint64)[2 * piece.offset :: 2][: len(piece)]
    else:
        return numbers(_text(piece))
    if piece.null_count:
        whole = np.where(piece.is_null().to_numpy(zero_copy_only=False), np.uint64(2**63), whole)
    return np.asarray(whole)


def _text(cells: Any) -> Any:
    return pc.fill_null(as_text(pa.chunked_array([cells])).combine_chunks(), "")
