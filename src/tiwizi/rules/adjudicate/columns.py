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
        """The facts of some households alone, in the order given; of a slice (low, high) with hardly a copy."""
        people, person_start, person_moved = _gather(self.person_start, households)
        cover, cover_start, _ = _gather(self.cover_start, households)
        claims, claim_start, claim_moved = _gather(self.claim_start, households)
        lines, line_start, _ = _gather(self.line_start, households)
        statuses, status_start, _ = _gather(self.status_start, people)
        cover_person = self.cover_person[cover]
        return replace(
            self,
            person_start=person_start,
            cover_start=cover_start,
            claim_start=claim_start,
            line_start=line_start,
            birth=self.birth[people],
            role=self.role[people],
            sex=self.sex[people],
            status_start=status_start,
            status=self.status[statuses],
            status_from=self.status_from[statuses],
            status_to=self.status_to[statuses],
            cover_person=np.where(cover_person < 0, -1, cover_person + _each(person_moved, cover_start)),
            cover_plan=self.cover_plan[cover],
            cover_from=self.cover_from[cover],
            cover_to=self.cover_to[cover],
            cover_stage=self.cover_stage[cover],
            joined=self.joined[cover],
            paid_until=self.paid_until[cover],
            claim_attributes=self.claim_attributes[claims],
            provider=self.provider[claims],
            received=self.received[claims],
            care_to=self.care_to[claims],
            episode=self.episode[claims] + _each(claim_moved, claim_start),
            claim=self.claim[lines] + _each(claim_moved, line_start),
            person=self.person[lines] + _each(person_moved, line_start),
            day=self.day[lines],
            code=self.code[lines],
            quantity=self.quantity[lines],
            billed=self.billed[lines],
            allowed=self.allowed[lines],
            session=self.session[lines],
            household_row=self.household_row[households] if len(self.household_row) else self.household_row,
            claim_row=self.claim_row[claims] if len(self.claim_row) else self.claim_row,
            line_row=self.line_row[lines] if len(self.line_row) else self.line_row,
            reported={layer: amounts[lines] for layer, amounts in self.reported.items()},
        )


def _gather(start: Column, parts: Column | slice) -> tuple[Column | slice, Column, Column]:
    """Rows of some parts of a ragged column, their new starts, and how far each part moved (a slice: one figure)."""
    if isinstance(parts, slice):
        low, high = start[parts.start], start[parts.stop]
        return slice(int(low), int(high)), start[parts.start : parts.stop + 1] - low, -low
    low, size = start[parts], start[np.asarray(parts) + 1] - start[parts]
    new_start = np.concatenate(([0], np.cumsum(size))).astype(np.int64)
    moved = new_start[:-1] - low
    rows = np.arange(new_start[-1]) - np.repeat(moved, size)
    return rows, new_start, moved


def _each(moved: Column, start: Column) -> Column:
    """How far each row of some parts moved."""
    return np.repeat(moved, np.diff(start)) if moved.ndim else moved


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
