"""Drawing many values at once from the distributions that generator.toml names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tiwizi.rules.adjudicate.columns import Column

Rng = np.random.Generator


def between(rng: Rng, bounds: Sequence[float | Column], size: int) -> Column:
    """float64 [size], even between the two bounds."""
    low, high = (np.asarray(bound) for bound in bounds)
    return np.asarray(low + (high - low) * rng.random(size))


def normal(rng: Rng, terms: Sequence[float], size: int) -> Column:
    """float64 [size], normal with terms = (mean, spread)."""
    mean, spread = terms
    return mean + spread * rng.standard_normal(size)


def whole(rng: Rng, bounds: Sequence[int], size: int) -> Column:
    """int64 [size], whole numbers from bounds[0] to bounds[1], both included."""
    return rng.integers(bounds[0], bounds[1] + 1, size)


def happens(rng: Rng, share: float | Column, size: int) -> Column:
    """bool [size], true with this probability."""
    return np.asarray(rng.random(size) < share)


def by_step(steps: Sequence[Sequence[float]], at: Column) -> Column:
    """The value of a step function given as [from, value] pairs, the first from 0."""
    starts, values = np.array(steps, dtype=float).T
    return np.asarray(values[np.clip(np.searchsorted(starts, at, side="right") - 1, 0, None)])


def shares(weights: Mapping[str, float]) -> Column:
    """Weights as a cumulative distribution that ends at exactly one."""
    return cumulative(np.array(list(weights.values()), dtype=float))


def cumulative(weights: Column) -> Column:
    """float64, along the last axis: the weights' running share; a row without weight gives its first entry."""
    weights = np.array(weights, dtype=float)
    weights[..., 0] = np.where(weights.sum(axis=-1) == 0, 1.0, weights[..., 0])
    running = np.cumsum(weights, axis=-1)
    running /= running[..., -1:]
    # What has no weight is never picked, even where rounding leaves the last sum below one.
    return np.asarray(np.where(running >= running[..., -1:], 1.0, running))


def pick(running: Column, uniform: Column) -> Column:
    """int64: the entry of one cumulative distribution for each uniform number."""
    return np.searchsorted(running, uniform, side="right")


def pick_by_group(running: Column, group: Column, uniform: Column) -> Column:
    """int64: as pick, from one row of ``running`` [groups, entries] for each uniform number."""
    flat = (running + np.arange(len(running))[:, None]).ravel()
    found = np.searchsorted(flat, group + uniform, side="right") - group * running.shape[1]
    return np.asarray(np.clip(found, 0, running.shape[1] - 1))


def steady(*keys: Column | int) -> Column:
    """float64 in [0, 1): the same keys always give the same number (a doctor's own price, a person's own medicine)."""
    state = np.zeros(1, np.uint64)
    with np.errstate(over="ignore"):
        for key in keys:
            state = state + np.asarray(key).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) / 2.0**53


def steady_normal(*keys: Column | int) -> Column:
    """float64: a standard normal number that the keys determine (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - steady(*keys, 1)))
    return np.asarray(radius * np.cos(2.0 * np.pi * steady(*keys, 2)))


def ragged(starts: Column, sizes: Column) -> Column:
    """int64: the rows starts[i] ... starts[i] + sizes[i] - 1, one group after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - sizes), sizes))
