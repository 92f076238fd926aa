"""Ten times the lines: how much longer, for the engine and for the whole command."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from statistics import median

from bench.clock import seconds
from bench.figure import Figure
from bench.machine import CORES
from bench.mutual import Mutual
from bench.whole import adjudicate
from tiwizi.rules.adjudicate.engine import decide
from tiwizi.rules.plan.compile import compile_plan

MOST = 11


def figures(mutual: Mutual) -> list[Figure]:
    found = [_one_size(mutual, lines) for lines in mutual.sizes.growth]
    rows = [_per_ten("engine", found, 1), _per_ten("whole command", found, 2)]
    for lines, engine, whole, peak in found:
        at = f"{lines / 1e6:.2f} million lines"
        rows += [
            Figure(f"engine, {at}", "s", engine),
            Figure(f"whole command, {at}", "s", whole, note=f"{peak:,.0f} MiB"),
        ]
    return rows


def _one_size(mutual: Mutual, wanted: int) -> tuple[int, float, float, float]:
    """Lines, seconds of the engine, seconds of the whole command, its peak in MiB."""
    tables, runs = mutual.tables_of_lines(wanted), max(1, mutual.sizes.runs - 2)
    commands = [adjudicate(mutual, tables) for _ in range(runs)]
    book = mutual.read(tables)
    plan = compile_plan(mutual.plan, book.tariff)
    engine = median(seconds(lambda: decide(plan, book.facts, book.tariff, threads=CORES)) for _ in range(runs + 1))
    whole = median(run.seconds for run in commands)
    return book.facts.lines, engine, whole, max(run.peak_mib for run in commands)


def _per_ten(what: str, found: Sequence[tuple[int, float, float, float]], column: int) -> Figure:
    """How many times longer ten times the lines take: the worst from one size to any larger one."""
    worst = max(
        (large[column] / small[column]) ** (log(10) / log(large[0] / small[0]))
        for at, small in enumerate(found)
        for large in found[at + 1 :]
        if large[0] > 2 * small[0]
    )
    note = " -> ".join(f"{row[0] / 1e6:.2f} M: {row[column]:.2f} s" for row in found)
    return Figure(f"{what}: time for 10 x the lines", "x", worst, "at most", MOST, note)
