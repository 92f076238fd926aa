"""Which decided lines a sample draws: so many of each stratum of amounts, the same ones whenever they are drawn by the
same seed from the same lines. docs/guide/desk/samples.md tells it in words."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import RATE_SCALE

#: What was billed on a line, in minor units, from which each stratum begins.
STRATA = (0, 20_000, 100_000, 500_000)
_ODD = tuple(np.uint64(value) for value in (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB))


def stratum_of(billed: Column) -> Column:
    """The place of its stratum, 0 for the smallest amounts."""
    return np.searchsorted(STRATA, billed, side="right") - 1


def drawn(lines: Column, billed: Column, *, share: int, seed: int) -> tuple[Column, Column, Column]:
    """(places of the lines that are drawn, lines in each stratum, drawn of each): of each stratum that has lines at
    least one, and ``share`` (basis points) of them, rounded up: those with the smallest marks."""
    stratum = stratum_of(billed)
    population = np.bincount(stratum, minlength=len(STRATA))
    wanted = -(-population * share // RATE_SCALE)
    order = np.lexsort((lines, marks(lines, seed), stratum))
    first = np.concatenate(([0], np.cumsum(population)[:-1]))
    places = [order[start : start + count] for start, count in zip(first.tolist(), wanted.tolist(), strict=True)]
    return np.sort(np.concatenate(places)), population, wanted


def marks(ids: Column, seed: int) -> Column:
    """A number for each id that looks random and is always the same (splitmix64), whatever library counts."""
    mixed = ids.astype(np.uint64) * _ODD[0] + np.uint64(seed * int(_ODD[1]) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _ODD[1]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _ODD[2]
    return mixed ^ (mixed >> np.uint64(31))
