"""Looking through the trail: by who, what, about whom and when; and who may see how much of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.records.refused import refuses

from tiwizi.records.trail.chain import Draft, append
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import Grant
from tiwizi.records.trail.search import Sought, search

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
VERBS = ("people.enrol_member", "people.ask_grant", "money.release")


def by(role: str) -> By:
    return By(1, (Grant(role),), START)


AUDITOR, ADMINISTRATOR = by("internal_auditor"), by("it_admin")


@pytest.fixture(autouse=True)
def events(database: str) -> None:
    """Twelve events, eight hours apart: three users take turns at three verbs, about four households."""
    from django.db import transaction

    with transaction.atomic():
        append([
            Draft(START + timedelta(hours=8 * n), n % 3, VERBS[n // 3 % 3], f"household:{n % 4}", {}, [])
            for n in range(12)
        ])  # fmt: skip


def positions(sought: Sought, *, who: By = AUDITOR) -> list[int]:
    return [event.position for event in search(who, sought)[0]]


def test_the_latest_comes_first_and_the_pages_hold_each_event_once() -> None:
    found, after = [], ""
    while True:
        events, after = search(AUDITOR, Sought(), after=after, size=5)
        found += [event.position for event in events]
        if not after:
            break
    assert found == list(range(12, 0, -1))


def test_it_is_searched_by_who_what_whom_and_when() -> None:
    assert positions(Sought(user=1)) == [11, 8, 5, 2]
    assert positions(Sought(verb="money.release")) == [9, 8, 7]
    assert positions(Sought(subjects=["household:3", "household:2"])) == [12, 11, 8, 7, 4, 3]
    assert positions(Sought(subjects=[])) == []
    assert positions(Sought(since=date(2026, 11, 21), until=date(2026, 11, 21))) == [5, 4, 3]
    assert positions(Sought(user=0, since=date(2026, 11, 22))) == [10, 7]


def test_who_runs_the_machines_sees_technical_events_alone() -> None:
    assert positions(Sought(), who=ADMINISTRATOR) == [6, 5, 4]
    assert positions(Sought(verb="money.release"), who=ADMINISTRATOR) == []
    with refuses("not_allowed"):
        search(by("desk_agent"), Sought())


@pytest.mark.parametrize("after", ["x", "1", "1.", "9" * 40, "1.2.3", "-1.-1", "'"])
def test_a_place_that_is_none_is_the_beginning_or_the_end(after: str) -> None:
    search(AUDITOR, Sought(), after=after)
