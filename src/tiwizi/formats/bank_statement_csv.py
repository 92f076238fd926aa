"""A bank's statement as CSV, as Moroccan banks let their customers save it; there is no common specification.

A heading row, a movement a row (oldest or newest first), columns by any of the names below. The balances come from a
running balance, or from whoever hands the file in: both stand on every printed statement.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tiwizi.formats.statement import MOST_BYTES, Movement, Statement, unbalanced
from tiwizi.formats.tables.encoding import code_page
from tiwizi.formats.tables.schema import fold
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import MAX_AMOUNT, MINOR_DIGITS, major
from tiwizi.rules.rib import read_rib

#: column -> its headings, parted by "|".
COLUMNS: Mapping[str, str] = {
    "day": "date|date opération|date d'opération|date comptable|تاريخ العملية|التاريخ|booking date",
    "debit": "débit|montant débit|مدين",
    "credit": "crédit|montant crédit|دائن",
    "amount": "montant|المبلغ",
    "balance": "solde|solde après opération|الرصيد",
    "reference": "référence|réf|référence client|مرجع|المرجع|end to end id|endtoendid",
    "bank_id": "référence banque|n° opération|numéro d'opération|رقم العملية|bank reference",
    "text": "libellé|libellé opération|désignation|البيان|label|description",
    "return_reason": "motif|motif rejet|motif de rejet|سبب الإرجاع",
}
_HEADINGS = {fold(heading): name for name, more in COLUMNS.items() for heading in (name, *more.split("|"))}
_SAID = ("reference", "bank_id", "text", "return_reason")
_PLAIN = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:(?P<group>[., ])\d{3})(?:(?P=group)\d{3})*)(?:(?!(?P=group))[.,](\d+))?")
_DAYS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)"),
    re.compile(r"(?P<d>\d\d?)[/.-](?P<m>\d\d?)[/.-](?P<y>\d{4})"),
)


@dataclass(frozen=True)
class _Row:
    """A row by the names of its columns, and the line on which it ends."""

    line: int
    cells: Mapping[str, str]

    def wrong(self, key: str, field: str, **values: object) -> Mistake:
        said = {"value": self.cells.get(field, "")[:40]} | values
        return Mistake("statement", key, said, line=self.line, field=field)


def read(
    data: bytes,
    *,
    name: str,
    account: str,
    currency: str = "MAD",
    opening: int | None = None,
    closing: int | None = None,
) -> tuple[Statement | None, list[Mistake]]:
    """The statement of a file, or None and what is wrong with it. Texts: locale/<lang>/statement.toml.

    ``opening`` and ``closing``, in minor units, are needed where the file has no running balance; where it has one they
    must agree with it.
    """
    rib, rows = read_rib(account), _rows(data)
    found = [value for value in (rib, rows) if isinstance(value, Mistake)]
    if isinstance(rib, Mistake) or isinstance(rows, Mistake):
        return None, [mistake.at(file=name) for mistake in found]
    movements: list[Movement] = []
    balances: list[int | None] = []
    for row in rows:
        movement, balance = _movement(row, currency), _amount(row, "balance", currency)
        found += [value for value in (movement, balance) if isinstance(value, Mistake)]
        if isinstance(movement, Movement) and not isinstance(balance, Mistake):
            movements.append(movement)
            balances.append(balance)
    if not found:
        found = _broken_chain(movements, balances, currency)
    if not found and movements:
        opening = balances[0] - movements[0].amount if opening is None and balances[0] is not None else opening
        closing = balances[-1] if closing is None else closing
    if not found and (opening is None or closing is None):
        found = [Mistake("statement", "no_balance", {"which": "opening" if opening is None else "closing"})]
    if found or opening is None or closing is None:
        return None, [mistake.at(file=name) for mistake in found]
    if lacks := unbalanced(opening, closing, movements, currency):
        return None, [lacks.at(file=name)]
    return Statement(name, rib, currency, opening, closing, tuple(movements)), []


# -- rows ------------------------------------------------------------------------------------------------------------


def _rows(data: bytes) -> list[_Row] | Mistake:
    """The rows, oldest first."""
    if len(data) > MOST_BYTES:
        return Mistake("statement", "too_large")
    try:
        text = _decoded(data)
        delimiter = max(";,\t", key=text.split("\n", 1)[0].count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        heading = [_HEADINGS.get(fold(cell), "") for cell in next(reader, [])]
        rows = [_Row(reader.line_num, dict(zip(heading, cells, strict=False))) for cells in reader if any(cells)]
    except (csv.Error, ValueError):
        return Mistake("statement", "not_csv")
    if "day" not in heading or not ({"debit", "credit"} <= set(heading) or "amount" in heading):
        return Mistake("statement", "no_columns", line=1)
    known = [name for name in heading if name]
    if len(known) != len(set(known)):
        return Mistake("statement", "column_twice", line=1)
    days = [day for row in (rows[:1] + rows[-1:]) if (day := _day(row.cells.get("day", "")))]
    return rows[::-1] if len(days) == 2 and days[0] > days[1] else rows


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise ValueError
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(code_page(data))


def _broken_chain(movements: Sequence[Movement], balances: Sequence[int | None], currency: str) -> list[Mistake]:
    """The first movement that does not lead from the balance before it to its own."""
    steps = zip(pairwise(balances), movements[1:], strict=True)
    for (before, after), movement in steps:
        if before is not None and after is not None and before + movement.amount != after:
            said = {"due": major(before + movement.amount, currency), "value": major(after, currency)}
            return [Mistake("statement", "balance_differs", said, line=movement.line, field="balance")]
    return []


# -- a row -----------------------------------------------------------------------------------------------------------


def _movement(row: _Row, currency: str) -> Movement | Mistake:
    day = _day(row.cells.get("day", ""))
    if day is None:
        return row.wrong("no_day", "day")
    debit, credit, amount = (_amount(row, name, currency) for name in ("debit", "credit", "amount"))
    if isinstance(debit, Mistake) or isinstance(credit, Mistake) or isinstance(amount, Mistake):
        return next(value for value in (debit, credit, amount) if isinstance(value, Mistake))
    if sum(bool(value) for value in (debit, credit, amount)) != 1:
        return row.wrong("no_amount", "amount")
    said = {name: " ".join(row.cells.get(name, "").split()) for name in _SAID}
    return Movement(day, (credit or 0) + (amount or 0) - abs(debit or 0), **said, line=row.line)


def _day(said: str) -> date | None:
    for shape in _DAYS:
        if found := shape.fullmatch(said.strip()):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def _amount(row: _Row, name: str, currency: str) -> int | None | Mistake:
    """Minor units of ``1 234,56``, ``1.234,56``, ``1,234.56`` or ``1234.56``; None where the cell is blank."""
    said = re.sub(r"[\s\u200e\u200f]+", " ", row.cells.get(name, "")).strip()
    if not said:
        return None
    found = _PLAIN.fullmatch(said) or _GROUPED.fullmatch(said)
    digits = MINOR_DIGITS[currency]
    if found is None:
        return row.wrong("not_an_amount", name)
    sign, whole, decimals = found[1], re.sub(r"\D", "", found[2]), (found.groups()[-1] or "").rstrip("0")
    if len(decimals) > digits or len(whole) > 15:
        return row.wrong("not_an_amount", name)
    amount = int(whole + decimals.ljust(digits, "0"))
    return row.wrong("not_an_amount", name) if amount > MAX_AMOUNT * 1000 else -amount if sign == "-" else amount
