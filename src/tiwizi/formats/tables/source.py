"""A table as it lies in its file: columns of text by canonical name, and where each row stands.

Nothing is judged here but whether the file can be a table at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import BESIDE, ONE_OF, REQUIRED_TABLES, TABLES, fold, headings

#: What a folder may hold that looks like a table and is not read as one.
SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".ods")
ENDINGS = (".csv", ".parquet", ".xlsx")
#: More rows than this in one file are refused: a small Parquet file can claim any number. Larger schemes are split.
MAX_ROWS = 50_000_000


@dataclass(frozen=True)
class Cells:
    """What a file holds, before it is known what it means: ``cells`` is an Arrow table with a column for each heading.

    ``names``: the canonical name of each column, None for one that is not known. ``lines``, ``ragged``: see Source.
    """

    table: str
    file: str
    headings: Sequence[str]
    names: Sequence[str | None]
    cells: Any
    lines: Callable[[NDArray[Any]], NDArray[Any]]
    ragged: NDArray[Any]

    def source(self) -> Source:
        known = {name: self.cells.column(at) for at, name in enumerate(self.names) if name}
        own = [(at, heading) for at, heading in enumerate(self.headings) if heading not in BESIDE]

        def original(at: NDArray[Any]) -> dict[str, Any]:
            taken = self.cells.take(pa.array(at))
            return {heading: as_text(taken.column(i)).combine_chunks() for i, heading in own}

        ignored = tuple(heading for at, heading in own if self.names[at] is None and heading)
        return Source(self.table, self.file, self.cells.num_rows, known, self.lines, original, self.ragged, ignored)


@dataclass(frozen=True)
class Source:
    """One table. ``columns``: canonical name -> cells (text, or the type a Parquet file gives them).

    Of some rows, ``lines`` gives the line number in their file (the row number in Parquet), ``original`` the cells as
    the file has them (text arrays by its own headings), ``names`` what to call the file. ``ragged``: rows that had too
    many cells or too few.
    """

    table: str
    file: str
    rows: int
    columns: Mapping[str, Any]
    lines: Callable[[NDArray[Any]], NDArray[Any]]
    original: Callable[[NDArray[Any]], dict[str, Any]]
    ragged: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.int64))
    ignored: tuple[str, ...] = ()
    named: Callable[[NDArray[Any]], list[str]] | None = None

    def names(self, at: NDArray[Any]) -> list[str]:
        return self.named(at) if self.named else [self.table] * len(at)

    def take(self, rows: NDArray[Any]) -> Source:
        """Some rows alone, ascending; each knows where it stands in the file."""
        taken, named = pa.array(rows), self.named
        return replace(
            self,
            rows=len(rows),
            columns={name: cells.take(taken) for name, cells in self.columns.items()},
            lines=lambda at: self.lines(rows[at]),
            original=lambda at: self.original(rows[at]),
            ragged=np.flatnonzero(np.isin(rows, self.ragged)),
            named=named and (lambda at: named(rows[at])),
        )


def find_tables(folder: Path, *, lang: str = "en", required: Sequence[str] = REQUIRED_TABLES) -> dict[str, Path]:
    """table -> its file in a folder. Raises TableError for a spreadsheet, two files of one table, or a missing one."""
    if not folder.is_dir():
        raise TableError("no_folder", lang=lang, path=str(folder))
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        table, ending = path.stem.lower(), path.suffix.lower()
        if table not in TABLES or not path.is_file():
            continue
        if ending in SPREADSHEETS:
            raise TableError("spreadsheet", lang=lang, file=str(path))
        if ending not in ENDINGS:
            continue
        if table in found:
            raise TableError("two_files", lang=lang, table=table, first=str(found[table]), second=str(path))
        found[table] = path
    for table in required:
        if table not in found:
            raise TableError("missing_table", lang=lang, table=table, folder=str(folder))
    return found


def read_source(path: Path, table: str, *, lang: str = "en", uploaded: bool = False, whole: bool = False) -> Source:
    """A file as a table. ``uploaded``: it comes from a stranger, and is read by a confined process (as every workbook
    is, wherever it comes from). ``whole``: with the columns that decide nothing, which a Parquet file is otherwise not
    asked for. Raises TableError when it cannot be a table.
    """
    from tiwizi.formats.tables import confined, csv_file, parquet_file

    ending = path.suffix.lower()
    if ending in SPREADSHEETS:
        raise TableError("spreadsheet", lang=lang, file=str(path))
    read: Callable[[Path, str], Source] = csv_file.read
    if uploaded or ending == ".xlsx":
        read = partial(confined.read, whole=whole)
    elif ending == ".parquet":
        read = partial(parquet_file.read, whole=whole)
    try:
        if path.stat().st_size == 0:
            raise TableError("empty_file", file=str(path))
        return read(path, table)
    except TableError as error:
        raise TableError(error.key, lang=lang, **error.said.values) from error
    except OSError as error:
        raise TableError("unreadable", lang=lang, file=str(path), why=error.strerror or str(error)) from error


def named_columns(found: Sequence[str], table: str, file: str) -> list[str | None]:
    """The canonical name of each heading of a file, None for one that is not known. Raises TableError."""
    known = headings(table)
    names = [known.get(fold(heading)) for heading in found]
    for name in names:
        if name is not None and names.count(name) > 1:
            twice = [heading for heading, other in zip(found, names, strict=True) if other == name]
            raise TableError("column_twice", file=file, column=name, headings=", ".join(twice))
    missing = [column.name for column in TABLES[table] if column.required and column.name not in names]
    choice = ONE_OF.get(table, ())
    if choice and not any(name in names for name in choice):
        missing.append(" / ".join(choice))
    if missing:
        seen = ", ".join(heading[:30] for heading in found[:20])
        raise TableError("missing_columns", file=file, columns=", ".join(missing), found=seen)
    return names


def from_mappings(rows: Sequence[Mapping[str, Any]], table: str) -> Source:
    """A table given as rows in memory: heading -> cell; a heading left out is a blank cell."""
    found = list(dict.fromkeys(heading for row in rows for heading in row))
    names = named_columns(found, table, table) if rows else []
    cells = {heading: ["" if row.get(heading) is None else str(row[heading]) for row in rows] for heading in found}
    known = {
        name: pa.chunked_array([pa.array(cells[h], pa.string())]) for h, name in zip(found, names, strict=True) if name
    }

    def original(at: NDArray[Any]) -> dict[str, Any]:
        return {heading: pa.array([column[row] for row in at], pa.string()) for heading, column in cells.items()}

    ignored = tuple(heading for heading, name in zip(found, names, strict=True) if name is None)
    return Source(table, table, len(rows), known, lambda at: at + 1, original, ignored=ignored)


def chained(parts: Sequence[tuple[str, Source]], table: str) -> Source:
    """Several files of one table as one, each with what to call it."""
    ends = np.cumsum([part.rows for _, part in parts])
    sources = [part for _, part in parts]

    def split(at: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
        which = np.searchsorted(ends, at, side="right")
        return [(int(i), np.flatnonzero(which == i)) for i in np.unique(which)]

    def own(i: int, at: NDArray[Any]) -> NDArray[Any]:
        return at - (int(ends[i]) - sources[i].rows)

    def lines(at: NDArray[Any]) -> NDArray[Any]:
        numbers = np.zeros(len(at), np.int64)
        for i, places in split(at):
            numbers[places] = sources[i].lines(own(i, at[places]))
        return numbers

    def original(at: NDArray[Any]) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for i, places in split(at):
            for heading, found in sources[i].original(own(i, at[places])).items():
                column = cells.setdefault(heading, np.full(len(at), "", object))
                column[places] = found.to_pylist()
        return {heading: pa.array(column, pa.string()) for heading, column in cells.items()}

    def named(at: NDArray[Any]) -> list[str]:
        return [parts[int(np.searchsorted(ends, row, side="right"))][0] for row in at]

    known = list(dict.fromkeys(name for source in sources for name in source.columns))
    columns = {name: _stacked([(source.columns.get(name), source.rows) for source in sources]) for name in known}
    ragged = [source.ragged + (int(end) - source.rows) for source, end in zip(sources, ends, strict=True)]
    ignored = tuple(dict.fromkeys(heading for source in sources for heading in source.ignored))
    return Source(
        table, table, int(ends[-1]) if parts else 0, columns, lines, original,
        np.concatenate(ragged) if ragged else np.zeros(0, np.int64), ignored, named,
    )  # fmt: skip


def _stacked(parts: Sequence[tuple[Any, int]]) -> Any:
    """Columns of several files, one under the other, as text; blank cells where a file has no such column."""
    texts = [
        as_text(cells) if cells is not None else pa.chunked_array([[""] * rows], pa.string()) for cells, rows in parts
    ]
    return pa.chunked_array([chunk for text in texts for chunk in text.chunks], pa.string())


def as_text(cells: Any) -> Any:
    """Cells of any type as text, nulls as blanks."""
    try:
        return pc.fill_null(pc.cast(cells, pa.string()), "")
    except pa.ArrowException:
        return pa.chunked_array([pa.array([_spelt(cell) for cell in cells], pa.string())])


def _spelt(cell: Any) -> str:
    """A cell that Arrow has no text for; what cannot be said, a moment in no known time zone, is called by its type."""
    try:
        return str(cell.as_py()) if cell.is_valid else ""
    except (ValueError, OverflowError, LookupError):
        return f"<{cell.type}>"
