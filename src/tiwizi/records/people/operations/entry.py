"""How people come in and go: invited, let in again after a lost second factor, closed.

The link and the second factor themselves are the door's (doors/desk/sign_in.py); what stands here is who let whom in.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import FactorReset, RoleGrant, User
from tiwizi.records.people.operations.users import ADMINISTRATORS, FIRST_ROLE, a_user
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("people.invite", need="people.ask_grant")
def invite(act: Act, *, login: str) -> int:
    """Somebody else is given a link by which they set a password. Their number. Refused: no_such_user,
    not_for_oneself, user_closed."""
    return _somebody_else(act, login, open=True).id


@operation("people.ask_factor_reset", need="people.ask_grant")
def ask_factor_reset(act: Act, *, login: str) -> int:
    """Somebody lost their second factor; a second administrator confirms that it goes. The number of the request.
    Refused: no_such_user, not_for_oneself, user_closed, reset_waits."""
    user = _somebody_else(act, login, open=True)
    if FactorReset.objects.filter(user=user, ended_at=None).exists():
        raise Refused("reset_waits", login=login)
    return FactorReset.objects.create(user=user, asked_by_id=act.by.user, asked_at=act.at).id


@operation("people.confirm_factor_reset", need="people.confirm_grant")
def confirm_factor_reset(act: Act, *, login: str) -> int:
    """The second signature: neither of who asked nor of whose it is. Whoever calls takes the factor away in the same
    transaction. The number of the user. Refused: no_such_user, no_such_reset, third_person."""
    reset = _reset(act, login)
    if act.by.user in (reset.user_id, reset.asked_by_id):
        raise Refused("third_person")
    reset.confirmed_by_id, reset.confirmed_at, reset.ended_at = act.by.user, act.at, act.at
    reset.save()
    return reset.user_id


@operation("people.end_factor_reset", need="people.ask_grant")
def end_factor_reset(act: Act, *, login: str) -> int:
    """It was found again, or it was not who it seemed to be: the request is over. Refused: no_such_reset."""
    reset = _reset(act, login)
    reset.ended_at = act.at
    reset.save()
    return reset.id


@operation("people.close_user", need="people.ask_grant")
def close_user(act: Act, *, login: str) -> int:
    """Somebody does not work here any more: they come in no more, and all their roles are taken away, so that whoever
    opens the name again gives none back. How many roles. Refused: no_such_user, not_for_oneself, two_administrators."""
    user = _somebody_else(act, login)
    take_turn(ADMINISTRATORS)
    held = RoleGrant.objects.filter(user=user, revoked_at=None)
    if held.filter(role=FIRST_ROLE).exists() and _administrators().exclude(user=user).count() < 2:
        raise Refused("two_administrators")
    gone = held.update(revoked_by_id=act.by.user, revoked_at=act.at)
    FactorReset.objects.filter(user=user, ended_at=None).update(ended_at=act.at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return gone


@operation("people.open_user", need="people.ask_grant")
def open_user(act: Act, *, login: str) -> int:
    """Somebody works here again, without any role. Refused: no_such_user, not_for_oneself."""
    user = _somebody_else(act, login)
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user.id


def _somebody_else(act: Act, login: str, *, open: bool = False) -> User:
    act.within(None)
    user = a_user(login)
    act.about("user", user.id)
    if user.id == act.by.user:
        raise Refused("not_for_oneself")
    if open and not user.is_active:
        raise Refused("user_closed", login=login)
    return user


def _reset(act: Act, login: str) -> FactorReset:
    act.within(None)
    user = a_user(login)
    act.about("user", user.id)
    reset = FactorReset.objects.filter(user=user, ended_at=None).first()
    if reset is None:
        raise Refused("no_such_reset", login=login)
    return reset


def _administrators() -> QuerySet[RoleGrant]:
    """Grants of administrators in force, of users who still work here."""
    held = RoleGrant.objects.filter(role=FIRST_ROLE, revoked_at=None, user__is_active=True)
    return held.filter(Q(asked_by=None) | Q(confirmed_by__isnull=False))
