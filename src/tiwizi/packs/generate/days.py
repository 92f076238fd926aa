"""Days of care over the window: more in winter, few on Sundays, none in the future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiwizi.packs.generate.draw import Rng
from tiwizi.packs.generate.settings import Settings
from tiwizi.rules.adjudicate.columns import Column

SATURDAY, SUNDAY = 5, 6


def weekday(day: Column) -> Column:
    """0 for Monday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def working_day(day: Column, earliest: Column) -> Column:
    """The day itself; for a Saturday the Friday before, if that is not too early; else the Monday after a week-end."""
    monday = day + np.where(weekday(day) == SATURDAY, 2, 1)
    friday = (weekday(day) == SATURDAY) & (day - 1 >= earliest)
    return np.asarray(np.where(weekday(day) < SATURDAY, day, np.where(friday, day - 1, monday)))


@dataclass(frozen=True)
class Days:
    """running[k, d]: the weight of the days before first + d; k = 1 for care that is given on every day of the week."""

    first: int
    running: Column

    def draw(self, rng: Rng, every_day: Column, low: Column, high: Column) -> Column:
        """int64: a day from low to high, both included and within the window (low itself where high is earlier)."""
        size = self.running.shape[1] - 1
        start = np.clip(low - self.first, 0, size - 1)
        stop = np.clip(np.maximum(high, low) + 1 - self.first, start + 1, size)
        kind = every_day.astype(np.int64)
        lowest = self.running[kind, start]
        wanted = lowest + rng.random(len(low)) * (self.running[kind, stop] - lowest)
        found = np.empty(len(low), np.int64)
        for k in (0, 1):
            of_kind = kind == k
            found[of_kind] = np.searchsorted(self.running[k], wanted[of_kind], side="right") - 1
        return self.first + np.clip(found, start, stop - 1)


def read_days(settings: Settings) -> Days:
    window = settings["window"]
    day = np.arange(settings.first, settings.until + 1)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    season = np.array(window["months"])[month] * (1 + window["growth"] * (day - settings.first) / len(day))
    weeks = np.array(window["weekdays"])[weekday(day)]
    weights = np.vstack([season * weeks, season])
    return Days(settings.first, np.concatenate((np.zeros((2, 1)), np.cumsum(weights, axis=1)), axis=1))
