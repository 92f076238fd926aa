"""Above the limit of a single reviewer two people answer a file (S7); that limit is changed by two people, too."""

from __future__ import annotations

from tiwizi.records.care.models import ReviewLimit
from tiwizi.records.care.queries.limit import review_limit
from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("care.ask_limit", need="care.set_limit")
def ask_limit(act: Act, *, amount: int | None) -> int:
    """Ask for another limit (minor units), or for none; the number of the change. What waited is given up. Refused:
    limit_negative, limit_is_that."""
    take_turn("review_limit")
    act.note(amount=amount)
    if amount is not None and amount < 0:
        raise Refused("limit_negative")
    if amount == review_limit():
        raise Refused("limit_is_that")
    waiting = ReviewLimit.objects.filter(confirmed_by=None, refused_by=None)
    waiting.update(refused_by=act.by.user, refused_at=act.at)
    return ReviewLimit.objects.create(amount=amount, asked_by=act.by.user, asked_at=act.at).id


@operation("care.confirm_limit", need="care.set_limit")
def confirm_limit(act: Act, *, change: int) -> int:
    """What somebody else asked for holds from now on; the change. Refused: no_such_change, two_people."""
    asked = _waiting(change)
    if asked.asked_by == act.by.user:
        raise Refused("two_people")
    asked.confirmed_by, asked.confirmed_at = act.by.user, act.at
    asked.save()
    act.note(amount=asked.amount)
    return asked.id


@operation("care.refuse_limit", need="care.set_limit")
def refuse_limit(act: Act, *, change: int) -> int:
    """The limit stays; who asked may take it back. The change. Refused: no_such_change."""
    asked = _waiting(change)
    asked.refused_by, asked.refused_at = act.by.user, act.at
    asked.save()
    return asked.id


def _waiting(change: int) -> ReviewLimit:
    take_turn("review_limit")
    asked = ReviewLimit.objects.filter(id=change, confirmed_by=None, refused_by=None).first()
    if asked is None:
        raise Refused("no_such_change", number=change)
    return asked
