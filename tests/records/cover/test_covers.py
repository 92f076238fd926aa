"""Cover starts, changes and ends, and no two periods of one plan lie on each other."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records import world
from tests.records.world import START

from tiwizi.records.cover.models import Cover
from tiwizi.records.cover.operations import change_cover, end_cover, start_cover
from tiwizi.records.people.models import Touch
from tiwizi.records.trail.former import former
from tiwizi.records.trail.refusal import Refused

OFFICER = world.by("contributions_officer")


def refused(key: str) -> object:
    return pytest.raises(Refused, check=lambda error: error.key == key)


def test_a_cover_starts_changes_and_ends_with_its_history() -> None:
    home = world.member().household_id
    cover = start_cover(OFFICER, household=home, plan="AMO", since=START)
    assert change_cover(OFFICER, cover=cover, paid_until=date(2026, 4, 1), stage="new") == ["paid_until"]
    assert end_cover(OFFICER, cover=cover, until=date(2026, 9, 1)) == ["until"]
    assert [(was.get("paid_until"), was.get("until")) for was in former("cover", cover)] == [(None, None)] * 2
    assert Touch.objects.filter(household=home, cause=f"cover:{cover}").count() == 3
    with refused("ended_already"):
        end_cover(OFFICER, cover=cover, until=date(2026, 10, 1))
    with refused("ends_before_it_began"):
        end_cover(OFFICER, cover=cover, until=START)


def test_a_cover_of_one_person_stands_beside_that_of_the_household() -> None:
    place = world.member()
    start_cover(OFFICER, household=place.household_id, plan="AMO", since=START)
    start_cover(OFFICER, household=place.household_id, plan="AMO", since=START, person=place.person_id)
    with refused("of_another_household"):
        start_cover(OFFICER, household=place.household_id, plan="SM", since=START, person=world.person().id)


def test_a_desk_agent_does_not_change_cover() -> None:
    with refused("not_allowed"):
        start_cover(world.by("desk_agent"), household=world.member().household_id, plan="AMO", since=START)


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=6))
def test_no_day_is_covered_twice_whatever_is_asked(periods: list[tuple[date, date | None]]) -> None:
    home = world.member().household_id
    for since, until in periods:
        try:
            start_cover(OFFICER, household=home, plan="AMO", since=since, until=until)
        except Refused as reason:
            assert reason.key in ("period_crosses", "ends_before_it_began")
    held = list(Cover.objects.filter(household=home).order_by("since"))
    assert all(one.until is not None and one.until <= other.since for one, other in zip(held, held[1:], strict=False))
