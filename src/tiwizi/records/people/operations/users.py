"""Users and their roles: nobody gives themselves a role, and a privileged one takes two people (S5)."""

from __future__ import annotations

from typing import NoReturn

from django.db.models import Q

from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import Person, Region, RoleGrant, User
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import NEVER_TOGETHER, ROLES

FIRST_ROLE = "it_admin"
#: Who takes somebody's roles away has this turn, so that two administrators stay whatever is done in the same moment.
ADMINISTRATORS = "administrators"
GIVEN = tuple(role for role in ROLES if role != "system")


@operation("people.open_administration", need="people.open_administration")
def open_administration(act: Act, *, logins: list[str]) -> list[int]:
    """The first two administrators, who give everybody else their roles. Once, when the mutual opens."""
    act.within(None)
    if RoleGrant.objects.exists():
        raise Refused("administration_is_open")
    if len(set(logins)) != 2:
        raise Refused("two_administrators")
    numbers = []
    for login in logins:
        user = User.objects.create(login=login, name=login)
        RoleGrant.objects.create(user=user, role=FIRST_ROLE, asked_at=act.at)
        numbers.append(user.id)
    act.about("user", numbers[0])
    return numbers


@operation("people.create_user", need="people.ask_grant")
def create_user(act: Act, *, login: str, name: str, person: str | None = None) -> int:
    """Somebody who can be given roles. ``person``: their number as a member; they never act on their own file."""
    act.within(None)
    if User.objects.filter(login=login).exists():
        raise Refused("login_taken", login=login)
    if person is not None and not Person.objects.filter(number=person).exists():
        raise Refused("no_such_person", number=person)
    user = User.objects.create(
        login=login, name=name, person=Person.objects.get(number=person) if person is not None else None
    )
    act.about("user", user.id)
    return user.id


@operation("people.ask_grant", need="people.ask_grant")
def ask_grant(act: Act, *, login: str, role: str, region: str | None = None) -> int:
    """Give somebody else a role; one that is privileged waits for a third person. The number of the grant."""
    act.within(None)
    user = a_user(login)
    act.about("user", user.id)
    if role not in GIVEN:
        raise Refused("no_such_role", role=role, known=", ".join(GIVEN))
    if user.id == act.by.user:
        raise Refused("not_to_oneself")
    if region is not None and not ROLES[role].scoped:
        raise Refused("role_has_no_region", role=role)
    held = RoleGrant.objects.filter(user=user, revoked_at=None)
    for other in held.values_list("role", flat=True):
        if (role, other) in NEVER_TOGETHER or (other, role) in NEVER_TOGETHER:
            raise Refused("roles_apart", role=role, other=other)
    where = _region(region)
    if held.filter(role=role, region=where).exists():
        raise Refused("role_held", login=login, role=role)
    grant = RoleGrant.objects.create(user=user, role=role, region=where, asked_by_id=act.by.user, asked_at=act.at)
    act.note(role=role)
    return grant.id


@operation("people.confirm_grant", need="people.confirm_grant")
def confirm_grant(act: Act, *, login: str, role: str) -> int:
    """The second signature under a privileged role: neither of who asked for it nor of who gets it."""
    act.within(None)
    grant = _grant(login, role, Q(confirmed_by=None, asked_by__isnull=False))
    act.about("user", grant.user_id)
    if act.by.user in (grant.user_id, grant.asked_by_id):
        raise Refused("third_person")
    grant.confirmed_by_id, grant.confirmed_at = act.by.user, act.at
    grant.save()
    act.note(role=role)
    return grant.id


@operation("people.revoke_grant", need="people.ask_grant")
def revoke_grant(act: Act, *, login: str, role: str) -> int:
    """Take a role away, at once."""
    act.within(None)
    take_turn(ADMINISTRATORS)
    grant = _grant(login, role, Q())
    act.about("user", grant.user_id)
    administrators = RoleGrant.objects.filter(role=FIRST_ROLE, revoked_at=None)
    if role == FIRST_ROLE and administrators.filter(Q(asked_by=None) | Q(confirmed_by__isnull=False)).count() <= 2:
        raise Refused("two_administrators")
    grant.revoked_by_id, grant.revoked_at = act.by.user, act.at
    grant.save()
    act.note(role=role)
    return grant.id


def a_user(login: str) -> User:
    """Raises Refused where nobody has this login."""
    return User.objects.filter(login=login).first() or _nobody(login)


def _nobody(login: str) -> NoReturn:
    raise Refused("no_such_user", login=login)


def _region(code: str | None) -> Region | None:
    if code is None:
        return None
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise Refused("no_such_region", code=code)
    return region


def _grant(login: str, role: str, waiting: Q) -> RoleGrant:
    grant = RoleGrant.objects.filter(waiting, user=a_user(login), role=role, revoked_at=None).first()
    if grant is None:
        raise Refused("no_such_grant", login=login, role=role)
    return grant
