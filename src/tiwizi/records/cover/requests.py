"""Covers that were asked for at the counter: which wait for the contributions office, and what it answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tiwizi.records.cover.models import CoverRequest
from tiwizi.records.people.models import Household, Membership
from tiwizi.records.people.queries import user_names
from tiwizi.rules.terms import ATTRIBUTES

#: Requests that are listed, the latest.
MOST = 2000


@dataclass(frozen=True)
class RequestShown:
    """``state``: waiting, started or refused. ``name_ar``, ``name_latin``: of the member."""

    request: int
    household: int
    number: str
    name_ar: str
    name_latin: str
    region: str
    plan: str
    since: date
    asked_by_name: str
    asked_at: datetime
    state: str
    answered_by_name: str
    answered_at: datetime | None
    reason: str


def cover_requests(*, waiting: bool = False) -> list[RequestShown]:
    """The latest first; ``waiting``: those that nobody has answered, the oldest first."""
    rows = CoverRequest.objects.select_related("plan").order_by("-id")
    return _shown(rows.filter(answered_at=None).order_by("id")[:MOST] if waiting else rows[:MOST])


def cover_request(number: int) -> RequestShown | None:
    found = _shown(CoverRequest.objects.select_related("plan").filter(id=number))
    return found[0] if found else None


def requests_of(household: int) -> list[RequestShown]:
    """What a household waits for, and what was refused to it and not asked for since."""
    rows = CoverRequest.objects.select_related("plan").filter(household=household).order_by("id")
    last = {row.plan_id: row for row in rows}
    return _shown(row for row in last.values() if row.cover_id is None)


def _shown(rows: Iterable[CoverRequest]) -> list[RequestShown]:
    rows = list(rows)
    if not rows:
        return []
    homes = Household.objects.select_related("region").in_bulk({row.household_id for row in rows})
    role = ATTRIBUTES["role"].index("member")
    places = Membership.objects.filter(household__in=list(homes), role=role).select_related("person").order_by("since")
    members = {place.household_id: place.person for place in places}
    people = {row.asked_by for row in rows} | {row.answered_by for row in rows if row.answered_by is not None}
    users = user_names(people)
    found = []
    for row in rows:
        home, member = homes[row.household_id], members.get(row.household_id)
        state = "waiting" if row.answered_at is None else "refused" if row.cover_id is None else "started"
        found.append(RequestShown(
            row.id, home.id, home.number, member.name_ar if member else "", member.name_latin if member else "",
            home.region.code if home.region else "", row.plan.code, row.since, users.get(row.asked_by, ""),
            row.asked_at, state, users.get(row.answered_by or -1, ""), row.answered_at, row.reason,
        ))  # fmt: skip
    return found
