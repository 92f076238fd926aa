"""The value of a point, found at the end of a period from the money that there is for it.

The index is the money over the points of the period (openIMIS: distribution % x allocated contributions, over the
adjusted value of the lines with relative prices). Payments are rounded line by line, so the value is the index rounded
down to millionths, or the largest value below it by which the payments stay within the money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Column, Decisions, Facts
from tiwizi.rules.money import MOST_POINT_VALUE, POINT_SCALE
from tiwizi.rules.period import day_number
from tiwizi.rules.plan.document import ALWAYS, Condition, Dates, Layer, Plan, PointValue, clauses, steps
from tiwizi.rules.terms import REASON_CODE, REASONS


@dataclass(frozen=True)
class Wanted:
    """Which points are to be valued: those of a layer (its position) for care of some days that meets ``when``."""

    layer: int
    start: date
    until: date
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Index:
    """What a period has: lines, points and money in minor units, and the lines that wait for something else.

    exact: money over points. value: of a point, in millionths. paid: what the layer pays by it.
    """

    lines: int
    points: int
    waiting: int
    money: int
    exact: Fraction
    value: int
    paid: int

    @property
    def left(self) -> int:
        return self.money - self.paid


def index(plan: Plan, facts: Facts, wanted: Wanted, money: int, *, decide: Callable[[Plan], Decisions]) -> Index | None:
    """The value of a point by some money (minor units >= 0); None where the period has no points.

    decide: decides the facts by a plan. The points are decided by every value that is tried, so that alternatives,
    coordination and rounding count as they will.
    """
    without = with_value(plan, wanted, 0)
    nothing = decide(without)
    in_period = (facts.day >= day_number(wanted.start)) & (facts.day < day_number(wanted.until))
    lines, points = _points(without, wanted, nothing)
    if not points:
        return None
    before = _paid_by(plan, wanted.layer, nothing, in_period)

    def pays(value: int) -> int:
        return _paid_by(plan, wanted.layer, decide(with_value(plan, wanted, value)), in_period) - before

    exact = Fraction(money, points)
    value = _largest(min(int(exact * POINT_SCALE), MOST_POINT_VALUE), lambda value: pays(value) <= money)
    return Index(lines, points, _waiting(wanted.layer, nothing, in_period), money, exact, value, pays(value))


def with_value(plan: Plan, wanted: Wanted, value: int) -> Plan:
    """The plan with a value of the points wanted, in place of those that it has for the same days and care.

    A value for some care goes before the others, a value for all care after them: the first that fits counts.
    """
    layer = plan.layers[wanted.layer]
    own = PointValue(value, Dates(wanted.start, wanted.until), wanted.when)
    others = tuple(part for point in layer.points for part in _outside(point, wanted))
    points = (*others, own) if wanted.when == ALWAYS else (own, *others)
    return replace(plan, layers=tuple(replace(y, points=points) if y is layer else y for y in plan.layers))


def _outside(point: PointValue, wanted: Wanted) -> Iterator[PointValue]:
    """What a value of a point is still for, beside the days and the care wanted."""
    dates = point.dates
    if point.when != wanted.when or dates.effective >= wanted.until or (dates.until and dates.until <= wanted.start):
        yield point
        return
    if dates.effective < wanted.start:
        yield replace(point, dates=replace(dates, until=wanted.start))
    if dates.until is None or wanted.until < dates.until:
        yield replace(point, dates=replace(dates, effective=wanted.until))


def last_source(layer: Layer) -> str:
    """The source that the layer's last value of a point names, or ""."""
    return layer.points[-1].dates.source if layer.points else ""


def _points(plan: Plan, wanted: Wanted, decisions: Decisions) -> tuple[int, int]:
    """The lines whose points a value of nothing takes away, and their points."""
    block = plan.layers[wanted.layer].points[-1 if wanted.when == ALWAYS else 0]
    own = next(number for number, other in enumerate(clauses(plan)) if other is block)
    rule = decisions.trail_rule
    taken = (rule & (2**CLAUSE_BITS - 1) == own) & (_reason(rule) == REASON_CODE["point_value"])
    return int(taken.sum()), int(decisions.trail_cut[taken].sum())


def _paid_by(plan: Plan, layer: int, decisions: Decisions, lines: Column) -> int:
    step = next(n for n, layers in enumerate(steps(plan)) if layer in layers)
    return int(decisions.paid[lines & (decisions.chosen[:, step] == layer), step].sum())


def _waiting(layer: int, decisions: Decisions, lines: Column) -> int:
    """The lines that the layer does not decide yet, whatever they wait for."""
    review = [code for code, reason in enumerate(REASONS) if reason.effect == "review"]
    rule = decisions.trail_rule
    held = np.isin(_reason(rule), review) & (rule >> (CLAUSE_BITS + REASON_BITS) == layer)
    line = np.repeat(np.arange(len(lines)), np.diff(decisions.trail_start))
    return int(lines[np.unique(line[held])].sum())


def _reason(rule: Column) -> Column:
    return np.asarray((rule >> CLAUSE_BITS) & (2**REASON_BITS - 1))


def _largest(high: int, fits: Callable[[int], bool]) -> int:
    """The largest whole number up to ``high`` that fits, where 0 does and what is below one that fits does too."""
    if fits(high):
        return high
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
