"""Columns by groups: lines that agree in some columns, and medians that a few strange values do not move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tiwizi.rules.adjudicate.columns import Column


def grouped(*keys: Column) -> tuple[Column, Column]:
    """(order, start): rows in the order of their groups, and where each group starts in it, with the end of the last.
    Rows of one group agree in all keys."""
    count = len(keys[0])
    order = np.lexsort(keys[::-1])
    if count == 0:
        return order, np.zeros(1, np.int64)
    differs = np.zeros(count - 1, bool)
    for key in keys:
        differs |= np.diff(key[order]) != 0
    return order, np.concatenate(([0], np.flatnonzero(differs) + 1, [count]))


def repeated(*keys: Column) -> Column:
    """bool a row: whether another row may agree with it in all keys. Those that do always are; a few others may be
    too. It takes one sort of numbers where ``grouped`` takes one a key."""
    mixed = np.zeros(len(keys[0]), np.uint64)
    for key in keys:
        mixed = (mixed ^ key.astype(np.uint64)) * np.uint64(0x9E37_79B9_7F4A_7C15)
        mixed ^= mixed >> np.uint64(29)
    ranked = np.sort(mixed)
    twice = np.unique(ranked[1:][np.diff(ranked) == 0])
    return np.isin(mixed, twice)


def larger(order: Column, start: Column, least: int) -> list[Column]:
    """The rows of each group that has at least so many."""
    return [order[start[at] : start[at + 1]] for at in np.flatnonzero(np.diff(start) >= least).tolist()]


def sums(values: Column, order: Column, start: Column) -> Column:
    """Of each group."""
    return np.add.reduceat(values[order], start[:-1]) if len(order) else np.zeros(0, np.int64)


def distinct(values: Column, order: Column, start: Column) -> Column:
    """How many different values each group has. ``order`` must have them sorted within each group."""
    fresh = np.append(True, np.diff(values[order]) != 0)[: len(order)]
    fresh[start[:-1]] = True
    return np.add.reduceat(fresh.astype(np.int64), start[:-1]) if len(order) else np.zeros(0, np.int64)


def medians(values: Column, group: Column, groups: int) -> tuple[Column, Column]:
    """(median, how many values) of each group 0, 1, ...; the lower of two middle values, 0 for an empty group."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    first = np.concatenate(([0], np.cumsum(count)[:-1]))
    middle = np.minimum(first + np.maximum(count - 1, 0) // 2, max(len(values) - 1, 0))
    found = values[order][middle] if len(values) else np.zeros(groups)
    return np.where(count > 0, found, 0), count


def spreads(values: Column, group: Column, groups: int, *, least: float) -> tuple[Column, Column, Column]:
    """(score, median, peers) of each value among its group: how many robust standard deviations (1.4826 times the
    median distance from the median) it lies above the median. ``least``: the smallest deviation that is believed,
    for peers that are all alike tell nothing."""
    middle, count = medians(values, group, groups)
    away = np.abs(values - middle[group])
    mad, _ = medians(away, group, groups)
    deviation = np.maximum(1.4826 * mad, least)
    return (values - middle[group]) / deviation[group], middle[group], count[group]


def dominant(of: Column, word: Column, weight: Sequence[int] | Column) -> tuple[Column, Column]:
    """For each distinct value of ``of`` (ascending) the word that most of its weight goes to: (values, words)."""
    order, start = grouped(of, word)
    total = sums(np.asarray(weight), order, start)
    head = order[start[:-1]]
    ranked = np.lexsort((total, of[head]))
    last = np.append(np.diff(of[head][ranked]) != 0, True)[: len(ranked)]
    best = head[ranked[last]]
    return of[best], word[best]
