"""What the database refuses about plans and cover."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection
from tests.records import world
from tests.records.refused import refused

from tiwizi.records.cover.models import Cover, PlanVersion


def test_a_household_has_a_plan_once_on_a_day() -> None:
    home = world.household()
    world.cover(home, since=date(2026, 1, 1), until=date(2026, 7, 1))
    world.cover(home, since=date(2026, 7, 1))
    for since, until in ((date(2026, 6, 30), date(2026, 7, 1)), (date(2025, 1, 1), None), (date(2027, 1, 1), None)):
        with refused("no_overlap"):
            world.cover(home, since=since, until=until)


def test_a_person_may_have_the_plan_of_their_household_in_their_own_name_once() -> None:
    place = world.member()
    world.cover(place.household)
    world.cover(place.household, who=place.person)
    with refused("no_overlap"):
        world.cover(place.household, who=place.person, since=date(2026, 3, 1))


def test_a_cover_does_not_grow_into_the_next() -> None:
    home = world.household()
    first = world.cover(home, since=date(2026, 1, 1), until=date(2026, 7, 1))
    world.cover(home, since=date(2026, 7, 1))
    with refused("no_overlap"):
        Cover.objects.filter(id=first.id).update(until=date(2026, 7, 2))


def test_of_two_desks_that_enter_the_same_cover_at_once_one_is_refused() -> None:
    home, start, failures = world.household(), Barrier(2), []
    world.plan()

    def enter() -> None:
        start.wait()
        try:
            world.cover(home)
        except IntegrityError as error:
            failures.append(str(error))
        connection.close()

    threads = [Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 1 and "no_overlap" in failures[0]


def test_who_proposes_a_plan_does_not_publish_it_and_a_published_one_is_fixed() -> None:
    version = world.plan_version()
    mine = PlanVersion.objects.filter(id=version.id)
    with refused("cover_planversion_two_people"):
        mine.update(published_by=1, published_on=world.START)
    with refused("cover_planversion_published_on"):
        mine.update(published_by=2)
    mine.update(published_by=2, published_on=world.START)
    for change in ({"effective_on": date(2027, 1, 1)}, {"text": "other"}):
        with refused("cover_planversion"):
            mine.update(**change)


def test_a_plan_is_approved_after_it_was_voted() -> None:
    version = world.plan_version()
    with refused("cover_planversion_voted_first"):
        PlanVersion.objects.filter(id=version.id).update(voted_on=date(2026, 2, 1), approved_on=date(2026, 1, 1))


@pytest.mark.parametrize("column", ["household_id", "plan_id", "person_id"])
def test_a_cover_is_of_what_exists(column: str) -> None:
    told = {"household": world.household(), "plan": world.plan(), "since": world.START, "joined": world.START}
    told.pop(column.removesuffix("_id"), None)
    with refused(f"{column}_exists"):
        Cover.objects.create(**told, **{column: 999})
