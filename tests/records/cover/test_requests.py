"""The counter asks for a cover, the contributions office starts it or says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.records import world
from tests.records.world import START

from tiwizi.records.cover.duties import covers_to_start
from tiwizi.records.cover.models import Cover, CoverRequest
from tiwizi.records.cover.operations import answer_request, ask_cover, enrol, open_covers, start_cover
from tiwizi.records.cover.requests import cover_requests, requests_of
from tiwizi.records.people.models import Region, Touch
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

AGENT, OFFICER = world.by("desk_agent"), world.by("contributions_officer", user=8)


def refused(key: str) -> object:
    return pytest.raises(Refused, check=lambda error: error.key == key)


def test_what_a_desk_agent_asks_for_begins_once_the_office_says_so() -> None:
    home = world.member().household_id
    asked = ask_cover(AGENT, household=home, plan="AMO", since=START)
    assert not Cover.objects.filter(household=home).exists() and covers_to_start(OFFICER).count == 1
    cover = answer_request(OFFICER, number=asked, accepted=True)
    held = Cover.objects.get(id=cover)
    assert (held.household_id, held.plan.code, held.since, held.joined) == (home, "AMO", START, START)
    assert Touch.objects.filter(household=home, cause=f"cover:{cover}").exists()
    assert (covers_to_start(OFFICER).count, requests_of(home), cover_requests()[0].state) == (0, [], "started")
    with refused("cover_request_answered"):
        answer_request(OFFICER, number=asked, accepted=False, reason="late")


def test_a_refusal_has_its_reason_which_the_counter_reads_until_it_asks_again() -> None:
    home = world.member().household_id
    asked = ask_cover(AGENT, household=home, plan="AMO", since=START)
    with refused("no_reason"):
        answer_request(OFFICER, number=asked, accepted=False, reason=" ")
    assert answer_request(OFFICER, number=asked, accepted=False, reason="No certificate of work") is None
    assert [(one.state, one.reason) for one in requests_of(home)] == [("refused", "No certificate of work")]
    ask_cover(AGENT, household=home, plan="AMO", since=START)
    assert [one.state for one in requests_of(home)] == ["waiting"]


def test_a_cover_is_asked_for_once_and_not_where_it_is_there_already() -> None:
    home = world.member().household_id
    ask_cover(AGENT, household=home, plan="AMO", since=START)
    with refused("cover_asked_already"):
        ask_cover(AGENT, household=home, plan="AMO", since=date(2026, 5, 1))
    start_cover(OFFICER, household=home, plan="SM", since=START)
    with refused("period_crosses"):
        ask_cover(AGENT, household=home, plan="SM", since=date(2026, 5, 1))


def test_what_began_meanwhile_is_told_and_the_request_waits_on() -> None:
    home = world.member().household_id
    asked = ask_cover(AGENT, household=home, plan="AMO", since=START)
    start_cover(OFFICER, household=home, plan="AMO", since=START)
    with refused("period_crosses"):
        answer_request(OFFICER, number=asked, accepted=True)
    assert CoverRequest.objects.get(id=asked).answered_at is None


def test_the_counter_answers_nothing_itself_and_asks_within_its_region_alone() -> None:
    home = world.member().household_id
    asked = ask_cover(AGENT, household=home, plan="AMO", since=START)
    with refused("not_allowed"):
        answer_request(AGENT, number=asked, accepted=True)
    region = Region.objects.create(code="N", name_ar="ن", name_latin="N")
    with refused("elsewhere"):
        ask_cover(world.by("desk_agent", region=region.id), household=home, plan="SM", since=START)


@pytest.mark.parametrize(
    ("roles", "begins"), [(("desk_agent",), "asked"), (("desk_agent", "contributions_officer"), "started")]
)
def test_enrolment_starts_covers_for_who_may_and_asks_for_them_for_who_may_not(
    roles: tuple[str, ...], begins: str
) -> None:
    by = replace(AGENT, grants=tuple(map(Grant, roles)))
    member = {"person": "p-1", "birth": date(1990, 1, 1), "sex": "F", "name_latin": "Amina Alaoui"}
    told = enrol(by, household="H-1", member=member, plans=["AMO", "SM"], on=START)
    assert {"started": told["started"], "asked": told["asked"]} == {"started": 0, "asked": 0} | {begins: 2}
    covers, waiting = Cover.objects.filter(household=told["household"]), CoverRequest.objects.filter(answered_at=None)
    assert (covers.count(), waiting.count()) == (told["started"], told["asked"])
    more = open_covers(by, household=told["household"], plans=["DENTAL"], on=START)
    assert more == {"started": 0, "asked": 0} | {begins: 1}
