"""Periods of the same thing that lie on one another, among very many; half-open, NEVER is no end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiwizi.rules.period import NEVER

Rows = NDArray[Any]


def grouped(*keys: Rows) -> Rows:
    """One number for each distinct combination of some whole-number columns."""
    group = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        values, place = np.unique(key, return_inverse=True)
        _, group = np.unique(group * (len(values) + 1) + place, return_inverse=True)
    return group


def repeated(*keys: Rows) -> Rows:
    """Whether a row says in all columns what a row before it says (bool)."""
    group = grouped(*keys)
    again = np.ones(len(group), bool)
    again[np.unique(group, return_index=True)[1]] = False
    return again


def crossing(group: Rows, since: Rows, to: Rows, movable: Rows) -> Rows:
    """Rows that cannot stand beside the others of their group, chosen among the ``movable`` (bool): the later of two
    that cross, or the earlier where the later is fixed. Rows that are fixed are taken not to cross each other."""
    refused = np.zeros(len(group), bool)
    while True:
        rows = np.flatnonzero(~refused)
        order = rows[np.lexsort((~movable[rows], since[rows], group[rows]))]
        reach = np.maximum.accumulate(group[order] * (NEVER + 1) + to[order]) if len(order) else group[order]
        hit = np.flatnonzero(
            (group[order][1:] == reach[:-1] // (NEVER + 1)) & (since[order][1:] < reach[:-1] % (NEVER + 1))
        )
        later, earlier = order[1:][hit], _reaching(order, to, reach[:-1][hit] % (NEVER + 1), hit)
        found = np.where(movable[later], later, earlier)
        found = found[movable[found]]
        if len(found) == 0:
            return refused
        refused[found] = True


def _reaching(order: Rows, to: Rows, end: Rows, hit: Rows) -> Rows:
    """Of each row that is reached over, which one before it in the order ends so late."""
    found = np.zeros(len(hit), np.int64)
    for place, (at, last) in enumerate(zip(hit.tolist(), end.tolist(), strict=True)):
        while to[order[at]] != last:
            at -= 1
        found[place] = order[at]
    return found
