"""Providers of care, by kind and city, with invented nine-digit numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiwizi.packs.generate.draw import Rng, happens, pick
from tiwizi.packs.generate.settings import Settings
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.terms import ATTRIBUTES


@dataclass(frozen=True)
class Providers:
    """Providers by kind and city: those of kind k in city c are start[k, c] : start[k, c] + count[k, c]."""

    kinds: tuple[str, ...]
    number: tuple[str, ...]
    sector: Column
    level: Column
    start: Column
    count: Column
    city_running: Column
    elsewhere: float

    def draw_cities(self, rng: Rng, size: int) -> Column:
        return pick(self.city_running, rng.random(size))

    def draw(self, rng: Rng, kind: Column, home: Column) -> Column:
        """int64: a provider of each kind, mostly in the home city; the first ones of a city are busier."""
        away = happens(rng, self.elsewhere, len(kind))
        city = np.where(away, self.draw_cities(rng, len(kind)), home)
        rank = np.floor(self.count[kind, city] * rng.random(len(kind)) ** 2).astype(np.int64)
        return np.asarray(self.start[kind, city] + rank)


def draw_providers(rng: Rng, members: int, settings: Settings) -> Providers:
    table, shares = settings["providers"], np.array(settings["cities"]["shares"])
    kinds = tuple(table)
    density = np.array([table[kind]["density"] for kind in kinds])
    count = np.maximum(1, np.round(density[:, None] * shares * members / 1000)).astype(np.int64)
    total = int(count.sum())
    kind_of = np.repeat(np.arange(len(kinds)), count.sum(axis=1))
    numbers = np.unique(rng.integers(10_000_000, 1_000_000_000, 3 * total + 100))
    numbers = rng.permutation(numbers)[:total]
    return Providers(
        kinds=kinds,
        number=tuple(f"{number:09d}" for number in numbers.tolist()),
        sector=np.array([ATTRIBUTES["sector"].index(table[kind]["sector"]) for kind in kinds])[kind_of],
        level=np.array([ATTRIBUTES["level"].index(table[kind]["level"]) for kind in kinds])[kind_of],
        start=np.concatenate(([0], np.cumsum(count.ravel())[:-1])).reshape(count.shape),
        count=count,
        city_running=np.cumsum(shares / shares.sum()),
        elsewhere=float(settings["cities"]["elsewhere"]),
    )
