"""The journal for an accountant's program, as a file of one of the formats that they read."""

from __future__ import annotations

from datetime import date
from typing import TextIO

from tiwizi.formats import beancount_text, journal_csv
from tiwizi.locale import text
from tiwizi.records.money.queries.journal import chart, currency_of_books, first_day, journal

#: format -> how its file's name ends.
FORMATS = {"sage": "csv", "odoo": "csv", "beancount": "beancount"}


def write(
    file: TextIO, format: str, *, book: str | None, since: date | None, until: date | None, lang: str, today: date
) -> int:
    """The transfers from a day to a day; how many rows. Raises Refused where books share no currency."""
    assert format in FORMATS, f"format is one of {tuple(FORMATS)}"
    transfers, currency = journal(book=book, since=since, until=until), currency_of_books()
    if format == "sage":
        return journal_csv.write_sage(file, transfers, chart(), currency=currency)
    if format == "odoo":
        return journal_csv.write_odoo(file, transfers, chart(), currency=currency)
    title, first = text("cli", "books_title", lang=lang), first_day() or today
    return beancount_text.write(file, transfers, chart(), title=title, currency=currency, since=first, lang=lang)
