"""CSV, RFC 4180 as offices write it (``,`` or ``;``; UTF-8, cp1256 or cp1252): a file as a table.

Arrow reads the file in parallel. Two kinds of file need more care. Where rows are ragged, a second reading in one
thread numbers them. Where a quoted cell runs over several lines, Python's csv reader goes through the file: slower, and
exact about line numbers and about a quote that is never closed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from tiwizi.formats.tables.encoding import MixedEncodings, code_page, is_utf8
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import column, fold, headings
from tiwizi.formats.tables.source import MAX_ROWS, Cells, Source, named_columns

PIECE = 16 << 20
BLOCK = 4 << 20
LONGEST_LINE = 1 << 20
BATCH = 1 << 16
csv.field_size_limit(LONGEST_LINE)
_BOM = b"\xef\xbb\xbf"
#: What a file begins with that is not text.
_SIGNATURES = {
    b"PK\x03\x04": "workbook_as_csv",
    b"\xd0\xcf\x11\xe0": "spreadsheet",
    b"PAR1": "parquet_as_csv",
    b"\xff\xfe": "utf16",
    b"\xfe\xff": "utf16",
}


@dataclass(frozen=True)
class _Look:
    """What a first look at a CSV file tells. ``content`` is the file in UTF-8 where it was not so on disk."""

    encoding: str
    delimiter: str
    found: list[str]
    line_ends: int
    content: bytes | None = None


def read(path: Path, table: str) -> Source:
    """Raises TableError when the file cannot be a table."""
    return read_cells(path, table).source()


def read_cells(path: Path, table: str) -> Cells:
    """The same before it becomes columns by name. Raises TableError."""
    look = _look(path, table)
    names = named_columns(look.found, table, str(path))
    try:
        rows = _read_fast(path, look, names, table)
    except _NotUtf8:
        look = _recoded(path, look, table)
        names = named_columns(look.found, table, str(path))
        rows = _read_fast(path, look, names, table)
    cells, lines, ragged = _without_blank_rows(*rows)
    if cells.num_rows > MAX_ROWS:
        raise TableError("too_many_rows", file=str(path), rows=cells.num_rows, most=MAX_ROWS)
    if 2 * len(ragged) > cells.num_rows:
        raise TableError("all_ragged", file=str(path), columns=len(names))
    return Cells(table, str(path), look.found, names, cells, lines.at, ragged)


class _NotUtf8(Exception):
    """The file is not UTF-8."""


@dataclass(frozen=True)
class _Lines:
    """The line number of each row: ``first`` + row where ``numbers`` is None."""

    numbers: NDArray[Any] | None
    first: int = 2

    def at(self, rows: NDArray[Any]) -> NDArray[Any]:
        return rows + self.first if self.numbers is None else self.numbers[rows]


# -- the first look ------------------------------------------------------------------------------------------------


def _look(path: Path, table: str) -> _Look:
    line_ends = 0
    with path.open("rb") as file:
        head = file.read(LONGEST_LINE)
        _refuse_binary(path, head)
        file.seek(0)
        while piece := file.read(PIECE):
            if b"\0" in piece:
                raise TableError("binary", file=str(path))
            line_ends += piece.count(b"\n")
            last = piece[-1:]
    delimiter, found = _headings(_first_line(head, "utf-8", path), table, path)
    return _Look("utf-8", delimiter, found, line_ends + (last != b"\n"))


def _refuse_binary(path: Path, head: bytes) -> None:
    for signature, key in _SIGNATURES.items():
        if head.startswith(signature):
            raise TableError(key, file=str(path))
    if b"\0" in head:
        raise TableError("binary", file=str(path))
    if len(head) == LONGEST_LINE and b"\n" not in head and b"\r" not in head:
        raise TableError("long_line", file=str(path), line=1)


def _first_line(head: bytes, encoding: str, path: Path) -> str:
    first = head.removeprefix(_BOM).split(b"\n", 1)[0].split(b"\r", 1)[0]
    if not first.strip():
        raise TableError("no_headings", file=str(path))
    return first.decode(encoding, "replace")


def _recoded(path: Path, look: _Look, table: str) -> _Look:
    data = path.read_bytes()
    try:
        page = code_page(data)
        content = data.decode(page).encode()
    except MixedEncodings as mixed:
        raise TableError("mixed_encodings", file=str(path), line=mixed.line) from mixed
    except ValueError as error:
        raise TableError("encoding", file=str(path)) from error
    delimiter, found = _headings(_first_line(data[:LONGEST_LINE], page, path), table, path)
    return _Look(page, delimiter, found, look.line_ends, content)


def _headings(first: str, table: str, path: Path) -> tuple[str, list[str]]:
    """The delimiter under which the first line has most of the table's headings, and the headings."""
    known = headings(table)

    def split(delimiter: str) -> list[str]:
        return next(csv.reader([first], delimiter=delimiter))

    def score(delimiter: str) -> tuple[int, int]:
        found = split(delimiter)
        return sum(fold(heading) in known for heading in found), len(found)

    try:
        delimiter = max((",", ";"), key=score)
        return delimiter, [heading.strip() for heading in split(delimiter)]
    except csv.Error as error:
        raise TableError("no_headings", file=str(path)) from error


# -- the fast way --------------------------------------------------------------------------------------------------

_Rows = tuple[Any, _Lines, NDArray[Any]]


def _read_fast(path: Path, look: _Look, names: list[str | None], table: str) -> _Rows:
    types = [_type(table, name) for name in names]
    try:
        try:
            rows = _arrow(path, look, types, None), _Lines(None), np.zeros(0, np.int64)
        except pa.ArrowInvalid as error:
            if "columns, got" not in str(error):
                raise
            _require_utf8(path, look)
            skipped: list[Any] = []
            cells = _arrow(path, look, types, skipped)
            if any(len(row.text) > LONGEST_LINE for row in skipped):
                _refuse_long_line(path)
            rows = _with_ragged(cells, skipped, look, types)
    except pa.ArrowException as error:
        return _after(error, path, look)
    one_line_each = rows[0].num_rows == look.line_ends - 1
    return rows if one_line_each else _read_carefully(path, look)


def _after(error: pa.ArrowException, path: Path, look: _Look) -> _Rows:
    """What to do when Arrow cannot read the file."""
    if "straddling" in str(error):
        _refuse_long_line(path)
    _require_utf8(path, look)
    return _read_carefully(path, look)


def _require_utf8(path: Path, look: _Look) -> None:
    if look.content is None and not is_utf8(path.read_bytes()):
        raise _NotUtf8


def _refuse_long_line(path: Path) -> None:
    with path.open("rb") as file:
        for number in count(1):
            line = file.readline(LONGEST_LINE)
            if len(line) == LONGEST_LINE:
                raise TableError("long_line", file=str(path), line=number)
            if not line:
                return


def _type(table: str, name: str | None) -> Any:
    repeats = name is not None and column(table, name).kind not in ("key", "text")
    return pa.dictionary(pa.int32(), pa.string()) if repeats else pa.string()


def _arrow(path: Path, look: _Look, types: list[Any], skipped: list[Any] | None) -> Any:
    """The cells as Arrow reads them: in parallel, or in one thread with ragged rows set apart in ``skipped``."""

    def skip(row: Any) -> Literal["skip"]:
        assert skipped is not None
        skipped.append(row)
        return "skip"

    names = [str(at) for at in range(len(types))]
    handler = None if skipped is None else skip
    try:
        return arrow_csv.read_csv(
            cast(Any, str(path) if look.content is None else pa.BufferReader(look.content)),
            arrow_csv.ReadOptions(use_threads=handler is None, block_size=BLOCK, column_names=names, skip_rows=1),
            arrow_csv.ParseOptions(delimiter=look.delimiter, invalid_row_handler=handler, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict(zip(names, types, strict=True)), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        return pa.table({name: pa.chunked_array([], kind) for name, kind in zip(names, types, strict=True)})


def _with_ragged(cells: Any, skipped: list[Any], look: _Look, types: list[Any]) -> _Rows:
    """The good rows, and after them the ragged ones, cut or filled up to the number of columns."""
    width = len(types)
    parted = [_parted(row.text, look.delimiter) for row in skipped]
    fitted = [_fit(row, width, look.delimiter) for row in parted]
    extra = [pa.array([row[i] for row in fitted], pa.string()).cast(kind) for i, kind in enumerate(types)]
    numbers = np.array([row.number for row in skipped], np.int64)
    total = cells.num_rows + len(numbers)
    is_good = np.ones(total, bool)
    is_good[numbers - 2] = False
    lines = np.concatenate((np.flatnonzero(is_good) + 2, numbers))
    joined = pa.concat_tables([cells, pa.table(extra, names=cells.column_names)])
    ragged = np.array([_is_ragged(row, width) for row in parted], bool)
    return joined, _Lines(lines), np.flatnonzero(ragged) + cells.num_rows


def _parted(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def _is_ragged(row: list[str], width: int) -> bool:
    """Whether a row has too few cells, or cells beyond the last column that are not blank."""
    return len(row) < width or any(cell.strip() for cell in row[width:])


def _fit(row: list[str], width: int, delimiter: str) -> list[str]:
    """As many cells as there are columns; what is left over stays visible in the last."""
    rest = [cell for cell in row[width:] if cell.strip()]
    kept = (row + [""] * width)[:width]
    return [*kept[:-1], delimiter.join([kept[-1], *rest])] if rest else kept


# -- the careful way -----------------------------------------------------------------------------------------------


def _read_carefully(path: Path, look: _Look) -> _Rows:
    width = len(look.found)
    batches: list[list[Any]] = []
    numbers: list[int] = []
    ragged: list[int] = []
    with _csv_rows(path, look) as rows:
        batch: list[list[str]] = []
        start = 2
        for end, row in rows:
            if _is_ragged(row, width):
                ragged.append(len(numbers))
            numbers.append(start)
            batch.append(row if len(row) == width else _fit(row, width, look.delimiter))
            start = end + 1
            if len(batch) == BATCH:
                batches.append(_arrays(batch, width))
                batch = []
        batches.append(_arrays(batch, width))
    columns = [pa.chunked_array([batch[i] for batch in batches], pa.string()) for i in range(width)]
    cells = pa.table(columns, names=[str(at) for at in range(width)])
    return cells, _Lines(np.array(numbers, np.int64)), np.array(ragged, np.int64)


def _arrays(rows: list[list[str]], width: int) -> list[Any]:
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return [pa.array(cells, pa.string()) for cells in columns]


@contextmanager
def _csv_rows(path: Path, look: _Look) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """(line number at which the row ends, its cells). A quote that is not closed is a TableError."""
    encoding = "utf-8-sig" if look.encoding == "utf-8" else look.encoding
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=look.delimiter, strict=True)
        next(reader)
        try:
            yield ((reader.line_num, row) for row in reader)
        except csv.Error as error:
            raise TableError("unclosed_quote", file=str(path), line=reader.line_num, why=str(error)) from error


# -- both ----------------------------------------------------------------------------------------------------------


def _without_blank_rows(cells: Any, lines: _Lines, ragged: NDArray[Any]) -> _Rows:
    """Rows of blank cells only are not rows."""
    blank = np.ones(cells.num_rows, bool)
    for cell in cells.columns:
        blank &= _blank(cell)
        if not blank.any():
            return cells, lines, ragged
    kept = np.flatnonzero(~blank)
    is_ragged = np.zeros(cells.num_rows, bool)
    is_ragged[ragged] = True
    return cells.take(pa.array(kept)), _Lines(lines.at(kept)), np.flatnonzero(is_ragged[kept])


def _blank(cells: Any) -> NDArray[Any]:
    parts = [np.zeros(0, bool)]
    for chunk in cells.chunks:
        if pa.types.is_dictionary(chunk.type):
            empty = pc.equal(chunk.dictionary, pa.scalar("")).to_numpy(zero_copy_only=False)
            parts.append(np.append(empty, False)[chunk.indices.to_numpy()])
        else:
            parts.append(pc.equal(chunk, pa.scalar("")).to_numpy(zero_copy_only=False))
    return np.concatenate(parts)
