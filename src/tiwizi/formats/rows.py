"""CSV files as others wrote them, row by row with their line numbers; and CSV files as we write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa

from tiwizi.formats.report import Count
from tiwizi.formats.tables.encoding import code_page
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.repair import harmless
from tiwizi.locale import text

T = TypeVar("T")

REPAIR_COLUMNS = ("line", "field", "reason", "way_out")


class SourceError(TableError):
    """A file that is not what an import expects. Texts ``source_<key>`` of locale/<lang>/importers.toml."""

    def message(self, lang: str | None = None) -> str:
        return text("importers", f"source_{self.key}", lang=lang or self.lang, **self.said.values)

    def way_out(self, lang: str | None = None) -> str:
        return text("importers", f"source_{self.key}_way_out", lang=lang or self.lang, **self.said.values)


@dataclass(frozen=True)
class Row:
    """One record. ``line``: where it ends in the file; ``torn``: it has not as many fields as the heading."""

    line: int
    values: Mapping[str, str]
    torn: bool = False

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "").strip()


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be carried over: texts ``fault_<key>`` and ``fault_<key>_way_out`` of importers.toml."""

    column: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sorted(Generic[T]):
    """The rows of a file: those that were understood, as values, and those that were not, with their fault."""

    file: str
    good: tuple[T, ...] = ()
    faults: tuple[tuple[Row, Fault], ...] = ()

    @property
    def count(self) -> Count:
        return Count(self.file, len(self.good) + len(self.faults), len(self.good), to_repair=len(self.faults))


def sort_out(file: str, rows: Iterable[Row], understand: Callable[[Row], T | Fault], *, once: str = "") -> Sorted[T]:
    """Understand every row. ``once``: a column in which a value may stand only once; who says it again has a fault."""
    good: list[T] = []
    faults: list[tuple[Row, Fault]] = []
    said: set[str] = set()
    for row in rows:
        found = Fault("", "torn") if row.torn else understand(row)
        if once and row[once] in said and not isinstance(found, Fault):
            found = Fault(once, "said_twice", {"value": row[once]})
        if isinstance(found, Fault):
            faults.append((row, found))
        else:
            good.append(found)
            said.add(row[once])
    return Sorted(file, tuple(good), tuple(faults))


def read(path: Path, *, needs: Sequence[str]) -> list[Row]:
    """The rows of a comma-separated file with a heading. Raises SourceError when it is none, or lacks a column."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError("not_readable", file=path.name, why=error.strerror or str(error)) from None
    if b"\0" in content:
        raise SourceError("binary", file=path.name)
    reader = csv.reader(io.StringIO(_decoded(content, path), newline=""), strict=True)
    try:
        heading, *records = [(record, reader.line_num) for record in reader if record] or [([], 1)]
    except csv.Error as error:
        raise SourceError("not_a_table", file=path.name, line=str(reader.line_num), why=str(error)) from None
    last = records[-1][0] if records else []
    if content and not content.endswith((b"\n", b"\r")) and len(last) < len(heading[0]):
        raise SourceError("truncated", file=path.name, line=str(reader.line_num))
    return _rows([name.strip() for name in heading[0]], records, path, needs)


def heading_and_size(path: Path) -> tuple[list[str], int]:
    """The heading of a file that nothing is taken from, and how many rows it has, without keeping any."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(line.replace("\0", "") for line in file)
        return next(reader, []), sum(1 for record in reader if record)


def _rows(
    heading: Sequence[str], records: Sequence[tuple[list[str], int]], path: Path, needs: Sequence[str]
) -> list[Row]:
    missing = [name for name in needs if name not in heading]
    if missing:
        raise SourceError("columns_missing", file=path.name, columns=", ".join(missing))
    return [
        Row(line, dict(zip(heading, record, strict=False)), torn=len(record) != len(heading))
        for record, line in records
    ]


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(code_page(content))
    except ValueError:
        raise SourceError("binary", file=path.name) from None


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """A CSV file, UTF-8, with these columns; what a row does not have is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_repair(path: Path, faults: Sequence[tuple[Row, Fault]], *, lang: str) -> list[str]:
    """The rows that could not be carried over, as they came but for live formulas, with line, field, reason, way out.

    Gives the name of the file; no file and no name when there are none.
    """
    if not faults:
        return []
    columns = [*dict.fromkeys(name for row, _ in faults for name in row.values), *REPAIR_COLUMNS]
    rows = [_with_reason(row, fault, lang) for row, fault in faults]
    cells = [harmless(pa.array([row.get(column, "") for row in rows], pa.string())).to_pylist() for column in columns]
    heads = harmless(pa.array(columns, pa.string())).to_pylist()
    write(path, heads, (dict(zip(heads, row, strict=True)) for row in zip(*cells, strict=True)))
    return [path.name]


def _with_reason(row: Row, fault: Fault, lang: str) -> dict[str, str]:
    said = {
        "line": str(row.line),
        "field": fault.column,
        "reason": text("importers", f"fault_{fault.key}", lang=lang, **fault.values),
        "way_out": text("importers", f"fault_{fault.key}_way_out", lang=lang, **fault.values),
    }
    return dict(row.values) | said
