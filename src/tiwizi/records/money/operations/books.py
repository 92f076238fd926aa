"""Books are opened from a chart; what is booked by hand is asked for by one and confirmed by another (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from tiwizi import packs
from tiwizi.formats.latin import latin
from tiwizi.records.money.models import (
    DECISION,
    MANUAL,
    MAX_TRANSFER,
    OPENING,
    REVERSAL,
    Account,
    Book,
    Entry,
    Leg,
    Match,
    Period,
    StatementLine,
    Transfer,
)
from tiwizi.records.money.queries.funds import book_called
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.two_people import confirm, refuse
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.rib import read_rib


class Move(NamedTuple):
    """A leg as it is asked for: accounts by their codes, whole minor units. ``payee``: whom it is owed to, where one of
    the accounts is payable."""

    debit: str
    credit: str
    amount: int
    payee: int | None = None


@operation("money.open_books", need="money.close")
def open_books(
    act: Act,
    *,
    country: str,
    currency: str = "MAD",
    payer: str = "",
    banks: Mapping[str, str] | None = None,
    ceilings: Mapping[str, int] | None = None,
    pays: Mapping[str, str] | None = None,
) -> list[str]:
    """A book for each fund of a pack's chart, with its accounts: those that are not there yet. The codes of the
    new books.

    payer: the mutual's name as its bank knows it, in Latin letters. banks: fund -> RIB of its account at the bank.
    ceilings: fund -> minor units above which a batch has two approvers. pays: fund -> layers of plans that it pays
    besides those of the chart, parted by spaces. A book that is there keeps what it has, and takes the first three
    where it has none. Refused: account_number, payer_not_latin.
    """
    opened, chart = [], packs.chart(country)
    if latin(payer) is None:
        raise Refused("payer_not_latin", payer=payer)
    for fund in chart.funds.values():
        book, is_new = Book.objects.get_or_create(
            code=fund.id,
            defaults={
                "name": dict(fund.name),
                "currency": currency,
                "layers": " ".join((*fund.layers, *(pays or {}).get(fund.id, "").split())),
            },
        )
        book.payer = book.payer or payer
        book.rib = book.rib or _rib((banks or {}).get(fund.id))
        book.ceiling = (ceilings or {}).get(fund.id) if book.ceiling is None else book.ceiling
        book.save()
        known = set(book.accounts.values_list("code", flat=True))
        Account.objects.bulk_create(
            Account(
                book=book, code=account.code, kind=account.kind, roles=" ".join(sorted(account.roles)),
                name=dict(account.name),
            )
            for account in chart.of_fund(fund.id)
            if account.code not in known
        )  # fmt: skip
        opened += [fund.id] if is_new else []
    act.about("books", len(chart.funds))
    return opened


def _rib(text: str | None) -> str | None:
    if text is None:
        return None
    rib = read_rib(text)
    if isinstance(rib, Mistake):
        raise Refused("account_number", why=rib)
    return rib


@operation("money.ask_entry", need="money.post")
def ask_entry(
    act: Act, *, book: str, day: date, memo: str, moves: Sequence[Sequence[Any]], opening: bool = False,
    line: int | None = None,
) -> int:  # fmt: skip
    """Ask for something to be booked by hand; the number of the entry. moves: (debit, credit, amount[, payee]), as
    ``Move``. opening: what the books held before they were kept here. line: of a statement, which stands in suspense
    and this explains."""
    within = book_called(book)
    act.about("book", within.id)
    _assert_open(within, day)
    accounts = {account.code: account for account in within.accounts.all()}
    legs = [_leg(Move(*move), accounts, number) for number, move in enumerate(moves, 1)]
    if not legs or not memo.strip():
        raise Refused("entry_empty")
    if line is not None:
        _assert_unexplained(within, line)
    entry = Entry.objects.create(
        book=within, source=OPENING if opening else MANUAL, day=day, memo=memo[:140], line_id=line,
        asked_by=act.by.user, asked_at=act.at,
    )  # fmt: skip
    for leg in legs:
        leg.entry = entry
    Leg.objects.bulk_create(legs)
    return entry.id


def _leg(move: Move, accounts: Mapping[str, Account], number: int) -> Leg:
    for code in (move.debit, move.credit):
        if code not in accounts:
            raise Refused("no_such_account", code=code)
    debit, credit = accounts[move.debit], accounts[move.credit]
    if debit == credit:
        raise Refused("same_account", code=move.debit)
    if not 0 < move.amount <= MAX_TRANSFER:
        raise Refused("amount_not_positive", amount=move.amount)
    payable = "payable" in debit.roles or "payable" in credit.roles
    if payable != (move.payee is not None):
        raise Refused("payee_where_payable", code=move.credit if "payable" in credit.roles else move.debit)
    return Leg(number=number, debit=debit, credit=credit, amount=move.amount, payee_id=move.payee)


@operation("money.ask_reversal", need="money.post")
def ask_reversal(act: Act, *, transfer: int, day: date, memo: str) -> int:
    """Ask for an entry made by hand to be taken back, a leg at a time; the number of the entry that will."""
    first = Transfer.objects.filter(id=transfer).select_related("book").first()
    if first is None:
        raise Refused("no_such_transfer", number=transfer)
    if first.source not in (OPENING, MANUAL):
        raise Refused("not_by_hand" if first.source != DECISION else "decision_is_corrected", number=transfer)
    if Transfer.objects.filter(source=REVERSAL, subject=transfer).exists():
        raise Refused("reversed_before", number=transfer)
    _assert_open(first.book, day)
    entry = Entry.objects.create(
        book=first.book, source=REVERSAL, reverses=first, day=day, memo=memo[:140], asked_by=act.by.user,
        asked_at=act.at,
    )  # fmt: skip
    act.about("book", first.book_id)
    return entry.id


@operation("money.confirm_entry", need="money.post")
def confirm_entry(act: Act, *, entry: int) -> int:
    """Book what somebody else asked for; how many transfers it became."""
    asked = confirm(act, _waiting(entry))
    act.about("book", asked.book_id)
    _assert_open(asked.book, asked.day)
    if asked.reverses_id and Transfer.objects.filter(source=REVERSAL, subject=asked.reverses_id).exists():
        raise Refused("reversed_before", number=asked.reverses_id)
    act.note(entry=entry)
    with connection.cursor() as cursor:
        cursor.execute(_BOOK_REVERSAL if asked.source == REVERSAL else _BOOK_LEGS, [entry])
        booked = int(cursor.rowcount)
    if asked.line_id is not None:
        _assert_unexplained(asked.book, asked.line_id)
        first = Transfer.objects.filter(source=asked.source, subject=entry).earliest("part")
        Match.objects.create(line_id=asked.line_id, transfer=first)
    return booked


_COLUMNS = "book_id, debit_id, credit_id, amount, day, source, subject, part, payee_id, reverses_id, memo"
_BOOK_LEGS = f"""INSERT INTO money_transfer ({_COLUMNS})
    SELECT e.book_id, l.debit_id, l.credit_id, l.amount, e.day, e.source, e.id, l.number, l.payee_id, NULL, e.memo
    FROM money_entry e JOIN money_leg l ON l.entry_id = e.id WHERE e.id = %s ORDER BY l.number"""
_BOOK_REVERSAL = f"""INSERT INTO money_transfer ({_COLUMNS})
    SELECT t.book_id, t.credit_id, t.debit_id, t.amount, e.day, e.source, t.id, 0, t.payee_id, t.id, e.memo
    FROM money_entry e JOIN money_transfer t ON t.id = e.reverses_id WHERE e.id = %s"""


@operation("money.refuse_entry", need="money.post")
def refuse_entry(act: Act, *, entry: int) -> int:
    """It will not be booked: who asked may take it back, and anybody who may confirm it may refuse it."""
    act.about("book", refuse(act, _waiting(entry)).book_id)
    return entry


def _waiting(entry: int) -> Entry:
    asked = Entry.objects.select_for_update(of=("self",)).select_related("book").filter(id=entry).first()
    if asked is None:
        raise Refused("no_such_entry", number=entry)
    if asked.confirmed_by is not None or asked.refused_by is not None:
        raise Refused("entry_answered", number=entry)
    return asked


def _assert_unexplained(book: Book, line: int) -> None:
    if not StatementLine.objects.filter(id=line, book=book).exists():
        raise Refused("no_such_line", number=line)
    if Match.objects.filter(line=line).exists():
        raise Refused("line_explained", number=line)


def _assert_open(book: Book, day: date) -> None:
    closed = Period.objects.filter(book=book, closed_at__isnull=False, since__lte=day, until__gt=day).first()
    if closed is not None:
        raise Refused("period_closed", day=day, closed=closed.until)
