"""Whole commands, started as a person starts them."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench.clock import Command, command
from bench.figure import Figure
from bench.machine import CORES
from bench.mutual import PLAN, Mutual

MOST_MIB = 3 * 1024
#: A workbook holds a million lines; so many files have some 160,000.
FILES_OF_A_WORKBOOK = 60_000
#: One thing on the way to the first decision is told a person who waits: these are words of cli.toml, "compiling".
WAITING = "is being compiled"


def figures(mutual: Mutual) -> list[Figure]:
    files = mutual.sizes.files
    parquet, csv = mutual.tables(files), mutual.tables(files, "csv")
    adjudicate(mutual, parquet)
    rounds = [(adjudicate(mutual, parquet), adjudicate(mutual, csv)) for _ in range(mutual.sizes.runs)]
    from_parquet, from_csv = zip(*rounds, strict=True)
    few = mutual.tables(min(files, FILES_OF_A_WORKBOOK))
    to_sheet = [adjudicate(mutual, few, "--format", "xlsx") for _ in range(mutual.sizes.runs)]
    first = adjudicate(mutual, parquet, cache=mutual.scratch / "fresh-cache")
    warm = _seconds(from_parquet)
    lines = f"{files:,} files, {mutual.book.facts.lines:,} lines, {CORES} threads, warm cache"
    return [
        Figure("whole command, Parquet to Parquet", "s", warm, "at most", 5, lines),
        Figure("... peak memory", "MiB", _peak(from_parquet), "at most", MOST_MIB),
        Figure("whole command, CSV to Parquet", "s", _seconds(from_csv), "at most", 10, lines),
        Figure("... peak memory", "MiB", _peak(from_csv), "at most", MOST_MIB),
        Figure("whole command, Parquet to .xlsx", "s", _seconds(to_sheet), note=f"{FILES_OF_A_WORKBOOK:,} files"),
        Figure("... peak memory", "MiB", _peak(to_sheet)),
        Figure("first run ever, above a warm one", "s", first.seconds - warm, "at most", 15, "empty kernel cache"),
        Figure("... and says what it is waiting for", "", float(WAITING in first.said), "exactly", 1),
        Figure(
            "tiwizi --help", "s", _seconds([command("--help") for _ in range(1 + mutual.sizes.runs)]), "at most", 0.5
        ),
    ]


def adjudicate(mutual: Mutual, tables: Path, *more: object, cache: Path | None = None) -> Command:
    """The main job over some tables. cache: where the compiled kernel is kept, if not where it always is."""
    env = {"NUMBA_CACHE_DIR": str(cache)} if cache else None
    run = ("--plan", PLAN, "--tables", tables, "--out", mutual.scratch / "decided", "--threads", CORES, "--force")
    return command("adjudicate", *run, *more, env=env)


def _seconds(runs: tuple[Command, ...] | list[Command]) -> float:
    return median(run.seconds for run in runs)


def _peak(runs: tuple[Command, ...] | list[Command]) -> float:
    return max(run.peak_mib for run in runs)
