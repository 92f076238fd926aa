"""A bank's statement comes in: each movement once, matched to what it is, booked, the rest to suspense.

One transaction: a statement is taken whole or not at all. What is booked is named after the line of the statement or
after the order, so that nothing is booked twice whatever comes in again. A line is matched by our reference and the
amount together, never by a guess; one that stays in suspense is tried again with every statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from tiwizi.formats.statement import Movement
from tiwizi.formats.statement import Statement as Read
from tiwizi.records.database.columns import read_matching, reserve_ids, write_columns
from tiwizi.records.database.locks import take_turn
from tiwizi.records.money.models import STATEMENT, Book, Period, Statement, StatementLine
from tiwizi.records.money.operations.match import account_of, match_all, match_by_hand, match_part
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.refusal import Refused

#: Our own references, of orders and of batches, in whatever text a bank makes of them.
_OURS = re.compile(r"TWZ(?:-B\d{10}|\d{12})")


@operation("money.take_statement", need="money.reconcile")
def take_statement(act: Act, *, statement: Read, digest: bytes) -> dict[str, Any]:
    """Take a statement that formats/camt053 or formats/bank_statement_csv has read. digest: SHA-256 of its file.

    Answer: {"statement", "lines": new ones, "known": those that another statement brought, "paid", "returned": orders,
    "suspense": new lines that nothing explains}. The same file again brings nothing. Refused: no_such_bank_account,
    another_statement (the same number with other content).
    """
    book = Book.objects.filter(rib=statement.account).first()
    if book is None:
        raise Refused("no_such_bank_account", account=statement.account)
    act.about("book", book.id)
    take_turn(f"money.statement:{book.id}")
    before = Statement.objects.filter(digest=digest).first()
    if before is not None:
        return _answer(before.id, 0, len(statement.movements), {"paid": 0, "returned": 0}, 0)
    if Statement.objects.filter(book=book, identifier=statement.id[:60]).exists():
        raise Refused("another_statement", number=statement.id)
    days = [movement.day for movement in statement.movements] or [act.day]
    taken = Statement.objects.create(
        book=book, identifier=statement.id[:60], digest=digest, since=min(days), until=max(days),
        opening=statement.opening, closing=statement.closing,
    )  # fmt: skip
    lines = _write_lines(taken, statement)
    found = match_all(book)
    suspense = _to_suspense(book, taken)
    return _answer(taken.id, lines, len(statement.movements) - lines, found, suspense)


def _answer(statement: int, lines: int, known: int, found: dict[str, int], suspense: int) -> dict[str, Any]:
    return {"statement": statement, "lines": lines, "known": known, **found, "suspense": suspense}


@operation("money.match_line", need="money.reconcile")
def match_line(act: Act, *, line: int, order: str) -> int:
    """Say which order a line in suspense is: it paid it, or it is its money come back; the amounts must be the same.
    The order's number."""
    found = StatementLine.objects.select_related("book").filter(id=line).first()
    if found is None:
        raise Refused("no_such_line", number=line)
    act.about("book", found.book_id)
    take_turn(f"money.statement:{found.book_id}")
    return match_by_hand(found, order)


@operation("money.match_part", need="money.reconcile")
def match_part_of_batch(act: Act, *, line: int, batch: int, without: Sequence[str] = ()) -> int:
    """Say that a line in suspense is what was left of a batch, without some of its orders that the bank did not pay in
    it. How many orders it paid. Refused: no_such_line, line_explained, no_such_order, sum_differs."""
    found = StatementLine.objects.select_related("book").filter(id=line).first()
    if found is None:
        raise Refused("no_such_line", number=line)
    act.about("book", found.book_id)
    take_turn(f"money.statement:{found.book_id}")
    return match_part(found, batch, without)


@dataclass(frozen=True)
class Preview:
    """What taking a statement would do, without doing it: (how many, minor units) of movements. ``book``: whose it is;
    ``expected``: the closing balance of the statement before, None where there is none: it should be its opening."""

    book: str
    new: int
    known: int
    came: tuple[int, int]
    left: tuple[int, int]
    paid: tuple[int, int]
    returned: tuple[int, int]
    suspense: tuple[int, int]
    expected: int | None
    taken_before: bool


def preview(by: By, *, statement: Read, digest: bytes) -> Preview:
    """What ``take_statement`` would do: it is done and undone in one transaction, so that the two cannot differ.
    Raises Refused as it does."""
    before = Statement.objects.filter(digest=digest).exists()
    last = Statement.objects.filter(book__rib=statement.account).order_by("-until", "-id").first()
    with transaction.atomic():
        answer = take_statement(replace(by, key=None), statement=statement, digest=digest)
        lines = StatementLine.objects.filter(statement=answer["statement"])
        kinds = {
            "came": Q(amount__gt=0), "left": Q(amount__lt=0), "paid": Q(match__isnull=False, match__returned=False),
            "returned": Q(match__returned=True), "suspense": Q(match=None),
        }  # fmt: skip
        sums = {name: _sum(lines.filter(which)) for name, which in kinds.items()}
        book = Book.objects.get(rib=statement.account).code
        transaction.set_rollback(True)
    return Preview(
        book, answer["lines"], answer["known"], **sums, expected=last.closing if last else None, taken_before=before
    )


def _sum(lines: QuerySet[StatementLine]) -> tuple[int, int]:
    sums = lines.aggregate(n=Count("pk"), sum=Sum("amount"))
    return sums["n"], int(sums["sum"] or 0)


def _write_lines(taken: Statement, statement: Read) -> int:
    """The movements that no statement brought yet; how many."""
    known = _known(taken.book_id, identities := statement.identities())
    new = [
        (number, movement, identity)
        for number, (movement, identity) in enumerate(zip(statement.movements, identities, strict=True), 1)
        if identity not in known
    ]
    if not new:
        return 0
    numbers, movements, names = zip(*new, strict=True)
    first = reserve_ids(StatementLine, len(new))
    same = np.full(len(new), 1)
    days = [movement.day for movement in movements]
    return write_columns(
        StatementLine,
        {
            "id": np.arange(first, first + len(new)),
            "statement": same * taken.id,
            "book": same * taken.book_id,
            "number": np.array(numbers),
            "day": np.array(days, "datetime64[D]"),
            "booked_on": np.array(_open_days(taken.book_id, days), "datetime64[D]"),
            "amount": np.array([movement.amount for movement in movements]),
            "reference": pa.array([_reference(movement) for movement in movements]),
            "identity": pa.array(names),
            "bank_reference": pa.array([movement.bank_id[:60] for movement in movements]),
            "text": pa.array([movement.text[:200] for movement in movements]),
            "returned": np.array([bool(movement.return_reason) for movement in movements]),
            "reason": pa.array([movement.return_reason[:60] for movement in movements]),
        },
    )


def _known(book: int, identities: Sequence[str]) -> set[str]:
    rows = read_matching(
        "SELECT l.identity AS identity FROM {keys} k JOIN money_statementline l"
        " ON l.identity = k.key AND l.book_id = %s",
        identities,
        {"identity": "text"},
        [book],
    )
    return set(rows["identity"].to_pylist())


def _reference(movement: Movement) -> str:
    """Ours, wherever the bank has put it; else what it says."""
    ours = _OURS.search(movement.reference) or _OURS.search(movement.text)
    return ours[0] if ours else movement.reference[:35]


def _open_days(book: int, days: Sequence[date]) -> list[date]:
    """The day that each movement is booked on: the bank's, or the first after it that is not closed."""
    closed = Period.objects.filter(book_id=book, closed_at__isnull=False).order_by("since")
    periods = list(closed.values_list("since", "until"))
    moved = {}
    for day in set(days):
        at = day
        for since, until in periods:
            at = until if since <= at < until else at
        moved[day] = at
    return [moved[day] for day in days]


_LEFT = f"""
    INSERT INTO money_transfer
        (book_id, debit_id, credit_id, amount, day, source, subject, part, payee_id, reverses_id, memo)
    SELECT l.book_id, CASE WHEN l.amount > 0 THEN %s ELSE %s END, CASE WHEN l.amount > 0 THEN %s ELSE %s END,
           ABS(l.amount), l.booked_on, {STATEMENT}, l.id, 0, NULL, NULL, SUBSTR(l.text, 1, 140)
    FROM money_statementline l WHERE l.statement_id = %s
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.line_id = l.id) ORDER BY l.id"""


def _to_suspense(book: Book, taken: Statement) -> int:
    bank, suspense = account_of(book, "bank"), account_of(book, "suspense")
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [bank, suspense, suspense, bank, taken.id])
        return int(cursor.rowcount)
