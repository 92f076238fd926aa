"""Looking at somebody's file: who may, and the trace that every look leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from tiwizi.records.people.models import Household
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.chain import Draft, append
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Event

M = TypeVar("M", bound=Model)


def within_reach(by: By, need: str, region: int | None) -> bool:
    """Whether somebody may do this in a region; who is bound to a region sees nothing that lies in none."""
    return any(grant.allows(need) and grant.region in (None, region) for grant in by.grants)


def reads_care(by: By, household: int, region: int | None) -> bool:
    """Whether somebody reads what the care of a household was: by their role there, or for an hour and a reason."""
    return within_reach(by, "care.read_medical", region) or household in by.opened


def look_at(by: By, *, need: str, what: str, household: str) -> int | None:
    """The id of a household by its number, and a trace of the look: ``what`` says at which page. None where there is
    no such household or it lies outside the reach of who looks: the two are one to whoever asks."""
    found = Household.objects.filter(number=household).first()
    if found is None or not within_reach(by, need, found.region_id):
        return None
    leave_trace(by, subject=f"household:{found.id}", what=what)
    return found.id


def leave_trace(by: By, *, subject: str, what: str) -> None:
    """One event in the chain: who looked at what of whom."""
    with transaction.atomic():
        append([Draft(by.at, by.user, "people.looked", subject, {"what": what}, [])])


def leave_trace_of_export(by: By, *, name: str, format: str, rows: int, query: str) -> None:
    """One event in the chain: who took which list away, how many rows. Of what was asked only a digest: it may hold
    somebody's name."""
    body = {"format": format, "rows": rows, "query": sha256(query.encode()).hexdigest()}
    with transaction.atomic():
        append([Draft(by.at, by.user, "people.exported", f"list:{name}", body, [])])


def regions_within(by: By, need: str) -> frozenset[int] | None:
    """The regions in which somebody may do this; None: everywhere."""
    found = [grant.region for grant in by.grants if grant.allows(need)]
    return None if None in found else frozenset(region for region in found if region is not None)


def rows_within(by: By, need: str, rows: QuerySet[M], *, household: str) -> QuerySet[M]:
    """Of some rows those of households where somebody may do this, without their own family's (S3). household: the
    name of the field that leads to it."""
    regions = regions_within(by, need)
    if regions is not None:
        rows = rows.filter(**{f"{household}__region__in": regions})
    return rows if by.household is None else rows.exclude(**{household: by.household})


@dataclass(frozen=True)
class Looker:
    """Who looked at a household, how often of late, when last and at which page."""

    name: str
    times: int
    last: datetime
    what: str


def who_looked(household: int, *, most: int = 500) -> list[Looker]:
    """Of the latest looks at a household, by person, the latest first. Whoever asks has been seen to look first."""
    events = Event.objects.filter(subject=f"household:{household}", verb="people.looked").order_by("-position")[:most]
    held: dict[int, tuple[int, datetime, str]] = {}
    for event in events:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.moment)
        times, last, what = held.get(event.user, (0, at, str(json.loads(event.body).get("what", ""))))
        held[event.user] = (times + 1, last, what)
    names = user_names(held)
    return [Looker(names.get(user, ""), *found) for user, found in held.items()]
