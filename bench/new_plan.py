"""A new plan in a warm process: from its text to the first decision, without any machine code being made."""

from __future__ import annotations

from itertools import count
from statistics import median

from numba.core import event

from bench.clock import seconds
from bench.figure import Figure
from bench.mutual import Mutual
from tiwizi import packs
from tiwizi.rules.adjudicate.engine import decide
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.read import read_plan


def figures(mutual: Mutual) -> list[Figure]:
    tariff, text = mutual.book.tariff, mutual.plan_file.read_text(encoding="utf-8")
    one = mutual.book.facts.take(mutual.some_households(1))
    law, numbers = packs.law(mutual.plan.country), count()

    def first_decision() -> None:
        own = text.replace(f'id = "{mutual.plan.id}"', f'id = "{mutual.plan.id}-{next(numbers)}"', 1)
        plan, problems = read_plan(own, file="plan.toml", law=law)
        assert plan is not None and plan.id != mutual.plan.id, problems
        decide(compile_plan(plan, tariff), one, tariff)

    decide(mutual.compiled, one, tariff)
    with event.install_recorder("numba:compile") as recorder:
        took = median(seconds(first_decision) for _ in range(max(3, 2 * mutual.sizes.runs)))
    note = f"text of {len(text) // 1000} kB read and checked, compiled to tables, one household decided"
    return [
        Figure("new plan: from TOML to first decision", "ms", took * 1000, "at most", 100, note),
        Figure("... functions compiled to machine code", "", len(recorder.buffer), "exactly", 0),
    ]
