"""The journal: transfers as values, in the order in which they were booked, for exports and for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.db.models import Min

from tiwizi.records.money.models import SOURCES, Account, Book
from tiwizi.records.money.models import Transfer as Booked
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules import chart as charts
from tiwizi.rules.ledger import Transfer

#: Rows at a time.
_PIECE = 20_000
_ROWS = """
    SELECT t.id, t.source, t.subject, t.part, t.day, b.code, d.code, c.code, t.amount, t.memo, t.payee_id,
           r.source, r.subject, r.part
    FROM money_transfer t JOIN money_book b ON b.id = t.book_id
    JOIN money_account d ON d.id = t.debit_id JOIN money_account c ON c.id = t.credit_id
    LEFT JOIN money_transfer r ON r.id = t.reverses_id
    WHERE t.id > %s {where} ORDER BY t.id LIMIT %s"""


def journal(*, book: str | None = None, since: date | None = None, until: date | None = None) -> Iterator[Transfer]:
    """Every transfer from a day to a day, both included, piece by piece. ``party``: the number of the payee."""
    narrowed = {"AND b.code = %s": book, "AND t.day >= %s": since, "AND t.day <= %s": until}
    where = " ".join(words for words, value in narrowed.items() if value is not None)
    values = [value for value in narrowed.values() if value is not None]
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS.format(where=where), [last, *values, _PIECE])
            rows = cursor.fetchall()
        for _, source, subject, part, day, fund, debit, credit, amount, memo, payee, *taken_back in rows:
            yield Transfer(
                name(source, subject, part), day, f"{fund}:{debit}", f"{fund}:{credit}", amount, memo,
                name(*taken_back) if taken_back[0] is not None else "", f"P{payee}" if payee is not None else "",
            )  # fmt: skip
        if len(rows) < _PIECE:
            return
        last = rows[-1][0]


def name(source: int, subject: int, part: int) -> str:
    """What a transfer is called for ever: ``payment:4711/3``, from what it comes from."""
    return f"{SOURCES[source]}:{subject}/{part}"


def chart() -> charts.Chart:
    """The books as they are kept here, as a chart: what the exports name accounts by."""
    funds = {
        book.code: charts.Fund(book.code, book.name, tuple(book.layers.split())) for book in Book.objects.order_by("id")
    }
    accounts = [
        charts.Account(account.book.code, account.code, account.kind, account.name, frozenset(account.roles.split()))
        for account in Account.objects.select_related("book").order_by("id")
    ]
    return charts.Chart(funds, {account.id: account for account in accounts})


def currency_of_books() -> str:
    """The currency that all books are kept in. Raises Refused where they are kept in several."""
    found = list(Book.objects.order_by("currency").values_list("currency", flat=True).distinct())
    if len(found) != 1:
        raise Refused("books_of_several_currencies" if found else "no_books", currencies=", ".join(found))
    return found[0]


def first_day() -> date | None:
    """The day of the first transfer."""
    found: date | None = Booked.objects.aggregate(first=Min("day"))["first"]
    return found
