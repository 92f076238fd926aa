"""Questions of places: which regions a mutual has and who works in them, which are for whom, which number is next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count

from tiwizi.records.people.looks import regions_within
from tiwizi.records.people.models import Household, Membership, Person, Region, RoleGrant
from tiwizi.records.trail.gate import By


def regions_for(by: By, need: str) -> list[tuple[str, str, str]]:
    """(code, Arabic name, Latin name) of the regions in which somebody may do this."""
    within = regions_within(by, need)
    rows = Region.objects.order_by("code")
    return list((rows if within is None else rows.filter(id__in=within)).values_list("code", "name_ar", "name_latin"))


def region_names(lang: str) -> dict[str, str]:
    """What each region is called, by its code."""
    one, other = ("name_ar", "name_latin") if lang == "ar" else ("name_latin", "name_ar")
    return {code: first or second or code for code, first, second in Region.objects.values_list("code", one, other)}


@dataclass(frozen=True)
class RegionShown:
    """``households``: that lie in it; ``colleagues``: who have a role that is bound to it."""

    code: str
    name_ar: str
    name_latin: str
    households: int
    colleagues: int


def every_region() -> list[RegionShown]:
    """All regions of the mutual, by code."""
    homes = dict(Household.objects.exclude(region=None).values_list("region").annotate(Count("id")))
    grants = RoleGrant.objects.filter(revoked_at=None).exclude(region=None)
    staff = dict(grants.values_list("region").annotate(Count("user", distinct=True)))
    return [
        RegionShown(row.code, row.name_ar, row.name_latin, homes.get(row.id, 0), staff.get(row.id, 0))
        for row in Region.objects.order_by("code")
    ]


def next_household() -> str:
    """A number for a new household, as the last one was numbered; "" where that tells nothing."""
    last = Household.objects.order_by("-id").values_list("number", flat=True).first()
    return _after(last, lambda number: Household.objects.filter(number=number).exists()) if last else ""


def next_person(household: int, number: str) -> str:
    """A number for somebody new in a household: as its people are numbered, "A1-02" after "A1-01"."""
    last = Membership.objects.filter(household=household).order_by("-person__number")
    latest = last.values_list("person__number", flat=True).first() or f"{number}-00"
    return _after(latest, lambda candidate: Person.objects.filter(number=candidate).exists())


def _after(number: str, is_taken: Callable[[str], bool]) -> str:
    found = re.fullmatch(r"(.*?)([0-9]{1,15})", number)
    if found is None:
        return ""
    for step in range(1, 50):
        candidate = f"{found[1]}{int(found[2]) + step:0{len(found[2])}d}"
        if not is_taken(candidate):
            return candidate
    return ""
