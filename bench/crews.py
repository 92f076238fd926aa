"""Workers: processes of this machine against a Ray of two workers, over the same shards."""

from __future__ import annotations

from dataclasses import fields
from statistics import median
from time import perf_counter

from bench.clock import seconds
from bench.figure import Figure
from bench.mutual import Mutual
from tiwizi.doors.cli.voice import Stop
from tiwizi.doors.cli.workers import crew, shards
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.adjudicate.engine import decide

WORKERS, MOST = 2, 15


def figures(mutual: Mutual) -> list[Figure]:
    try:
        return _figures(mutual)
    except Stop as no_ray:
        return [Figure("Ray above the process pool", "%", None, "at most", MOST, no_ray.words("en"))]


def _figures(mutual: Mutual) -> list[Figure]:
    facts, tariff, plan = mutual.book.facts, mutual.book.tariff, mutual.compiled
    alone = decide(plan, facts, tariff)
    started = [perf_counter()]
    with crew("local", workers=WORKERS, threads=1) as pool:
        same_pool = _same(alone, pool(plan, facts, tariff))
        started.append(perf_counter())
        with crew("ray", workers=WORKERS, threads=1) as ray:
            same_ray = _same(alone, ray(plan, facts, tariff))
            started.append(perf_counter())
            rounds = [
                (seconds(lambda: pool(plan, facts, tariff)), seconds(lambda: ray(plan, facts, tariff)))
                for _ in range(mutual.sizes.runs + 2)
            ]
    of_pool, of_ray = (median(taken) for taken in zip(*rounds, strict=True))
    first = [later - earlier for earlier, later in zip(started, started[1:], strict=False)]
    note = f"{len(shards(facts, 32))} shards, {WORKERS} warm workers, in turn: {of_pool:.2f} s and {of_ray:.2f} s"
    return [
        Figure("Ray above the process pool", "%", 100 * (of_ray / of_pool - 1), "at most", MOST, note),
        Figure(
            "... columns of decisions that differ", "", same_pool + same_ray, "exactly", 0, "both from one thread's"
        ),
        Figure("starting the process pool, first decisions", "s", first[0]),
        Figure("starting Ray, first decisions", "s", first[1]),
    ]


def _same(one: Decisions, other: Decisions) -> int:
    """How many columns are not the same bytes."""
    pairs = [(getattr(one, column.name), getattr(other, column.name)) for column in fields(Decisions)]
    return sum(a.dtype != b.dtype or a.tobytes() != b.tobytes() for a, b in pairs)
