"""The rows that could not be understood: kept as they were, each with where it stands, why, and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from tiwizi.formats.live_formula import GUARDED_INSIDE, LIVE, LIVE_INSIDE, PLAIN_NUMBER
from tiwizi.formats.tables.atomic import replacing
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import BESIDE
from tiwizi.formats.tables.sheet import Finding, Sheet
from tiwizi.locale import FIRST_STRONG_ISOLATE, POP_ISOLATE, catalogue, direction

COLUMNS = ("table", "line_number", "field", "reason", "way_out")
#: What a sheet holds (2**20 rows, the first for the headings), and a cell in characters.
MOST_IN_SHEET, LONGEST_IN_SHEET = 1_048_575, 32_767
_SHOWN = 60
#: What turns the direction of all that follows it in a sentence.
_TURNS = "[\u202a-\u202e\u2066-\u2069]"


class Counts(NamedTuple):
    """rows = accepted + repair."""

    rows: int
    accepted: int
    repair: int


@dataclass(frozen=True)
class RepairTable:
    """The bad rows of one table: ``names`` and ``lines`` say where each stands, ``cells`` what it holds, by heading."""

    table: str
    rows: NDArray[Any]
    names: list[str]
    lines: NDArray[Any]
    cells: dict[str, Any]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class RepairRow:
    """One bad row. ``fields`` and ``keys``: all that is wrong with it."""

    table: str
    line_number: int
    fields: tuple[str, ...]
    keys: tuple[str, ...]
    reason: str
    way_out: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Repair:
    """All bad rows, and of each table how many rows came in, were accepted, went to repair."""

    tables: tuple[RepairTable, ...] = ()
    counts: dict[str, Counts] | None = None

    def of_their_own(self) -> Repair:
        """Without what only follows from another bad row; rows of which nothing else is wrong have no words then."""
        tables = [
            replace(table, findings=tuple(one for one in table.findings if not one.key.endswith("_in_repair")))
            for table in self.tables
        ]
        return replace(self, tables=tuple(tables))

    def rows(self, lang: str) -> Iterator[RepairRow]:
        """Every bad row, in words."""
        for table in self.tables:
            fields, keys, reasons, ways = _said(table, lang)
            columns = {heading: cells.to_pylist() for heading, cells in table.cells.items()}
            for i, line in enumerate(table.lines):
                cells = {heading: column[i] for heading, column in columns.items()}
                yield RepairRow(
                    table.names[i], int(line), tuple(fields[i]), tuple(keys[i]), " ".join(reasons[i]),
                    " ".join(dict.fromkeys(ways[i])), cells,
                )  # fmt: skip


class SetApart(NamedTuple):
    """What remains of a checked table besides its values: the bad rows, how many, the columns that were not read."""

    bad: RepairTable | None
    counts: Counts
    ignored: tuple[str, ...]


def set_apart(sheet: Sheet) -> SetApart:
    """The bad rows of a checked table, as they came."""
    source, rows = sheet.source, np.flatnonzero(sheet.bad)
    counts = Counts(sheet.rows, sheet.rows - len(rows), len(rows))
    if len(rows) == 0:
        return SetApart(None, counts, source.ignored)
    names, lines, cells = source.names(rows), source.lines(rows), source.original(rows)
    return SetApart(RepairTable(source.table, rows, names, lines, cells, tuple(sheet.findings)), counts, source.ignored)


def repair_of(tables: Mapping[str, SetApart]) -> Repair:
    """The bad rows of several tables."""
    bad = tuple(table.bad for table in tables.values() if table.bad)
    return Repair(bad, {name: table.counts for name, table in tables.items()})


class Fault(NamedTuple):
    """One thing that is wrong with one row of a sheet, in the words of one language."""

    row: int
    field: str
    key: str
    reason: str
    way_out: str


def faults(sheet: Sheet, lang: str) -> list[Fault]:
    """All that was found wrong with the rows of a sheet, in the order in which it was found."""
    return [
        Fault(int(row), finding.field, finding.key, reason, way_out)
        for finding in sheet.findings
        for row, reason, way_out in zip(
            finding.rows, _sentences(finding.key, finding, lang), _sentences(f"{finding.key}_way_out", finding, lang),
            strict=True,
        )
    ]  # fmt: skip


def _said(table: RepairTable, lang: str) -> tuple[Any, Any, Any, Any]:
    """Of each row the fields, keys, reasons and ways out, as lists."""
    said: tuple[Any, ...] = tuple([[] for _ in table.rows] for _ in range(4))
    for finding in table.findings:
        reasons, ways = (_sentences(key, finding, lang) for key in (finding.key, f"{finding.key}_way_out"))
        for place, reason, way in zip(np.searchsorted(table.rows, finding.rows), reasons, ways, strict=True):
            for kept, new in zip(said, (finding.field, finding.key, reason, way), strict=True):
                kept[place].append(new)
    return said


def _sentences(key: str, finding: Finding, lang: str) -> list[str]:
    """A text of repair.toml for each row of a finding, its names filled in."""
    parts: list[Any] = []
    for literal, name, _, _ in Formatter().parse(catalogue("repair", lang)[key]):
        parts.append(pa.scalar(literal))
        if name is not None:
            parts.append(_readable(finding.values[name] if name in finding.values else _repeated(finding, name), lang))
    if all(isinstance(part, pa.Scalar) for part in parts):
        return ["".join(part.as_py() for part in parts)] * len(finding.rows)
    return list(pc.binary_join_element_wise(*parts, "").to_pylist())


def _repeated(finding: Finding, name: str) -> Any:
    return pa.array([finding.field if name == "field" else ""] * len(finding.rows), pa.string())


def _readable(cells: Any, lang: str) -> Any:
    """Cells short enough for a sentence, and kept in their own direction in a sentence of the other."""
    short = pc.replace_substring_regex(pc.utf8_slice_codeunits(cells, 0, _SHOWN), _TURNS, "\ufffd")
    foreign = pc.match_substring_regex(short, "[A-Za-zÀ-ɏ]" if lang == "ar" else "[\u0600-\u06ff]")
    isolated = pc.binary_join_element_wise(FIRST_STRONG_ISOLATE, short, POP_ISOLATE, "")
    return pc.if_else(foreign, isolated, short)


def write_repair_rows(path: Path, repair: Repair, *, lang: str) -> None:
    """One CSV file, UTF-8 with a mark so that spreadsheets show Arabic; no cell of it is a live formula."""
    headings = list(dict.fromkeys(heading for table in repair.tables for heading in table.cells))
    with replacing(path) as part, part.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        names = [*COLUMNS, *(f"{heading} *" if heading in COLUMNS else heading for heading in headings)]
        schema = pa.schema([(name, pa.string()) for name in harmless(pa.array(names)).to_pylist()])
        with arrow_csv.CSVWriter(file, schema) as writer:
            for table in repair.tables:
                writer.write_table(pa.table(_columns(table, headings, lang), schema=schema))


def write_repair_book(path: Path, repair: Repair, *, lang: str) -> None:
    """A workbook with a sheet for each table, called as the table is: the rows as they came, and beside them in which
    line they stood and what is wrong. Corrected, it is handed in again as it is: what stands beside is passed over.
    Raises TableError for a full sheet.
    """
    import xlsxwriter

    for table in repair.tables:
        if len(table.rows) > MOST_IN_SHEET:
            raise TableError("too_many_for_sheet", lang=lang, rows=len(table.rows), most=MOST_IN_SHEET)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as part, xlsxwriter.Workbook(str(part), {"constant_memory": True} | plain) as book:
        marked = book.add_format({"bold": True, "bg_color": "#FFF2CC"})
        for table in repair.tables:
            sheet = book.add_worksheet(table.table)
            if direction(lang) == "rtl":
                sheet.right_to_left()
            sheet.freeze_panes(1, 0)
            own = list(table.cells)
            sheet.write_row(0, 0, harmless(pa.array(own, pa.string())).to_pylist())
            sheet.write_row(0, len(own), BESIDE, marked)
            columns = _columns(table, own, lang)
            ordered = [*columns[len(COLUMNS) :], *columns[1 : len(COLUMNS)]]
            for at, row in enumerate(zip(*(column.to_pylist() for column in ordered), strict=True), 1):
                for place, cell in enumerate(row):
                    if cell:
                        sheet.write_string(at, place, cell[:LONGEST_IN_SHEET])


def _columns(table: RepairTable, headings: list[str], lang: str) -> list[Any]:
    fields, _, reasons, ways = _said(table, lang)
    said = [
        table.names,
        [str(line) for line in table.lines],
        ["; ".join(dict.fromkeys(name for name in row if name)) for row in fields],
        [" ".join(row) for row in reasons],
        [" ".join(dict.fromkeys(row)) for row in ways],
    ]
    blank = pa.array([""] * len(table.rows), pa.string())
    cells = [table.cells.get(heading, blank) for heading in headings]
    return [harmless(cells) for cells in (*(pa.array(column, pa.string()) for column in said), *cells)]


def harmless(cells: Any, *, numbers: bool = True) -> Any:
    """Text cells that no spreadsheet takes for a formula, whatever it parts columns by: an apostrophe before what looks
    like one. numbers: leave -150.00 as it is; not for what may begin a row, which can become one cell."""
    live = pc.match_substring_regex(cells, LIVE)
    if numbers:
        live = pc.and_not(live, pc.match_substring_regex(cells, PLAIN_NUMBER))
    guarded = pc.if_else(live, pc.binary_join_element_wise("'", cells, ""), cells) if pc.any(live).as_py() else cells
    inside = pc.any(pc.match_substring_regex(guarded, LIVE_INSIDE)).as_py()
    return pc.replace_substring_regex(guarded, LIVE_INSIDE, GUARDED_INSIDE) if inside else guarded
