"""Where the sheets of a delivery lie until they are posted: a folder of its own beneath TIWIZI_FILES. The desk and the
workers share it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.named import table_of, tables_of_workbook
from tiwizi.formats.tables.source import ENDINGS, SPREADSHEETS

#: All sheets of a delivery together, in bytes.
MOST_BYTES = 1 << 30
REPAIR = "repair.xlsx"
TOTALS = "totals"


class TooLarge(ValueError):
    """More bytes than a delivery may have."""


class Sheet(NamedTuple):
    """``tables``: those that it holds, as its name or its sheets say; none where neither does."""

    file: str
    kept: str
    tables: tuple[str, ...]


def folder_of(name: str) -> Path:
    """Where a delivery lies. ``name``: 32 hexadecimal digits."""
    assert len(name) == 32 and set(name) <= set("0123456789abcdef"), name
    return Path(settings.FILES) / "intake" / name


def keep(name: str, files: Iterable[tuple[str, Iterable[bytes]]]) -> list[Sheet]:
    """Put files, as (name, pieces), into the folder of a delivery. Raises TooLarge, and leaves nothing then."""
    folder, left, kept = folder_of(name), MOST_BYTES, []
    folder.mkdir(parents=True)
    try:
        for number, (file, pieces) in enumerate(files):
            ending = Path(file).suffix.lower()
            own = f"{number}{ending}" if ending in (*ENDINGS, *SPREADSHEETS) else f"{number}.other"
            with (folder / own).open("wb") as out:
                for piece in pieces:
                    left -= len(piece)
                    if left < 0:
                        raise TooLarge
                    out.write(piece)
            kept.append(Sheet(Path(file).name[:120], own, _tables(file, folder / own)))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return kept


def _tables(file: str, path: Path) -> tuple[str, ...]:
    if path.suffix == ".xlsx" and (named := tables_of_workbook(path)):
        return named
    table = table_of(file)
    return () if table is None else (table,)


def tables_folder(name: str, sheets: Sequence[dict[str, Any]]) -> Path:
    """A folder in which each file is called as its table is, as formats.tables reads them. Raises TableError where two
    files hold one table."""
    folder = folder_of(name) / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    taken: dict[str, str] = {}
    for sheet in sheets:
        for table in sheet["tables"]:
            if table in taken:
                raise TableError("two_files", table=table, first=taken[table], second=sheet["file"])
            taken[table] = sheet["file"]
            os.link(folder_of(name) / sheet["kept"], folder / f"{table}{Path(sheet['kept']).suffix}")
    return folder


def totals_file(name: str) -> Path | None:
    """The sender's totals, where they came along."""
    found = folder_of(name) / "tables" / f"{TOTALS}.csv"
    return found if found.is_file() else None


def repair_file(name: str) -> Path | None:
    found = folder_of(name) / REPAIR
    return found if found.is_file() else None


def forget_sheets(name: str) -> None:
    """All but the rows to repair."""
    folder = folder_of(name)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != REPAIR:
            path.unlink(missing_ok=True)


def forget(name: str) -> None:
    shutil.rmtree(folder_of(name), ignore_errors=True)
