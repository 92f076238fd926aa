"""The compiled engine: lines a second, against the reference engine, and on two threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from bench.clock import in_turn, seconds
from bench.figure import Figure
from bench.mutual import Mutual
from tiwizi.rules.adjudicate import engine, reference


def figures(mutual: Mutual) -> list[Figure]:
    facts, tariff, plan = mutual.book.facts, mutual.book.tariff, mutual.compiled
    bound_seconds(mutual, 1)
    one, two = (median(taken) for taken in zip(*_in_turn_bound(mutual), strict=True))
    whole = in_turn([lambda: engine.decide(plan, facts, tariff)], mutual.sizes.runs)[0]
    million = facts.lines / 1e6
    bound = f"{facts.lines:,} lines of {facts.households:,} households; from facts bound to the plan to states, amounts"
    return [
        Figure(
            "kernel, one thread",
            "million lines/s",
            million / one,
            "at least",
            10,
            f"{bound} and trail, memory included",
        ),
        _against_reference(mutual),
        Figure("kernel, two threads / one", "x", one / two, "at least", 1.8, "in turn"),
        Figure("engine, one thread, binding included", "million lines/s", million / whole),
    ]


def _in_turn_bound(mutual: Mutual) -> list[tuple[float, float]]:
    return [(bound_seconds(mutual, 1), bound_seconds(mutual, 2)) for _ in range(mutual.sizes.runs)]


def bound_seconds(mutual: Mutual, threads: int) -> float:
    """The kernel over all households, bound anew each time, which is not counted."""
    facts = mutual.book.facts
    bound = engine._Bound(mutual.compiled, facts, mutual.book.tariff)
    ranges = engine._ranges(facts, threads)

    def one(households: tuple[int, int]) -> Any:
        return bound.run(*households)

    if threads == 1:
        return seconds(lambda: [one(households) for households in ranges])
    with ThreadPoolExecutor(threads) as pool:
        return seconds(lambda: list(pool.map(one, ranges)))


def _against_reference(mutual: Mutual) -> Figure:
    facts, tariff = mutual.book.facts, mutual.book.tariff
    households = mutual.some_households(max(1, mutual.sizes.reference_lines * facts.households // facts.lines))
    some = facts.take(households)
    slow, fast = in_turn(
        [lambda: reference.decide(mutual.plan, some, tariff), lambda: engine.decide(mutual.compiled, some, tariff)],
        mutual.sizes.runs,
    )
    note = f"same {some.lines:,} lines of {some.households:,} households, binding too; {some.lines / slow:,.0f} lines/s"
    return Figure("engine / reference", "x", slow / fast, "at least", 60, note)
