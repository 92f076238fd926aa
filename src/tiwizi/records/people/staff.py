"""Questions about who works here: their roles, what waits for a second signature, what they may be given."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tiwizi.records.people.models import FactorReset, Region, RoleGrant, User
from tiwizi.records.people.queries import in_force
from tiwizi.records.trail.roles import NEVER_TOGETHER, ROLES

#: Roles that a person can be given.
GIVEN = tuple(role for role in ROLES if role != "system")


class Held(NamedTuple):
    """A role that somebody has, or is to have: ``waits`` for a third person. ``asked_by``: None of the first two;
    ``asker``: their number."""

    role: str
    region: str
    waits: bool
    asked_by: str | None
    asked_at: datetime
    confirmed_by: str | None
    asker: int | None


class Colleague(NamedTuple):
    """Somebody who works here, or did. ``reset``: who asked that their second factor be taken away, and when."""

    id: int
    login: str
    name: str
    person: str | None
    active: bool
    last_login: datetime | None
    held: tuple[Held, ...]
    reset: tuple[int, str, datetime] | None


class Giveable(NamedTuple):
    """A role that could be given. ``meets``: one that they have and that must not meet it, or ""."""

    role: str
    privileged: bool
    scoped: bool
    meets: str


def colleagues() -> list[Colleague]:
    """Everybody, by name; three questions however many there are."""
    held, waiting = _around()
    return [_colleague(user, held, waiting) for user in User.objects.select_related("person").order_by("name", "login")]


def colleague(login: str) -> Colleague | None:
    user = User.objects.select_related("person").filter(login=login).first()
    return _colleague(user, *_around(user)) if user is not None else None


def giveable(who: Colleague) -> list[Giveable]:
    """Every role, with what stands against giving it; those without a region that they have already are left out."""
    have = {held.role for held in who.held}
    return [
        Giveable(name, role.privileged, role.scoped, _meets(name, have))
        for name, role in ROLES.items()
        if name in GIVEN and (role.scoped or name not in have)
    ]


def regions() -> list[Region]:
    return list(Region.objects.order_by("code"))


def _meets(role: str, have: set[str]) -> str:
    for one, other in NEVER_TOGETHER:
        if role in (one, other) and (found := other if role == one else one) in have:
            return found
    return ""


def _around(
    user: User | None = None,
) -> tuple[dict[int, list[Held]], dict[int, tuple[int, str, datetime]]]:
    """(grants that were not taken away, requests for a new second factor), by user."""
    grants = RoleGrant.objects.filter(revoked_at=None).select_related("region", "asked_by", "confirmed_by")
    resets = FactorReset.objects.filter(ended_at=None).select_related("asked_by")
    if user is not None:
        grants, resets = grants.filter(user=user), resets.filter(user=user)
    held: dict[int, list[Held]] = {}
    for grant in grants.order_by("role", "region__code"):
        held.setdefault(grant.user_id, []).append(_held(grant))
    waiting = {reset.user_id: (reset.asked_by_id, reset.asked_by.name, reset.asked_at) for reset in resets}
    return held, waiting


def _held(grant: RoleGrant) -> Held:
    return Held(
        grant.role, grant.region.code if grant.region else "", not in_force(grant),
        grant.asked_by.name if grant.asked_by else None, grant.asked_at,
        grant.confirmed_by.name if grant.confirmed_by else None, grant.asked_by_id,
    )  # fmt: skip


def _colleague(user: User, held: dict[int, list[Held]], waiting: dict[int, tuple[int, str, datetime]]) -> Colleague:
    person = user.person.number if user.person else None
    return Colleague(
        user.id, user.login, user.name, person, user.is_active, user.last_login, tuple(held.get(user.id, ())),
        waiting.get(user.id),
    )  # fmt: skip
