"""The tariff table -> Tariff: prices as rows, by code, the most specific first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.order import places, sorting_order, starts
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.rules.adjudicate.columns import Tariff
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.terms import ATTRIBUTES

Rows = NDArray[Any]
_NUMBERS = ("coefficient", "price", "reimbursement_base", "generic_base", "rate", "anaesthesia_coefficient")


@dataclass(frozen=True)
class Prices:
    """The tariff; its codes, labels (by language) and providers as text arrays; the row of each price in the table; and
    the codes that have a row in repair, so that no line of theirs can be priced with certainty."""

    tariff: Tariff
    codes: Any
    labels: dict[str, Any]
    providers: Any
    row: Rows
    lost: Any


def codes_in_tariff(sheet: Sheet, name: str, prices: Prices) -> Rows:
    """Positions in the tariff's codes (int32) of a column of another table, -1 for blank."""
    found, names = sheet.coded(name)
    place = places(names, prices.codes)
    lost = pc.is_in(names, value_set=prices.lost).to_numpy(zero_copy_only=False)
    place, lost = np.append(place, -1), np.append(lost, False)
    sheet.find(lost[found], name, "code_in_repair")
    sheet.find((found >= 0) & (place[found] < 0) & ~lost[found], name, "unknown_code")
    return np.asarray(place[found].astype(np.int32))


def read_tariff(sheet: Sheet) -> Prices:
    """Checks the table; what is wrong stays in the sheet."""
    code, codes = sheet.coded("code")
    category, categories = sheet.coded("category")
    letter, letters = sheet.coded("letter")
    provider, providers = sheet.coded("provider")
    rows = {name: sheet.numbers(name) for name in _NUMBERS} | {"code": code, "category": category, "provider": provider}
    rows["doubtful"] = sheet.filled("doubt")
    rows["letter"] = np.where(rows["doubtful"] & (rows["coefficient"] < 0), -1, letter)
    rows["sector"] = np.where(sheet.filled("sector"), sheet.words("sector", ATTRIBUTES["sector"]), -1)
    rows["valid_from"] = sheet.days("valid_from", blank=NO_DAY)
    rows["valid_to"] = sheet.days("valid_to", blank=NEVER)
    _check_rows(sheet, rows)
    _refuse_two_categories(sheet, rows, len(codes), categories)
    lost = np.unique(code[sheet.bad & (code >= 0)])
    lost = np.union1d(lost, _refuse_conflicts(sheet, rows))
    order = _specific_first(sheet.good, rows)
    tariff, used = _assemble({name: values[order] for name, values in rows.items()}, codes, categories, letters)
    labels = {lang: _labels(sheet.coded(f"label_{lang}"), order, code, used) for lang in ("ar", "fr", "en")}
    return Prices(tariff, codes.take(pa.array(used)), labels, providers, order, codes.take(pa.array(lost)))


def _check_rows(sheet: Sheet, rows: dict[str, Rows]) -> None:
    """A row that nobody has confirmed may lack its coefficient: it prices nothing."""
    letter, coefficient = rows["letter"] >= 0, rows["coefficient"] >= 0
    sheet.find(letter & ~coefficient & ~sheet.bad, "coefficient", "letter_without_coefficient")
    sheet.find(coefficient & ~letter & ~rows["doubtful"] & ~sheet.bad, "letter", "coefficient_without_letter")
    sheet.find(rows["valid_to"] < rows["valid_from"], "valid_to", "ends_before_start")


def _refuse_two_categories(sheet: Sheet, rows: dict[str, Rows], codes: int, categories: Any) -> None:
    good = sheet.good
    code, category = rows["code"][good], rows["category"][good]
    first, last = np.full(codes, 2**31 - 1, np.int64), np.full(codes, -1, np.int64)
    np.minimum.at(first, code, category)
    np.maximum.at(last, code, category)
    at = np.flatnonzero((first != last)[code])
    one, other = (categories.take(pa.array(ends[code[at]])) for ends in (first, last))
    sheet.find(good[at], "category", "two_categories", first=one, second=other)


def _refuse_conflicts(sheet: Sheet, rows: dict[str, Rows]) -> Rows:
    """Rows as specific as each other, for the same day: one row written twice counts once; rows that contradict each
    other price nothing. The codes of the latter."""
    good = sheet.good
    specific = [rows[name][good] for name in ("code", "provider", "sector", "valid_from")]
    told = [rows[name][good] for name in ("letter", "valid_to", "doubtful", *_NUMBERS)]
    order = np.lexsort((good, *told, *specific))
    same, equal = _as_before(specific, order), _as_before([*specific, *told], order)
    group = np.cumsum(~same)
    contradicts = np.isin(group, group[same & ~equal])
    sheet.find(good[order][equal & ~contradicts], "code", "tariff_repeated")
    sheet.find(good[order][contradicts], "code", "tariff_overlap")
    return np.asarray(rows["code"][good[order][contradicts]])


def _as_before(keys: list[Rows], order: Rows) -> Rows:
    """For rows in an order: whether each is equal to the one before it."""
    same = np.ones(len(order), bool)
    same[:1] = False
    for key in keys:
        same[1:] &= key[order][1:] == key[order][:-1]
    return same


def _specific_first(good: Rows, rows: dict[str, Rows]) -> Rows:
    """By code; a provider's own before a general row, a sector's before any sector's, the later first day first."""
    code, provider, sector, valid_from = (rows[name][good] for name in ("code", "provider", "sector", "valid_from"))
    order = sorting_order((code, provider < 0, provider, sector < 0, sector, -valid_from.astype(np.int64)))
    return good if order is None else good[order]


def _assemble(rows: dict[str, Rows], codes: Any, categories: Any, letters: Any) -> tuple[Tariff, Rows]:
    """The tariff, and the positions in ``codes`` of those that have a row."""
    used, place = np.unique(rows["code"], return_inverse=True)
    start = starts(place, len(used)).astype(np.int32)
    tariff = Tariff(
        codes=tuple(codes.take(pa.array(used)).to_pylist()),
        categories=tuple(categories.to_pylist()),
        letters=tuple(letters.to_pylist()),
        code_category=rows["category"][start[:-1]].astype(np.int32),
        code_start=start,
        letter=rows["letter"].astype(np.int16),
        coefficient=rows["coefficient"].astype(np.int32),
        price=rows["price"],
        reimbursement_base=rows["reimbursement_base"],
        generic_base=rows["generic_base"],
        rate=rows["rate"].astype(np.int32),
        valid_from=rows["valid_from"].astype(np.int32),
        valid_to=rows["valid_to"].astype(np.int32),
        sector=rows["sector"].astype(np.int8),
        provider=rows["provider"].astype(np.int32),
        anaesthesia=rows["anaesthesia_coefficient"].astype(np.int32),
        doubtful=rows["doubtful"],
    )
    return tariff, used


def _labels(labels: tuple[Rows, Any], order: Rows, code: Rows, used: Rows) -> Any:
    """For each code that is used, the first label in the order of the tariff; blank where it has none."""
    at, texts = labels
    labelled = order[at[order] >= 0]
    having, first = np.unique(code[labelled], return_index=True)
    chosen = np.full(len(used), len(texts), np.int64)
    chosen[np.searchsorted(used, having)] = at[labelled[first]]
    return pa.concat_arrays([texts, pa.array([""], pa.string())]).take(pa.array(chosen))
