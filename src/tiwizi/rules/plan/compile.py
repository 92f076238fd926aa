"""A plan document as a small table of fixed-width instructions: no machine code is made for a plan.

Time is cut into *epochs* at every day on which some block of the plan begins or ends; care is cut into *classes*: the
categories, and each code that the plan names. For every (epoch, layer, class) a cell says which coverage rules to try
and which limits to respect, both as ranges of rows of int64 columns. docs/concepts/engine.md draws it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import Column, Tariff
from tiwizi.rules.period import NO_DAY, day_number
from tiwizi.rules.plan.document import (
    BASES,
    COUNTED,
    SCOPES,
    SESSION_ROLES,
    Clause,
    Condition,
    Coverage,
    Dates,
    Layer,
    Limit,
    Plan,
    Session,
    clauses,
    steps,
)
from tiwizi.rules.terms import ATTRIBUTES

# Columns of `rules`
R_WHEN, R_ONLY, R_FLAGS, R_BASE, R_RATE, R_UNIT_CAP, R_FIXED, R_AMOUNT = range(8)
R_COPAYMENT, R_COPAY_PER_LINE, R_WAITING, R_WAIVED, R_CLAUSE = range(8, 13)
RULE_COLUMNS = 13
F_REFUSE, F_APPROVAL, F_AT_MOST_BILLED, F_RELATIVE = 1, 2, 4, 8

# Columns of `limits`
L_WHEN, L_SLOT, L_ID, L_SCOPE, L_UNIT, L_LENGTH, L_COUNTED, L_EACH_CODE = range(8)
L_VALUE, L_OVER, L_EXTRA, L_AT_MOST, L_CLAUSE, L_KIND = range(8, 14)
LIMIT_COLUMNS = 14

# Columns of a cell
C_RULES, C_RULES_END, C_GAPS, C_COUNTS, C_DEDUCTIBLES, C_CEILINGS, C_LIMITS_END, C_ASKED = range(8)
CELL_COLUMNS = 8

UNITS = ("none", "year", "lifetime", "insurance", "months", "days")
U_NONE, U_YEAR, U_LIFETIME, U_INSURANCE, U_MONTHS, U_DAYS = range(6)
KIND_ORDER = ("gap", "count", "deductible", "ceiling")

# Columns of `sessions`
S_CLAUSE, S_SHARES, S_SHARES_END, S_LETTER, S_DEFAULT, S_THEATRE = range(6)
SESSION_COLUMNS = 6


class PlanTables(NamedTuple):
    """The plan as the kernel reads it. e: epoch, y: layer, c: class, k: kind."""

    epoch_start: Column  # int32 [e], the first is NO_DAY
    cells: Column  # int32 [e, y, c, CELL_COLUMNS]
    rules: Column  # int64 [rule, RULE_COLUMNS]
    limits: Column  # int64 [limit, LIMIT_COLUMNS]
    eligibility: Column  # int64 masks
    eligibility_range: Column  # int32 [e, y, 2]; the same number twice: everybody is eligible
    filing: Column  # int32 [e, y, 2]: days (-1: no limit), clause
    points: Column  # int64 [e, y, 2]: millionths (-1: not known), clause
    sessions: Column  # int64 [e, SESSION_COLUMNS]; clause -1: no session rules
    shares: Column  # int64, basis points
    session_role: Column  # int8 [e, c], 0 none, else position in SESSION_ROLES + 1
    exception: Column  # int32 [e, c, 2]: range of shares, -1 where the session's own apply
    review_above: Column  # int64 [e, 2]: amount (-1: none), clause
    kind_of_class: Column  # int64 [c]: bit k when the class is among the categories of kind k
    kind_anyway: Column  # int64 [1]: bits of the kinds that name no category
    kind_when: Column  # int64 [k]: masks
    band_of_age: Column  # int64 [age]
    step_start: Column  # int32 [steps + 1]
    step_layers: Column  # int32
    reported: Column  # int8 [y]
    insurance_months: Column  # int32 [y]
    settings: Column  # int64: rounding, round_to, choice by terms, slots, most entries a layer, most limits a cell


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

    def __init__(self, width: int) -> None:
        self.width, self.rows, self.ranges = width, [], {}  # type: int, list[list[int]], dict[Hashable, int]

    def put(self, key: Hashable, rows: Iterable[list[int]]) -> int:
        """Where the rows start."""
        if key not in self.ranges:
            self.ranges[key] = len(self.rows)
            self.rows += rows
        return self.ranges[key]

    def array(self) -> Column:
        return np.array(self.rows, np.int64).reshape(len(self.rows), self.width)


def compile_plan(plan: Plan, tariff: Tariff) -> CompiledPlan:
    """The tables of a checked plan, for a tariff: it says in which category the codes are that the plan names."""
    category = {code: tariff.categories[c] for code, c in zip(tariff.codes, tariff.code_category, strict=True)}
    return _Compiler(plan, category).run()


class _Compiler:
    def __init__(self, plan: Plan, code_category: dict[str, str]) -> None:
        self.plan = plan
        self.clause_of: dict[int, int] = {id(block): n for n, block in enumerate(clauses(plan)) if block is not None}
        self.words = context.vocabulary(plan, list(_conditions(plan)))
        self.classes = _classes(plan, code_category)
        self.epochs = _epochs(plan)
        self.slots: dict[Hashable, int] = {}
        self.limit_ids: dict[Hashable, int] = {}
        self.rules, self.limits = _Rows(RULE_COLUMNS), _Rows(LIMIT_COLUMNS)
        self.most_limits = 0

    def run(self) -> CompiledPlan:
        return CompiledPlan(
            self.plan,
            self._tables(),
            self._letters(),
            {c.category: n for n, c in enumerate(self.classes) if not c.code},
            {c.code: n for n, c in enumerate(self.classes) if c.code},
            len(self.classes),
        )

    def _tables(self) -> PlanTables:
        plan, layers, epochs, classes = self.plan, self.plan.layers, self.epochs, self.classes
        cells = np.zeros((len(epochs), len(layers), len(classes), CELL_COLUMNS), np.int32)
        masks = _Rows(1)
        eligibility = np.zeros((len(epochs), len(layers), 2), np.int32)
        filing = np.full((len(epochs), len(layers), 2), -1, np.int32)
        points = np.full((len(epochs), len(layers), 2), -1, np.int64)
        for y, layer in enumerate(layers):
            for e, on in enumerate(epochs):
                self._fill_cells(cells[e, y], layer, on)
                people = [b for b in layer.eligibility if b.dates.holds(on)]
                start = masks.put(tuple(map(id, people)), [[self.words.mask(b.when)] for b in people])
                eligibility[e, y] = start, start + len(people)
                for rule in layer.filing:
                    if rule.dates.holds(on):
                        filing[e, y] = rule.days, self.clause_of[id(rule)]
                for value in layer.points:
                    if value.dates.holds(on):
                        points[e, y] = value.value, self.clause_of[id(value)]
        groups = steps(plan)
        # Where no layer speaks of some care at all, every layer is asked, and each says that it does not cover it.
        nobody = ~cells[..., C_ASKED].any(axis=1, keepdims=True)
        cells[..., C_ASKED] |= nobody
        most = self.most_limits
        return PlanTables(
            epoch_start=np.array([NO_DAY, *(day_number(d) for d in epochs[1:])], np.int32),
            cells=cells,
            rules=self.rules.array(),
            limits=self.limits.array(),
            eligibility=masks.array().ravel(),
            eligibility_range=eligibility,
            filing=filing,
            points=points,
            **self._sessions(),
            review_above=self._review_above(),
            kind_of_class=np.array([self._kind_bits(c) for c in classes], np.int64),
            kind_anyway=np.array([sum(1 << n for n, k in enumerate(plan.kinds) if not k.categories)], np.int64),
            kind_when=np.array([self.words.mask(k.when) for k in plan.kinds], np.int64),
            band_of_age=self.words.band_of_age(),
            step_start=np.cumsum([0, *(len(g) for g in groups)]).astype(np.int32),
            step_layers=np.array([y for g in groups for y in g], np.int32),
            reported=np.array([layer.decided == "reported" for layer in layers], np.int8),
            insurance_months=np.array([layer.insurance_months for layer in layers], np.int32),
            settings=np.array(
                [plan.rounding, plan.round_to, plan.choice == "terms", len(self.slots), 24 + most, most], np.int64
            ),
        )

    def _fill_cells(self, cells: Column, layer: Layer, on: date) -> None:
        coverage = _by_target([b for b in layer.coverage if b.dates.holds(on)])
        limits = _by_target([b for b in layer.limits if b.dates.holds(on)])
        for n, care in enumerate(self.classes):
            rules = _matching(coverage, care)
            start = self.rules.put(("rules", *map(id, rules)), (self._rule(r) for r in rules))
            cell = [start, start + len(rules)]
            here = [b for b in _matching(limits, care) if not _excepts(b, care)]
            here.sort(key=lambda b: KIND_ORDER.index(b.kind))
            first = self.limits.put(("limits", *map(id, here)), (self._limit(layer, b) for b in here))
            for kind in KIND_ORDER:
                cell.append(first + sum(KIND_ORDER.index(b.kind) < KIND_ORDER.index(kind) for b in here))
            asked = bool(rules) or layer.decided == "reported"
            cells[n] = [*cell, first + len(here), asked]
            self.most_limits = max(self.most_limits, len(here))

    def _rule(self, rule: Coverage) -> list[int]:
        flags = (
            F_REFUSE * rule.refuse
            | F_APPROVAL * rule.prior_approval
            | F_AT_MOST_BILLED * rule.at_most_billed
            | F_RELATIVE * rule.relative
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
        ]

    def _letters(self) -> LetterValues:
        names = sorted({v.letter for v in self.plan.letters})
        values = np.full((len(self.epochs), len(names), 3), -1, np.int64)
        for e, on in enumerate(self.epochs):
            for n, letter in enumerate(names):
                for sector, name in enumerate(ATTRIBUTES["sector"]):
                    values[e, n, sector] = letter_value(self.plan, letter, name, on)
        return LetterValues(tuple(names), values)

    def _sessions(self) -> dict[str, Column]:
        letters = sorted({v.letter for v in self.plan.letters})
        sessions = np.full((len(self.epochs), SESSION_COLUMNS), -1, np.int64)
        role = np.zeros((len(self.epochs), len(self.classes)), np.int8)
        exception = np.full((len(self.epochs), len(self.classes), 2), -1, np.int32)
        shares = _Rows(1)
        for e, on in enumerate(self.epochs):
            for s in self.plan.sessions:
                if not s.dates.holds(on):
                    continue
                first = shares.put(s.shares, [[x] for x in s.shares])
                letter = letters.index(s.anaesthesia_letter) if s.anaesthesia_letter in letters else -1
                sessions[e] = [self.clause_of[id(s)], first, first + len(s.shares), letter, s.default_anaesthesia,
                               s.theatre_share]  # fmt: skip
                for n, care in enumerate(self.classes):
                    role[e, n] = session_role(s, care.category)
                    for x in s.exceptions:
                        if care.code in x.codes:
                            at = shares.put(x.shares, [[share] for share in x.shares])
                            exception[e, n] = at, at + len(x.shares)
        return {"sessions": sessions, "shares": shares.array().ravel(), "session_role": role, "exception": exception}

    def _review_above(self) -> Column:
        table = np.full((len(self.epochs), 2), -1, np.int64)
        for e, on in enumerate(self.epochs):
            for block in self.plan.review_above:
                if block.dates.holds(on):
                    table[e] = block.billed, self.clause_of[id(block)]
        return table

    def _kind_bits(self, care: _Class) -> int:
        return sum(1 << n for n, kind in enumerate(self.plan.kinds) if care.category in kind.categories)


def accumulator(layer: Layer, limit: Limit) -> tuple[Any, ...]:
    """What makes two wordings of a limit share what was used: the id, and the way of counting."""
    period = ("lifetime", 0) if limit.kind == "gap" else (limit.period.unit, limit.period.length)
    return (layer.id, limit.id, limit.kind, limit.scope, period, limit.counted, limit.each_code)


def session_role(session: Session, category: str) -> int:
    """The role of a category in a session: position in SESSION_ROLES + 1, or 0."""
    sets = (session.acts, session.consultation, session.anaesthesia, session.theatre, session.package, session.packaged)
    assert len(sets) == len(SESSION_ROLES)
    return next((n + 1 for n, members in enumerate(sets) if category in members), 0)


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


def _conditions(plan: Plan) -> Iterable[Condition]:
    for kind in plan.kinds:
        yield kind.when
    for layer in plan.layers:
        for block in layer.eligibility:
            yield block.when
        for limit in layer.limits:
            yield limit.when
        for rule in layer.coverage:
            yield rule.when
            yield rule.only
            if rule.waiting and rule.waiting.waived:
                yield rule.waiting.waived


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
