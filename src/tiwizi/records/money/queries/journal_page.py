"""The journal as people turn over it, a transfer at a time; one transfer with what it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from tiwizi.records.database.keyset import keyset
from tiwizi.records.money.models import SOURCES, Account, Transfer
from tiwizi.records.money.queries.journal import name

#: What a transfer can come from.
KINDS = SOURCES
#: More rows are not added up while somebody waits.
MOST_ADDED = 200_000


@dataclass(frozen=True)
class Row:
    """A transfer. ``debit`` and ``credit``: what it moved on the account that is asked for, on both sides where none
    is, in minor units. ``reverses``: the name of the transfer that it takes back, "" for none."""

    id: int
    name: str
    source: str
    subject: int
    part: int
    day: date
    book: str
    debited: str
    credited: str
    amount: int
    debit: int | None
    credit: int | None
    memo: str
    payee: int | None
    reverses: str


@dataclass(frozen=True)
class JournalPage:
    """A page; ``count``, ``debit`` and ``credit`` of all that is asked for, None and 0 where that is too much."""

    rows: list[Row]
    next: str
    count: int | None
    debit: int
    credit: int


def journal_page(
    *, book: str = "", account: str = "", source: str = "", since: date | None = None, until: date | None = None,
    words: str = "", descending: bool = True, after: str = "", size: int = 50,
) -> JournalPage:  # fmt: skip
    """Transfers in the order in which they were booked. account: a code, on either side. words: of the label."""
    found = Transfer.objects.all()
    if book:
        found = found.filter(book__code=book)
    if source in SOURCES:
        found = found.filter(source=SOURCES.index(source))
    if since:
        found = found.filter(day__gte=since)
    if until:
        found = found.filter(day__lte=until)
    for word in words.split():
        found = found.filter(memo__icontains=word)
    sides = set(Account.objects.filter(code=account).values_list("id", flat=True)) if account else set()
    if account:
        listed = list(sides)
        found = found.filter(debit__in=listed) | found.filter(credit__in=listed)
    rows, following = keyset(_told_about(found), by="id", descending=descending, after=after, size=size)
    return JournalPage([_told(row, sides) for row in rows], following, *_sums(found, sides))


def _sums(found: QuerySet[Transfer], sides: set[int]) -> tuple[int | None, int, int]:
    some = found.order_by().values_list("amount", "debit_id", "credit_id")[: MOST_ADDED + 1]
    sql, params = some.query.sql_with_params()
    within = ", ".join(map(str, sides)) or "NULL"
    debit = f"CASE WHEN debit_id IN ({within}) THEN amount ELSE 0 END" if sides else "amount"
    credit = f"CASE WHEN credit_id IN ({within}) THEN amount ELSE 0 END" if sides else "amount"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), SUM({debit}), SUM({credit}) FROM ({sql}) q", params)
        count, debits, credits = cursor.fetchone()
    return (None, 0, 0) if count > MOST_ADDED else (count, int(debits or 0), int(credits or 0))


def transfer_named(source: str, subject: int, part: int) -> Row | None:
    """A transfer by what it comes from; None where there is none."""
    if source not in SOURCES:
        return None
    found = _told_about(Transfer.objects.filter(source=SOURCES.index(source), subject=subject, part=part)).first()
    return _told(found, set()) if found is not None else None


def reversal_of(transfer: int) -> Row | None:
    """What took a transfer back."""
    found = _told_about(Transfer.objects.filter(reverses=transfer)).first()
    return _told(found, set()) if found is not None else None


def _told_about(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.select_related("book", "debit", "credit", "reverses")


def _told(row: Transfer, sides: set[int]) -> Row:
    back = row.reverses
    return Row(
        row.id, name(row.source, row.subject, row.part), SOURCES[row.source], row.subject, row.part, row.day,
        row.book.code, row.debit.code, row.credit.code, row.amount,
        row.amount if not sides or row.debit_id in sides else None,
        row.amount if not sides or row.credit_id in sides else None, row.memo, row.payee_id,
        name(back.source, back.subject, back.part) if back is not None else "",
    )  # fmt: skip
