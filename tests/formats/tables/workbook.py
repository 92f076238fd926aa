"""Workbooks to be read, and workbooks to be refused, made in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

PEOPLE = ["person", "household", "role", "birth_date", "nom"]
ROWS = [PEOPLE, *([f"P{n}", "H1", "member", "1980-01-31", "Fatima الزهراء"] for n in range(1, 9))]
Parts = dict[str, bytes]


def write_book(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Each sheet with its rows of texts, numbers, days and truths."""
    with Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Parts) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def _with(name: str, content: bytes) -> Callable[[Parts], bytes]:
    return lambda parts: zipped(parts | {name: content})


def _cells(inside: bytes) -> Callable[[Parts], bytes]:
    """Rows put in before the end of the sheet."""
    return lambda parts: zipped(parts | {SHEET: parts[SHEET].replace(b"</sheetData>", inside + b"</sheetData>")})


def _locked(parts: Parts) -> bytes:
    """Every entry says that it is encrypted."""
    data = bytearray(zipped(parts))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def _lies_about_its_size(parts: Parts) -> bytes:
    """The sheet unpacks to 420 MB and says that it holds a hundred bytes."""
    bomb = zipped(parts | {SHEET: parts[SHEET] + b" " * (420 << 20)})
    true, told = (len(parts[SHEET]) + (420 << 20)).to_bytes(4, "little"), (100).to_bytes(4, "little")
    return bomb.replace(true, told)


#: what -> how a workbook is spoilt, and the reason that is told; "" where it is read all the same.
HOSTILE: dict[str, tuple[Callable[[Parts], bytes], str]] = {
    "far cell": (_cells(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too_many_columns"),
    "far row": (_cells(b'<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'), "too_much_memory"),
    "far column": (_cells(b'<row r="900"><c r="XFD900"><v>1</v></c></row>'), "too_many_columns"),
    "a million blank rows": (
        _cells(b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(10, 1_000_000))), "",
    ),
    "bomb": (_with(SHEET, b" " * (500 << 20)), "too_large_table"),
    "bomb that lies": (_lies_about_its_size, "not_xlsx"),
    "nested archive": (_with("xl/embeddings/inside.zip", zipped({"a": b"b"})), "no_honest_workbook"),
    "thousands of parts": (lambda parts: zipped(parts | {f"x/{n}": b"" for n in range(3000)}), "no_honest_workbook"),
    "encrypted": (lambda parts: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "locked_or_old"),
    "encrypted entries": (_locked, "locked_or_old"),
    "macros": (_with("xl/vbaProject.bin", b"\xd0\xcf"), "macros"),
    "links to others": (_with("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), ""),
    "an entity that grows": (
        _with(SHEET, b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'), "no_headings",
    ),
    "cut short": (lambda parts: zipped(parts)[:-400], "not_xlsx"),
    "no workbook within": (lambda parts: zipped({"a.txt": b"a"}), "not_xlsx"),
    "not even an archive": (lambda parts: b"person,household\n", "not_xlsx"),
    "no sheet": (lambda parts: zipped({k: v for k, v in parts.items() if k != SHEET}), "not_xlsx"),
    "a cell in error": (_cells(b'<row r="20"><c r="D20" t="e"><v>#REF!</v></c></row>'), "cell_in_error"),
}  # fmt: skip
