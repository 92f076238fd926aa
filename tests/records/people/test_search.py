"""People found by number, card, phone, and name in either script, within the reach of who asks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from django.db import transaction
from tests.records import world

from tiwizi.records.care.queries.search import find
from tiwizi.records.people.bulk.names import index_names
from tiwizi.records.people.models import NameWord, Person, Region
from tiwizi.records.people.operations.households import correct_person, enrol_member
from tiwizi.records.people.search import find_people
from tiwizi.records.trail.gate import By

BIRTH = date(1985, 2, 3)


def enrol(number: str, name_ar: str, name_latin: str, *, region: int | None = None, cin: str | None = None) -> int:
    return enrol_member(
        world.by("desk_agent"), household=f"H{number}", person=number, birth=BIRTH, sex="F", name_ar=name_ar,
        name_latin=name_latin, cin=cin, region=region, on=world.START,
    )["person"]  # fmt: skip


def numbers(asked: str, *, by: By | None = None) -> list[str]:
    found = find_people(by or world.by("desk_agent"), need="people.read", asked=asked)
    return [hit.number for hit in found.people]


@pytest.fixture(autouse=True)
def people(database: str) -> None:
    enrol("P1", "فاطمة بناني", "Fatima Bennani", cin="BK123456")
    enrol("P2", "محمد العلوي", "")
    enrol("P3", "", "Abdelkader Ben Ali")


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("fatima bennani", "P1"), ("BENANI fatma", "P1"), ("بنانى فاطمه", "P1"), ("fat ben", "P1"), ("bnnani", "P1"),
        ("mohamed alaoui", "P2"), ("el alaoui", "P2"), ("علوي", "P2"), ("abd el kader", "P3"), ("benali", "P3"),
        ("عبد القادر", "P3"), ("bk 123456", "P1"), ("BK123456", "P1"), ("p1", "P1"), ("HP2", "P2"), ("fatima b", "P1"),
    ],
)  # fmt: skip
def test_somebody_is_found(asked: str, number: str) -> None:
    assert numbers(asked)[0] == number


@pytest.mark.parametrize("asked", ["", "z", "zzzz", "%", "' OR 1=1 --", "\0\0", "x" * 5000, "0" * 300, "ع", "ali zrk"])
def test_nobody_answers_what_is_no_name(asked: str) -> None:
    assert numbers(asked) == [] and not find(world.by("desk_agent"), asked)


def test_a_phone_is_found_however_it_is_written() -> None:
    Person.objects.filter(number="P1").update(phone="+212612345678")
    assert numbers("06 12 34 56 78") == numbers("+212612345678") == ["P1"]


def test_a_name_that_was_put_right_is_found_by_the_new_one_alone() -> None:
    person = Person.objects.get(number="P1").id
    correct_person(world.by("desk_agent"), person=person, name_latin="Karima Tazi", name_ar="كريمة التازي")
    assert numbers("karima") == ["P1"] and numbers("fatima") == []


def test_a_region_finds_its_own_people_only() -> None:
    here, there = (Region.objects.create(code=code, name_ar=code, name_latin=code) for code in ("oriental", "souss"))
    enrol("P7", "", "Fatima Tazi", region=here.id)
    enrol("P8", "", "Fatima Drissi", region=there.id)
    by = world.by("desk_agent", region=here.id)
    assert numbers("fatima", by=by) == ["P7"]
    assert numbers("P8", by=by) == [] and numbers("P1", by=by) == []
    assert not find(by, "HP8")


def test_many_at_once_share_their_words() -> None:
    before = NameWord.objects.count()
    with transaction.atomic():
        index_names(np.array([901, 902], np.int64), [pa.array(["Fatima Bennani"] * 2), pa.array(["", ""])])
    assert NameWord.objects.count() == before


def test_a_file_and_a_provider_are_found_by_number() -> None:
    claim = world.claim()
    found = find(world.by("desk_agent"), claim.number.upper())
    assert not found  # numbers are as they are: this one is in small letters
    found = find(world.by("desk_agent"), claim.number)
    assert [(one.kind, one.household) for one in found.numbered] == [("file", claim.household.number)]
    assert claim.provider is not None
    assert [one.kind for one in find(world.by("desk_agent"), claim.provider.number).numbered] == ["provider"]
