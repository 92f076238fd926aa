"""A household as a desk sees it: its people, what they are covered by, and their claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.cover.models import Cover
from tiwizi.records.people.models import Address, Household, Membership, Status
from tiwizi.rules.terms import ATTRIBUTES, STATUSES


@dataclass(frozen=True)
class Relative:
    """Somebody's place in a household; ``statuses``: (what, since, until, code)."""

    membership: int
    person: int
    number: str
    name_ar: str
    name_latin: str
    birth: date
    sex: str
    role: str
    since: date
    until: date | None
    statuses: tuple[tuple[str, date, date | None, str], ...]
    cin: str = ""
    phone: str = ""

    def is_here(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Covered:
    """``person`` is None where the whole household is covered."""

    cover: int
    plan: str
    person: str | None
    since: date
    until: date | None
    stage: str
    joined: date
    paid_until: date | None

    def holds(self, day: date) -> bool:
        return max(self.since, self.joined) <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Filed:
    claim: int
    number: str
    received: date
    channel: str
    lines: int
    billed: int


@dataclass(frozen=True)
class HouseholdFile:
    """``region``: its id, code and names in both scripts; None where the household lies in none. ``address``: by the
    name of each part; nothing where nobody said where they live."""

    household: int
    number: str
    region: tuple[int, str, str, str] | None
    people: tuple[Relative, ...]
    covers: tuple[Covered, ...]
    claims: tuple[Filed, ...]
    address: Mapping[str, str] = field(default_factory=dict)


def household_file(number: str, *, claims: int = 100) -> HouseholdFile | None:
    """All of a household by its number, the latest claims first; None where there is none."""
    home = Household.objects.filter(number=number).select_related("region").first()
    if home is None:
        return None
    at = home.region
    region = None if at is None else (at.id, at.code, at.name_ar, at.name_latin)
    filed = _claims(home.id, claims) if claims else ()
    return HouseholdFile(home.id, home.number, region, _people(home.id), _covers(home.id), filed, _address(home.id))


def _address(home: int) -> dict[str, str]:
    row = Address.objects.filter(household=home).first()
    return {name: getattr(row, name) for name in ("first", "second", "postal_code", "town")} if row else {}


def _people(home: int) -> tuple[Relative, ...]:
    places = list(Membership.objects.filter(household_id=home).select_related("person").order_by("since", "id"))
    statuses: dict[int, list[tuple[str, date, date | None, str]]] = {}
    for held in Status.objects.filter(person_id__in=[place.person_id for place in places]).order_by("since"):
        told = (STATUSES[held.status], held.since, held.until, held.code)
        statuses.setdefault(held.person_id, []).append(told)
    return tuple(
        Relative(
            place.id, place.person_id, place.person.number, place.person.name_ar, place.person.name_latin,
            place.person.birth, ATTRIBUTES["sex"][place.person.sex], ATTRIBUTES["role"][place.role], place.since,
            place.until,
            tuple(statuses.get(place.person_id, ())), place.person.cin or "", place.person.phone or "",
        )
        for place in places
    )  # fmt: skip


def _covers(home: int) -> tuple[Covered, ...]:
    held = Cover.objects.filter(household_id=home).select_related("plan", "person").order_by("since", "id")
    return tuple(
        Covered(
            cover.id, cover.plan.code, cover.person.number if cover.person else None, cover.since, cover.until,
            ATTRIBUTES["stage"][cover.stage], cover.joined, cover.paid_until,
        )
        for cover in held
    )  # fmt: skip


def _claims(home: int, most: int) -> tuple[Filed, ...]:
    claims = list(Claim.objects.filter(household_id=home).order_by("-received", "-id")[:most])
    lines: dict[int, list[int]] = {}
    for claim, billed in ClaimLine.objects.filter(
        claim_id__in=[claim.id for claim in claims], withdrawn=False
    ).values_list("claim_id", "billed"):
        lines.setdefault(claim, []).append(billed)
    return tuple(
        Filed(c.id, c.number, c.received, c.channel, len(lines.get(c.id, ())), sum(lines.get(c.id, ()))) for c in claims
    )
