"""What the database refuses about people, accounts and roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.records import world
from tests.records.refused import refused
from tests.records.world import NOW

from tiwizi.records.people.models import BankAccount, Membership, RoleGrant, Status
from tiwizi.rules.terms import ATTRIBUTES

MEMBER, SPOUSE, CHILD = (ATTRIBUTES["role"].index(role) for role in ("member", "spouse", "child"))


def test_a_person_is_in_one_household_at_a_time() -> None:
    place = world.member(role=CHILD)
    with refused("one_household"):
        Membership.objects.create(household=world.household(), person=place.person, role=MEMBER, since=date(2026, 5, 1))


def test_a_person_moves_to_another_household_on_the_day_they_leave_the_first() -> None:
    place = world.member(role=CHILD)
    Membership.objects.filter(id=place.id).update(until=date(2026, 5, 1))
    Membership.objects.create(household=world.household(), person=place.person, role=MEMBER, since=date(2026, 5, 1))
    with refused("one_household"):
        Membership.objects.filter(id=place.id).update(until=date(2026, 5, 2))


def test_a_household_has_one_member_and_may_have_several_spouses() -> None:
    home = world.member().household
    world.member(role=SPOUSE, home=home)
    world.member(role=SPOUSE, home=home)
    with refused("one_member"):
        world.member(role=MEMBER, home=home)


def test_a_place_in_a_household_needs_both_to_exist() -> None:
    with refused("household_id_exists"):
        Membership.objects.create(household_id=999, person=world.person(), role=0, since=world.START)
    with refused("person_id_exists"):
        Membership.objects.create(household=world.household(), person_id=999, role=0, since=world.START)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with refused("people_membership_period"):
        Membership.objects.create(
            household=world.household(), person=world.person(), role=0, since=date(2026, 3, 1), until=date(2026, 3, 1)
        )


def test_the_same_status_does_not_run_twice_at_once() -> None:
    ill = Status.objects.create(person=world.person(), status=0, since=date(2026, 1, 1), until=date(2031, 1, 1))
    Status.objects.create(person=ill.person, status=1, since=date(2026, 1, 1))
    Status.objects.create(person=ill.person, status=0, since=date(2031, 1, 1))
    with refused("no_overlap"):
        Status.objects.create(person=ill.person, status=0, since=date(2030, 12, 31), until=date(2031, 1, 1))


@pytest.mark.parametrize("number", ["011810000012345678901242", "01181000001234567890124", "01181000001234567890124A"])
def test_an_account_with_a_wrong_key_or_not_of_24_digits_is_refused(number: str) -> None:
    with refused("rib"):
        BankAccount.objects.create(payee=world.payee(), number=number, asked_by=world.user("a"), asked_at=NOW)


def test_an_account_is_not_confirmed_by_who_asked_for_it() -> None:
    one = world.user("a")
    with refused("people_bankaccount_two_people"):
        world.account(world.payee(), asked_by=one, confirmed_by=one)


def test_an_account_is_not_usable_before_48_hours_have_passed() -> None:
    asked = BankAccount.objects.create(payee=world.payee(), number=world.RIB, asked_by=world.user("a"), asked_at=NOW)
    confirmed = {"confirmed_by": world.user("b"), "confirmed_at": NOW}
    with refused("pause"):
        BankAccount.objects.filter(id=asked.id).update(usable_from=NOW + timedelta(hours=47, minutes=59), **confirmed)
    BankAccount.objects.filter(id=asked.id).update(usable_from=NOW + timedelta(hours=48), **confirmed)
    with refused("confirmed_once"):
        BankAccount.objects.filter(id=asked.id).update(usable_from=NOW + timedelta(hours=49))


def grant(role: str, to: object, **more: object) -> RoleGrant:
    return RoleGrant.objects.create(user=to, role=role, asked_at=NOW, **more)


def test_nobody_gives_themselves_a_role() -> None:
    anna = world.user("anna")
    with refused("not_to_oneself"):
        grant("desk_agent", anna, asked_by=anna)


def test_nobody_confirms_a_role_of_their_own_or_one_that_they_asked_for() -> None:
    anna, basma = world.user("anna"), world.user("basma")
    for confirmed_by in (anna, basma):
        with refused("confirmed_by_a_third"):
            grant("treasurer", anna, asked_by=basma, confirmed_by=confirmed_by, confirmed_at=NOW)


def test_roles_that_must_not_meet_do_not_meet() -> None:
    anna, basma = world.user("anna"), world.user("basma")
    held = grant("adjudicator", anna, asked_by=basma)
    for role in ("payment_preparer", "payment_approver", "treasurer", "it_admin"):
        with refused("never_together"):
            grant(role, anna, asked_by=basma)
    RoleGrant.objects.filter(id=held.id).update(revoked_by=basma, revoked_at=NOW)
    grant("treasurer", anna, asked_by=basma)


def test_only_the_first_two_administrators_come_without_anybody_asking() -> None:
    with refused("first_administrators"):
        grant("treasurer", world.user("anna"))
    grant("it_admin", world.user("basma"))
    grant("it_admin", world.user("chama"))
    with refused("first_administrators"):
        grant("it_admin", world.user("dalila"))


def test_a_role_that_nobody_knows_and_the_clock_s_role_are_not_given() -> None:
    for role in ("emperor", "system"):
        with refused("known"):
            grant(role, world.user(role), asked_by=world.user(f"by {role}"))


def test_a_role_that_was_taken_away_does_not_come_back() -> None:
    held = grant("desk_agent", world.user("anna"), asked_by=world.user("basma"))
    RoleGrant.objects.filter(id=held.id).update(revoked_at=NOW)
    with refused("ends_once"):
        RoleGrant.objects.filter(id=held.id).update(revoked_at=None)
