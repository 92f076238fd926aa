"""Ten times the lines: how much longer, for the engine and for the whole command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, log
from pathlib import Path
from statistics import median

from bench.clock import in_turn
from bench.figure import Figure
from bench.machine import CORES
from bench.mutual import Mutual
from bench.whole import adjudicate
from tiwizi.doors.cli.decide import PART
from tiwizi.doors.cli.workers import shards
from tiwizi.rules.adjudicate.engine import decide
from tiwizi.rules.plan.compile import compile_plan

MOST = 11


def figures(mutual: Mutual) -> list[Figure]:
    """The sizes in turn, so that a busy minute strikes all of them."""
    tables = [mutual.tables_of_lines(lines) for lines in mutual.sizes.growth]
    runs = max(1, mutual.sizes.runs - 2)
    commands = [[adjudicate(mutual, folder) for folder in tables] for _ in range(runs)]
    works, lines = zip(*(_engine(mutual, folder) for folder in tables), strict=True)
    engine = in_turn(works, runs + 1)
    whole = [median(run.seconds for run in of_size) for of_size in zip(*commands, strict=True)]
    peaks = [max(run.peak_mib for run in of_size) for of_size in zip(*commands, strict=True)]
    rows = [_per_ten("engine", lines, engine), _per_ten("whole command", lines, whole)]
    for at, of_engine, of_whole, peak in zip(lines, engine, whole, peaks, strict=True):
        size = f"{at / 1e6:.2f} million lines"
        rows.append(Figure(f"engine, {size}", "s", of_engine))
        rows.append(Figure(f"whole command, {size}", "s", of_whole, note=f"{peak:,.0f} MiB"))
    return rows


def _engine(mutual: Mutual, tables: Path) -> tuple[Callable[[], object], int]:
    """Deciding all lines of some tables, binding included, and how many they are: part by part, each forgotten before
    the next, as the command does it. All at once, ten million lines mostly wait for two gigabytes of fresh memory."""
    book = mutual.read(tables)
    plan, facts, tariff = compile_plan(mutual.plan, book.tariff), book.facts, book.tariff

    def work() -> None:
        for low, high in shards(facts, ceil(facts.lines / PART)):
            decide(plan, facts.take(slice(low, high)), tariff, threads=CORES)

    return work, facts.lines


def _per_ten(what: str, lines: Sequence[int], taken: Sequence[float]) -> Figure:
    """How many times longer ten times the lines take, from the smallest size to the largest; the steps in words."""
    whole = _times(lines[0], lines[-1], taken[0], taken[-1])
    steps = [_times(lines[at], lines[at + 1], taken[at], taken[at + 1]) for at in range(len(lines) - 1)]
    sizes = " -> ".join(f"{size / 1e6:.2f} M: {seconds:.2f} s" for size, seconds in zip(lines, taken, strict=True))
    note = f"{sizes}; step by step {', '.join(f'{step:.1f}' for step in steps)}"
    return Figure(f"{what}: time for 10 x the lines", "x", whole, "at most", MOST, note)


def _times(small: int, large: int, before: float, after: float) -> float:
    return float((after / before) ** (log(10) / log(large / small)))
