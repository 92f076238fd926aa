"""Above the ceiling of a book two people approve (S7); that ceiling is changed by two people, too."""

from __future__ import annotations

from tiwizi.records.money.models import Book, CeilingChange
from tiwizi.records.money.queries.funds import book_called
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.two_people import ask, assert_another, confirm, refuse, waiting


@operation("money.ask_ceiling", need="money.close")
def ask_ceiling(act: Act, *, book: str, amount: int | None) -> int:
    """Ask for another ceiling (minor units), or for none; the number of the change. Refused: no_such_book,
    amount_negative, amount_is_that."""
    within = book_called(book)
    act.about("book", within.id)
    assert_another(amount, now=within.ceiling)
    return ask(act, CeilingChange, {"book": within}, ceiling=amount).id


@operation("money.confirm_ceiling", need="money.close")
def confirm_ceiling(act: Act, *, change: int) -> str:
    """What somebody else asked for holds from now on; the code of the book. Refused: no_such_change, two_people."""
    asked = confirm(act, waiting(CeilingChange, change))
    act.about("book", asked.book_id)
    Book.objects.filter(id=asked.book_id).update(ceiling=asked.ceiling)
    return asked.book.code


@operation("money.refuse_ceiling", need="money.close")
def refuse_ceiling(act: Act, *, change: int) -> str:
    """The ceiling stays; who asked may take it back. The code of the book. Refused: no_such_change."""
    asked = refuse(act, waiting(CeilingChange, change))
    act.about("book", asked.book_id)
    return asked.book.code
