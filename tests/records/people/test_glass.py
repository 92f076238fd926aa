"""Breaking the glass: medical data of one household for an hour, for a reason, with an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.records.refused import refused, refuses
from tests.records.world import NOW

from tiwizi.records.people.looks import reads_care
from tiwizi.records.people.models import BrokenGlass, Household, User
from tiwizi.records.people.operations.glass import break_glass
from tiwizi.records.people.operations.users import ask_grant, confirm_grant, create_user, open_administration
from tiwizi.records.people.queries import broken_glass, who_acts
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Message
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.roles import Grant

REASON = "Complaint 12 about a refusal, asked for by the board"


def who(login: str, *, minutes: int = 0) -> By:
    by = who_acts(login, at=NOW + timedelta(minutes=minutes))
    assert by is not None
    return by


@pytest.fixture(autouse=True)
def office(database: str) -> None:
    """Aziz audits, Dounia protects data, Samir receives files."""
    open_administration(By(0, (Grant("system"),), NOW), logins=["anna", "idir"])
    for login, role in (("aziz", "internal_auditor"), ("dounia", "dpo"), ("samir", "desk_agent")):
        create_user(who("anna"), login=login, name=login.title())
        ask_grant(who("anna"), login=login, role=role)
        if role != "desk_agent":
            confirm_grant(who("idir"), login=login, role=role)


def home(number: str = "H1") -> int:
    return Household.objects.get_or_create(number=number)[0].id


def test_the_medical_data_of_one_household_is_read_for_an_hour_and_by_nobody_else() -> None:
    here, there = home("H1"), home("H2")
    assert not reads_care(who("aziz"), here, None)
    break_glass(who("aziz"), household=here, reason=REASON)
    may = {minutes: reads_care(who("aziz", minutes=minutes), here, None) for minutes in (0, 59, 60, 61)}
    assert may == {0: True, 59: True, 60: False, 61: False}
    assert not reads_care(who("aziz"), there, None) and not who("aziz").may("care.read_medical")
    assert not reads_care(who("dounia"), here, None)


def test_what_was_broken_for_all_before_a_household_had_to_be_named_opens_none() -> None:
    user = who("aziz").user
    BrokenGlass.objects.create(user_id=user, reason=REASON, opened_at=NOW, until=NOW + timedelta(minutes=60))
    assert who("aziz").opened == frozenset()
    assert broken_glass()[0].household == ""


def test_the_officer_is_alerted_and_the_reason_stays_outside_the_chain() -> None:
    break_glass(who("aziz"), household=home(), reason=REASON)
    message = Message.objects.get(topic="glass.broken")
    assert message.body["to"] == [User.objects.get(login="dounia").id]
    (event, *_) = history("household", home())
    assert event.verb == "people.break_glass" and REASON not in str(event.body)
    (broken,) = broken_glass()
    assert (broken.name, broken.household, broken.reason) == ("Aziz", "H1", REASON)


@pytest.mark.parametrize("reason", ["", "because", "x" * 1001, " " * 50])
def test_it_takes_a_reason(reason: str) -> None:
    with refuses("glass_needs_a_reason"):
        break_glass(who("aziz"), household=home(), reason=reason)
    assert not who("aziz").opened


def test_who_has_no_such_duty_does_not_break_it_and_nobody_for_a_household_that_is_not_there() -> None:
    for login in ("samir", "anna"):
        with refuses("not_allowed"):
            break_glass(who(login), household=home(), reason=REASON)
    with refuses("no_such"):
        break_glass(who("aziz"), household=999_999, reason=REASON)


def test_nobody_breaks_it_for_the_own_family() -> None:
    with refuses("own_family"):
        break_glass(replace(who("aziz"), household=home()), household=home(), reason=REASON)


def test_what_was_broken_stays_on_record() -> None:
    break_glass(who("aziz"), household=home(), reason=REASON)
    with refused("append-only"):
        BrokenGlass.objects.update(reason="nothing")


def test_who_loses_the_role_loses_what_it_opened() -> None:
    from tiwizi.records.people.operations.users import revoke_grant

    break_glass(who("aziz"), household=home(), reason=REASON)
    revoke_grant(who("anna"), login="aziz", role="internal_auditor")
    assert not who("aziz").opened
