"""Who belongs to which household, as what, from when. What somebody was is kept: a place ends, and another begins."""

from __future__ import annotations

from datetime import date, timedelta

from tiwizi.records.people.bulk.names import index_name
from tiwizi.records.people.models import Address, Employer, Employment, Household, Membership, Payee, Person, Region
from tiwizi.records.people.reach import reach_household, reach_person, touch, word
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of
from tiwizi.rules.cin import read_cin
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.phone import read_phone

#: Characters of each part of an address.
LONGEST = {"first": 80, "second": 80, "postal_code": 10, "town": 60}
MEMBER, CHILD, ORPHAN = (word("role", role) for role in ("member", "child", "orphan"))


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
    phone: str | None = None,
    region: int | None = None,
    on: date,
) -> dict[str, int]:
    """A member and their household, by the numbers that the mutual gives them; the ids of both. A household that has
    lost its member may have a new one. Refused: second_member, in_a_household, person_known_otherwise."""
    home = Household.objects.filter(number=household).first()
    if home is None:
        act.within(region)
        home = Household.objects.create(number=household, region_id=region)
    reach_household(act, home.id)
    who = _person(person, birth=birth, sex=sex, name_ar=name_ar, name_latin=name_latin, cin=cin, phone=phone)
    _join(home.id, who, MEMBER, on)
    return {"household": home.id, "person": who.id}


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
    phone: str | None = None,
    on: date,
) -> int:
    """Somebody who is covered through the member, of whom there may be several of a kind, spouses too. The person's
    id."""
    reach_household(act, household)
    if role == "member":
        raise Refused("a_dependant_is_no_member")
    who = _person(person, birth=birth, sex=sex, name_ar=name_ar, name_latin=name_latin, cin=cin, phone=phone)
    _join(household, who, word("role", role), on)
    return who.id


@operation("people.change_role", need="people.write")
def change_role(act: Act, *, person: int, role: str, on: date) -> int:
    """From a day on somebody is something else in their household: a child an orphan, a spouse the member."""
    place = _open_place(act, person)
    if word("role", role) == place.role:
        return place.household_id
    _end(place, on)
    _join(place.household_id, place.person, word("role", role), on)
    return place.household_id


@operation("people.end_membership", need="people.write")
def end_membership(act: Act, *, membership: int, on: date) -> int:
    """Somebody leaves a household; ``on`` is the first day on which they are not of it. The household."""
    place = one_of(Membership.objects.filter(id=membership), "membership", membership)
    reach_household(act, place.household_id)
    if place.until is not None:
        raise Refused("ended_already", since=place.since)
    _end(place, on)
    act.note(membership=membership, on=on)
    touch(place.household_id, f"person:{place.person_id}")
    return place.household_id


@operation("people.record_death", need="people.write")
def record_death(act: Act, *, person: int, on: date) -> list[int]:
    """Somebody died on a day and is not of their household from the day after; the children of a member are orphans
    from then on, and stay covered through the household. The places that ended."""
    place = _open_place(act, person)
    after = on + timedelta(days=1)
    _end(place, after)
    ended = [place.id]
    act.note(on=on)
    if place.role == MEMBER:
        children = Membership.objects.filter(household=place.household_id, role=CHILD, until=None).select_related(
            "person"
        )
        for child in children:
            _end(child, after)
            _join(place.household_id, child.person, ORPHAN, after)
            ended.append(child.id)
    touch(place.household_id, f"person:{person}")
    return ended


@operation("people.move_household", need="people.write")
def move_household(act: Act, *, household: int, region: str) -> int:
    """A household belongs to another region from now on, by the region's code: who may do this in both. Its id."""
    home = reach_household(act, household)
    to = Region.objects.filter(code=region).first()
    if to is None:
        raise Refused("no_such_region", code=region)
    act.within(to.id)
    if home.region_id != to.id:
        keep_former(act.by, "household", [(household, {"region": home.region_id})])
        Household.objects.filter(id=household).update(region=to)
    act.note(region=to.id)
    return household


@operation("people.write_address", need="people.write")
def write_address(
    act: Act, *, household: int, first: str = "", second: str = "", postal_code: str = "", town: str = ""
) -> list[str]:
    """Where letters to a household go from now on, in place of what was written; all of it blank: nowhere. The fields
    that changed; what they said is kept beside the household. Refused: address_incomplete, address_long."""
    reach_household(act, household)
    said = {"first": first, "second": second, "postal_code": postal_code, "town": town}
    told = {name: " ".join(value.split()) for name, value in said.items()}
    if any(told.values()) and not (told["first"] and told["town"]):
        raise Refused("address_incomplete")
    for name, value in told.items():
        if len(value) > LONGEST[name]:
            raise Refused("address_long", words=value, most=LONGEST[name])
    row = Address.objects.filter(household=household).first()
    was = {name: getattr(row, name) if row else "" for name in told}
    changed = sorted(name for name in told if told[name] != was[name])
    if changed:
        keep_former(act.by, "household", [(household, {"address": was})])
        if told["first"]:
            Address.objects.update_or_create(household_id=household, defaults=told)
        else:
            Address.objects.filter(household=household).delete()
    return changed


@operation("people.employ", need="people.write")
def employ(act: Act, *, person: int, employer: str, name: str = "", number: str = "", since: date) -> int:
    """Somebody works for an employer, by its number, from a day on: ``number`` is what the employer calls them. What
    they had with another goes on, for people have several. The id."""
    reach_person(act, person)
    of, _ = Employer.objects.get_or_create(number=employer, defaults={"name_latin": name, "name_ar": name})
    if Employment.objects.filter(person_id=person, employer=of, until=None).exists():
        raise Refused("employed_already", employer=employer)
    return Employment.objects.create(person_id=person, employer=of, number=number, since=since).id


@operation("people.correct_person", need="people.write")
def correct_person(
    act: Act,
    *,
    person: int,
    birth: date | None = None,
    sex: str | None = None,
    name_ar: str | None = None,
    name_latin: str | None = None,
    cin: str | None = None,
    phone: str | None = None,
) -> list[str]:
    """Put right what is written about somebody; what is left out stays. The fields that changed; what they said is
    kept beside them."""
    place = reach_person(act, person)
    row = Person.objects.get(id=person)
    told = {
        "birth": birth, "sex": None if sex is None else word("sex", sex), "name_ar": name_ar,
        "name_latin": name_latin, "cin": None if cin is None else _cin(cin, of=person),
        "phone": None if phone is None else _phone(phone),
    }  # fmt: skip
    changed = {name: value for name, value in told.items() if value is not None and value != getattr(row, name)}
    if not changed:
        return []
    keep_former(act.by, "person", [(person, {name: getattr(row, name) for name in changed})])
    Person.objects.filter(id=person).update(**changed)
    index_name(person, *(str(changed[name]) for name in ("name_ar", "name_latin") if name in changed))
    if {"birth", "sex"} & changed.keys():
        touch(place.household_id, f"person:{person}")
    return sorted(changed)


def _person(
    number: str, *, birth: date, sex: str, name_ar: str, name_latin: str, cin: str | None, phone: str | None
) -> Person:
    """The person of that number, who may be known from another household; else a new one."""
    known = Person.objects.filter(number=number).first()
    if known is not None:
        if known.birth != birth:
            raise Refused("person_known_otherwise", number=number)
        return known
    made = Person.objects.create(
        number=number, birth=birth, sex=word("sex", sex), name_ar=name_ar, name_latin=name_latin,
        cin=None if cin is None else _cin(cin), phone=None if phone is None else _phone(phone),
    )  # fmt: skip
    index_name(made.id, name_ar, name_latin)
    return made


def _cin(text: str, *, of: int | None = None) -> str:
    cin = read_cin(text)
    if isinstance(cin, Mistake):
        raise Refused("cin", why=cin)
    if Person.objects.filter(cin=cin).exclude(id=of or 0).exists():
        raise Refused("cin_taken", cin=cin)
    return cin


def _phone(text: str) -> str:
    phone = read_phone(text)
    if isinstance(phone, Mistake):
        raise Refused("phone", why=phone)
    return phone


def _join(household: int, person: Person, role: int, on: date) -> None:
    if on < person.birth:
        raise Refused("before_birth", day=on)
    if Membership.objects.filter(person=person, until=None).exists():
        raise Refused("in_a_household", number=person.number)
    if Membership.objects.filter(person=person, until__gt=on).exists():
        raise Refused("was_in_a_household", number=person.number, day=on)
    if role == MEMBER and _has_member(household, on):
        raise Refused("second_member")
    Membership.objects.create(household_id=household, person=person, role=role, since=on)
    if role == MEMBER:
        name = person.name_latin or person.name_ar or person.number
        Payee.objects.get_or_create(person=person, defaults={"name": name[:140]})
    touch(household, f"person:{person.id}")


def _has_member(household: int, on: date) -> bool:
    """Whether the household has a member on that day or later."""
    places = Membership.objects.filter(household_id=household, role=MEMBER)
    return places.filter(until=None).exists() or places.filter(until__gt=on).exists()


def _open_place(act: Act, person: int) -> Membership:
    place = reach_person(act, person)
    if place.until is not None:
        raise Refused("in_no_household", number=person)
    return place


def _end(place: Membership, on: date) -> None:
    if on <= place.since:
        raise Refused("ends_before_it_began", since=place.since)
    Membership.objects.filter(id=place.id).update(until=on)
