"""What households have used up of limits. Figures are always added up from uses, never moved in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tiwizi.rules.adjudicate.columns import Facts, Tariff
from tiwizi.rules.adjudicate.facts import Cover, Household, Line
from tiwizi.rules.period import add_months, period_start
from tiwizi.rules.plan.compile import accumulator
from tiwizi.rules.plan.document import Layer, Limit


@dataclass(frozen=True)
class Use:
    """What a line used up of a limit: minor units, thousandths or a number of times; of a gap only the day matters."""

    line: int
    day: date
    claim: int
    episode: int
    person: int
    code: str
    period: date
    amount: int


class Accumulators:
    """The uses of one household, by limit."""

    def __init__(self, home: Household, uses: dict[Any, list[Use]] | None = None) -> None:
        self.home = home
        self.uses = defaultdict(list) if uses is None else uses

    def record(self, uses: Iterable[tuple[Any, Use]]) -> None:
        """Add what a decided line used up."""
        for key, use in uses:
            self.uses[key].append(use)

    def seen_by(self, line: Line, cover: Cover, layer: Layer, limit: Limit) -> list[Use]:
        """What was used up of a limit within its scope and period, as seen from a line."""
        here = use_of(line, cover, layer, 0)
        return [use for use in self.uses[accumulator(layer, limit)] if _counts(limit, use, here)]

    def left(self, line: Line, cover: Cover, layer: Layer, limit: Limit) -> int:
        """What is left of a deductible, a ceiling or a count; never below zero. Of a gap nothing is ever used up."""
        uses = self.seen_by(line, cover, layer, limit) if limit.kind != "gap" else ()
        return max(0, self.whole(line, layer, limit) - sum(use.amount for use in uses))

    def whole(self, line: Line, layer: Layer, limit: Limit) -> int:
        """The value of a limit before anything is used up, grown with the household where it does."""
        value, family = limit.value, limit.family
        if family is not None:
            value += max(0, self.members(layer, line.day) - family.over_members) * family.extra
            if family.at_most is not None:
                value = min(value, family.at_most)
        return value

    def already_counted(self, line: Line, cover: Cover, layer: Layer, limit: Limit) -> bool:
        """Whether the claim of a line has been counted by a limit that counts claims."""
        claims = [use.claim for use in self.seen_by(line, cover, layer, limit)]
        return limit.counted == "claims" and line.claim.number in claims

    def members(self, layer: Layer, day: date) -> int:
        """The people of the household whom the layer covers on a day."""
        covered = {cover.person for cover in self.home.cover if cover.plan in layer.covers and cover.holds(day)}
        return len(self.home.people) if None in covered else len(covered)


class History:
    """All uses of one household, by limit, in the order of its lines."""

    def __init__(self, uses: dict[Any, list[Use]]) -> None:
        self.uses = uses

    def after(self, line: int, home: Household) -> Accumulators:
        """As a line leaves them, by its position in the facts."""
        return Accumulators(home, _Upto(self.uses, line))


#: What makes the history of the only household of some facts.
Histories = Callable[[Facts, Tariff], History]


class _Upto(dict[Any, list[Use]]):
    """By limit, the uses of the lines up to one."""

    def __init__(self, uses: dict[Any, list[Use]], line: int) -> None:
        super().__init__()
        self.all, self.line = uses, line

    def __missing__(self, limit: Any) -> list[Use]:
        self[limit] = found = [use for use in self.all[limit] if use.line <= self.line]
        return found


def use_of(line: Line, cover: Cover, layer: Layer, amount: int) -> Use:
    """A use of some amount by a line."""
    period = period_start(cover.start, layer.insurance_months, line.day)
    return Use(
        line.number, line.day, line.claim.number, line.claim.episode, line.person.number, line.code, period, amount
    )


def _counts(limit: Limit, use: Use, here: Use) -> bool:
    """Whether an earlier use counts: the same claim, episode or person, the same code where each has its own, and
    within the period that ends on this day."""
    if limit.scope in ("claim", "episode", "person") and getattr(use, limit.scope) != getattr(here, limit.scope):
        return False
    if limit.each_code and use.code != here.code:
        return False
    unit, length = limit.period.unit, limit.period.length
    if limit.kind == "gap" or unit in ("none", "lifetime"):
        return True
    if unit == "year":
        return use.day.year == here.day.year
    if unit == "insurance":
        return use.period == here.period
    if unit == "months":
        return use.day > add_months(here.day, -length)
    assert unit == "days"
    return use.day > here.day - timedelta(days=length)
