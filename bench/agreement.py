"""The reference and the kernel on random plans and random claims: every line, every entry of every trail."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from itertools import count
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from tests.rules.adjudicate.strategies import example

from bench.figure import Figure
from bench.machine import CORES
from bench.mutual import Mutual
from tiwizi.doors.cli.kernel_cache import place_kernel_cache
from tiwizi.rules.adjudicate.columns import Decisions

#: Other plans than those of the tests, and many of them: households are few where plans are many.
FIRST_SEED, HOUSEHOLDS, LINES = 10_000, 24, 40


class Compared(NamedTuple):
    lines: int
    entries: int
    differences: int


def figures(mutual: Mutual) -> list[Figure]:
    asked = mutual.sizes.random_lines
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn"), initializer=place_kernel_cache) as pool:
        found = list(_until(asked, pool))
    lines, entries, differences = (sum(column) for column in zip(*found, strict=True))
    note = f"{len(found):,} random plans; {lines:,} lines and {entries:,} entries of trails compared"
    return [
        Figure("random lines compared with the reference", "lines", lines, "at least", asked, note),
        Figure("... that were decided otherwise", "lines", differences, "exactly", 0),
    ]


def _until(lines: int, pool: ProcessPoolExecutor) -> Iterator[Compared]:
    """Examples, by their seeds, until so many lines have been compared."""
    seeds, compared = count(FIRST_SEED), 0
    while compared < lines:
        for found in pool.map(compare, [next(seeds) for _ in range(8 * CORES)]):
            compared += found.lines
            yield found


def compare(seed: int) -> Compared:
    """One random plan with its claims, decided by both engines."""
    from tiwizi.rules.adjudicate import engine, reference
    from tiwizi.rules.plan.compile import compile_plan

    made = example(seed, households=HOUSEHOLDS, lines=LINES)
    fast = engine.decide(compile_plan(made.plan, made.tariff), made.facts, made.tariff)
    slow = reference.decide(made.plan, made.facts, made.tariff)
    return Compared(made.facts.lines, len(slow.trail_rule), _differing(fast, slow))


def _differing(one: Decisions, other: Decisions) -> int:
    """On how many lines an amount, a state, a reason or an entry of the trail differs."""
    same = np.ones(len(one.state), bool)
    for column in fields(Decisions):
        if not column.name.startswith("trail"):
            a, b = getattr(one, column.name), getattr(other, column.name)
            same &= (a == b).reshape(len(same), -1).all(axis=1)
    same &= np.diff(one.trail_start) == np.diff(other.trail_start)
    for line in np.flatnonzero(same):
        same[line] = _trail(one, int(line)) == _trail(other, int(line))
    return int((~same).sum())


def _trail(decisions: Decisions, line: int) -> list[tuple[int, int]]:
    part = slice(decisions.trail_start[line], decisions.trail_start[line + 1])
    return list(zip(decisions.trail_rule[part].tolist(), decisions.trail_cut[part].tolist(), strict=True))
