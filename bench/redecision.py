"""Deciding again: one household in a hundred, one claim at the desk, and the whole command over late files."""

from __future__ import annotations

from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.clock import command, in_turn, seconds
from bench.figure import Figure
from bench.machine import CORES
from bench.mutual import PLAN, Mutual
from bench.whole import adjudicate
from tiwizi.rules.adjudicate.engine import decide

ONE_IN = 100


def figures(mutual: Mutual) -> list[Figure]:
    return [*_engine(mutual), *_desk(mutual), *_commands(mutual)]


def _engine(mutual: Mutual) -> list[Figure]:
    facts, tariff, plan = mutual.book.facts, mutual.book.tariff, mutual.compiled
    households = mutual.some_households(max(1, facts.households // ONE_IN))
    whole, part = in_turn(
        [lambda: decide(plan, facts, tariff), lambda: decide(plan, facts.take(households), tariff)], mutual.sizes.runs
    )
    note = f"{len(households):,} households at random taken out and decided; one thread each, in turn"
    return [Figure("deciding 1 % of the households again", "% of a full run", 100 * part / whole, "at most", 5, note)]


def _desk(mutual: Mutual) -> list[Figure]:
    facts, tariff, plan = mutual.book.facts, mutual.book.tariff, mutual.compiled

    def again(household: int) -> float:
        return 1000 * seconds(lambda: decide(plan, facts.take(np.array([household])), tariff))

    largest = int(np.diff(facts.line_start).argmax())
    taken = [again(int(household)) for household in mutual.some_households(mutual.sizes.single_claims)]
    size = int(np.diff(facts.line_start)[largest])
    return [
        Figure("one claim: its household taken out and decided", "ms", median(taken), "at most", 2, "median"),
        Figure("... of a hundred, the slowest", "ms", quantiles(taken, n=100)[-1], note=f"{len(taken):,} households"),
        Figure("... of the largest household", "ms", median(again(largest) for _ in range(9)), note=f"{size:,} lines"),
    ]


def _commands(mutual: Mutual) -> list[Figure]:
    """Late files of one household in a hundred come in: the whole command again, against deciding all."""
    tables = mutual.tables(mutual.sizes.files)
    earlier, run, out = (mutual.scratch / name for name in ("earlier", "earlier-decided", "corrected"))
    _without_some_files(mutual, tables, earlier)
    command("adjudicate", "--plan", PLAN, "--tables", earlier, "--out", run, "--force")
    again = ("redecide", run, "--tables", tables, "--out", out, "--threads", CORES, "--force")
    whole, part = in_turn([lambda: adjudicate(mutual, tables), lambda: command(*again)], mutual.sizes.runs)
    note = "late files of 1 % of the households; all rows are looked at, those households alone are checked"
    return [Figure("whole tiwizi redecide", "% of tiwizi adjudicate", 100 * part / whole, note=note)]


def _without_some_files(mutual: Mutual, tables: Path, out: Path) -> None:
    """The tables as they were before the last file of some households came in."""
    out.mkdir(exist_ok=True)
    claims = pq.read_table(tables / "claims.parquet")
    of = pc.unique(claims["household"])
    some = np.random.default_rng(2).choice(len(of), max(1, len(of) // ONE_IN), replace=False)
    theirs = claims.filter(pc.is_in(claims["household"], value_set=of.take(some)))
    late = theirs.group_by("household").aggregate([("claim", "max")])["claim_max"].combine_chunks()
    for path in tables.glob("*.parquet"):
        table = pq.read_table(path)
        if path.stem in ("claims", "lines"):
            table = table.filter(pc.invert(pc.is_in(table["claim"], value_set=late)))
        pq.write_table(table, out / path.name)
