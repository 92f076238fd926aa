"""Parquet, https://parquet.apache.org/docs/file-format/: a file as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import column
from tiwizi.formats.tables.source import MAX_ROWS, Source, as_text, named_columns

#: Bytes in one text of a column that decides, where it repeats. No identifier, word or number is as long.
LONGEST_CELL = 1 << 14
_BYTES = (
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)
_BROKEN = (pa.ArrowException, OSError, ValueError, MemoryError)


def read(path: Path, table: str, *, whole: bool = False) -> Source:
    """The columns that decide; the others are only read to show a bad row. ``whole``: names, phones and what else
    decides nothing too, for records that keep them. Raises TableError."""
    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    except _BROKEN as error:
        raise _unreadable(path, error) from error
    if metadata.num_rows > MAX_ROWS:
        raise TableError("too_many_rows", file=str(path), rows=metadata.num_rows, most=MAX_ROWS)
    headings = list(schema.names)
    names = named_columns(headings, table, str(path))
    known = {heading: name for heading, name in zip(headings, names, strict=True) if name}
    wanted = {heading: name for heading, name in known.items() if whole or _decides(table, name)}
    _check_types(schema, wanted, path)
    _refuse_long_cells(path, schema, list(wanted))
    read = _columns(path, list(wanted), [h for h, name in wanted.items() if _repeats(table, name)])

    def original(at: NDArray[Any]) -> dict[str, Any]:
        rest = [heading for heading in headings if heading not in wanted]
        # As dictionaries: a long text that every row repeats lies there once, and only rows that are shown are spelt.
        every = pa.table({**_columns(path, rest, rest), **read}).take(pa.array(at))
        return {heading: as_text(every[heading]).combine_chunks() for heading in headings}

    columns = {name: read[heading] for heading, name in wanted.items()}
    ignored = tuple(heading for heading, name in zip(headings, names, strict=True) if name is None)
    return Source(table, str(path), metadata.num_rows, columns, lambda at: at + 1, original, ignored=ignored)


def _decides(table: str, name: str) -> bool:
    kind = column(table, name).kind
    return kind != "text" or name in ("prior_approval", "episode", "doubt") or name.startswith("label")


def _repeats(table: str, name: str) -> bool:
    return column(table, name).kind != "key" and _decides(table, name)


def _check_types(schema: Any, wanted: dict[str, str], path: Path) -> None:
    for heading in wanted:
        held = schema.field(heading).type
        if pa.types.is_dictionary(held):
            held = held.value_type
        if pa.types.is_nested(held) or any(is_bytes(held) for is_bytes in _BYTES):
            raise TableError("column_type", file=str(path), column=heading, type=str(held))


def _refuse_long_cells(path: Path, schema: Any, headings: list[str]) -> None:
    """A text that lies once in the file, and that every row names, would be spelt as often as there are rows.

    The first row of each row group brings the group's whole dictionary along.
    """
    texts = [h for h in headings if pa.types.is_string(schema.field(h).type)]
    try:
        file = pq.ParquetFile(path, memory_map=True, read_dictionary=texts)
        for group in range(file.num_row_groups if texts else 0):
            first = next(file.iter_batches(1, [group], texts), None)
            columns: Any = zip(first.schema.names, first.columns, strict=True) if first else ()
            for heading, cells in columns:
                if pa.types.is_dictionary(cells.type) and _longest(cells.dictionary) > LONGEST_CELL:
                    raise TableError("long_cell", file=str(path), column=heading, most=LONGEST_CELL)
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def _longest(cells: Any) -> int:
    return pc.max(pc.binary_length(cells)).as_py() or 0


def _columns(path: Path, headings: list[str], repeating: list[str]) -> dict[str, Any]:
    """Columns by heading; those that repeat come as dictionaries where they are text."""
    if not headings:
        return {}
    try:
        read = pq.ParquetFile(path, memory_map=True, read_dictionary=repeating).read(columns=headings)
        read.validate(full=True)
    except _BROKEN as error:
        raise _unreadable(path, error) from error
    if read.num_columns != len(set(headings)):
        raise TableError("column_twice", file=str(path), column=headings[0], headings=", ".join(headings))
    return {heading: read[heading] for heading in headings}


def _unreadable(path: Path, error: BaseException) -> TableError:
    why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return TableError("not_parquet", file=str(path), why=why[:200])
