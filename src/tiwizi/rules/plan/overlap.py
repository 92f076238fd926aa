"""When rules meet: dates that overlap or cover one another, conditions of which one implies the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tiwizi.rules.plan.document import Condition, Dates
from tiwizi.rules.terms import ATTRIBUTES


def overlap(one: Dates, other: Dates) -> bool:
    """Whether there is a day on which both hold."""
    return one.effective < (other.until or date.max) and other.effective < (one.until or date.max)


def covered(dates: Dates, others: Iterable[Dates]) -> bool:
    """Whether on each day of the dates at least one of the others holds."""
    reached, end = dates.effective, dates.until or date.max
    for other in sorted(others, key=lambda each: each.effective):
        if other.effective > reached:
            break
        reached = max(reached, other.until or date.max)
    return reached >= end


def implies(one: Condition, other: Condition) -> bool:
    """Whether the other condition holds wherever the one holds."""
    for attribute, wanted in other.values.items():
        if not one.values.get(attribute, frozenset(ATTRIBUTES[attribute])) <= wanted:
            return False
    if other.age is not None:
        low, below = one.age or (0, 10**6)
        if low < other.age[0] or below > other.age[1]:
            return False
    return other.kinds is None or (one.kinds is not None and one.kinds <= other.kinds)


def excludes(one: Condition, other: Condition) -> bool:
    """Whether both cannot hold for the same line."""
    if any(a in one.values and not one.values[a] & values for a, values in other.values.items()):
        return True
    if one.age and other.age and (one.age[1] <= other.age[0] or other.age[1] <= one.age[0]):
        return True
    return one.kinds is not None and other.kinds is not None and not one.kinds & other.kinds
