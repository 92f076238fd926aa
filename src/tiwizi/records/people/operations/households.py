"""Households: a member joins, brings a spouse or a child, and somebody leaves."""

from __future__ import annotations

from datetime import date

from tiwizi.records.people.models import Household, Membership, Person
from tiwizi.records.trail.gate import Act, operation
from tiwizi.rules.terms import ATTRIBUTES


@operation("people.enrol_member", need="people.write")
def enrol_member(
    act: Act,
    *,
    household: str,
    person: str,
    birth: date,
    sex: str,
    name_ar: str = "",
    name_latin: str = "",
    cin: str | None = None,
    region: int | None = None,
    on: date,
) -> dict[str, int]:
    """A new household with its member. household, person: their numbers; sex: a word of terms. The ids of both."""
    act.within(region)
    home = Household.objects.create(number=household, region_id=region)
    act.about("household", home.id)
    new = _person(person, birth, sex, name_ar, name_latin, cin)
    Membership.objects.create(household=home, person=new, role=ATTRIBUTES["role"].index("member"), since=on)
    return {"household": home.id, "person": new.id}


@operation("people.add_dependant", need="people.write")
def add_dependant(
    act: Act,
    *,
    household: int,
    person: str,
    role: str,
    birth: date,
    sex: str,
    name_ar: str = "",
    name_latin: str = "",
    cin: str | None = None,
    on: date,
) -> int:
    """A spouse, a child ... of a household from a day. role: a word of terms. The person's id."""
    assert role in ATTRIBUTES["role"] and role != "member"
    _at_home(act, household)
    new = _person(person, birth, sex, name_ar, name_latin, cin)
    Membership.objects.create(household_id=household, person=new, role=ATTRIBUTES["role"].index(role), since=on)
    return new.id


@operation("people.end_membership", need="people.write")
def end_membership(act: Act, *, membership: int, on: date) -> None:
    """Somebody leaves a household; ``on`` is the first day on which they are not of it."""
    place = Membership.objects.get(id=membership)
    _at_home(act, place.household_id)
    act.note(membership=membership, on=on.isoformat())
    Membership.objects.filter(id=membership).update(until=on)


def _person(number: str, birth: date, sex: str, name_ar: str, name_latin: str, cin: str | None) -> Person:
    code = ATTRIBUTES["sex"].index(sex)
    return Person.objects.create(
        number=number, birth=birth, sex=code, name_ar=name_ar, name_latin=name_latin, cin=cin or None
    )


def _at_home(act: Act, household: int) -> None:
    """The household that an act is about: within the actor's region, and not their own."""
    home = Household.objects.get(id=household)
    act.about("household", household)
    act.within(home.region_id)
    act.not_own(household)
