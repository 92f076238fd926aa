"""Appeals: which wait, by when, and who may answer each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tiwizi.records.care.models import Appeal, Claim
from tiwizi.records.care.operations.appeals import decided_by
from tiwizi.records.people.looks import reads_care, rows_within, within_reach
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By


@dataclass(frozen=True)
class AppealRow:
    """``days_left``: until its deadline, negative once that is over; None where it was answered. ``sees_care``: whether
    who asks reads what the care was."""

    appeal: int
    claim: str
    household: str
    home: int
    region: str
    raised_on: date
    deadline: date
    days_left: int | None
    state: str
    answered_by: str
    answered_at: datetime | None
    grounds: str
    answer: str
    sees_care: bool


@dataclass(frozen=True)
class Opened:
    """An appeal, and whether whoever looks decided its file, so that somebody else must answer."""

    told: AppealRow
    is_own_decision: bool


def appeals(by: By, *, on: date) -> list[AppealRow]:
    """Those within reach, what waits first, the nearest deadline before the others."""
    rows = Appeal.objects.select_related("claim__household__region").order_by("-id")
    rows = rows_within(by, "care.read", rows, household="claim__household")
    names = user_names(row.decided_by for row in rows)
    found = [_row(by, row, names, on) for row in rows]
    return sorted(found, key=lambda one: (one.days_left is None, one.deadline, one.appeal))


def appeal(by: By, number: int, *, on: date) -> Opened | None:
    """One within reach; None where there is none."""
    row = Appeal.objects.select_related("claim__household__region").filter(id=number).first()
    if row is None or not within_reach(by, "care.read", row.claim.household.region_id):
        return None
    if row.claim.household_id == by.household:
        return None
    names = user_names([row.decided_by])
    return Opened(_row(by, row, names, on), by.user in decided_by(row.claim_id))


def claim_to_appeal(by: By, number: str) -> tuple[int, int] | None:
    """(file, household) by the file's number, within the reach of who takes files in; None where there is none."""
    row = Claim.objects.filter(number=number).values_list("id", "household_id", "household__region_id").first()
    if row is None or not within_reach(by, "care.receive", row[2]):
        return None
    return row[0], row[1]


def _row(by: By, row: Appeal, names: dict[int, str], on: date) -> AppealRow:
    home = row.claim.household
    return AppealRow(
        row.id, row.claim.number, home.number, home.id, home.region.code if home.region else "", row.raised_on,
        row.deadline, (row.deadline - on).days if row.state == "raised" else None, row.state,
        names.get(row.decided_by or 0, ""), row.decided_at, row.grounds, row.answer,
        reads_care(by, home.id, home.region_id),
    )  # fmt: skip
