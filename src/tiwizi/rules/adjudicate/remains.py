"""What is left of the limits of a household once one of its lines is decided, or on a day, and from when there is room
again.

A trail says what a limit took, not what it leaves: that is added up from what the household has used up of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tiwizi.rules.adjudicate.accumulators import Accumulators, History, Use
from tiwizi.rules.adjudicate.facts import Claim, Cover, Household, Line, Person
from tiwizi.rules.adjudicate.rulings import Ruling, Rulings
from tiwizi.rules.period import LAST_YEAR, add_months, age_in_years, period_start
from tiwizi.rules.plan.compile import accumulator
from tiwizi.rules.plan.document import Condition, Layer, Limit, Plan
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, STATUSES


@dataclass(frozen=True)
class Remains:
    """A limit as a line leaves it. whole, left: in the limit's unit, whole with the growth for a large household.

    members: the people of the household, where they count. used: whether this line used some of it up. until: the first
    day on which the period is over, where it has such a day. again: the first day, if nobody uses more, on which
    there is room again; None where there is room now, or never will be.
    """

    limit: Limit
    whole: int
    left: int
    members: int
    used: bool
    until: date | None
    again: date | None

    @property
    def goes_on(self) -> bool:
        """Whether anything is to be said of it beyond this line and claim."""
        if self.limit.kind == "gap":
            return self.again is not None
        return self.limit.scope not in ("line", "claim") and (self.left > 0 or self.limit.kind != "deductible")


#: By layer, by clause: a limit that concerns a line, and how the line leaves it.
Left = dict[int, dict[int, Remains]]


def remains(history: History, rulings: Rulings, line: Line, layers: Sequence[int]) -> Left:
    """The limits that concern a line in some layers, those that decided it; ``rulings``: of its household."""
    used, found = history.after(line.number, rulings.home), {}
    for y in layers:
        ruling = rulings.ruling(y, line, duplicate=False)
        if ruling.context is not None:
            found[y] = dict(_of_layer(rulings, ruling, line, used))
    return found


def _of_layer(rulings: Rulings, ruling: Ruling, line: Line, used: Accumulators) -> Iterator[tuple[int, Remains]]:
    layer, cover = rulings.plan.layers[ruling.layer], ruling.cover
    assert cover is not None
    for limit in rulings.limits(ruling, line):
        left = used.left(line, cover, layer, limit)
        yield (
            rulings.clause[id(limit)],
            Remains(
                limit,
                used.whole(line, layer, limit),
                left,
                used.members(layer, line.day),
                any(use.line == line.number for use in _uses(used.uses[accumulator(layer, limit)], limit)),
                _until(layer, cover, limit, line.day),
                None if left and limit.kind != "gap" else _again(used, line, cover, layer, limit),
            ),
        )


def _until(layer: Layer, cover: Cover, limit: Limit, day: date) -> date | None:
    """The first day of the next period, where periods follow each other."""
    if limit.scope not in ("person", "household") or limit.kind == "gap":
        return None
    if limit.period.unit == "year":
        return date(day.year + 1, 1, 1)
    if limit.period.unit == "insurance":
        return add_months(period_start(cover.start, layer.insurance_months, day), layer.insurance_months)
    return None


def _again(used: Accumulators, line: Line, cover: Cover, layer: Layer, limit: Limit) -> date | None:
    """The day on which a limit that leaves nothing leaves something: its uses grow old, one after the other."""
    days = sorted(use.day for use in _uses(used.seen_by(line, cover, layer, limit), limit))
    if limit.kind == "gap":
        return days[-1] + timedelta(days=limit.value) if days else None
    if limit.scope in ("person", "household") and limit.period.unit in ("months", "days"):
        return next((day for use in days if (day := _left_behind(use, limit)) > line.day), None)
    return _until(layer, cover, limit, line.day)


def _uses(uses: list[Use], limit: Limit) -> Iterator[Use]:
    """Those that used something up: of a deductible nothing may have been left to bear."""
    return (use for use in uses if use.amount or limit.kind == "gap")


def _left_behind(use: date, limit: Limit) -> date:
    """The first day whose window of past months or days no longer holds a use."""
    if limit.period.unit == "days":
        return use + timedelta(days=limit.period.length)
    day = add_months(use, limit.period.length)
    while day.year <= LAST_YEAR and add_months(day, -limit.period.length) < use:
        day += timedelta(days=1)
    return day


# -- on a day, whatever the next line may be -------------------------------------------------------------------------


@dataclass(frozen=True)
class Right:
    """A limit as it stands on a day. layer: its place in the plan. person: the place of who has it among the people of
    the household; None where the household shares it. code: of the care, where each code has its own."""

    layer: int
    person: int | None
    code: str
    remains: Remains


def rights(plan: Plan, home: Household, used: Accumulators, day: date) -> list[Right]:
    """The limits that go on from one claim to the next, of everybody whom a layer covers on a day. ``used``: what all
    the lines of the household have used up."""
    return [
        right
        for y, layer in enumerate(plan.layers)
        for limit in layer.limits
        if limit.dates.holds(day) and limit.scope in ("person", "household")
        for right in _rights_of(home, y, layer, limit, used, day)
    ]


def _rights_of(home: Household, y: int, layer: Layer, limit: Limit, used: Accumulators, day: date) -> Iterator[Right]:
    """For each person who is covered and of whom the limit speaks; for a household's once."""
    for person in home.people:
        cover = _cover_on(home, layer, person, day)
        if cover is None or not _may_meet(limit.when, person, cover, day):
            continue
        for code in _codes(used, layer, limit, person):
            line = _any_line(person, code, day)
            yield Right(y, None if limit.scope == "household" else person.number, code, _on_a_day(
                line, cover, layer, limit, used
            ))  # fmt: skip
        if limit.scope == "household":
            return


def _on_a_day(line: Line, cover: Cover, layer: Layer, limit: Limit, used: Accumulators) -> Remains:
    left, spent = used.left(line, cover, layer, limit), any(_uses(used.seen_by(line, cover, layer, limit), limit))
    again = None if left and limit.kind != "gap" else _again(used, line, cover, layer, limit)
    return Remains(
        limit, used.whole(line, layer, limit), left, used.members(layer, line.day), spent,
        _until(layer, cover, limit, line.day), again if again and again > line.day else None,
    )  # fmt: skip


def _cover_on(home: Household, layer: Layer, person: Person, day: date) -> Cover | None:
    found = [c for c in home.cover if c.plan in layer.covers and c.person in (None, person.number) and c.holds(day)]
    return max(found, key=lambda c: (c.person is not None, c.start), default=None)


def _may_meet(condition: Condition, person: Person, cover: Cover, day: date) -> bool:
    """Whether somebody is as a limit asks; what it asks of a claim is not known yet."""
    known = {"role": person.role, "sex": person.sex, "stage": cover.stage}
    known |= {status: "yes" if person.has(status, day) else "no" for status in STATUSES}
    asked = ((name, values) for name, values in condition.values.items() if name in known)
    age = max(0, age_in_years(person.birth, day))
    fits = condition.age is None or condition.age[0] <= age < condition.age[1]
    return fits and all(known[name] in values for name, values in asked)


def _codes(used: Accumulators, layer: Layer, limit: Limit, person: Person) -> list[str]:
    """The codes that a limit has been used with, where each has its own; else no code in particular."""
    if not limit.each_code:
        return [""]
    uses = _uses(used.uses[accumulator(layer, limit)], limit)
    return sorted({use.code for use in uses if limit.scope == "household" or use.person == person.number})


def _any_line(person: Person, code: str, day: date) -> Line:
    """Care that nobody has claimed, as a place to look at the limits from."""
    claim = Claim(-1, {name: ATTRIBUTES[name][0] for name in CLAIM_ATTRIBUTES}, -1, day, None, -1)
    return Line(-1, claim, person, day, code, "", 0, 0, 0, 0, None, {})
