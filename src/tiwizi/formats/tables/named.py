"""Which table a file holds, by what people call it: ``Adhérents 2026.xlsx``, ``lignes.csv``, ``التغطية.csv``."""

from __future__ import annotations

import re
import zlib
from html import unescape
from io import FileIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tiwizi.formats.tables.schema import TABLES, fold

#: table -> the words that name it in a file's name, besides its own.
NAMES = {
    "people": "personnes|adhérents|assurés|bénéficiaires|ayants droit|members|persons|الأشخاص|المنخرطون|المنخرطين"
    "|المستفيدون|المستفيدين",
    "statuses": "statuts|situations|الوضعيات|الحالات",
    "cover": "couverture|couvertures|covers|adhésions|التغطية|التغطيات",
    "claims": "dossiers|dossier|files|الملفات|ملفات المرض",
    "lines": "lignes|actes|prestations|السطور|الأسطر|الأعمال",
    "tariff": "tarif|tarifs|prix|nomenclature|التعريفة|الأثمان",
    "reported": "déclarés|payés ailleurs|autres payeurs|المصرح به|جهات أخرى",
    "totals": "totaux|total|المجاميع|المجموع",
}
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*?\bname\s*=\s*(\"[^\"]*\"|'[^']*')")
_MOST = 1 << 20


def table_of(name: str) -> str | None:
    """The table that a file's name speaks of, "totals" for the sender's totals; None where it names none or several."""
    said = f" {fold(Path(name).stem)} "
    found = {
        table for table, others in NAMES.items() for word in (table, *others.split("|")) if f" {fold(word)} " in said
    }
    return found.pop() if len(found) == 1 else None


class _Sparing(FileIO):
    """A file of which nothing large is read in one go: not the list of the million parts of an archive."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size > _MOST:
            raise BadZipFile
        return super().read(size)


def tables_of_workbook(path: Path) -> tuple[str, ...]:
    """The tables that the sheets of a workbook are called after, as those of a workbook that went to repair are. Only
    its list of sheets is looked at; whether it is a workbook at all is for who reads it."""
    try:
        with _Sparing(path) as file, ZipFile(file) as archive, archive.open("xl/workbook.xml") as part:
            text = part.read(_MOST)
    except (BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return ()
    names = [fold(unescape(name[1:-1].decode("utf-8", "replace"))) for name in _SHEET.findall(text)]
    return tuple(table for table in TABLES if names.count(table) == 1)
