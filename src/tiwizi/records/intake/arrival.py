"""What has arrived: files read and checked, beside what the records know, with what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tiwizi.formats.tables.book import AmountsIn, Book, read_sources
from tiwizi.formats.tables.repair import Counts, Repair, repair_of, set_apart
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.source import Source, chained, find_tables, read_source
from tiwizi.formats.tables.totals import Total, count_totals
from tiwizi.records.database.findings import Findings
from tiwizi.records.intake.known import complete

Rows = NDArray[Any]


class Files(NamedTuple):
    """tables: table -> its file. digest: of the content of all, and of what it is read by."""

    tables: Mapping[str, Path]
    tariffs: tuple[Path, ...]
    currency: str
    amounts_in: AmountsIn | None
    digest: bytes


def find_files(
    folder: Path, *, currency: str, tariff_files: Sequence[Path] = (), amounts_in: AmountsIn | None = None,
    lang: str = "en",
) -> Files:  # fmt: skip
    """The tables of a folder, whichever there are. Raises TableError."""
    tables = find_tables(folder, lang=lang, required=())
    digest = sha256(f"{currency} {amounts_in}".encode())
    for name, path in (*sorted(tables.items()), *((path.name, path) for path in tariff_files)):
        with path.open("rb") as file:
            digest.update(name.encode() + b"\0" + _digest(file))
    return Files(tables, tuple(tariff_files), currency, amounts_in, digest.digest())


def _digest(file: Any) -> bytes:
    content = sha256()
    while piece := file.read(1 << 20):
        content.update(piece)
    return content.digest()


@dataclass(frozen=True)
class Arrival:
    """``told``: of each table the rows that the files hold; those after them were brought along by the records."""

    files: Files
    book: Book
    told: Mapping[str, int]

    @cached_property
    def totals(self) -> dict[str, Total]:
        """What each table that was told adds up to."""
        return {
            table: count_totals(sheet, rows=self.told[table])
            for table, sheet in self.book.sheets.items()
            if self.told.get(table)
        }

    def is_told(self, table: str) -> Rows:
        """Of each entry of the facts whether a file said it (bool)."""
        return np.asarray(self.book.rows[table] < self.told.get(table, 0))

    def sheet(self, table: str) -> Sheet:
        """A table to be read once more, without noting its faults twice."""
        checked = self.book.sheets[table]
        return Sheet(checked.source, checked.digits)

    def repair(self, findings: Findings) -> Repair:
        """All rows to repair: those that could not be understood, and those that the records cannot take."""
        for found in findings.found:
            rows = self.book.rows[found.table][found.at]
            sheet = self.book.sheets[found.table]
            fresh = rows[~sheet.bad[rows]]
            sheet.find(fresh, found.field, found.key)
        findings.found.clear()
        repair = repair_of(
            {table: set_apart(sheet) for table, sheet in self.book.sheets.items() if self.told.get(table)}
        )
        counts = {
            table: Counts(self.told[table], self.told[table] - count.repair, count.repair)
            for table, count in (repair.counts or {}).items()
        }
        return Repair(repair.tables, counts)


def read_files(files: Files, *, uploaded: bool = False, lang: str = "en") -> Arrival:
    """``uploaded``: the files come from a stranger, and are read by a confined process. Raises TableError."""
    with ThreadPoolExecutor(2) as readers:
        jobs = {
            table: readers.submit(read_source, path, table, lang=lang, uploaded=uploaded, whole=True)
            for table, path in files.tables.items()
        }
        told = {table: job.result() for table, job in jobs.items()}
    if files.tariffs:
        own = [("tariff", told["tariff"])] if "tariff" in told else []
        brought = [(path.name, read_source(path, "tariff", lang=lang)) for path in files.tariffs]
        told["tariff"] = chained([*own, *brought], "tariff")
    sources = joined_parts(complete(told, currency=files.currency, in_minor=files.amounts_in == "minor"))
    book = read_sources(
        {table: (lambda name: sources[name]) for table in sources},
        currency=files.currency, lang=lang, amounts_in=files.amounts_in, keep=True,
    )  # fmt: skip
    return Arrival(files, book, {table: source.rows for table, source in told.items()})


def joined_parts(parts: Mapping[str, Sequence[Source]]) -> dict[str, Source]:
    """Of each table its parts as one."""
    return {
        table: found[0] if len(found) == 1 else chained([(table, part) for part in found], table)
        for table, found in parts.items()
    }
