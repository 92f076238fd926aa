"""What a generated mutual is drawn from: the pack's generator.toml, with days and money as the engines hold them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import day_number

#: A table of generator.toml. Its fields are described there, beside their values.
Table = Mapping[str, Any]
DAYS_A_YEAR = 365.25


def years_later(day: Column, years: Column | int) -> Column:
    """int64: the same day of the month some years on (of 29 February, 1 March)."""
    date = np.asarray(day).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    later = (month + 12 * np.asarray(years)).astype("datetime64[D]") + (date - month.astype("datetime64[D]"))
    return np.asarray(later.astype(np.int64))


@dataclass(frozen=True)
class Settings:
    """The tables of generator.toml, the first day of care and the last day received (days since 1970-01-01)."""

    tables: Table
    first: int
    until: int

    def __getitem__(self, name: str) -> Any:
        return self.tables[name]

    @property
    def age_bands(self) -> Column:
        """int64: the age in years at which each band starts."""
        return np.array(self.tables["ages"])

    def band(self, birth: Column, day: Column | int) -> Column:
        """int64: the age band of people born on these days (their first band before they are born)."""
        age = (np.asarray(day) - birth) / DAYS_A_YEAR
        return np.clip(np.searchsorted(self.age_bands, age, side="right") - 1, 0, None)


def read_settings(folder: Path, until: date) -> Settings:
    """The settings of a country's pack for a mutual whose last day is ``until``."""
    tables = tomllib.loads((folder / "generator.toml").read_text(encoding="utf-8"))
    last = day_number(until)
    return Settings(tables, last - int(tables["window"]["days"]), last)
