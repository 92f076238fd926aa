"""Entries by hand: what was asked, by whom, and what became of it; and ceilings that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet, Sum

from tiwizi.records.money.models import SOURCES, CeilingChange, Entry, Leg
from tiwizi.records.money.queries.journal import name
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.two_people import Wish, wish

STATES = ("waiting", "confirmed", "refused")


class LegRow(NamedTuple):
    """A part of an entry: codes and names of accounts (language -> text), minor units."""

    debit: str
    credit: str
    amount: int
    payee: int | None


@dataclass(frozen=True)
class EntryRow:
    """``amount``: what it books, in minor units. ``reverses``: the name of the transfer that it takes back. ``line``:
    of a statement, that it explains. ``answered_by``: who confirmed or refused it."""

    number: int
    book: str
    source: str
    day: date
    memo: str
    amount: int
    reverses: str
    line: int | None
    asked_by: int
    asked_name: str
    asked_at: datetime
    state: str
    answered_name: str
    answered_at: datetime | None


def entries(*, limit: int = 5_000) -> list[EntryRow]:
    """The latest first."""
    return _told(_told_about(Entry.objects.all()).order_by("-id")[:limit])


def entry_numbered(number: int) -> tuple[EntryRow, list[LegRow]] | None:
    """An entry with its legs; of a reversal, the one that it will book."""
    found = _told(_told_about(Entry.objects.filter(id=number)))
    if not found:
        return None
    entry = Entry.objects.select_related("reverses__debit", "reverses__credit").get(id=number)
    back = entry.reverses
    if back is not None:
        return found[0], [LegRow(back.credit.code, back.debit.code, back.amount, back.payee_id)]
    legs = Leg.objects.filter(entry=entry).select_related("debit", "credit").order_by("number")
    return found[0], [LegRow(leg.debit.code, leg.credit.code, leg.amount, leg.payee_id) for leg in legs]


def _told_about(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    return rows.select_related("book", "reverses").annotate(sum=Sum("legs__amount"))


def _told(rows: QuerySet[Entry]) -> list[EntryRow]:
    found = list(rows)
    names = user_names(who for row in found for who in (row.asked_by, row.confirmed_by, row.refused_by))
    return [_row(row, names) for row in found]


def _row(row: Entry, names: dict[int, str]) -> EntryRow:
    back = row.reverses
    amount = back.amount if back is not None else int(getattr(row, "sum", 0) or 0)
    state = "confirmed" if row.confirmed_by is not None else "refused" if row.refused_by is not None else "waiting"
    return EntryRow(
        row.id, row.book.code, SOURCES[row.source], row.day, row.memo, amount,
        name(back.source, back.subject, back.part) if back is not None else "", row.line_id, row.asked_by,
        names.get(row.asked_by, ""), row.asked_at, state, names.get(row.confirmed_by or row.refused_by or 0, ""),
        row.confirmed_at or row.refused_at,
    )  # fmt: skip


def waiting_ceiling(book: str) -> Wish | None:
    """The ceiling of a book that somebody asked for."""
    return wish(CeilingChange.objects.filter(book__code=book), "ceiling")
