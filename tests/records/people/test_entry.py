"""How people come in and go: what takes two administrators, and what nobody does for themselves."""

from __future__ import annotations

from functools import partial

import pytest
from tests.records.at_once import at_once
from tests.records.refused import refuses
from tests.records.world import NOW

from tiwizi.records.people.models import FactorReset, User
from tiwizi.records.people.operations import entry
from tiwizi.records.people.operations.users import (
    ask_grant,
    confirm_grant,
    create_user,
    open_administration,
    revoke_grant,
)
from tiwizi.records.people.queries import who_acts
from tiwizi.records.people.staff import colleague, colleagues, giveable
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.roles import Grant


def administrator(login: str) -> By:
    by = who_acts(login, at=NOW)
    assert by is not None
    return by


@pytest.fixture(autouse=True)
def office(database: str) -> None:
    """Anna and Idir are administrators, Samir is who they give roles."""
    open_administration(By(0, (Grant("system"),), NOW), logins=["anna", "idir"])
    create_user(administrator("anna"), login="samir", name="Samir")


def number(login: str) -> int:
    return User.objects.get(login=login).id


def test_an_invitation_is_kept_in_the_trail_and_nobody_invites_themselves() -> None:
    entry.invite(administrator("anna"), login="samir")
    (invited, _) = history("user", number("samir"))
    assert (invited.verb, invited.user) == ("people.invite", number("anna"))
    with refuses("not_for_oneself"):
        entry.invite(administrator("anna"), login="anna")


def test_a_lost_second_factor_takes_two_administrators_neither_of_whom_lost_it() -> None:
    anna, idir = administrator("anna"), administrator("idir")
    with refuses("no_such_reset"):
        entry.confirm_factor_reset(idir, login="samir")
    with refuses("not_for_oneself"):
        entry.ask_factor_reset(anna, login="anna")
    entry.ask_factor_reset(anna, login="samir")
    with refuses("reset_waits"):
        entry.ask_factor_reset(idir, login="samir")
    with refuses("third_person"):
        entry.confirm_factor_reset(anna, login="samir")
    entry.confirm_factor_reset(idir, login="samir")
    with refuses("no_such_reset"):
        entry.confirm_factor_reset(idir, login="samir")
    entry.ask_factor_reset(anna, login="idir")
    with refuses("third_person"):
        entry.confirm_factor_reset(idir, login="idir")


def test_a_request_that_is_not_needed_any_more_is_ended_and_another_can_be_asked() -> None:
    anna = administrator("anna")
    entry.ask_factor_reset(anna, login="samir")
    entry.end_factor_reset(anna, login="samir")
    entry.ask_factor_reset(anna, login="samir")
    assert FactorReset.objects.count() == 2


def test_who_is_closed_acts_no_more_and_comes_back_without_roles() -> None:
    anna, idir = administrator("anna"), administrator("idir")
    ask_grant(anna, login="samir", role="treasurer")
    confirm_grant(idir, login="samir", role="treasurer")
    assert entry.close_user(anna, login="samir") == 1
    assert who_acts("samir", at=NOW) is None
    with refuses("user_closed"):
        entry.invite(anna, login="samir")
    entry.open_user(anna, login="samir")
    back = who_acts("samir", at=NOW)
    assert back is not None and back.grants == ()


def test_two_administrators_stay() -> None:
    with refuses("two_administrators"):
        entry.close_user(administrator("anna"), login="idir")
    with refuses("not_for_oneself"):
        entry.close_user(administrator("anna"), login="anna")


def test_two_administrators_stay_when_each_of_three_is_taken_away_in_the_same_moment() -> None:
    anna, idir = administrator("anna"), administrator("idir")
    ask_grant(anna, login="samir", role="it_admin")
    confirm_grant(idir, login="samir", role="it_admin")
    samir = administrator("samir")
    told = at_once(
        partial(entry.close_user, anna, login="idir"),
        partial(revoke_grant, idir, login="samir", role="it_admin"),
        partial(entry.close_user, samir, login="anna"),
    )
    assert told == ["", "two_administrators", "two_administrators"]


def test_roles_that_must_not_meet_are_told_before_one_asks() -> None:
    ask_grant(administrator("anna"), login="samir", role="payment_preparer")
    samir = colleague("samir")
    assert samir is not None and samir.held[0].waits
    meets = {role.role: role.meets for role in giveable(samir)}
    assert meets["treasurer"] == "payment_preparer" and meets["desk_agent"] == ""
    assert "payment_preparer" not in meets
    assert [one.login for one in colleagues()] == ["samir", "anna", "idir"]
