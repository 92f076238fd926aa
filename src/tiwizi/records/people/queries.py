"""Questions about people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tiwizi.records.people.models import BrokenGlass, Membership, RoleGrant, SavedView, User
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import ROLES, Grant

BREAKS_GLASS = "people.break_glass"


class Holder(NamedTuple):
    """A user and the roles that were given and not taken away: (role, region or "", whether it is in force)."""

    login: str
    name: str
    active: bool
    roles: tuple[tuple[str, str, bool], ...]


def who_acts(login: str, *, at: datetime, key: str | None = None) -> By | None:
    """Somebody by login, with the roles in force and as the member they may be; None where nobody has it."""
    user = User.objects.filter(login=login, is_active=True).first()
    if user is None:
        return None
    held = RoleGrant.objects.filter(user=user, revoked_at=None)
    grants = tuple(Grant(grant.role, grant.region_id) for grant in held if in_force(grant))
    places = Membership.objects.filter(Q(until=None) | Q(until__gt=at.date()), person=user.person_id)
    household = places.order_by("-since").values_list("household_id", flat=True).first() if user.person_id else None
    breaks = any(grant.allows(BREAKS_GLASS) for grant in grants)
    opened = frozenset(_broken_by(user.id, at).values_list("household_id", flat=True)) if breaks else frozenset()
    return By(user.id, grants, at, key, user.person_id, household, opened)


def glass_until(user: int, *, household: int, at: datetime) -> datetime | None:
    """Until when somebody reads the medical data of a household who broke the glass; None where it is whole."""
    broken = _broken_by(user, at).filter(household=household).order_by("-until")
    return broken.values_list("until", flat=True).first()


def _broken_by(user: int, at: datetime) -> QuerySet[BrokenGlass]:
    """What somebody has open now."""
    return BrokenGlass.objects.filter(user=user, household__isnull=False, opened_at__lte=at, until__gt=at)


class Broken(NamedTuple):
    """A time that somebody broke the glass. ``household``: its number, "" of before one had to be named."""

    user: int
    name: str
    household: str
    reason: str
    opened_at: datetime
    until: datetime


def broken_glass(*, limit: int = 100) -> list[Broken]:
    """The latest times, the latest first."""
    rows = BrokenGlass.objects.select_related("user", "household").order_by("-opened_at", "-id")[:limit]
    return [
        Broken(
            row.user_id, row.user.name, row.household.number if row.household else "", row.reason, row.opened_at,
            row.until,
        )
        for row in rows
    ]  # fmt: skip


def household_of(person: int, *, on: date) -> Membership | None:
    """Where a person belongs on a day."""
    places = Membership.objects.filter(Q(until=None) | Q(until__gt=on), person=person, since__lte=on)
    return places.select_related("household").first()


def users() -> list[Holder]:
    """Every user with their roles, by login."""
    held: dict[int, list[tuple[str, str, bool]]] = {}
    for grant in RoleGrant.objects.filter(revoked_at=None).select_related("region").order_by("role"):
        region = grant.region.code if grant.region else ""
        held.setdefault(grant.user_id, []).append((grant.role, region, in_force(grant)))
    every = User.objects.order_by("login")
    return [Holder(user.login, user.name, user.is_active, tuple(held.get(user.id, ()))) for user in every]


def in_force(grant: RoleGrant) -> bool:
    """A privileged role waits for its second signature; the first administrators came with none (S5)."""
    return grant.asked_by_id is None or grant.confirmed_by_id is not None or not ROLES[grant.role].privileged


def user_names(numbers: Iterable[int | None]) -> dict[int, str]:
    """What users are called, by number."""
    wanted = {number for number in numbers if number is not None}
    return dict(User.objects.filter(id__in=wanted).values_list("id", "name"))


def who_may(permission: str) -> list[tuple[int, str]]:
    """Users who hold a permission everywhere, (number, name), by name."""
    roles = [name for name, role in ROLES.items() if permission in role.permissions and name != "system"]
    held = RoleGrant.objects.filter(role__in=roles, revoked_at=None, user__is_active=True).select_related("user")
    return sorted({(grant.user_id, grant.user.name) for grant in held if in_force(grant)}, key=lambda one: one[1])


class View(NamedTuple):
    """What somebody keeps of a list under a name; ``query`` as in its address."""

    id: int
    user: int
    name: str
    query: str
    shared: bool


def saved_views(listing: str, *, user: int) -> list[View]:
    """One's own views of a list, then those that colleagues share, each by name."""
    found = SavedView.objects.filter(Q(user=user) | Q(shared=True), listing=listing).order_by("name", "id")[:100]
    views = [View(view.id, view.user_id, view.name, view.query, view.shared) for view in found]
    return sorted(views, key=lambda view: view.user != user)
