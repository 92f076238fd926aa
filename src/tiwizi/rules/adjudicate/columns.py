"""The columns that go in and come out.

Everything about a household lies together: ``person_start[h]:person_start[h+1]`` are the rows of its people, and so on.
Days are whole numbers since 1970-01-01 (rules.period), money is minor units, quantities are thousandths, enumerated
values are positions in the registers of rules.terms, -1 means "none". No identifier is needed to decide: ``line_row``
and its like lead back to the rows of the tables that the facts were read from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass(frozen=True)
class Tariff:
    """Prices as rows; ``code`` ascending, and within a code the most specific row first.

    Specific means: a provider's own row before a general one, then a sector's before any sector's, then the later
    ``valid_from``. The first row that fits a line prices it.
    """

    codes: tuple[str, ...]  # vocabulary, sorted
    categories: tuple[str, ...]  # vocabulary
    letters: tuple[str, ...]  # vocabulary
    code_category: Column  # int32 per code: position in categories
    code_start: Column  # int32 per code + 1: its rows
    letter: Column  # int16
    coefficient: Column  # int32 thousandths
    price: Column  # int64 minor units
    reimbursement_base: Column  # int64 minor units
    generic_base: Column  # int64 minor units
    rate: Column  # int32 basis points
    valid_from: Column  # int32
    valid_to: Column  # int32, period.NEVER when open
    sector: Column  # int8
    provider: Column  # int32
    anaesthesia: Column  # int32 thousandths
    doubtful: Column  # bool


#: The columns of lines that say what prior approvals are for, and what says nothing there.
OF_APPROVALS = {"approval": -1, "approved": -1, "approved_quantity": -1, "unfit": 0}


@dataclass(frozen=True)
class Facts:
    """All that decides the claims of some households. Lines are in the order in which they are decided:
    household, day of care, day received, claim, line."""

    plan_codes: tuple[str, ...]  # vocabulary of the cover table's plan
    # households + 1
    person_start: Column  # int64
    cover_start: Column  # int64
    claim_start: Column  # int64
    line_start: Column  # int64
    # people
    birth: Column  # int32
    role: Column  # int8
    sex: Column  # int8
    status_start: Column  # int64, people + 1
    # dated statuses, by person
    status: Column  # int8, position in terms.STATUSES
    status_from: Column  # int32
    status_to: Column  # int32
    # cover, by household
    cover_person: Column  # int64, -1 for the whole household
    cover_plan: Column  # int16, position in plan_codes
    cover_from: Column  # int32
    cover_to: Column  # int32
    cover_stage: Column  # int8
    joined: Column  # int32
    paid_until: Column  # int32, period.NEVER when not given
    # claims, by household, in the order of their identifiers
    claim_attributes: Column  # int8, one column for each of terms.CLAIM_ATTRIBUTES
    provider: Column  # int32
    received: Column  # int32
    care_to: Column  # int32, period.NO_DAY when not given
    episode: Column  # int64, row of the first claim of the same episode
    # lines
    claim: Column  # int64, row of its claim
    person: Column  # int64, row of its person
    day: Column  # int32
    code: Column  # int32, position in tariff.codes
    quantity: Column  # int32 thousandths, after review
    billed: Column  # int64
    allowed: Column  # int64, what a reviewer left of billed (billed itself where nobody reviewed)
    session: Column  # int16
    # lines, or none at all where no prior approval says what it is for (OF_APPROVALS)
    approval: Column = field(default_factory=lambda: np.zeros(0, np.int64))  # row of the first line on the same, or -1
    approved: Column = field(default_factory=lambda: np.zeros(0, np.int64))  # minor units that it is for, or -1
    approved_quantity: Column = field(default_factory=lambda: np.zeros(0, np.int64))  # thousandths, or -1
    unfit: Column = field(default_factory=lambda: np.zeros(0, np.int8))  # bits of terms.UNFIT
    # row of each in the tables read
    household_row: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    claim_row: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    line_row: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    #: amounts that another payer reported, by layer: int64 per line, -1 where nothing is reported
    reported: dict[str, Column] = field(default_factory=dict)

    @property
    def households(self) -> int:
        return len(self.line_start) - 1

    @property
    def lines(self) -> int:
        return len(self.day)

    def take(self, households: Column | slice) -> Facts:
        """The facts of some households alone, in the order given; neighbours, as of a slice, with hardly a copy."""
        runs = runs_of(households)
        people, cover, claims, lines = (
            Taken(start, *runs) for start in (self.person_start, self.cover_start, self.claim_start, self.line_start)
        )
        statuses = Taken(self.status_start, people.low, people.low + people.size)
        cover_person = self.cover_person[cover.rows]
        return replace(
            self,
            person_start=people.start,
            cover_start=cover.start,
            claim_start=claims.start,
            line_start=lines.start,
            birth=self.birth[people.rows],
            role=self.role[people.rows],
            sex=self.sex[people.rows],
            status_start=statuses.start,
            status=self.status[statuses.rows],
            status_from=self.status_from[statuses.rows],
            status_to=self.status_to[statuses.rows],
            cover_person=np.where(cover_person < 0, -1, cover_person + people.moved_by(cover)),
            cover_plan=self.cover_plan[cover.rows],
            cover_from=self.cover_from[cover.rows],
            cover_to=self.cover_to[cover.rows],
            cover_stage=self.cover_stage[cover.rows],
            joined=self.joined[cover.rows],
            paid_until=self.paid_until[cover.rows],
            claim_attributes=self.claim_attributes[claims.rows],
            provider=self.provider[claims.rows],
            received=self.received[claims.rows],
            care_to=self.care_to[claims.rows],
            episode=self.episode[claims.rows] + claims.moved_by(claims),
            claim=self.claim[lines.rows] + claims.moved_by(lines),
            person=self.person[lines.rows] + people.moved_by(lines),
            day=self.day[lines.rows],
            code=self.code[lines.rows],
            quantity=self.quantity[lines.rows],
            billed=self.billed[lines.rows],
            allowed=self.allowed[lines.rows],
            session=self.session[lines.rows],
            **self._approvals(lines),
            household_row=self.household_row[households] if len(self.household_row) else self.household_row,
            claim_row=self.claim_row[claims.rows] if len(self.claim_row) else self.claim_row,
            line_row=self.line_row[lines.rows] if len(self.line_row) else self.line_row,
            reported={layer: amounts[lines.rows] for layer, amounts in self.reported.items()},
        )

    def _approvals(self, lines: Taken) -> dict[str, Any]:
        taken = {name: column[lines.rows] for name in OF_APPROVALS if len(column := getattr(self, name))}
        if taken:
            taken["approval"] = np.where(taken["approval"] < 0, -1, taken["approval"] + lines.moved_by(lines))
        return taken

    def keep(self, lines: Column) -> Facts:
        """The facts with some lines alone (bool, a line each), and everything else as it is."""
        own = ("claim", "person", "day", "code", "quantity", "billed", "allowed", "session", "line_row", *OF_APPROVALS)
        kept = {name: column[lines] for name in own if len(column := getattr(self, name))}
        if len(self.approval):
            stands = np.flatnonzero(kept["approval"] >= 0)
            _, first, group = np.unique(kept["approval"][stands], return_index=True, return_inverse=True)
            kept["approval"][stands] = stands[first][group]
        return replace(
            self,
            line_start=np.append(0, np.cumsum(lines))[self.line_start],
            reported={layer: paid[lines] for layer, paid in self.reported.items()},
            **kept,
        )

    @staticmethod
    def join(one: Facts, other: Facts) -> Facts:
        """The households of the one, then those of the other. They have the same vocabularies; where their rows stood
        in tables is forgotten."""
        people, claims = len(one.birth), len(one.received)
        shifts = {"cover_person": np.where(other.cover_person < 0, 0, people), "person": people, "claim": claims,
                  "episode": claims}  # fmt: skip
        joined: dict[str, Any] = {}
        for name in (column.name for column in fields(Facts)):
            a, b = getattr(one, name), getattr(other, name)
            if name.endswith("_start"):
                joined[name] = np.concatenate((a, b[1:] + a[-1]))
            elif isinstance(a, np.ndarray) and not name.endswith("_row") and name not in OF_APPROVALS:
                joined[name] = np.concatenate((a, b + shifts[name] if name in shifts else b))
        blank = [np.full(facts.lines, -1, np.int64) for facts in (one, other)]
        if len(one.approval) or len(other.approval):
            for name, none in OF_APPROVALS.items():
                own, then = (getattr(facts, name) if len(facts.approval) else np.full(facts.lines, none)
                             for facts in (one, other))  # fmt: skip
                then = np.where(then < 0, -1, then + one.lines) if name == "approval" else then
                joined[name] = np.concatenate((own, then)).astype(getattr(one, name).dtype)
        layers = sorted(one.reported.keys() | other.reported.keys())
        reported = {y: np.concatenate((one.reported.get(y, blank[0]), other.reported.get(y, blank[1]))) for y in layers}
        return Facts(plan_codes=one.plan_codes, reported=reported, **joined)


def runs_of(parts: Column | slice) -> tuple[Column, Column]:
    """Where runs of neighbours among some positions begin and end."""
    if isinstance(parts, slice):
        return np.array([parts.start]), np.array([parts.stop])
    heads = np.flatnonzero(np.append(True, parts[1:] != parts[:-1] + 1)[: len(parts)])
    return parts[heads], parts[np.append(heads[1:], len(parts))[: len(heads)] - 1] + 1


class Taken:
    """Some parts of a ragged column, ``start``, in runs of neighbours from ``first`` to ``last``."""

    def __init__(self, start: Column, first: Column, last: Column) -> None:
        self.low, self.size = start[first], start[last] - start[first]
        self.moved = np.cumsum(self.size) - self.size - self.low
        self.start = np.append(start[_ranges(first, last)] + np.repeat(self.moved, last - first), self.size.sum())
        high = self.low + self.size
        self.rows = slice(int(self.low[0]), int(high[0])) if len(high) == 1 else _ranges(self.low, high)

    def moved_by(self, other: Taken) -> Column:
        """How far rows of this column moved, for each row of another column of the same parts."""
        return np.repeat(self.moved, other.size)


def _ranges(first: Column, last: Column) -> Column:
    """The whole numbers from each first to each last, one range after the other."""
    size = last - first
    return np.asarray(np.arange(size.sum()) - np.repeat(np.cumsum(size) - size - first, size))


@dataclass(frozen=True)
class Decisions:
    """What comes out, a row a line, in the order of the facts.

    For each line ``billed = paid.sum(axis=1) + reductions + share``. ``paid`` has a column for each step of the plan,
    ``chosen`` the layer that decided it (-1: nobody did). The trail of line i is ``trail_start[i]:trail_start[i+1]``:
    ``trail_rule`` packs (layer, reason, clause), ``trail_cut`` is what that rule took from the layer's amount.
    """

    state: Column  # int8, position in terms.STATES
    reasons: Column  # int64, bit r is set when terms.REASONS[r] speaks on the line
    billed: Column  # int64
    paid: Column  # int64 [lines, steps]
    chosen: Column  # int8 [lines, steps]
    reductions: Column  # int64
    share: Column  # int64
    trail_start: Column  # int64, lines + 1
    trail_rule: Column  # int32
    trail_cut: Column  # int64

    def balanced(self) -> bool:
        """Whether the three sums hold to the minor unit on every line."""
        return bool(np.array_equal(self.billed, self.paid.sum(axis=1) + self.reductions + self.share))

    @staticmethod
    def join(parts: list[Decisions]) -> Decisions:
        """The decisions of consecutive households as one."""
        if len(parts) == 1:
            return parts[0]
        names = [column.name for column in fields(Decisions) if column.name != "trail_start"]
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        sizes = np.concatenate([np.diff(p.trail_start) for p in parts])
        return Decisions(trail_start=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), **columns)


CLAUSE_BITS, REASON_BITS = 18, 6


def pack_rule(layer: int, reason: int, clause: int) -> int:
    """One trail entry's rule as a whole number; layer below 128, reason below 64, clause below 2**18."""
    return (layer << (CLAUSE_BITS + REASON_BITS)) | (reason << CLAUSE_BITS) | clause


def unpack_rule(rule: int) -> tuple[int, int, int]:
    """(layer, reason, clause) of a trail entry."""
    reasons, clauses = 2**REASON_BITS - 1, 2**CLAUSE_BITS - 1
    return rule >> (CLAUSE_BITS + REASON_BITS), (rule >> CLAUSE_BITS) & reasons, rule & clauses
