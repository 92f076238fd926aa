"""Breaking the glass: medical data for an hour, for a reason, with an alert."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.records.refused import refused, refuses
from tests.records.world import NOW

from tiwizi.records.people.models import BrokenGlass, User
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


def test_medical_data_is_read_for_an_hour_and_by_nobody_else() -> None:
    assert not who("aziz").may("care.read_medical")
    break_glass(who("aziz"), reason=REASON)
    may = {minutes: who("aziz", minutes=minutes).may("care.read_medical") for minutes in (0, 59, 60, 61)}
    assert may == {0: True, 59: True, 60: False, 61: False}
    assert not who("dounia").may("care.read_medical")


def test_the_officer_is_alerted_and_the_reason_stays_outside_the_chain() -> None:
    break_glass(who("aziz"), reason=REASON)
    message = Message.objects.get(topic="glass.broken")
    assert message.body["to"] == [User.objects.get(login="dounia").id]
    (event, *_) = history("user", who("aziz").user)
    assert event.verb == "people.break_glass" and REASON not in str(event.body)
    (broken,) = broken_glass()
    assert (broken.name, broken.reason) == ("Aziz", REASON)


@pytest.mark.parametrize("reason", ["", "because", "x" * 1001, " " * 50])
def test_it_takes_a_reason(reason: str) -> None:
    with refuses("glass_needs_a_reason"):
        break_glass(who("aziz"), reason=reason)
    assert not who("aziz").may("care.read_medical")


def test_who_has_no_such_duty_does_not_break_it() -> None:
    for login in ("samir", "anna"):
        with refuses("not_allowed"):
            break_glass(who(login), reason=REASON)


def test_what_was_broken_stays_on_record() -> None:
    break_glass(who("aziz"), reason=REASON)
    with refused("append-only"):
        BrokenGlass.objects.update(reason="nothing")


def test_who_loses_the_role_loses_what_it_opened() -> None:
    from tiwizi.records.people.operations.users import revoke_grant

    break_glass(who("aziz"), reason=REASON)
    revoke_grant(who("anna"), login="aziz", role="internal_auditor")
    assert not who("aziz").may("care.read_medical")
