"""Samples for a second opinion, how far they are, and how often the second reviewer agrees with what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any

from django.db.models import Count, Q

from tiwizi.records.care.models import ClaimLine, Decision, Opinion, Review, Sample
from tiwizi.records.care.sampling import STRATA
from tiwizi.records.people.looks import rows_within, within_reach
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.rules.terms import STATES

#: 95 of 100 such intervals hold the true share.
Z = 1.96


@dataclass(frozen=True)
class Agreement:
    """``rate``, and the interval that it lies in by Wilson's formula: basis points, whole per cents; None before a
    first verdict."""

    same: int
    otherwise: int
    waiting: int

    @property
    def given(self) -> int:
        return self.same + self.otherwise

    @property
    def rate(self) -> int | None:
        return round(100 * self.same / self.given) * 100 if self.given else None

    @property
    def interval(self) -> tuple[int, int] | None:
        n = self.given
        if n == 0:
            return None
        share = self.same / n
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0, round(100 * (middle - half))) * 100, min(100, round(100 * (middle + half))) * 100


@dataclass(frozen=True)
class SampleRow:
    sample: int
    since: date
    until: date
    share: int
    seed: int
    drawn_by: str
    at: datetime
    population: int
    drawn: int
    agreement: Agreement


@dataclass(frozen=True)
class Stratum:
    """``least``: what was billed at least, in minor units; ``below``: None for the last."""

    least: int
    below: int | None
    population: int
    drawn: int
    agreement: Agreement


@dataclass(frozen=True)
class OpinionRow:
    opinion: int
    claim: str
    line: int
    number: int
    billed: int
    state: str
    verdict: str
    by: str


def samples() -> list[SampleRow]:
    """The latest first."""
    rows = list(Sample.objects.order_by("-id"))
    names = user_names(row.by for row in rows)
    agreed = {found["sample"]: found for found in _counts(Opinion.objects.values("sample"))}
    return [_row(row, names, agreed.get(row.id, {})) for row in rows]


def sample(number: int) -> tuple[SampleRow, list[Stratum]] | None:
    row = Sample.objects.filter(id=number).first()
    if row is None:
        return None
    names = user_names([row.by])
    by_stratum = {found["stratum"]: found for found in _counts(Opinion.objects.filter(sample=row).values("stratum"))}
    ends = (*STRATA[1:], None)
    strata = [
        Stratum(least, ends[at], row.population[at], row.drawn[at], _agreement(by_stratum.get(at, {})))
        for at, least in enumerate(STRATA) if row.population[at]
    ]  # fmt: skip
    total = {name: sum(one.get(name, 0) for one in by_stratum.values()) for name in ("same", "otherwise", "waiting")}
    return _row(row, names, total), strata


def opinions(by: By, number: int) -> list[OpinionRow]:
    """The lines of a sample within the reach of who asks, those that wait first."""
    rows = list(Opinion.objects.filter(sample=number).order_by("id"))
    lines = _lines(by, [row.line_id for row in rows])
    decided = {(one.line_id, one.number): one for one in Decision.objects.filter(line__in=list(lines))}
    names = user_names(row.by for row in rows)
    found = [
        OpinionRow(
            row.id, lines[row.line_id].claim.number, row.line_id, lines[row.line_id].number,
            decided[row.line_id, row.decision].billed, STATES[decided[row.line_id, row.decision].state], row.verdict,
            names.get(row.by or 0, ""),
        )
        for row in rows if row.line_id in lines
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.verdict != "waiting", one.opinion))


@dataclass(frozen=True)
class Asked:
    """``is_own``: whoever asks reviewed the line, so that somebody else must say."""

    told: OpinionRow
    sample: int
    claim: int
    note: str
    is_own: bool


def opinion(by: By, number: int) -> Asked | None:
    """One within reach; None where there is none."""
    row = Opinion.objects.filter(id=number).first()
    line = ClaimLine.objects.select_related("claim__household").filter(id=row.line_id if row else 0).first()
    if row is None or line is None or not within_reach(by, "care.review", line.claim.household.region_id):
        return None
    if line.claim.household_id == by.household:
        return None
    decision = Decision.objects.get(line=line, number=row.decision)
    names = user_names([row.by])
    told = OpinionRow(
        row.id, line.claim.number, line.id, line.number, decision.billed, STATES[decision.state], row.verdict,
        names.get(row.by or 0, ""),
    )  # fmt: skip
    return Asked(told, row.sample_id, line.claim_id, row.note, Review.objects.filter(line=line, by=by.user).exists())


def _lines(by: By, ids: list[int]) -> dict[int, ClaimLine]:
    rows = ClaimLine.objects.filter(id__in=ids).select_related("claim")
    rows = rows_within(by, "care.review", rows, household="claim__household")
    return {row.id: row for row in rows}


def _counts(rows: Any) -> Any:
    return rows.annotate(**{name: Count("id", filter=Q(verdict=name)) for name in ("same", "otherwise", "waiting")})


def _agreement(found: dict[str, int]) -> Agreement:
    return Agreement(*(found.get(name, 0) for name in ("same", "otherwise", "waiting")))


def _row(row: Sample, names: dict[int, str], found: dict[str, int]) -> SampleRow:
    return SampleRow(
        row.id, row.since, row.until, row.share, row.seed, names.get(row.by, ""), row.at, sum(row.population),
        sum(row.drawn), _agreement(found),
    )  # fmt: skip
