"""Office Open XML workbooks, ECMA-376 (.xlsx): a sheet as a table, by calamine. Only for a confined process.

The sheet is the one that is called as the table is; else the only one that holds anything. Numbers are written with
the 15 digits that a spreadsheet shows, days as 2026-01-31. A cell in error, which calamine gives as blank, ends the
reading.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import fold
from tiwizi.formats.tables.source import Cells, named_columns

#: What an honest workbook stays below: parts, bytes unpacked, columns (ZZ is the last one of two letters).
MOST_PARTS, MOST_BYTES, MOST_COLUMNS = 2000, 400 << 20, 702
_OLE = b"\xd0\xcf\x11\xe0"
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".gz", ".7z", ".rar")
_PIECE = 1 << 20
#: A cell in error by its type, one beyond column ZZ by its place. The first of each pair is quick to look for.
_IN_ERROR = (re.compile(rb"\"e\"|'e'"), re.compile(rb"<(?:\w+:)?c\b[^>]*\bt\s*=\s*[\"']e[\"'][^>]*>"))
_FAR = (re.compile(rb"=\s*[\"'][A-Z]{3}[0-9]"), re.compile(rb"\br\s*=\s*[\"'][A-Z]{3}[0-9]"))
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_LONGEST_TAG = 200


def read_cells(path: Path, table: str) -> Cells:
    """Raises TableError when the workbook cannot be a table."""
    _look(path)
    try:
        return _sheet(CalamineWorkbook.from_path(str(path)), path, table)
    except (CalamineError, OSError, ValueError) as error:
        raise _not_xlsx(path) from error


# -- before it is opened ---------------------------------------------------------------------------------------------


def _look(path: Path) -> None:
    """Refuse what is no honest workbook, by what its archive says and by how far it really unpacks."""
    with path.open("rb") as file:
        if file.read(4) == _OLE:  # an encrypted workbook is one of these
            raise TableError("locked_or_old", file=str(path))
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_parts(parts, path)
            unpacked = 0
            for part in parts:
                unpacked = _unpack(archive, part, path, unpacked)
    except (BadZipFile, zlib.error, OSError, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        raise _not_xlsx(path) from error


def _refuse_parts(parts: list[ZipInfo], path: Path) -> None:
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise TableError("locked_or_old", file=str(path))
    if any(name.endswith("vbaproject.bin") for name in names):
        raise TableError("macros", file=str(path))
    if len(parts) > MOST_PARTS or any(name.endswith(_ARCHIVES) for name in names):
        raise TableError("no_honest_workbook", file=str(path))
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise TableError("too_large_table", file=str(path))
    if "xl/workbook.xml" not in names:
        raise _not_xlsx(path)


def _unpack(archive: ZipFile, part: ZipInfo, path: Path, unpacked: int) -> int:
    """Bytes unpacked so far with this part; a part may say less than it holds."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    if not is_sheet and part.filename != "xl/sharedStrings.xml":
        return unpacked + part.file_size
    with archive.open(part) as file:
        rest = b""
        while piece := file.read(_PIECE):
            unpacked += len(piece)
            if unpacked > MOST_BYTES:
                raise TableError("too_large_table", file=str(path))
            if is_sheet:
                _refuse_cells(rest + piece, path)
            rest = piece[-_LONGEST_TAG:]
    return unpacked


def _refuse_cells(text: bytes, path: Path) -> None:
    """A cell far to the right, between which and the table all would have to be held; a cell in error."""
    if all(pattern.search(text) for pattern in _FAR):
        raise TableError("too_many_columns", file=str(path), most=MOST_COLUMNS)
    if _IN_ERROR[0].search(text) and (found := _IN_ERROR[1].search(text)):
        place = _PLACE.search(found[0])
        raise TableError("cell_in_error", file=str(path), cell=place[1].decode() if place else "?")


# -- the sheet -------------------------------------------------------------------------------------------------------


def _sheet(book: Any, path: Path, table: str) -> Cells:
    sheet = _chosen(book, path, table)
    rows = enumerate(sheet.to_python(skip_empty_area=False), 1)
    filled = ((number, row) for number, row in rows if any(cell != "" for cell in row))
    first = next(filled, None)
    if first is None:
        raise TableError("no_headings", file=str(path))
    headings = [_text(cell).strip() for cell in first[1]]
    names = named_columns(headings, table, str(path))
    nameless = [at for at, heading in enumerate(headings) if not heading]
    numbers: list[int] = []
    kept: list[list[str]] = []
    ragged: list[int] = []
    for number, row in filled:
        if any(row[at] != "" for at in nameless):
            ragged.append(len(numbers))
        numbers.append(number)
        kept.append([_text(cell) for cell in row])
    columns = list(zip(*kept, strict=True)) or [()] * len(headings)
    cells = pa.table([pa.array(cell, pa.string()) for cell in columns], [str(at) for at in range(len(headings))])
    lines = np.array(numbers, np.int64)
    return Cells(table, str(path), headings, names, cells, lines.take, np.array(ragged, np.int64))


def _chosen(book: Any, path: Path, table: str) -> Any:
    """The sheet that is called as the table is, else the only one that holds anything."""
    named = [at for at, name in enumerate(book.sheet_names) if fold(name) == fold(table)]
    if len(named) == 1:
        return book.get_sheet_by_index(named[0])
    held = [sheet for sheet in map(book.get_sheet_by_index, range(len(book.sheet_names))) if sheet.start is not None]
    if not held:
        raise TableError("no_headings", file=str(path))
    if len(held) > 1:
        names = ", ".join(sheet.name[:30] for sheet in held[:10])
        raise TableError("several_sheets", file=str(path), sheets=names, table=table)
    return held[0]


def _text(cell: Any) -> str:
    """A cell as a person would type it into a CSV file."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return str(cell)


def _not_xlsx(path: Path) -> TableError:
    return TableError("not_xlsx", file=str(path))
