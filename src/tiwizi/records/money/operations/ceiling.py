"""Above the ceiling of a book two people approve (S7); that ceiling is changed by two people, too."""

from __future__ import annotations

from tiwizi.records.money.models import Book, CeilingChange
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("money.ask_ceiling", need="money.close")
def ask_ceiling(act: Act, *, book: str, ceiling: int | None) -> int:
    """Ask for another ceiling (minor units), or for none; the number of the change. What waited is given up. Refused:
    no_such_book, ceiling_negative, ceiling_is_that."""
    within = Book.objects.filter(code=book).first()
    if within is None:
        raise Refused("no_such_book", code=book, known=", ".join(Book.objects.values_list("code", flat=True)) or "-")
    act.about("book", within.id)
    if ceiling is not None and ceiling < 0:
        raise Refused("ceiling_negative")
    if ceiling == within.ceiling:
        raise Refused("ceiling_is_that")
    waiting = CeilingChange.objects.filter(book=within, confirmed_by=None, refused_by=None)
    waiting.update(refused_by=act.by.user, refused_at=act.at)
    return CeilingChange.objects.create(book=within, ceiling=ceiling, asked_by=act.by.user, asked_at=act.at).id


@operation("money.confirm_ceiling", need="money.close")
def confirm_ceiling(act: Act, *, change: int) -> str:
    """What somebody else asked for holds from now on; the code of the book. Refused: no_such_change, two_people."""
    asked = _waiting(change)
    act.about("book", asked.book_id)
    if asked.asked_by == act.by.user:
        raise Refused("two_people")
    asked.confirmed_by, asked.confirmed_at = act.by.user, act.at
    asked.save()
    asked.book.ceiling = asked.ceiling
    asked.book.save()
    return asked.book.code


@operation("money.refuse_ceiling", need="money.close")
def refuse_ceiling(act: Act, *, change: int) -> str:
    """The ceiling stays; who asked may take it back. The code of the book. Refused: no_such_change."""
    asked = _waiting(change)
    act.about("book", asked.book_id)
    asked.refused_by, asked.refused_at = act.by.user, act.at
    asked.save()
    return asked.book.code


def _waiting(change: int) -> CeilingChange:
    asked = CeilingChange.objects.select_for_update(of=("self",)).select_related("book").filter(
        id=change, confirmed_by=None, refused_by=None
    ).first()  # fmt: skip
    if asked is None:
        raise Refused("no_such_change", number=change)
    return asked
