"""Control totals: how many rows a table has, and what its amounts add up to, as the sender declares it in totals.csv.

    table,rows,amount
    people,458102,
    lines,1493021,418220377.50

Headings and names of tables may be French or Arabic, as everywhere in these tables.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.formats.tables import check
from tiwizi.formats.tables.encoding import code_page, is_utf8
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.schema import TABLES, fold
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.rules.money import MAX_AMOUNT, MINOR_DIGITS, QUANTITY_SCALE

FILE = "totals.csv"
_LARGEST = 1 << 16
_HEADINGS = {
    "table": ("table", "tableau", "الجدول"),
    "rows": ("rows", "lines", "lignes", "nombre de lignes", "عدد السطور", "عدد الأسطر"),
    "amount": ("amount", "sum", "montant", "total", "somme", "المبلغ", "المجموع"),
}


class Total(NamedTuple):
    """amount: minor units; None for a table without amounts. unread: rows whose amount could not be read."""

    rows: int
    amount: int | None = None
    unread: int = 0


def count_totals(sheet: Sheet, *, rows: int) -> Total:
    """What the first ``rows`` of a table add up to, those that go to repair too."""
    table = sheet.source.table
    fresh = Sheet(sheet.source, sheet.digits)
    if table == "reported":
        amounts = fresh.numbers("paid")[:rows]
    elif table == "lines":
        amounts = _billed(fresh)[:rows]
    else:
        return Total(rows)
    return Total(rows, int(amounts[amounts >= 0].sum()), int((amounts < 0).sum()))


def _billed(sheet: Sheet) -> NDArray[Any]:
    """As the reader takes it: what is billed or, where that is blank, unit price x quantity."""
    price, quantity = sheet.numbers("unit_price"), sheet.numbers("quantity", blank=QUANTITY_SCALE)
    exact = (np.maximum(price, 0) * quantity + QUANTITY_SCALE // 2) // QUANTITY_SCALE
    priced = np.where(price < 0, -1, exact)
    if not sheet.has("billed"):
        return priced
    read = check.numbers(sheet.source.columns["billed"], digits=sheet.digits, most=MAX_AMOUNT)
    return np.where(read.wrong == check.MISSING, priced, read.values)


def read_totals(path: Path, *, digits: int) -> dict[str, Total]:
    """What the sender declares: table -> its totals. ``digits``: decimals of the amounts, none where they are in minor
    units. Raises TableError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TableError("unreadable", file=str(path), why=error.strerror or str(error)) from error
    if len(raw) > _LARGEST or b"\0" in raw:
        raise TableError("totals_unreadable", file=str(path), line=1)
    lines = _text(raw, str(path)).splitlines()
    divider = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    head, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=divider)] or [[]]
    place = _places(head, str(path))
    declared: dict[str, Total] = {}
    for number, row in enumerate(rows, 2):
        if any(row):
            table, total = _declared(row, place, digits, str(path), number)
            declared[table] = total
    return declared


def _text(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig") if is_utf8(raw) else raw.decode(code_page(raw))
    except ValueError as error:
        raise TableError("totals_unreadable", file=file, line=1) from error


def _places(head: list[str], file: str) -> dict[str, int]:
    folded = [fold(cell) for cell in head]
    place = {
        name: next((folded.index(fold(word)) for word in words if fold(word) in folded), -1)
        for name, words in _HEADINGS.items()
    }
    if place["table"] < 0 or place["rows"] < 0:
        raise TableError("missing_columns", file=file, columns="table, rows, amount", found=", ".join(head)[:300])
    return place


def _declared(row: list[str], place: dict[str, int], digits: int, file: str, line: int) -> tuple[str, Total]:
    cells = {name: row[at] if 0 <= at < len(row) else "" for name, at in place.items()}
    table = fold(cells["table"])
    count = read_amount(cells["rows"], 0)
    amount = read_amount(cells["amount"], digits) if cells["amount"] else None
    if table not in TABLES or count is None or (cells["amount"] and amount is None):
        raise TableError("totals_unreadable", file=file, line=line)
    return table, Total(count, amount)


def read_amount(text: str, digits: int) -> int | None:
    """A number as people write it, in the units of its last decimal: ``read_amount("1 234,5", 2)`` is 123450. None for
    what is none."""
    read = check.numbers(pa.chunked_array([[text]], pa.string()), digits=digits, most=10**18, blank=-1)
    return None if read.wrong.any() else int(read.values[0])


def write_totals(path: Path, totals: dict[str, Total], *, currency: str) -> None:
    """As the sender would declare them."""
    digits = MINOR_DIGITS[currency]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["table", "rows", "amount"])
        for table, total in totals.items():
            amount = "" if total.amount is None else _major(total.amount, digits)
            out.writerow([table, total.rows, amount])


def _major(amount: int, digits: int) -> str:
    return f"{amount // 10**digits}.{amount % 10**digits:0{digits}d}" if digits else str(amount)
