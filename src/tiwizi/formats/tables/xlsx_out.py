"""XLSX (ECMA-376, SpreadsheetML): a table of many rows as one sheet of values.

xlsxwriter makes the workbook with its headings and formats. The rows, which it would write cell by cell in Python, are
made column by column in Arrow and put into its sheet: many times faster, in bounded memory. There are three kinds of
cells, texts, numbers and days, and none that holds a formula, whatever a text begins with.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.formats.tables.beside import use_each

_SHEET = "xl/worksheets/sheet1.xml"
#: Letters that a cell of Excel can hold.
_MOST_LETTERS = 32_767
#: Of a column of days or amounts, in letters: in a narrower one Excel shows neither.
_WIDTH = 12
#: A day number of a sheet less ours, which count from 1970.
_FIRST_DAY = 25_569
#: Nothing in a file depends on when it was written.
_WRITTEN = datetime(1980, 1, 1, tzinfo=UTC)
_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What XML cannot hold, and what would be taken for one of these (ECMA-376 part 1, 22.9.2.19).
_UNSPEAKABLE = r"[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_"
_UNSPEAKABLE_HERE = re.compile(_UNSPEAKABLE.replace("x{fffe}", "ufffe").replace("x{ffff}", "uffff"))


def write(path: Path, name: str, tables: Iterator[Any]) -> None:
    """Write tables of one schema, one under the other, as the sheet ``name``.

    Columns of texts become texts, decimals numbers with as many digits, dates days; what is null stays empty.
    """
    first = next(tables)
    with zipfile.ZipFile(io.BytesIO(_workbook(name, first.schema))) as empty:
        before, after = re.split(rb"(?=</sheetData>)", empty.read(_SHEET))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for part in empty.infolist():
                if part.filename != _SHEET:
                    book.writestr(part, empty.read(part))
            with book.open(_SHEET, "w", force_zip64=True) as sheet:
                sheet.write(re.sub(rb"<dimension [^>]*/>", b"", before))
                use_each(sheet.write, _numbered(chain([first], tables)))
                sheet.write(after)


def _workbook(name: str, schema: Any) -> bytes:
    """A workbook whose sheet has the headings alone. Its formats are numbered as its columns come to need them."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _WRITTEN})
        sheet = book.add_worksheet(name)
        formats = {shown: book.add_format({"num_format": shown}) for shown in _formats(schema)}
        for place, column in enumerate(schema):
            sheet.write_string(0, place, column.name)
            if shown := _shown(column.type):
                sheet.set_column(place, place, _WIDTH, formats[shown])
    return made.getvalue()


def _formats(schema: Any) -> list[str]:
    """The formats of a schema's columns in their order: the first has number 1 in the workbook."""
    return list(dict.fromkeys(filter(None, map(_shown, schema.types))))


def _shown(kind: Any) -> str:
    """How Excel shows cells of a type; nothing for texts."""
    if pa.types.is_date(kind):
        return "yyyy-mm-dd"
    return ("0." + "0" * kind.scale).rstrip(".") if pa.types.is_decimal(kind) else ""


def _numbered(tables: Iterable[Any]) -> Iterator[memoryview]:
    """The rows of all tables, numbered on below the headings."""
    row = 2
    for table in tables:
        yield _rows(table, row)
        row += len(table)


def _rows(table: Any, first: int) -> memoryview:
    """The rows of a table in SpreadsheetML; ``first`` is the number of the first in the sheet."""
    if len(table) == 0:
        return memoryview(b"")
    number = pa.array(np.arange(first, first + len(table))).cast(pa.string())
    formats = _formats(table.schema)
    cells = [
        _cells(column.combine_chunks(), f'<c r="{_letters(place)}', number, formats)
        for place, column in enumerate(table.columns)
    ]
    rows = pc.binary_join_element_wise('<row r="', number, '">', *cells, "</row>", "")
    _, ends, data = rows.buffers()
    begin, end = (int(np.frombuffer(ends, np.int32)[at]) for at in (rows.offset, rows.offset + len(rows)))
    return memoryview(data)[begin:end]


def _cells(values: Any, begin: str, number: Any, formats: list[str]) -> Any:
    """The cells of one column, texts; empty where there is no value."""
    shown = _shown(values.type)
    if not shown:
        return pc.binary_join_element_wise(begin, number, _texts(values), "")
    held = pc.add(values.cast(pa.int32()), _FIRST_DAY) if pa.types.is_date(values.type) else values
    style = f'" s="{1 + formats.index(shown)}"><v>'
    return pc.fill_null(pc.binary_join_element_wise(begin, number, style, held.cast(pa.string()), "</v></c>", ""), "")


def _texts(values: Any) -> Any:
    """Texts as what stands in a cell after its place; of a dictionary each is put into words once."""
    if pa.types.is_dictionary(values.type):
        return _texts(values.dictionary).take(values.indices)
    texts = pc.utf8_slice_codeunits(values, 0, _MOST_LETTERS)
    if _any(texts, _UNSPEAKABLE):
        texts = pa.array([_UNSPEAKABLE_HERE.sub(_spelt, text) for text in texts.to_pylist()], pa.string())
    for mark, entity in _MARKS.items():
        texts = pc.replace_substring(texts, mark, entity)
    kept = ' xml:space="preserve"' if _any(texts, r"^\s|\s$") else ""
    return pc.binary_join_element_wise(f'" t="inlineStr"><is><t{kept}>', texts, "</t></is></c>", "")


def _any(texts: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())


def _spelt(found: re.Match[str]) -> str:
    letter = found.group()
    return f"_x{ord(letter):04X}_" if len(letter) == 1 else f"_x005F{letter}"


def _letters(place: int) -> str:
    """The name of a column: A, B ... Z, AA."""
    return chr(65 + place) if place < 26 else _letters(place // 26 - 1) + chr(65 + place % 26)
