"""What a review would change, before anybody keeps it: the household decided by the engine with the lines as a reviewer
leaves them, beside what stands. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tiwizi.formats.tables.claims import after_review
from tiwizi.records.care.basis import basis
from tiwizi.records.care.decision import settled
from tiwizi.records.care.facts import Known, read_known
from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.care.queries.limit import review_limit
from tiwizi.records.care.standing import read_standing
from tiwizi.records.cover.queries import in_force
from tiwizi.rules.adjudicate import engine
from tiwizi.rules.adjudicate.columns import Column, Decisions
from tiwizi.rules.terms import STATES, TO_REVIEW

#: What a reviewer leaves of lines: line -> (quantity in thousandths, price in minor units), None as claimed.
LeftOf = Mapping[int, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Changed:
    """A line of the household that comes out otherwise, or that was looked at: states, and what the funds pay, in minor
    units; a line that waits is paid nothing yet."""

    claim: str
    line: int
    number: int
    code: str
    state_before: str
    state_after: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    lines: tuple[Changed, ...]

    @property
    def before(self) -> int:
        return sum(line.before for line in self.lines)

    @property
    def after(self) -> int:
        return sum(line.after for line in self.lines)

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Above:
    """What an answer would have paid on its file, and the limit of a single reviewer, which is less; minor units."""

    pays: int
    limit: int


def above_limit(claim: int, left: LeftOf, *, day: date) -> Above | None:
    """Whether an answer has more paid on a file than a single reviewer may; None where it has not, or there is no
    limit. All lines of the file count that somebody has reviewed, so that parts of an answer add up; one that goes on
    waiting counts with what the review leaves of its bill."""
    limit = review_limit()
    if limit is None:
        return None
    known, found = _decided(claim, left, day)
    own = known.claims[known.facts.claim] == claim
    looked_at = known.reviewed | np.isin(known.lines, list(left))
    paid = np.where(found.state == TO_REVIEW, known.facts.allowed, found.paid.sum(axis=1))
    pays = int(paid[own & looked_at].sum())
    return Above(pays, limit) if pays > limit else None


def _decided(claim: int, left: LeftOf, day: date) -> tuple[Known, Decisions]:
    """The household of a claim as a review leaves it, and how it is decided then."""
    home = Claim.objects.values_list("household_id", flat=True).get(pk=claim)
    by = basis(*in_force(day))
    known = _as_left(read_known(np.array([home], np.int64), by), left)
    return known, settled(engine.decide(by.compiled, known.facts, by.tariff), known.reviewed)


def effect(claim: int, left: LeftOf, *, day: date) -> Effect:
    """What the review of a claim changes in its household, by the plan and tariff in force on ``day``: the lines that
    were looked at, and all that come out otherwise. Raises Refused where nothing is in force."""
    known, found = _decided(claim, left, day)
    paid = np.where(found.state == TO_REVIEW, 0, found.paid.sum(axis=1))
    states = dict(zip(known.lines.tolist(), found.state.tolist(), strict=True))
    after = dict(zip(known.lines.tolist(), paid.tolist(), strict=True))
    before = _before(known.lines)
    shown = [
        line for line in states if line in left or before.get(line, (-1, 0)) != (states[line], after[line])
    ]  # fmt: skip
    names = ClaimLine.objects.filter(id__in=shown).select_related("claim", "act").order_by("claim__number", "number")
    return Effect(
        tuple(
            Changed(
                row.claim.number, row.id, row.number, row.act.code,
                STATES[before[row.id][0]] if row.id in before else "waiting", STATES[states[row.id]],
                before.get(row.id, (0, 0))[1], after[row.id],
            )
            for row in names
        )
    )  # fmt: skip


def _before(lines: Column) -> dict[int, tuple[int, int]]:
    """line -> (state, what the funds pay) by the decision that stands."""
    rows = read_standing(np.sort(lines))
    paid = sum(rows[f"paid_{step}"] for step in range(1, 5))
    paid = np.where(rows["state"] == TO_REVIEW, 0, paid)
    return {
        line: (state, amount)
        for line, state, amount in zip(rows["line"].tolist(), rows["state"].tolist(), paid.tolist(), strict=True)
    }


def _as_left(known: Known, left: LeftOf) -> Known:
    """The facts with what a reviewer leaves of some lines."""
    facts, reviewed = known.facts, known.reviewed.copy()
    quantity, allowed = facts.quantity.copy(), facts.allowed.copy()
    claimed = {row.id: row for row in ClaimLine.objects.filter(id__in=list(left))}
    for at in np.flatnonzero(np.isin(known.lines, list(left))).tolist():
        line = claimed[int(known.lines[at])]
        said = tuple(np.array([-1 if value is None else value]) for value in left[line.id])
        asked = tuple(
            np.array([-1 if value is None else value]) for value in (line.quantity, line.unit_price, line.billed)
        )
        is_reviewed = left[line.id] != (None, None)
        quantity[at] = line.quantity if left[line.id][0] is None else left[line.id][0]
        left_over = int(after_review((asked[0], asked[1], asked[2]), (said[0], said[1]))[0])
        allowed[at] = min(left_over, line.billed) if is_reviewed else line.billed
        reviewed[at] = is_reviewed
    return replace(known, facts=replace(facts, quantity=quantity, allowed=allowed), reviewed=reviewed)
