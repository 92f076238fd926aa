"""Entries by hand that wait for a second person."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tiwizi.records.money.models import SOURCES, Entry, Leg, Transfer
from tiwizi.records.money.queries.journal import name


class EntryLeg(NamedTuple):
    """Codes of accounts; whole minor units."""

    debit: str
    credit: str
    amount: int
    payee: int | None


class WaitingEntry(NamedTuple):
    """``reverses``: the name of the transfer that it takes back, else "". ``asked_by``: the number of a user."""

    number: int
    book: str
    day: date
    memo: str
    asked_by: int
    reverses: str
    legs: tuple[EntryLeg, ...]


def waiting_entries(*, limit: int = 200) -> list[WaitingEntry]:
    """The oldest first."""
    found = Entry.objects.filter(confirmed_by=None, refused_by=None).select_related("book", "reverses").order_by("id")
    rows = list(found[:limit])
    legs: dict[int, list[EntryLeg]] = {}
    for leg in Leg.objects.filter(entry__in=rows).select_related("debit", "credit").order_by("entry", "number"):
        legs.setdefault(leg.entry_id, []).append(EntryLeg(leg.debit.code, leg.credit.code, leg.amount, leg.payee_id))
    return [
        WaitingEntry(
            row.id, row.book.code, row.day, row.memo, row.asked_by,
            name(row.reverses.source, row.reverses.subject, row.reverses.part) if row.reverses else "",
            tuple(legs.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def transfer_called(said: str) -> int | None:
    """The number of the transfer that the journal calls ``manual:3/1``; None where there is none."""
    source, _, rest = said.partition(":")
    subject, _, part = rest.partition("/")
    if source not in SOURCES or not subject.isdecimal() or not part.isdecimal():
        return None
    named = {"source": SOURCES.index(source), "subject": int(subject), "part": int(part)}
    return Transfer.objects.filter(**named).values_list("id", flat=True).first()
