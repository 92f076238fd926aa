"""Who belongs to a household, from when to when."""

from __future__ import annotations

from datetime import date

import pytest
from tests.records import world

from tiwizi.records.people.models import Membership, Region
from tiwizi.records.people.operations.households import add_dependant, end_membership, enrol_member
from tiwizi.records.people.queries import household_of
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

BIRTH = date(1985, 2, 3)


def enrolled(*, region: int | None = None, by: By | None = None) -> dict[str, int]:
    return enrol_member(
        by or world.by("desk_agent"), household="H1", person="P1", birth=BIRTH, sex="F", region=region,
        name_ar="أمينة العلوي", on=world.START,
    )  # fmt: skip


def add(by: By, household: int, number: str, role: str) -> int:
    return add_dependant(by, household=household, person=number, role=role, birth=BIRTH, sex="M", on=world.START)


def test_a_member_joins_with_two_spouses_and_a_child_and_one_leaves() -> None:
    home, desk = enrolled(), world.by("desk_agent")
    for number, role in (("P2", "spouse"), ("P3", "spouse"), ("P4", "child")):
        add(desk, home["household"], number, role)
    place = Membership.objects.get(person__number="P3")
    end_membership(desk, membership=place.id, on=date(2026, 6, 1))
    assert household_of(place.person_id, on=date(2026, 5, 31)) == place
    assert household_of(place.person_id, on=date(2026, 6, 1)) is None
    assert [done.verb for done in history("household", home["household"])] == [
        "people.end_membership", "people.add_dependant", "people.add_dependant", "people.add_dependant",
        "people.enrol_member",
    ]  # fmt: skip


def test_a_desk_of_a_region_enrols_there_only() -> None:
    here, there = (Region.objects.create(code=code, name_ar=code, name_latin=code) for code in ("oriental", "souss"))
    desk = world.by("desk_agent", region=here.id)
    with pytest.raises(Refused, match="another region"):
        enrolled(region=there.id, by=desk)
    assert enrolled(region=here.id, by=desk)["household"] > 0


def test_staff_who_are_members_do_not_act_on_their_own_household() -> None:
    home = enrolled()
    clerk = By(9, (Grant("desk_agent"),), world.NOW, person=home["person"], household=home["household"])
    with pytest.raises(Refused, match="family"):
        add(clerk, home["household"], "P9", "child")
