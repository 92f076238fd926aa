"""A plan as values: what a checked plan document says.

Everything that can change is a block with its dates and its source. Blocks that share an ``id`` are the successive
wordings of one rule: each stands from its ``effective`` day until the next one's, or until its own ``until``.
Money is in minor units, rates in basis points, quantities in thousandths, point values in millionths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

#: A text by language: {"ar": ..., "fr": ..., "en": ...}.
Text = Mapping[str, str]

BASES = ("claim", "tariff", "lower", "remainder", "lump_sum")
LIMIT_KINDS = ("gap", "count", "deductible", "ceiling")
SCOPES = ("line", "claim", "episode", "person", "household")
COUNTED = ("quantity", "lines", "claims")
SESSION_ROLES = ("act", "consultation", "anaesthesia", "theatre", "package")
DUPLICATES = ("refuse", "pay")


@dataclass(frozen=True)
class Source:
    """Where a value comes from. status: P press or institution, S secondary, ? conflicting, D invented for a demo."""

    id: str
    title: Text
    status: str
    url: str = ""


@dataclass(frozen=True)
class Dates:
    """The dates and the authority of a block. The day ``until`` itself is outside (half-open).

    Where a block cites the law, ``source`` is the law's, for the fields ``cited``; ``own`` is the block's own, for all
    that it says besides ("" where the two are one).
    """

    effective: date
    until: date | None = None
    voted: date | None = None
    approved: date | None = None
    published: date | None = None
    source: str = ""
    line: int = 0
    own: str = ""
    cited: frozenset[str] = frozenset()

    def holds(self, on: date) -> bool:
        return self.effective <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Condition:
    """What must be so: for each attribute named, one of the values; an age in completed years; a kind of claim.

    ``age`` is (from, below): (0, 26) is "<26", (60, 200) is ">=60". None asks nothing.
    """

    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    age: tuple[int, int] | None = None
    kinds: frozenset[str] | None = None


ALWAYS = Condition()


@dataclass(frozen=True)
class Category:
    id: str
    name: Text
    group: str = ""


@dataclass(frozen=True)
class LetterValue:
    """The value of one unit of a key letter, for claims that meet ``sector`` ("" is any sector)."""

    letter: str
    value: int
    sector: str
    dates: Dates


@dataclass(frozen=True)
class Kind:
    """A kind of claim: the first kind of the plan whose categories (any of them) and condition the claim meets.

    The condition may ask what a claim has (CLAIM_ATTRIBUTES), not what a person has.
    """

    id: str
    name: Text
    categories: frozenset[str] = frozenset()
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Waiting:
    """Months to wait from the day the person joined. Waived on renewal, and where ``waived`` holds."""

    months: int
    waived: Condition | None = None


@dataclass(frozen=True)
class Copayment:
    """A fixed amount that stays with the member, on each unit (day, box) or once a line."""

    amount: int
    per: str = "unit"


@dataclass(frozen=True)
class Coverage:
    """What a layer pays for some care: the first block that names the care and whose ``when`` holds applies.

    targets: categories, "group:G", "code:C", or "*". ``only`` restricts: where it does not hold the line is refused.
    rate in basis points, or None where the tariff row carries it (``rate = "tariff"``).
    unit_cap, fixed and amount are per unit; ``amount`` is the lump sum of base "lump_sum".
    """

    id: str
    targets: tuple[str, ...]
    dates: Dates
    when: Condition = ALWAYS
    only: Condition = ALWAYS
    base: str = "tariff"
    rate: int | None = 10_000
    at_most_billed: bool = True
    unit_cap: int | None = None
    fixed: int | None = None
    amount: int | None = None
    copayment: Copayment | None = None
    prior_approval: bool = False
    waiting: Waiting | None = None
    refuse: bool = False
    relative: bool = False
    name: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Period:
    """How long an accumulator runs: unit is "none", "year", "insurance", "months", "days" or "lifetime".

    months and days are rolling windows of ``length`` that end on the day of care.
    """

    unit: str
    length: int = 0


@dataclass(frozen=True)
class Family:
    """Growth of a limit with the household: + extra for each member over ``over_members``, never above at_most."""

    over_members: int
    extra: int
    at_most: int | None = None


@dataclass(frozen=True)
class Limit:
    """A ceiling, a deductible, a count or a minimum of days between two, for some care.

    value: minor units (ceiling, deductible), thousandths (count of quantity), whole number (count of lines or claims),
    days (gap). ``each_code``: every code has an accumulator of its own.
    """

    id: str
    kind: str
    targets: tuple[str, ...]
    dates: Dates
    value: int
    scope: str = "person"
    period: Period = Period("year")
    counted: str = "quantity"
    each_code: bool = False
    excepted: tuple[str, ...] = ()
    when: Condition = ALWAYS
    family: Family | None = None
    name: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Eligibility:
    """Who is covered: a person meets one of these blocks, or the layer has none."""

    id: str
    when: Condition
    dates: Dates


@dataclass(frozen=True)
class Filing:
    """The number of days from the end of care within which a claim must be received."""

    id: str
    days: int
    dates: Dates


@dataclass(frozen=True)
class Payer:
    """Who manages and pays the layer, as a dated fact."""

    id: str
    name: Text
    dates: Dates


@dataclass(frozen=True)
class PointValue:
    """What one minor unit of points is worth for care of these days that meets ``when``, in millionths."""

    value: int
    dates: Dates
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Layer:
    """One payer's promise. ``covers``: the plan codes of the cover table that entitle to it.

    Layers that share a ``step`` are alternatives: a person entitled to several gets the one that leaves the smaller own
    share. decided: "here", or "reported" by the payer (the table ``reported`` brings the amounts).
    insurance_months: the length of the insurance period, counted from the start of the cover.
    """

    id: str
    name: Text
    step: int
    covers: frozenset[str]
    decided: str = "here"
    insurance_months: int = 12
    payers: tuple[Payer, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    filing: tuple[Filing, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    limits: tuple[Limit, ...] = ()
    points: tuple[PointValue, ...] = ()


@dataclass(frozen=True)
class SharesException:
    codes: frozenset[str]
    shares: tuple[int, ...]


@dataclass(frozen=True)
class Session:
    """Several acts of one person in one session (same claim, day and session number).

    acts: categories ranked by value; the nth dearest gets shares[n] (basis points; the last share repeats).
    consultation: categories of which, beside an act, only the dearer is paid.
    anaesthesia: categories paid by the act's own anaesthesia coefficient (``default_anaesthesia`` where it has none,
    in thousandths of ``anaesthesia_letter``), never above the act. theatre: categories worth theatre_share of the act.
    package: categories that include the ``packaged`` categories of the same session, whatever else these are.
    """

    id: str
    dates: Dates
    acts: frozenset[str] = frozenset()
    shares: tuple[int, ...] = (10_000,)
    exceptions: tuple[SharesException, ...] = ()
    consultation: frozenset[str] = frozenset()
    anaesthesia: frozenset[str] = frozenset()
    anaesthesia_letter: str = ""
    default_anaesthesia: int = 0
    theatre: frozenset[str] = frozenset()
    theatre_share: int = 0
    package: frozenset[str] = frozenset()
    packaged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReviewAbove:
    """A line billed above this amount waits for a person, with its decision proposed."""

    id: str
    billed: int
    dates: Dates


@dataclass(frozen=True)
class Plan:
    """A whole plan document. ``choice``: alternatives compared by "outcome" or by "terms" (before limits).
    ``duplicates``: the same care again is refused, or paid."""

    id: str
    name: Text
    currency: str
    country: str = ""
    rounding: int = 0
    round_to: int = 1
    adult_from: int = 18
    choice: str = "outcome"
    duplicates: str = "refuse"
    sources: Mapping[str, Source] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    letters: tuple[LetterValue, ...] = ()
    kinds: tuple[Kind, ...] = ()
    layers: tuple[Layer, ...] = ()
    sessions: tuple[Session, ...] = ()
    review_above: tuple[ReviewAbove, ...] = ()
    tariffs: tuple[str, ...] = ()
    file: str = ""


def steps(plan: Plan) -> list[list[int]]:
    """The positions of the layers, by step, in the order in which they pay."""
    numbers = sorted({layer.step for layer in plan.layers})
    return [[i for i, layer in enumerate(plan.layers) if layer.step == number] for number in numbers]


def names(targets: tuple[str, ...], code: str, category: str, group: str) -> bool:
    """Whether a list of targets names a code of this category and group."""
    return any(target in ("*", category, f"group:{group}", f"code:{code}") for target in targets)


#: Any block that a trail can cite.
Clause = Coverage | Limit | Eligibility | Filing | PointValue | Session | ReviewAbove


def clauses(plan: Plan) -> tuple[Clause | None, ...]:
    """Every block that a trail can cite, in the order of the document. Position 0 is no clause: a general rule."""
    blocks: list[Clause | None] = [None]
    for layer in plan.layers:
        blocks += [*layer.eligibility, *layer.filing, *layer.coverage, *layer.limits, *layer.points]
    return (*blocks, *plan.sessions, *plan.review_above)


def conditions(plan: Plan) -> Iterator[Condition]:
    """Every condition of a plan."""
    for kind in plan.kinds:
        yield kind.when
    for layer in plan.layers:
        for person in layer.eligibility:
            yield person.when
        for limit in layer.limits:
            yield limit.when
        for point in layer.points:
            yield point.when
        for rule in layer.coverage:
            yield rule.when
            yield rule.only
            if rule.waiting and rule.waiting.waived:
                yield rule.waiting.waived
