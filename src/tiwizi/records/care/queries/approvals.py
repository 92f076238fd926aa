"""Prior approvals: which wait, by when, for whom and for what; and who of a household one can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tiwizi.records.care.models import Claim, PriorApproval
from tiwizi.records.care.queries.review_file import label_of
from tiwizi.records.people.looks import reads_care, rows_within, within_reach
from tiwizi.records.people.models import Household, Membership
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By


@dataclass(frozen=True)
class Named:
    number: str
    name_ar: str
    name_latin: str


@dataclass(frozen=True)
class ApprovalRow:
    """Quantities are thousandths, amounts minor units. ``days_left``: until its deadline, negative once that is over;
    None where it was answered. ``sees_care``: whether who asks reads what the care is."""

    approval: int
    number: str
    household: str
    home: int
    region: str
    who: Named
    code: str
    label: str
    provider: str
    quantity: int | None
    amount: int | None
    quantity_approved: int | None
    amount_approved: int | None
    asked_on: date
    deadline: date
    days_left: int | None
    since: date | None
    until: date | None
    state: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    sees_care: bool


@dataclass(frozen=True)
class Asker:
    """Somebody of a household for whom care can be asked for."""

    person: int
    number: str
    name_ar: str
    name_latin: str
    birth: date


def approvals(by: By, lang: str, *, on: date) -> list[ApprovalRow]:
    """Those within reach, what waits first, the nearest deadline before the others."""
    rows = _rows()
    rows = rows_within(by, "care.read", rows, household="household")
    names = user_names(row.decided_by for row in rows)
    found = [_row(by, row, names, lang, on) for row in rows]
    return sorted(found, key=lambda one: (one.days_left is None, one.deadline, one.approval))


def approval(by: By, number: str, lang: str, *, on: date) -> ApprovalRow | None:
    """One within reach, by its number; None where there is none."""
    row = _rows().filter(number=number).first()
    if row is None or not within_reach(by, "care.read", row.household.region_id) or row.household_id == by.household:
        return None
    names = user_names([row.decided_by])
    return _row(by, row, names, lang, on)


def files_that_name(number: str) -> list[str]:
    return list(Claim.objects.filter(approval=number).order_by("number").values_list("number", flat=True)[:50])


def who_can_ask(by: By, household: str) -> tuple[int, list[Asker]] | None:
    """A household within the reach of who takes requests in, and its people; None where there is none."""
    home = Household.objects.filter(number=household).first()
    if home is None or not within_reach(by, "care.receive", home.region_id):
        return None
    places = Membership.objects.filter(household=home, until=None).select_related("person").order_by("role", "id")
    people = [
        Asker(place.person_id, place.person.number, place.person.name_ar, place.person.name_latin, place.person.birth)
        for place in places
    ]
    return home.id, people


def _rows() -> Any:
    return PriorApproval.objects.select_related("household__region", "person", "act", "provider").order_by("-id")


def _row(by: By, row: PriorApproval, names: dict[int, str], lang: str, on: date) -> ApprovalRow:
    home, person = row.household, row.person
    return ApprovalRow(
        row.id, row.number, home.number, home.id, home.region.code if home.region else "",
        Named(person.number, person.name_ar, person.name_latin), row.act.code if row.act else "",
        label_of(row.act, lang) if row.act else "",
        row.provider.number if row.provider else "", row.quantity, row.amount, row.quantity_approved,
        row.amount_approved, row.asked_on, row.deadline, (row.deadline - on).days if row.state == "asked" else None,
        row.since, row.until, row.state, row.answer or "", names.get(row.decided_by or 0, ""), row.decided_at,
        reads_care(by, home.id, home.region_id),
    )  # fmt: skip
