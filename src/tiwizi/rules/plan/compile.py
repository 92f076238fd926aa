"""A plan document as a small table of fixed-width instructions: no machine code is made for a plan.

Time is cut into *epochs* at every day on which some block of the plan begins or ends; care is cut into *classes*: the
categories, and each code that the plan names. For every (epoch, layer, class) a cell says which coverage rules to try
and which limits to respect, both as ranges of rows of int64 columns. docs/concepts/engine.md draws it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import Column, Tariff
from tiwizi.rules.money import RATE_SCALE
from tiwizi.rules.period import NO_DAY, day_number
from tiwizi.rules.plan.document import (
    BASES,
    COUNTED,
    SCOPES,
    SESSION_ROLES,
    Clause,
    Coverage,
    Dates,
    Layer,
    Limit,
    Plan,
    Session,
    clauses,
    conditions,
    steps,
)
from tiwizi.rules.terms import ATTRIBUTES

# The tables are flat: a row is named by where it starts, and its columns are counted from there.
# Columns of `care`, one row for each epoch and class
K_ASKS, K_ASKS_END, K_ROLE, K_PACKAGED, K_SHARES, K_SHARES_END, K_LUMP_SUM, K_KINDS, K_PLAYS = range(9)
CARE_COLUMNS = 9

# Columns of `asks`: one row for each layer that is asked about some care, in the order of the steps
A_LAYER, A_STEP, A_REPORTED, A_MONTHS, A_RULES, A_RULES_END, A_GAPS, A_DEDUCTIBLES, A_CEILINGS, A_LIMITS_END = range(10)
A_ELIGIBLE, A_ELIGIBLE_END, A_FILING, A_FILING_CLAUSE, A_POINTS, A_POINTS_END = range(10, 16)
# ... the last of its step; the bits of a word on which its answer depends; the only one of its step
A_LAST, A_RELEVANT, A_ALONE = range(16, 19)
ASK_COLUMNS = 19

# Columns of `rules`
R_WHEN, R_ONLY, R_FLAGS, R_BASE, R_RATE, R_UNIT_CAP, R_FIXED, R_AMOUNT = range(8)
R_COPAYMENT, R_COPAY_PER_LINE, R_WAITING, R_WAIVED, R_CLAUSE = range(8, 13)
RULE_COLUMNS = 13
F_REFUSE, F_APPROVAL, F_AT_MOST_BILLED, F_RELATIVE, F_CAPPED, F_COPAYMENT = 1, 2, 4, 8, 16, 32

# Columns of `limits`
L_WHEN, L_SLOT, L_ID, L_SCOPE, L_UNIT, L_LENGTH, L_COUNTED, L_EACH_CODE = range(8)
L_VALUE, L_OVER, L_EXTRA, L_AT_MOST, L_CLAUSE, L_KIND, L_OWN, L_YEARLY, L_NOTHING = range(8, 17)
LIMIT_COLUMNS = 17
#: All the bits that a year can have: ``year & ANY_YEAR`` is the year, ``year & 0`` is one for all years.
ANY_YEAR = (1 << 14) - 1

UNITS = ("none", "year", "lifetime", "insurance", "months", "days")
U_NONE, U_YEAR, U_LIFETIME, U_INSURANCE, U_MONTHS, U_DAYS = range(6)
KIND_ORDER = ("gap", "count", "deductible", "ceiling")

# Columns of `points` and of `sessions`
V_WHEN, V_VALUE, V_CLAUSE = range(3)
POINT_COLUMNS = 3
S_CLAUSE, S_LETTER, S_DEFAULT, S_THEATRE = range(4)
SESSION_COLUMNS = 4

# `settings`
(ROUNDING, ROUND_TO, BY_TERMS, PAY_DUPLICATES, LAYERS, STEPS, CLASSES, SLOTS, MOST_LIMITS, MOST_ENTRIES,
 KINDS_ANYWAY, LIMIT_IDS, EPOCHS, KINDS) = range(14)  # fmt: skip


class PlanTables(NamedTuple):
    """The plan as the kernel reads it. Everything is int64 and flat, but for the days."""

    epoch_start: Column  # int32 per epoch, the first is NO_DAY
    care: Column  # [epoch, class, K_]
    asks: Column  # [ask, A_]
    rules: Column  # [rule, R_]
    limits: Column  # [limit, L_]
    eligibility: Column  # masks
    points: Column  # [value, V_]
    sessions: Column  # [epoch, S_]; clause -1: no session rules
    shares: Column  # basis points
    review_above: Column  # [epoch, (amount or -1, clause)]
    kind_when: Column  # masks, by kind
    band_of_age: Column  # bits, by age
    settings: Column


class LetterValues(NamedTuple):
    """Key letters by name; values int64 [e, letter, sector], -1 where the letter has no value."""

    names: tuple[str, ...]
    values: Column


@dataclass(frozen=True)
class CompiledPlan:
    plan: Plan
    tables: PlanTables
    letters: LetterValues
    class_of_category: dict[str, int]
    class_of_code: dict[str, int]
    classes: int
    limit_ids: dict[Hashable, int]

    @cached_property
    def with_histories(self) -> CompiledPlan:
        """The same plan, where the kernel keeps every use of every limit, and no running figures."""
        limits = self.tables.limits.copy()
        limits[L_SLOT::LIMIT_COLUMNS] = -1
        return replace(self, tables=self.tables._replace(limits=limits))

    def class_of(self, codes: Sequence[str], categories: Sequence[str], code_category: Column) -> Column:
        """int32 per code of a tariff: its class. A category that the plan does not know is in the last class."""
        of_category = np.array([self.class_of_category.get(c, self.classes - 1) for c in categories], np.int32)
        found = of_category[code_category] if len(codes) else np.zeros(0, np.int32)
        if self.class_of_code:
            position = {code: i for i, code in enumerate(codes)}
            for code, number in self.class_of_code.items():
                if code in position:
                    found[position[code]] = number
        return np.ascontiguousarray(found, dtype=np.int32)


@dataclass(frozen=True)
class _Class:
    """One kind of care as targets name it."""

    code: str
    category: str
    group: str

    def called(self) -> tuple[str, ...]:
        own = (f"code:{self.code}",) if self.code else ()
        return (*own, self.category, f"group:{self.group}", "*")


class _Rows:
    """Rows gathered once each: the same list of blocks gives the same range."""

    def __init__(self) -> None:
        self.flat: list[int] = []
        self.ranges: dict[Hashable, tuple[int, int]] = {}

    def put(self, key: Hashable, rows: Iterable[list[int]]) -> tuple[int, int]:
        """Where the rows start and end."""
        if key not in self.ranges:
            start = len(self.flat)
            for row in rows:
                self.flat += row
            self.ranges[key] = start, len(self.flat)
        return self.ranges[key]

    def array(self) -> Column:
        return np.array(self.flat, np.int64)


def compile_plan(plan: Plan, tariff: Tariff) -> CompiledPlan:
    """The tables of a checked plan, for a tariff: it says in which category the codes are that the plan names."""
    category = {code: tariff.categories[c] for code, c in zip(tariff.codes, tariff.code_category, strict=True)}
    return _Compiler(plan, category).run()


class _Compiler:
    def __init__(self, plan: Plan, code_category: dict[str, str]) -> None:
        self.plan = plan
        self.clause_of: dict[int, int] = {id(block): n for n, block in enumerate(clauses(plan)) if block is not None}
        self.words = context.vocabulary(plan, list(conditions(plan)))
        self.classes = _classes(plan, code_category)
        self.epochs = _epochs(plan)
        self.slots: dict[Hashable, int] = {}
        self.limit_ids: dict[Hashable, int] = {}
        self.rules, self.limits, self.asks = _Rows(), _Rows(), _Rows()
        self.eligibility, self.points, self.shares = _Rows(), _Rows(), _Rows()
        self.most_limits = 0

    def run(self) -> CompiledPlan:
        return CompiledPlan(
            self.plan,
            self._tables(),
            self._letters(),
            {c.category: n for n, c in enumerate(self.classes) if not c.code},
            {c.code: n for n, c in enumerate(self.classes) if c.code},
            len(self.classes),
            self.limit_ids,
        )

    def _tables(self) -> PlanTables:
        plan, epochs = self.plan, self.epochs
        care = [row for epoch in epochs for row in self._care(epoch)]
        return PlanTables(
            epoch_start=np.array([NO_DAY, *(day_number(d) for d in epochs[1:])], np.int32),
            care=np.array(care, np.int64).ravel(),
            asks=self.asks.array(),
            rules=self.rules.array(),
            limits=self.limits.array(),
            eligibility=self.eligibility.array(),
            points=self.points.array(),
            sessions=np.array([self._session(on) for on in epochs], np.int64).ravel(),
            shares=self.shares.array(),
            review_above=np.array([self._review_above(on) for on in epochs], np.int64).ravel(),
            kind_when=np.array([self.words.mask(k.when) for k in plan.kinds], np.int64),
            band_of_age=self.words.band_of_age(),
            settings=self._settings(),
        )

    def _settings(self) -> Column:
        plan = self.plan
        anyway = sum(1 << n for n, kind in enumerate(plan.kinds) if not kind.categories)
        entries = 24 + self.most_limits
        return np.array(
            [plan.rounding, plan.round_to, plan.choice == "terms", plan.duplicates == "pay", len(plan.layers),
             len(steps(plan)), len(self.classes), len(self.slots), self.most_limits, entries, anyway,
             len(self.limit_ids), len(self.epochs), len(plan.kinds)],
            np.int64,
        )  # fmt: skip

    def _care(self, on: date) -> list[list[int]]:
        """The rows of `care` of an epoch, a row a class."""
        coverage = [_by_target([b for b in layer.coverage if b.dates.holds(on)]) for layer in self.plan.layers]
        limits = [_by_target([b for b in layer.limits if b.dates.holds(on)]) for layer in self.plan.layers]
        layers = [self._layer(layer, on) for layer in self.plan.layers]
        session = session_on(self.plan, on)
        rows = []
        for care in self.classes:
            rules = [_matching(blocks, care) for blocks in coverage]
            asked = [y for y, layer in enumerate(self.plan.layers) if rules[y] or layer.decided == "reported"]
            asks = []
            # Where no layer speaks of some care at all, every layer is asked, and says that it does not cover it.
            for step, members in enumerate(steps(self.plan)):
                for y in (y for y in members if y in asked or not asked):
                    found = self._limits_of(self.plan.layers[y], limits[y], care)
                    here = self.rules.put(("rules", *map(id, rules[y])), (self._rule(rule) for rule in rules[y]))
                    relevant = self._relevant(self.plan.layers[y], rules[y], found, on)
                    asks.append([y, step, *layers[y][:2], *here, *found, *layers[y][2:], 1, relevant, 1])
            for ask, following in pairwise(asks):
                ask[A_LAST] = ask[A_ALONE] = int(ask[A_STEP] != following[A_STEP])
            for before, ask in pairwise(asks):
                ask[A_ALONE] &= before[A_LAST]
            first, last = self.asks.put(str(asks), asks)
            lump_sum = any(rule.base == "lump_sum" for blocks in rules for rule in blocks)
            rows.append(
                [
                    first,
                    last,
                    *self._session_of(session, care),
                    lump_sum,
                    self._kind_bits(care),
                    self._plays(session, care),
                ]
            )
        return rows

    def _layer(self, layer: Layer, on: date) -> list[int]:
        """What a row of `asks` says of the layer itself: reported, months; eligibility, filing, points."""
        people = [block for block in layer.eligibility if block.dates.holds(on)]
        eligible = self.eligibility.put(("who", *map(id, people)), ([self.words.mask(b.when)] for b in people))
        filing = next(((f.days, self.clause_of[id(f)]) for f in layer.filing if f.dates.holds(on)), (-1, 0))
        values = [value for value in layer.points if value.dates.holds(on)]
        rows = ([self.words.mask(v.when), v.value, self.clause_of[id(v)]] for v in values)
        points = self.points.put(("points", *map(id, values)), rows)
        return [layer.decided == "reported", layer.insurance_months, *eligible, *filing, *points]

    def _relevant(self, layer: Layer, rules: Sequence[Coverage], limits: Sequence[int], on: date) -> int:
        """The bits of the attributes on which the answer of a layer for some care depends."""
        conditions = [condition for rule in rules for condition in (rule.when, rule.only)]
        conditions += [rule.waiting.waived for rule in rules if rule.waiting and rule.waiting.waived]
        masks = [self.words.mask(condition) for condition in conditions]
        masks += self.limits.flat[limits[0] + L_WHEN : limits[-1] : LIMIT_COLUMNS]
        masks += [self.words.mask(block.when) for block in layer.eligibility if block.dates.holds(on)]
        masks += [self.words.mask(value.when) for value in layer.points if value.dates.holds(on)]
        found = context.bits("prior_approval") if any(rule.prior_approval for rule in rules) else 0
        found |= context.bits("stage") if any(rule.waiting for rule in rules) else 0
        return found | self.words.asked(masks)

    def _limits_of(self, layer: Layer, limits: dict[str, list[tuple[int, Any]]], care: _Class) -> list[int]:
        """Where the limits of some care start: gaps and counts, deductibles, ceilings, and where they end."""
        here = [block for block in _matching(limits, care) if not _excepts(block, care)]
        here.sort(key=lambda block: KIND_ORDER.index(block.kind))
        self.most_limits = max(self.most_limits, len(here))
        first, last = self.limits.put(("limits", *map(id, here)), (self._limit(layer, block) for block in here))
        before = [sum(block.kind in kinds for block in here) for kinds in (KIND_ORDER[:2], KIND_ORDER[:3])]
        return [first, *(first + LIMIT_COLUMNS * count for count in before), last]

    def _session_of(self, session: Session | None, care: _Class) -> list[int]:
        """Role, packaged or not, and the range of shares of a class in a session."""
        if session is None:
            return [0, 0, 0, 0]
        shares = next((x.shares for x in session.exceptions if care.code in x.codes), session.shares)
        where = self.shares.put(shares, ([share] for share in shares))
        return [session_role(session, care.category), care.category in session.packaged, *where]

    def _plays(self, session: Session | None, care: _Class) -> int:
        """Whether session rules can change a line of a class: not at all 0, beside another such line 1, alone 2."""
        role, packaged, first, last = self._session_of(session, care)
        role_name = SESSION_ROLES[role - 1] if role else ""
        alone = (role_name == "act" and self.shares.flat[first:last][:1] != [RATE_SCALE]) or (
            role_name == "package" and packaged
        )
        return 2 if alone else int(role > 0 or packaged)

    def _session(self, on: date) -> list[int]:
        session = session_on(self.plan, on)
        if session is None:
            return [-1] * SESSION_COLUMNS
        letters = sorted({value.letter for value in self.plan.letters})
        letter = letters.index(session.anaesthesia_letter) if session.anaesthesia_letter in letters else -1
        return [self.clause_of[id(session)], letter, session.default_anaesthesia, session.theatre_share]

    def _review_above(self, on: date) -> list[int]:
        blocks = (block for block in self.plan.review_above if block.dates.holds(on))
        return next(([block.billed, self.clause_of[id(block)]] for block in blocks), [-1, 0])

    def _rule(self, rule: Coverage) -> list[int]:
        flags = (
            F_REFUSE * rule.refuse
            | F_APPROVAL * rule.prior_approval
            | F_AT_MOST_BILLED * rule.at_most_billed
            | F_RELATIVE * rule.relative
            | F_CAPPED * (rule.unit_cap is not None or rule.fixed is not None)
            | F_COPAYMENT * (rule.copayment is not None)
        )
        wait = rule.waiting
        copay = rule.copayment
        return [
            self.words.mask(rule.when),
            self.words.mask(rule.only),
            flags,
            BASES.index(rule.base),
            -1 if rule.rate is None else rule.rate,
            -1 if rule.unit_cap is None else rule.unit_cap,
            -1 if rule.fixed is None else rule.fixed,
            rule.amount or 0,
            copay.amount if copay else 0,
            int(copay is not None and copay.per == "line"),
            wait.months if wait else 0,
            self.words.mask(wait.waived) if wait and wait.waived else 0,
            self.clause_of[id(rule)],
        ]

    def _limit(self, layer: Layer, limit: Limit) -> list[int]:
        key = accumulator(layer, limit)
        number = self.limit_ids.setdefault(key, len(self.limit_ids))
        unit = UNITS.index("lifetime" if limit.kind == "gap" else limit.period.unit)
        slot = -1
        if _runs_in_a_slot(limit):
            slot = self.slots.setdefault(key, len(self.slots))
        family = limit.family
        return [
            self.words.mask(limit.when),
            slot,
            number,
            SCOPES.index(limit.scope),
            unit,
            limit.period.length,
            COUNTED.index(limit.counted),
            int(limit.each_code),
            limit.value,
            family.over_members if family else -1,
            family.extra if family else 0,
            -1 if family is None or family.at_most is None else family.at_most,
            self.clause_of[id(limit)],
            KIND_ORDER.index(limit.kind),
            int(limit.scope == "person"),
            ANY_YEAR if unit == U_YEAR else 0,
            NO_DAY if limit.kind == "gap" else 0,
        ]

    def _letters(self) -> LetterValues:
        names = sorted({v.letter for v in self.plan.letters})
        values = np.full((len(self.epochs), len(names), 3), -1, np.int64)
        for e, on in enumerate(self.epochs):
            for n, letter in enumerate(names):
                for sector, name in enumerate(ATTRIBUTES["sector"]):
                    values[e, n, sector] = letter_value(self.plan, letter, name, on)
        return LetterValues(tuple(names), values)

    def _kind_bits(self, care: _Class) -> int:
        return sum(1 << n for n, kind in enumerate(self.plan.kinds) if care.category in kind.categories)


def accumulator(layer: Layer, limit: Limit) -> tuple[Any, ...]:
    """What makes two wordings of a limit share what was used: the id, and the way of counting."""
    period = ("lifetime", 0) if limit.kind == "gap" else (limit.period.unit, limit.period.length)
    return (layer.id, limit.id, limit.kind, limit.scope, period, limit.counted, limit.each_code)


def session_role(session: Session, category: str) -> int:
    """The role of a category in a session: position in SESSION_ROLES + 1, or 0."""
    sets = (session.acts, session.consultation, session.anaesthesia, session.theatre, session.package)
    assert len(sets) == len(SESSION_ROLES)
    return next((n + 1 for n, members in enumerate(sets) if category in members), 0)


def session_on(plan: Plan, on: date) -> Session | None:
    """The session rules in force on a day."""
    return next((session for session in plan.sessions if session.dates.holds(on)), None)


def _runs_in_a_slot(limit: Limit) -> bool:
    """Whether one running figure an entity is enough; otherwise the kernel keeps the history of the household."""
    if limit.each_code or limit.scope not in ("person", "household"):
        return False
    if limit.kind == "gap":
        return True
    return limit.period.unit in ("year", "lifetime") and not (limit.kind == "count" and limit.counted == "claims")


def letter_value(plan: Plan, letter: str, sector: str, on: date) -> int:
    """The value of a key letter for a sector on a day, minor units; -1 where the plan gives none."""
    found = [v for v in plan.letters if v.letter == letter and v.sector in (sector, "") and v.dates.holds(on)]
    return next((v.value for v in found if v.sector), next((v.value for v in found), -1))


def _classes(plan: Plan, code_category: dict[str, str]) -> list[_Class]:
    named: set[str] = set()
    for layer in plan.layers:
        targets = [*(b.targets for b in layer.coverage), *(b.targets + b.excepted for b in layer.limits)]
        named |= {target[5:] for some in targets for target in some if target.startswith("code:")}
    for session in plan.sessions:
        named |= {code for x in session.exceptions for code in x.codes}
    group = {c.id: c.group for c in plan.categories.values()}
    found = [_Class("", c, group[c]) for c in plan.categories]
    for code in sorted(named):
        category = code_category.get(code, "")
        found.append(_Class(code, category, group.get(category, "")))
    return [*found, _Class("", "", "")]


def _dates(plan: Plan) -> Iterable[Dates]:
    blocks: list[Clause | None] = list(clauses(plan))
    for block in blocks:
        if block is not None:
            yield block.dates
    for letter in plan.letters:
        yield letter.dates


def _epochs(plan: Plan) -> list[date]:
    """The first day of each epoch; the first stands for all days before anything is in force."""
    days = {d.effective for d in _dates(plan)} | {d.until for d in _dates(plan) if d.until is not None}
    return [date.min, *sorted(days)]


def _by_target(blocks: Sequence[Any]) -> dict[str, list[tuple[int, Any]]]:
    found: dict[str, list[tuple[int, Any]]] = {}
    for n, block in enumerate(blocks):
        for target in block.targets:
            found.setdefault(target, []).append((n, block))
    return found


def _matching(by_target: dict[str, list[tuple[int, Any]]], care: _Class) -> list[Any]:
    """The blocks that name this care, in the order of the document."""
    found = {n: block for key in care.called() for n, block in by_target.get(key, ())}
    return [found[n] for n in sorted(found)]


def _excepts(limit: Limit, care: _Class) -> bool:
    return any(key in limit.excepted for key in care.called())
