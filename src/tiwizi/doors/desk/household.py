"""A household: who they are, what happened, what is left. Every look leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, page
from tiwizi.doors.look.templatetags.look import language
from tiwizi.records.care.queries.household import Covered, HouseholdFile, Relative, household_file
from tiwizi.records.care.queries.household_days import files_of, payments_of
from tiwizi.records.care.queries.rights import Left, what_is_left
from tiwizi.records.cover.requests import requests_of
from tiwizi.records.people.looks import look_at, reads_care, who_looked, within_reach
from tiwizi.records.people.queries import BREAKS_GLASS
from tiwizi.records.trail.gate import By
from tiwizi.rules.period import age_in_years
from tiwizi.rules.phone import spaced_phone

#: What leads on from the page, and the permission that opens it.
MAY = {
    "write": "people.write", "account": "people.request_account", "receive": "care.receive", "files": "care.read",
    "orders": "money.read", "attach": "people.attach", "letters": "people.write_letters", "looks": "trail.read",
    "break_glass": BREAKS_GLASS, "cover": "cover.write",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """Somebody as the page shows them: ``covers``: (plan, whether it covers them today). ``left``: limits that are used
    up in part, and those that are not touched."""

    who: Relative
    age: int
    phone: str
    here: bool
    covers: tuple[tuple[str, bool], ...]
    left: tuple[Left, ...]
    untouched: tuple[Left, ...]


@page("people.read")
def household(request: Desk, number: str) -> HttpResponse:
    file, day = looked_at(request, number, what="household"), clock.today()
    region = file.region[0] if file.region else None
    medical = reads_care(request.by, file.household, region)
    may = {name: within_reach(request.by, need, region) for name, need in MAY.items()}
    claims = may["files"] or may["orders"]
    rights = [left for left in what_is_left(file.household, day, language()) if medical or not left.code]
    looks, asked = who_looked(file.household), requests_of(file.household)
    people = _shown_people(file, rights if claims else [], day)
    here = {
        "file": file, "today": day, "medical": medical,
        "people": people, "alike": _covered_alike(people),
        "untouched": [one for one in people if one.untouched and not one.left],
        "events": _events(file, medical),
        "claims": claims, "has_rights": bool(rights),
        "shared": [left for left in rights if left.person is None] if claims else [],
        "files": files_of(file.household) if claims else [], "payments": payments_of(file.household) if claims else [],
        "waiting_covers": [one for one in asked if one.state == "waiting"],
        "refused_covers": [one for one in asked if one.state == "refused"],
        "looks": looks, "look_count": sum(one.times for one in looks),
        "may": may,
    }  # fmt: skip
    return render(request, "desk/household.html", here)


def to_household(by: By, number: str = "household") -> Callable[[Any], str]:
    """Of a row of a list the address of its household, for whom that opens; ``number``: the row's field."""
    return lambda row: reverse("household", args=[getattr(row, number)]) if by.may("people.read") else ""


def looked_at(request: Desk, number: str, *, what: str, need: str = "people.read") -> HouseholdFile:
    """A household within reach, and a trace of the look. Raises Http404 alike for what is not there and what is out of
    reach."""
    if "\0" in number or look_at(request.by, need=need, what=what, household=number) is None:
        raise Http404
    file = household_file(number, claims=0)
    assert file is not None, "it was there when it was looked at"
    return file


def _last_places(file: HouseholdFile) -> list[Relative]:
    """Each person once, as they are now or were last: the member first, those who are gone at the end."""
    last = {who.person: who for who in sorted(file.people, key=lambda who: who.since)}
    order = ("member", "spouse", "child", "orphan", "ascendant", "other")
    return sorted(last.values(), key=lambda who: (who.until is not None, order.index(who.role), who.birth))


def _shown_people(file: HouseholdFile, rights: list[Left], day: date) -> list[Shown]:
    return [_shown(who, file, rights, day) for who in _last_places(file)]


def _covered_alike(people: list[Shown]) -> tuple[tuple[str, bool], ...]:
    """The covers of a household of several that has the same for all: said once, not beside each."""
    covers = {one.covers for one in people if one.here}
    return covers.pop() if len(covers) == 1 and sum(one.here for one in people) > 1 else ()


def _shown(who: Relative, file: HouseholdFile, rights: list[Left], day: date) -> Shown:
    here = who.is_here(day)
    plans = dict.fromkeys(cover.plan for cover in file.covers if cover.person in (None, who.number))
    covers = tuple((plan, here and _covers(file, who, plan, day)) for plan in plans)
    own = [left for left in rights if left.person == who.person]
    touched = tuple(left for left in own if left.is_touched)
    rest = tuple(left for left in own if not left.is_touched and left.kind != "gap")
    age = max(0, age_in_years(who.birth, day))
    return Shown(who, age, spaced_phone(who.phone), here, covers, touched, rest)


def _covers(file: HouseholdFile, who: Relative, plan: str, day: date) -> bool:
    return any(c.plan == plan and c.person in (None, who.number) and c.holds(day) for c in file.covers)


def _events(file: HouseholdFile, medical: bool) -> list[dict[str, Any]]:
    """The time line: places, statuses and covers as they begin, the latest first. The code of an illness only for those
    who may see the care."""
    found: list[dict[str, Any]] = []
    for who in file.people:
        found.append({"day": who.since, "until": who.until, "kind": "place", "who": who, "word": who.role})
    for who in {who.person: who for who in file.people}.values():
        for status, since, until, code in who.statuses:
            found.append({
                "day": since, "until": until, "kind": "status", "who": who, "word": status,
                "code": code if medical else "",
            })  # fmt: skip
    found += [_cover_event(cover) for cover in file.covers]
    return sorted(found, key=lambda event: event["day"], reverse=True)


def _cover_event(cover: Covered) -> dict[str, Any]:
    return {"day": cover.since, "until": cover.until, "kind": "cover", "who": None, "word": cover.plan, "cover": cover}


PAGES = (("household/<str:number>/", household, "household"),)
