"""Random plans that the checker would accept, and the draws that random claims share with them.

Driven by a numpy Generator, so that one whole number names an example. Amounts are small more often than not, so that
a few lines reach a limit; days like to lie on month ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import product
from typing import TypeVar

import numpy as np

from tiwizi.rules.money import MAX_AMOUNT, MAX_PRICE, POINT_SCALE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.plan.document import (
    ALWAYS,
    Category,
    Condition,
    Copayment,
    Coverage,
    Dates,
    Eligibility,
    Family,
    Filing,
    Kind,
    Layer,
    LetterValue,
    Limit,
    Payer,
    Period,
    Plan,
    PointValue,
    ReviewAbove,
    Session,
    SharesException,
    Source,
    Waiting,
)
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES

T = TypeVar("T")

FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
#: Rules stand from here, so that most of them are in force on most days.
LONG_AGO = date(2015, 1, 1)
CATEGORIES = {
    "visit": "ambulatory",
    "specialist": "ambulatory",
    "act": "ambulatory",
    "surgery": "hospital",
    "anaesthesia": "hospital",
    "theatre": "hospital",
    "package": "hospital",
    "lab": "ambulatory",
    "drug": "",
    "grant": "",
}
COVER_PLANS = ("A", "B", "C")
LETTERS = ("K", "Z")
#: What care fits: a restriction to it is told as context, age or sex.
FITTING = ("sex", "sex", "role", "sector", "level", "setting", "visit", "network")
NAME = {"ar": "اسم", "fr": "nom", "en": "name"}


class Draw:
    """Random choices of the sizes that matter here."""

    def __init__(self, rng: np.random.Generator, magnitude: str) -> None:
        self.random = random.Random(int(rng.integers(2**62)))
        self.magnitude = magnitude

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.random.randrange(len(options))]

    def some(self, options: Sequence[T], at_most: int = 99) -> list[T]:
        """At least one of the options, in their order."""
        size = self.whole(1, max(1, min(at_most, len(options))))
        return [options[i] for i in sorted(self.random.sample(range(len(options)), size))]

    def day(self) -> date:
        """A day of three years that likes the ends of months and 29 February."""
        day = FIRST + timedelta(days=self.whole(0, (LAST - FIRST).days))
        if self.chance(0.7):
            return day
        return self.pick(
            (day.replace(day=1), day.replace(day=1) - timedelta(days=1), date(2024, 2, 29), date(2024, 3, 1))
        )

    def amount(self) -> int:
        """An amount on a line, in minor units."""
        if self.magnitude == "small":
            return self.whole(0, 60)
        if self.magnitude == "huge":
            return self.pick((MAX_AMOUNT, MAX_AMOUNT - 1, self.whole(0, MAX_AMOUNT), self.whole(0, MAX_PRICE), 1))
        return self.pick((0, self.whole(1, 99), 100 * self.whole(1, 300), self.whole(1, 30_000), self.whole(1, 3_000)))

    def price(self) -> int:
        """A price of one unit, in minor units."""
        return min(self.amount(), MAX_PRICE)

    def rate(self) -> int:
        return self.pick((0, 1, 3_333, 5_000, 7_000, 8_000, 9_999, RATE_SCALE, RATE_SCALE, self.whole(0, RATE_SCALE)))


# --- plans ------------------------------------------------------------------------------------------------------


def random_plan(rng: np.random.Generator, *, layers: int = 4, coverages: int = 5, limits: int = 5) -> Plan:
    """A plan with at most so many layers, and coverages and limits in each; its id names the size of its amounts."""
    magnitude = ("small", "small", "ordinary", "ordinary", "ordinary", "huge")[int(rng.integers(6))]
    d = Draw(rng, magnitude)
    categories = d.some(tuple(CATEGORIES), 10) if d.chance(0.6) else list(CATEGORIES)
    kinds = random_kinds(d, categories)
    return Plan(
        id=magnitude,
        name=NAME,
        currency="MAD",
        rounding=d.whole(0, 3),
        round_to=d.pick((1, 1, 1, 5, 100)),
        adult_from=d.pick((16, 18, 21)),
        choice=d.pick(("outcome", "terms")),
        duplicates=d.pick(("refuse", "refuse", "refuse", "pay")),
        sources={"s": Source("s", {"en": "A source"}, "D")},
        categories={c: Category(c, NAME, CATEGORIES[c]) for c in categories},
        letters=random_letters(d),
        kinds=kinds,
        layers=random_layers(d, categories, kinds, layers, coverages, limits),
        sessions=random_sessions(d, categories),
        review_above=tuple(wordings(d, lambda dates: ReviewAbove("large", d.amount() + 50, dates), 0.2)),
    )


def codes_of(categories: Sequence[str]) -> list[str]:
    """Three codes in each category: "act" has act1, act2 and act3."""
    return [f"{category}{n}" for category in categories for n in (1, 2, 3)]


def wordings(d: Draw, make: Callable[[Dates], T], exists: float = 1.0) -> list[T]:
    """The successive wordings of one rule, without gap or overlap; or, now and then, no rule at all."""
    if not d.chance(exists):
        return []
    starts = sorted({LONG_AGO if d.chance(0.95) else d.day(), *(d.day() for _ in range(d.pick((0, 0, 0, 0, 1, 2))))})
    end = max(starts) + timedelta(days=d.whole(1, 900)) if d.chance(0.06) else None
    return [make(Dates(effective=a, until=b, source="s")) for a, b in zip(starts, [*starts[1:], end], strict=True)]


def condition(
    d: Draw, asked: Sequence[str], kinds: Sequence[Kind] = (), age: bool = False, width: int = 2
) -> Condition:
    """One or two things asked; most values satisfy it, so that rules do apply."""
    values = {}
    for attribute in d.some(asked, width):
        allowed = ATTRIBUTES[attribute]
        values[attribute] = frozenset(
            d.some(allowed, len(allowed) - 1) if d.chance(0.5) else allowed[: len(allowed) - 1]
        )
    ages = (
        d.pick(((0, 18), (18, 200), (0, 26), (60, 200), (18, 26), (0, 1), (10, 60))) if age and d.chance(0.4) else None
    )
    if ages is not None and d.chance(0.5):
        values = {}
    some = frozenset(kind.id for kind in d.some(kinds)) if kinds and d.chance(0.3) else None
    return Condition(values, ages, some)


def maybe(d: Draw, probability: float, kinds: Sequence[Kind]) -> Condition:
    return condition(d, tuple(ATTRIBUTES), kinds, age=True) if d.chance(probability) else ALWAYS


def targets(d: Draw, categories: Sequence[str], all_care: float = 0.25) -> tuple[str, ...]:
    if d.chance(all_care):
        return ("*",)
    groups = sorted({f"group:{CATEGORIES[c]}" for c in categories if CATEGORIES[c]})
    codes = [f"code:{code}" for code in codes_of(categories)]
    return tuple(d.some([*categories, *groups, *d.some(codes, 3)], 4))


def random_kinds(d: Draw, categories: Sequence[str]) -> tuple[Kind, ...]:
    kinds = [
        Kind("stay", NAME, when=Condition({"overnight": frozenset({"yes"})})),
        Kind(
            "special", NAME, frozenset(d.some(categories)), condition(d, CLAIM_ATTRIBUTES) if d.chance(0.4) else ALWAYS
        ),
        Kind("other", NAME),
    ]
    return tuple(d.some(kinds)) if d.chance(0.5) else tuple(kinds)


def random_letters(d: Draw) -> tuple[LetterValue, ...]:
    values: list[LetterValue] = []
    for letter, sector in product(LETTERS, ("", "private")):
        values += wordings(d, partial(letter_value, d, letter, sector), 0.8)
    return tuple(values)


def letter_value(d: Draw, letter: str, sector: str, dates: Dates) -> LetterValue:
    """Worth at most a hundredth of the highest price: coefficients here go up to a hundred."""
    return LetterValue(letter, min(d.amount(), MAX_PRICE // 100), sector, dates)


def random_layers(
    d: Draw, categories: Sequence[str], kinds: Sequence[Kind], layers: int, coverages: int, limits: int
) -> tuple[Layer, ...]:
    count = d.whole(1, layers)
    steps = sorted(d.pick((1, 1, 2, 2, 3)) for _ in range(count))
    lump_step = d.pick(steps)
    made = []
    for i, step in enumerate(steps):
        reported = d.chance(0.15)
        relative = not reported and d.chance(0.15)
        make = CoverageMaker(d, categories, kinds, first=step == steps[0], lump=step == lump_step, relative=relative)
        made.append(
            Layer(
                id=f"layer{i}",
                name=NAME,
                step=step,
                covers=frozenset(d.some(COVER_PLANS)),
                decided="reported" if reported else "here",
                insurance_months=d.pick((12, 12, 6, 24, 1)),
                payers=(Payer("manager", NAME, Dates(LONG_AGO, source="s")),),
                eligibility=random_eligibility(d),
                filing=tuple(wordings(d, lambda dates: Filing("filing", d.pick((0, 30, 60, 61, 120)), dates), 0.6)),
                coverage=() if reported else make.blocks(d.whole(1, coverages)),
                limits=() if reported else random_limits(d, categories, kinds, d.whole(0, limits)),
                points=random_points(d) if relative else (),
            )
        )
    return tuple(made)


def random_eligibility(d: Draw) -> tuple[Eligibility, ...]:
    if d.chance(0.75):
        return ()
    asked = ("role", "sex", "long_term_illness", "disability", "schooling", "pensioner")
    blocks: list[Eligibility] = []
    for i in range(d.whole(1, 3)):
        when = condition(d, asked, age=True, width=1)
        blocks += wordings(d, lambda dates, at=(i, when): Eligibility(f"person{at[0]}", at[1], dates))
    return tuple(blocks)


def random_points(d: Draw) -> tuple[PointValue, ...]:
    """Values of the point, now and then apart for some care, and now and then not yet known for the last months."""
    apart = wordings(d, partial(point_value, d, condition(d, CLAIM_ATTRIBUTES)), 0.4)
    blocks = wordings(d, partial(point_value, d, ALWAYS))
    if d.chance(0.5):
        last = blocks[-1].dates
        blocks[-1] = replace(blocks[-1], dates=replace(last, until=max(last.effective + timedelta(days=1), d.day())))
    return (*apart, *blocks)


def point_value(d: Draw, when: Condition, dates: Dates) -> PointValue:
    return PointValue(d.pick((POINT_SCALE, 873_100, 0, 9 * POINT_SCALE, d.whole(1, 2 * POINT_SCALE))), dates, when)


class CoverageMaker:
    """Coverage blocks of one layer. ``first``: no layer pays before it; ``lump``: its step may pay lump sums."""

    def __init__(
        self, d: Draw, categories: Sequence[str], kinds: Sequence[Kind], *, first: bool, lump: bool, relative: bool
    ) -> None:
        self.d, self.categories, self.kinds = d, categories, kinds
        self.first, self.lump, self.relative = first, lump, relative

    def blocks(self, count: int) -> tuple[Coverage, ...]:
        blocks: list[Coverage] = []
        for i in range(count):
            last = i == count - 1 and self.d.chance(0.8)
            to = ("*",) if last else targets(self.d, self.categories, all_care=0.1)
            when = ALWAYS if last else maybe(self.d, 0.5, self.kinds)
            blocks += wordings(self.d, lambda dates, at=(i, to, when): self.block(f"care{at[0]}", at[1], at[2], dates))
        return tuple(blocks)

    def block(self, name: str, to: tuple[str, ...], when: Condition, dates: Dates) -> Coverage:
        d = self.d
        if d.chance(0.04):
            return Coverage(name, to, dates, when, refuse=True)
        plain = Coverage(
            name,
            to,
            dates,
            when,
            only=condition(d, FITTING, age=True) if d.chance(0.15) else ALWAYS,
            base=d.pick(("claim", "tariff", "tariff", "lower", "lower" if self.first else "remainder")),
            rate=None if d.chance(0.12) else d.rate(),
            at_most_billed=d.chance(0.8),
            unit_cap=d.price() if d.chance(0.2) else None,
            copayment=Copayment(d.price() // 3, d.pick(("unit", "line"))) if d.chance(0.2) else None,
            prior_approval=d.chance(0.1),
            waiting=self.waiting() if d.chance(0.2) else None,
            relative=self.relative and d.chance(0.6),
        )
        if self.lump and to == ("grant",) or (self.lump and d.chance(0.05)):
            return replace(
                plain, base="lump_sum", amount=d.price(), rate=RATE_SCALE, unit_cap=None, copayment=None, relative=False
            )
        if d.chance(0.1):
            return replace(plain, fixed=d.price(), rate=RATE_SCALE)
        return plain

    def waiting(self) -> Waiting:
        d = self.d
        waived = condition(d, tuple(ATTRIBUTES), self.kinds) if d.chance(0.4) else None
        return Waiting(d.pick((1, 3, 6, 12, 36)), waived)


def random_limits(d: Draw, categories: Sequence[str], kinds: Sequence[Kind], count: int) -> tuple[Limit, ...]:
    blocks: list[Limit] = []
    for i in range(count):
        first = random_limit(d, categories, kinds, f"limit{i}")
        blocks += wordings(d, lambda dates, at=first: reworded(d, at, dates))
    return tuple(blocks)


def random_limit(d: Draw, categories: Sequence[str], kinds: Sequence[Kind], name: str) -> Limit:
    kind = d.pick(("gap", "count", "count", "deductible", "ceiling", "ceiling"))
    counted = d.pick(("quantity", "lines", "claims"))
    scope = d.pick(("line", "claim", "episode", "person", "person", "person", "household", "household"))
    if kind == "gap" or (kind == "count" and counted == "claims"):
        scope = d.pick(("person", "household"))
    if kind == "count" and scope == "line":
        counted = "quantity"
    lasting = scope in ("person", "household") and kind != "gap"
    return Limit(
        id=name,
        kind=kind,
        targets=targets(d, categories, all_care=0.4),
        dates=Dates(LONG_AGO),
        value=0,
        scope=scope,
        period=random_period(d) if lasting else Period("none"),
        counted=counted if kind == "count" else "quantity",
        each_code=d.chance(0.2),
        excepted=targets(d, categories, all_care=0) if d.chance(0.2) else (),
        when=maybe(d, 0.3, kinds),
    )


def random_period(d: Draw) -> Period:
    unit = d.pick(("year", "insurance", "months", "months", "days", "lifetime"))
    length = {"months": d.pick((1, 3, 12, 24)), "days": d.pick((1, 7, 30, 365, 730))}.get(unit, 0)
    return Period(unit, length)


def reworded(d: Draw, limit: Limit, dates: Dates) -> Limit:
    """The same limit with a value of its own: what it counts, and for how long, stays."""
    value = limit_value(d, limit)
    grows = limit.scope == "household" and limit.kind != "gap" and d.chance(0.4)
    extra = max(1, value // 3)
    cap = value + d.whole(0, 3) * extra if d.chance(0.5) else None
    family = Family(d.whole(0, 4), extra, cap) if grows else None
    return replace(limit, dates=dates, value=value, family=family)


def limit_value(d: Draw, limit: Limit) -> int:
    if limit.kind == "gap":
        return d.pick((1, 2, 7, 30, 365))
    if limit.kind == "count":
        whole = d.pick((0, 1, 1, 2, 3, 5))
        return whole * QUANTITY_SCALE + d.pick((0, 0, 500)) if limit.counted == "quantity" else whole
    return d.amount() if limit.kind == "deductible" else d.pick((1, 1, 3)) * d.amount()


def random_sessions(d: Draw, categories: Sequence[str]) -> tuple[Session, ...]:
    def some(*wanted: str) -> frozenset[str]:
        return frozenset(c for c in wanted if c in categories and d.chance(0.8))

    def make(dates: Dates) -> Session:
        return Session(
            id="session",
            dates=dates,
            acts=some("act", "surgery"),
            shares=d.pick(((10_000, 5_000, 0), (10_000, 5_000), (10_000,), (10_000, 7_500, 5_000, 2_500))),
            exceptions=(SharesException(frozenset(d.some(("act1", "surgery2", "act3"))), (10_000, 7_500)),)
            if d.chance(0.4)
            else (),
            consultation=some("visit", "specialist"),
            anaesthesia=some("anaesthesia"),
            anaesthesia_letter=d.pick(LETTERS),
            default_anaesthesia=d.pick((0, 15_000, 1_500)),
            theatre=some("theatre"),
            theatre_share=d.rate(),
            package=some("package"),
            packaged=some("lab", "drug", *d.some(categories, 2)),
        )

    return tuple(wordings(d, make, 0.6))
