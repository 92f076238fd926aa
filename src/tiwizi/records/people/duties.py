"""What waits for somebody among people: accounts and roles that a second person confirms."""

from __future__ import annotations

from django.db.models import Q

from tiwizi.records.people.models import BankAccount, RoleGrant
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import ROLES
from tiwizi.records.trail.waits import Waits, waits


def accounts_to_confirm(by: By) -> Waits:
    """Accounts that somebody else asked for and nobody has confirmed (S4)."""
    asked = BankAccount.objects.filter(confirmed_by=None, ended_at=None).exclude(asked_by=by.user)
    return waits(asked, since="asked_at")


def grants_to_confirm(by: By) -> Waits:
    """Privileged roles that wait for a third person: neither who asked nor who is to have it (S5)."""
    privileged = [name for name, role in ROLES.items() if role.privileged]
    asked = RoleGrant.objects.filter(
        role__in=privileged, confirmed_by=None, revoked_at=None, asked_by__isnull=False
    ).exclude(Q(asked_by=by.user) | Q(user=by.user))
    return waits(asked, since="asked_at")
