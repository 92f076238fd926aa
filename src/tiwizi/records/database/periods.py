"""Dated facts held against those that are known: which are new, which say something else, which cannot stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiwizi.rules.overlap import crossing, grouped, repeated
from tiwizi.rules.period import NEVER, NO_DAY

Rows = NDArray[Any]


@dataclass
class Dated:
    """``keys``: whole-number columns that name what a period is of. ``facts``: what else is said of it, column by
    column, NO_DAY or -1 for nothing."""

    keys: Sequence[Rows]
    since: Rows
    to: Rows
    facts: Mapping[str, Rows]


@dataclass
class Periods:
    """Of each row stated: ``row``, the place of the known one with the same keys and start, -1 where there is none;
    masks of those that are ``new``, ``changed``, and refused because they are ``empty`` or ``cross`` others."""

    row: Rows
    new: Rows
    changed: Rows
    empty: Rows
    cross: Rows

    @property
    def counts(self) -> dict[str, int]:
        refused = self.empty | self.cross
        new, changed = int(self.new.sum()), int(self.changed.sum())
        return {"new": new, "changed": changed, "same": len(self.row) - new - changed - int(refused.sum())}

    def refuse(self, at: Rows) -> None:
        """Rows (a mask) that are refused for another reason, as those that cross are."""
        self.cross |= at
        self.new &= ~at
        self.changed &= ~at


def compare_periods(stated: Dated, known: Dated) -> Periods:
    """The same period said twice counts once; of two that cross, the later goes to repair."""
    count = len(stated.since)
    both = [np.concatenate((mine, theirs)) for mine, theirs in zip(stated.keys, known.keys, strict=True)]
    group = grouped(*both)
    row = _place(group, np.concatenate((stated.since, known.since)), count)
    empty = stated.since >= stated.to
    again = repeated(group[:count], stated.since, stated.to, *stated.facts.values())
    differs = np.zeros(count, bool)
    met = row >= 0
    for mine, theirs in ((stated.to, known.to), *((stated.facts[name], known.facts[name]) for name in stated.facts)):
        differs[met] |= mine[met] != theirs[row[met]]
    acts = ~empty & ~again & (~met | differs)
    cross = _crossing(stated, known, group, row, acts)
    acts &= ~cross
    return Periods(row, new=acts & ~met, changed=acts & met, empty=empty, cross=cross)


def _place(group: Rows, since: Rows, count: int) -> Rows:
    """The known row of the same group and start."""
    same = grouped(group, since)
    place = np.full(int(same.max(initial=-1)) + 1, -1, np.int64)
    place[same[count:]] = np.arange(len(same) - count)
    return np.asarray(place[same[:count]])


def _crossing(stated: Dated, known: Dated, group: Rows, row: Rows, acts: Rows) -> Rows:
    """A known period that changes is taken out while what it changes into is held against the others; where that is
    refused, it stands as it was, and what was held against its change is held against it."""
    count, refused = len(row), np.zeros(len(row), bool)
    while True:
        going = np.flatnonzero(acts & ~refused)
        stays = np.ones(len(known.since), bool)
        stays[row[going][row[going] >= 0]] = False
        kept = np.flatnonzero(stays)
        found = crossing(
            np.concatenate((group[going], group[count:][kept])),
            np.concatenate((stated.since[going], known.since[kept])),
            np.concatenate((stated.to[going], known.to[kept])),
            np.concatenate((np.ones(len(going), bool), np.zeros(len(kept), bool))),
        )[: len(going)]
        if not found.any():
            return refused
        refused[going[found]] = True


def until(to: Rows) -> Rows:
    """The end of periods as the tables keep it: datetime64[D], NaT for none."""
    days = np.where((to == NEVER) | (to == NO_DAY), 0, to).astype("datetime64[D]")
    days[(to == NEVER) | (to == NO_DAY)] = np.datetime64("NaT")
    return days


def ends(days: Rows) -> Rows:
    """Ends as they come out of a table, NEVER for none."""
    return np.where(days == NO_DAY, NEVER, days).astype(np.int64)
