"""Above the limit of a single reviewer two people answer a file (S7); that limit is changed by two people, too."""

from __future__ import annotations

from tiwizi.records.care.models import ReviewLimit
from tiwizi.records.care.queries.limit import review_limit
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.two_people import ask, assert_another, confirm, refuse, waiting


@operation("care.ask_limit", need="care.set_limit")
def ask_limit(act: Act, *, amount: int | None) -> int:
    """Ask for another limit (minor units), or for none; the number of the change. Refused: amount_negative,
    amount_is_that."""
    act.note(amount=amount)
    assert_another(amount, now=review_limit())
    return ask(act, ReviewLimit, amount=amount).id


@operation("care.confirm_limit", need="care.set_limit")
def confirm_limit(act: Act, *, change: int) -> int:
    """What somebody else asked for holds from now on; the change. Refused: no_such_change, two_people."""
    asked = confirm(act, waiting(ReviewLimit, change))
    act.note(amount=asked.amount)
    return asked.id


@operation("care.refuse_limit", need="care.set_limit")
def refuse_limit(act: Act, *, change: int) -> int:
    """The limit stays; who asked may take it back. The change. Refused: no_such_change."""
    return refuse(act, waiting(ReviewLimit, change)).id
