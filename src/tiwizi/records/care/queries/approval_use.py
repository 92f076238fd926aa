"""What was used of a prior approval: which lines stand on it, and what they leave of its amount and quantity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.records.care.basis import basis
from tiwizi.records.care.facts import read_known
from tiwizi.records.care.models import ClaimLine
from tiwizi.records.care.queries.approvals import ApprovalRow
from tiwizi.records.care.queries.review_file import label_of
from tiwizi.records.care.standing import read_standing
from tiwizi.records.cover.queries import in_force
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.facts import household
from tiwizi.rules.adjudicate.reference import LineDecision, Reference
from tiwizi.rules.terms import STATES

#: The readable engine takes its time: of a "household" of more lines nothing is counted.
MOST_LINES = 3_000


@dataclass(frozen=True)
class UsedBy:
    """A line of a file that names the approval. ``state``: as it was decided, "" where it was not yet. ``unfit``: of
    terms.UNFIT, why it does not stand on it. ``paid``: minor units, ``units``: thousandths that are paid for."""

    file: str
    day: date
    code: str
    label: str
    state: str
    unfit: tuple[str, ...]
    paid: int
    units: int


@dataclass(frozen=True)
class Used:
    """``amount``, ``quantity``: what the approval is for, None where it is for no such thing. ``days_left``: until it
    holds no more, 0 where that is over; None where it has no end."""

    lines: tuple[UsedBy, ...]
    amount: int | None
    quantity: int | None
    days_left: int | None

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)

    @property
    def amount_left(self) -> int:
        return max(0, (self.amount or 0) - self.paid)

    @property
    def quantity_left(self) -> int:
        return max(0, (self.quantity or 0) - self.units)


def used_of(asked: ApprovalRow, lang: str, *, on: date) -> Used:
    """Of an approval that was given, by the lines of its household that were decided: counted anew, as the limits of a
    household are, by the plan in force on the day."""
    rows = ClaimLine.objects.filter(claim__approval=asked.number, claim__household=asked.home, withdrawn=False)
    found = list(rows.select_related("claim", "act").order_by("day", "claim__received", "id"))
    decided, states = _decided(asked.home, on) if found else ({}, {})
    lines = tuple(_used_by(row, decided.get(row.id), states.get(row.id, ""), lang) for row in found)
    amount = asked.amount if asked.amount_approved is None else asked.amount_approved
    quantity = asked.quantity if asked.quantity_approved is None else asked.quantity_approved
    days = None if asked.until is None else max(0, (asked.until - max(on, asked.since or on)).days)
    return Used(lines, amount, quantity, days)


def _decided(home: int, on: date) -> tuple[dict[int, LineDecision], dict[int, str]]:
    """By id, the lines of a household that were decided, as they are counted anew, and in which state they are."""
    try:
        by = basis(*in_force(on))
    except Refused:
        return {}, {}
    known = read_known(np.array([home], np.int64), by)
    standing = read_standing(np.sort(known.lines))
    states = {line: STATES[state] for line, state in zip(standing["line"], standing["state"], strict=True)}
    kept = np.isin(known.lines, standing["line"])
    if kept.sum() > MOST_LINES:
        return {}, states
    counted = Reference(by.plan, household(known.facts.keep(kept), by.tariff, 0)).run()
    return dict(zip(known.lines[kept].tolist(), counted, strict=True)), states


def _used_by(row: ClaimLine, found: LineDecision | None, state: str, lang: str) -> UsedBy:
    unfit = found.line.unfit if found else ()
    paid, units = (found.paid_here, found.units) if found and not unfit else (0, 0)
    return UsedBy(row.claim.number, row.day, row.act.code, label_of(row.act, lang), state, unfit, paid, units)
