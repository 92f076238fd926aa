"""A mutual's tables, docs/concepts/tables.md: files in, checked facts and rows to repair; decisions out."""

from pathlib import Path

from tiwizi.formats.tables.book import Book, Ids, from_rows, read_folder
from tiwizi.formats.tables.decisions import DecisionTable, read_decisions, write_decisions
from tiwizi.formats.tables.fault import Said, TableError
from tiwizi.formats.tables.repair import Counts, Repair, RepairRow, write_repair_book, write_repair_rows

__all__ = [
    "Book",
    "Counts",
    "DecisionTable",
    "Ids",
    "Repair",
    "RepairRow",
    "Said",
    "TableError",
    "from_rows",
    "read_decisions",
    "read_folder",
    "write_decisions",
    "write_repair",
]


def write_repair(path: Path, book: Book, *, lang: str | None = None) -> None:
    """The rows that went to repair with where each stands, its reason and the way out in words.

    One CSV file, or, where the path ends in .xlsx, a workbook with a sheet for each table.
    """
    write = write_repair_book if path.suffix.lower() == ".xlsx" else write_repair_rows
    write(path, book.repair, lang=lang or book.lang)
