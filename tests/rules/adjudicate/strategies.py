"""One random example for the two engines: a plan, claims and a tariff, from a seed and a few sizes.

The sizes are what hypothesis makes smaller when it has found a disagreement.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from tests.rules.adjudicate.random_facts import random_facts
from tests.rules.adjudicate.random_plans import random_plan

from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import REASONS

__all__ = ["Example", "coverage_of", "example", "examples", "random_facts", "random_plan"]


class Example(NamedTuple):
    plan: Plan
    facts: Facts
    tariff: Tariff


def example(
    seed: int, *, households: int = 4, lines: int = 30, layers: int = 4, coverages: int = 5, limits: int = 5
) -> Example:
    """The example that a seed names. ``lines`` and ``limits`` are at most: in a household, in a layer."""
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, layers=layers, coverages=coverages, limits=limits)
    return Example(plan, *random_facts(rng, plan, households=households, lines=lines))


def examples() -> st.SearchStrategy[Example]:
    """Examples of every size up to four layers and forty households' lines."""
    return st.builds(
        example,
        st.integers(0, 2**32 - 1),
        households=st.integers(1, 8),
        lines=st.sampled_from((30, 10, 3, 1)),
        layers=st.integers(1, 4),
        coverages=st.integers(1, 5),
        limits=st.integers(0, 5),
    )


def coverage_of(decisions: Decisions) -> set[str]:
    """The names of the rules that spoke on some line."""
    spoken = int(np.bitwise_or.reduce(decisions.reasons)) if len(decisions.reasons) else 0
    return {reason.name for code, reason in enumerate(REASONS) if spoken >> code & 1}
