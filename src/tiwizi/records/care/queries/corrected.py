"""Corrections as people look at them before they are booked: files, and of each the lines that make the difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tiwizi.records.care.models import Claim, ClaimLine, Correction, Decision
from tiwizi.records.care.queries.decisions import explain
from tiwizi.records.care.queries.review_file import label_of
from tiwizi.rules.terms import REASONS, STATES, TO_REVIEW


@dataclass(frozen=True)
class File:
    """A file that is decided otherwise than it is booked; minor units."""

    number: str
    household: str
    home: int
    received: date
    before: int
    after: int
    state: str

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Line:
    """``gone``, ``new``: reasons that spoke before and do no longer, and the other way round. ``why``: the sentences
    of the decision before and of this one."""

    number: int
    code: str
    label: str
    state_before: str
    state_after: str
    before: int
    after: int
    gone: tuple[str, ...]
    new: tuple[str, ...]
    why_before: tuple[str, ...]
    why_after: tuple[str, ...]

    @property
    def difference(self) -> int:
        return self.after - self.before


def files_of(run: int) -> list[File]:
    """Those that wait first, each by what it changes most."""
    rows = Correction.objects.filter(run=run).exclude(state="replaced").select_related("claim__household")
    found = [_file(row) for row in rows]
    return sorted(found, key=lambda one: (one.state != "waiting", -abs(one.difference), one.number))


def lines_of(run: int, number: str, lang: str) -> tuple[File, list[Line]] | None:
    """A corrected file of a run and its lines that this run decided otherwise; None where it corrects no such file."""
    row = Correction.objects.filter(run=run, claim__number=number).select_related("claim__household").first()
    if row is None:
        return None
    head = _file(row)
    return head, [line for one in _lines(row.claim) if (line := _line(one, run, lang)) is not None]


def _file(row: Correction) -> File:
    claim = row.claim
    return File(
        claim.number, claim.household.number, claim.household_id, claim.received, row.before, row.after, row.state
    )


def _lines(claim: Claim) -> list[ClaimLine]:
    return list(ClaimLine.objects.filter(claim=claim).select_related("act").order_by("number"))


def _line(row: ClaimLine, run: int, lang: str) -> Line | None:
    after = Decision.objects.filter(line=row, run=run).order_by("-number").first()
    if after is None:
        return None
    before = Decision.objects.filter(line=row, number=after.number - 1).first()
    was, now = _reasons(before), _reasons(after)
    return Line(
        row.number, row.act.code, label_of(row.act, lang), STATES[before.state] if before else "waiting",
        STATES[after.state], _paid(before), _paid(after), tuple(r for r in was if r not in now),
        tuple(r for r in now if r not in was),
        tuple(explain(row.id, lang, number=before.number)) if before else (),
        tuple(explain(row.id, lang, number=after.number)),
    )  # fmt: skip


def _paid(row: Decision | None) -> int:
    if row is None or row.state == TO_REVIEW:
        return 0
    return int(row.paid_1 + row.paid_2 + row.paid_3 + row.paid_4)


def _reasons(row: Decision | None) -> tuple[str, ...]:
    bits = row.reasons if row else 0
    return tuple(reason.name for place, reason in enumerate(REASONS) if bits >> place & 1)
