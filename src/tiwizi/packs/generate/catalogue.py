"""The acts, medicines and goods that a plan's tariff prices, to be drawn by category as often as they are met."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from tiwizi.packs.generate.draw import cumulative, pick_by_group
from tiwizi.packs.generate.settings import Settings, Table
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import minor, thousandths
from tiwizi.rules.period import NEVER, NO_DAY, day_number
from tiwizi.rules.plan.document import LetterValue, Plan
from tiwizi.rules.terms import ATTRIBUTES

SECTORS = ATTRIBUTES["sector"]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Shelf:
    """The codes of one category and, for each group of people (band of age x 2 + sex), how often each is met."""

    codes: Column
    running: Column


@dataclass(frozen=True)
class Catalogue:
    """price[b, code, sector] is minor units a unit between breaks b-1 and b, 0 where the tariff has none."""

    codes: tuple[str, ...]
    shelves: Mapping[str, Shelf]
    category: tuple[str, ...]  # of each code
    breaks: Column
    price: Column
    coefficients: Column  # [codes, 3]: low, high, step in thousandths for a bare key letter; step 0 for other codes

    def draw(self, category: str, group: Column, uniform: Column) -> Column:
        """int64: codes of a category for people of these groups."""
        shelf = self.shelves[category]
        return shelf.codes[pick_by_group(shelf.running, group, uniform)]

    def price_of(self, code: Column, sector: Column, day: Column) -> Column:
        """int64, minor units: the tariff's price of one unit."""
        return np.asarray(self.price[np.searchsorted(self.breaks, day, side="right"), code, sector])


def read_catalogue(plan: Plan, settings: Settings) -> Catalogue:
    """The catalogue of a plan, from the tariff files that it names (beside the plan's own file)."""
    rows = [row for name in plan.tariffs for row in _read(Path(plan.file).parent / name)]
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        if not row["provider"]:
            by_code.setdefault(row["code"], []).append(row)
    codes = tuple(by_code)
    category = tuple(by_code[code][0]["category"] for code in codes)
    breaks = _breaks(rows, plan.letters)
    return Catalogue(
        codes=codes,
        shelves={name: _shelf(name, codes, category, settings) for name in dict.fromkeys(category)},
        category=category,
        breaks=breaks,
        price=_prices(plan, by_code, breaks),
        coefficients=np.array([_coefficients(settings["code"].get(code, {})) for code in codes]),
    )


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str, blank: int) -> int:
    return day_number(date.fromisoformat(text)) if text else blank


def _breaks(rows: Sequence[Row], letters: Sequence[LetterValue]) -> Column:
    days = {_day(row[field], NO_DAY) for row in rows for field in ("valid_from", "valid_to")}
    days |= {day_number(letter.dates.effective) for letter in letters}
    return np.array(sorted(days - {NO_DAY}), dtype=np.int64)


def _prices(plan: Plan, by_code: Mapping[str, list[Row]], breaks: Column) -> Column:
    middle = [NO_DAY, *breaks.tolist()]
    prices = np.zeros((len(middle), len(by_code), len(SECTORS)), np.int64)
    for at, day in enumerate(middle):
        value = {(v.letter, v.sector): v.value for v in plan.letters if _stands(v, day)}
        for position, rows in enumerate(by_code.values()):
            for number, sector in enumerate(SECTORS):
                prices[at, position, number] = _price(plan.currency, rows, value, sector, day)
    return prices


def _stands(letter: LetterValue, day: int) -> bool:
    until = letter.dates.until
    return day_number(letter.dates.effective) <= day and (until is None or day < day_number(until))


def _price(currency: str, rows: list[Row], value: Mapping[tuple[str, str], int], sector: str, day: int) -> int:
    """Of the rows that fit, a sector's own goes before a general one. No sector but "other" is priced as private."""
    wanted = "private" if sector == "other" else sector
    fitting = [
        row
        for row in rows
        if row["sector"] in ("", wanted) and _day(row["valid_from"], NO_DAY) <= day < _day(row["valid_to"], NEVER)
    ]
    for row in sorted(fitting, key=lambda row: row["sector"] == ""):
        if row["price"]:
            return minor(row["price"], currency)
        unit = value.get((row["letter"], wanted), value.get((row["letter"], ""), 0))
        return unit * thousandths(row["coefficient"] or "0") // 1000
    return 0


def _shelf(name: str, codes: Sequence[str], category: Sequence[str], settings: Settings) -> Shelf:
    table = settings["codes"]
    first = table["first"].get(name, [])
    found = [at for at, code in enumerate(codes) if category[at] == name and code not in table["never"]]
    found.sort(key=lambda at: first.index(codes[at]) if codes[at] in first else len(first))
    rarer = np.array([settings["code"].get(codes[at], {}).get("weight", 1.0) for at in found])
    often = rarer * (np.arange(len(found)) + 1.0) ** -table["zipf"]
    met = np.array([_met_by(settings["code"].get(codes[at], {}), settings) for at in found])  # [codes, groups]
    return Shelf(np.array(found), cumulative(met.T * often))


def _met_by(hint: Table, settings: Settings) -> Column:
    """bool per group: whether people of the group meet a code at all."""
    starts = settings.age_bands
    ends = np.append(starts[1:] - 1, 120)
    low, high = hint.get("ages", [0, 120])
    fits = (starts >= low) & (ends <= high)
    return np.array([fit and hint.get("sex", sex) == sex for fit in fits for sex in ("F", "M")])


def _coefficients(hint: Table) -> tuple[int, int, int]:
    if "coefficient" not in hint:
        return 0, 0, 0
    low, high = hint["coefficient"]
    return low * 1000, high * 1000, round(hint["step"] * 1000)
