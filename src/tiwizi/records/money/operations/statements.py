"""A bank's statement comes in: each movement once, matched to what it is, booked, the rest to suspense.

Part by part, so that others who write do not wait for all of it: a part's lines come in, are matched and booked in one
transaction. What is booked is named after the line of the statement or after the order, so that nothing is booked twice
whatever comes in again: a statement of which the end is missing, after a kill, is sent again and comes in whole. A line
is matched by our reference and the amount together, never by a guess; one that stays in suspense is tried again with
every statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from numpy.typing import NDArray

from tiwizi.formats.statement import Movement
from tiwizi.formats.statement import Statement as Read
from tiwizi.records.database.columns import add_columns, read_matching
from tiwizi.records.database.locks import giving_way, take_turn
from tiwizi.records.money.models import STATEMENT, Book, Period, Statement, StatementLine, Taking
from tiwizi.records.money.operations.match import (
    account_of,
    match_by_hand,
    match_lines,
    match_part,
    pay_orders,
    sent_in_one,
    settle,
    waiting_lines,
)
from tiwizi.records.trail.gate import Act, By, answered, assert_allowed, operation
from tiwizi.records.trail.refusal import Refused

#: Movements that are taken, matched and booked in one transaction.
PART = 4_000
NEED = "money.reconcile"
#: Our own references, of orders and of batches, in whatever text a bank makes of them.
_OURS = re.compile(r"TWZ(?:-B\d{10}|\d{12})")


def take_statement(by: By, *, statement: Read, digest: bytes) -> dict[str, Any]:
    """Take a statement that formats/camt053 or formats/bank_statement_csv has read. digest: SHA-256 of its file.

    Answer: {"statement", "lines": new ones, "known": those that another statement brought, "paid", "returned": orders,
    "suspense": new lines that nothing explains}. The same file again brings nothing. Refused: no_such_bank_account,
    another_statement (the same number with other content).
    """
    assert_allowed(by, "money.take_statement", need=NEED)
    done: dict[str, Any] | None = answered(
        by, "money.take_statement", digest=digest, movements=len(statement.movements)
    )
    if done is not None:
        return done
    part_by = replace(by, key=None)
    taken, whole = _open(part_by, statement=_head(statement), digest=digest)
    if not whole:
        for part in giving_way(_parts(statement)):
            _take(part_by, statement=taken, lines=part)
        for lines in giving_way(_pieces(waiting_lines(Statement.objects.get(id=taken).book_id))):
            _try_again(part_by, statement=taken, lines=lines)
        for orders in giving_way(_pieces(sent_in_one(Statement.objects.get(id=taken).book_id))):
            _pay_in_one(part_by, statement=taken, orders=orders)
    return _close(by, digest=digest, movements=len(statement.movements))


class Line(NamedTuple):
    """A movement, its place in the statement and what it is known by."""

    number: int
    movement: Movement
    identity: str


def _head(statement: Read) -> Read:
    """A statement without its movements, but for the first and the last day of them."""
    ends = sorted(statement.movements, key=lambda movement: movement.day)
    return replace(statement, movements=tuple(ends[:1] + ends[-1:]))


def _parts(statement: Read) -> Iterator[list[Line]]:
    named = zip(statement.movements, statement.identities(), strict=True)
    lines = [Line(number, movement, identity) for number, (movement, identity) in enumerate(named, 1)]
    return (lines[low : low + PART] for low in range(0, len(lines), PART))


def _pieces(ids: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    return (ids[low : low + PART] for low in range(0, len(ids), PART))


@operation("money.open_statement", need=NEED)
def _open(act: Act, *, statement: Read, digest: bytes) -> tuple[int, bool]:
    """The number of a statement, and whether it is in as a whole."""
    book = Book.objects.filter(rib=statement.account).first()
    if book is None:
        raise Refused("no_such_bank_account", account=statement.account)
    act.about("book", book.id)
    take_turn(f"money.statement:{book.id}")
    before = Statement.objects.filter(digest=digest).first()
    if before is not None:
        return before.id, not Taking.objects.filter(statement=before, ended_at=None).exists()
    if Statement.objects.filter(book=book, identifier=statement.id[:60]).exists():
        raise Refused("another_statement", number=statement.id)
    days = [movement.day for movement in statement.movements] or [act.day]
    taken = Statement.objects.create(
        book=book, identifier=statement.id[:60], digest=digest, since=min(days), until=max(days),
        opening=statement.opening, closing=statement.closing,
    )  # fmt: skip
    Taking.objects.create(statement=taken)
    return taken.id, False


@operation("money.take_lines", need=NEED)
def _take(act: Act, *, statement: int, lines: list[Line]) -> dict[str, int]:
    """Some movements of a statement: those that no statement brought yet, each matched or in suspense."""
    taking = _locked(act, statement)
    new = _new(taking.statement, lines)
    found = {"lines": len(new), "paid": 0, "returned": 0, "suspense": 0}
    if new:
        ids = _write_lines(taking.statement, new)
        found |= match_lines(taking.statement.book, ids)
        found["suspense"] = _to_suspense(taking.statement, ids)
    return _count(taking, found)


@operation("money.try_again", need=NEED)
def _try_again(act: Act, *, statement: int, lines: NDArray[np.int64]) -> dict[str, int]:
    """Lines that stand in suspense, now that there are other orders and other lines."""
    taking = _locked(act, statement)
    return _count(taking, match_lines(taking.statement.book, lines))


@operation("money.pay_in_one", need=NEED)
def _pay_in_one(act: Act, *, statement: int, orders: NDArray[np.int64]) -> dict[str, int]:
    """Orders of batches that the bank paid in one sum."""
    taking = _locked(act, statement)
    return _count(taking, {"paid": pay_orders(orders)})


@operation("money.take_statement", need=NEED)
def _close(act: Act, *, digest: bytes, movements: int) -> dict[str, Any]:
    """It is in as a whole: what it brought, or nothing where it was in before."""
    taken = Statement.objects.get(digest=digest)
    taking = Taking.objects.filter(statement=taken, ended_at=None).first()
    if taking is None:
        act.about("book", taken.book_id)
        return {"statement": taken.id, "lines": 0, "known": movements, "paid": 0, "returned": 0, "suspense": 0}
    taking = _locked(act, taken.id)
    settle(taken.book)
    taking.ended_at = act.at
    taking.save()
    counts = {"lines": taking.lines, "known": movements - taking.lines, "paid": taking.paid}
    return {"statement": taken.id, **counts, "returned": taking.returned, "suspense": taking.suspense}


def _locked(act: Act, statement: int) -> Taking:
    """A statement that nobody else takes lines of meanwhile, nor of another one of its book."""
    found = Taking.objects.select_related("statement__book").get(statement=statement)
    act.about("book", found.statement.book_id)
    take_turn(f"money.statement:{found.statement.book_id}")
    found.refresh_from_db(fields=["lines", "paid", "returned", "suspense", "ended_at"])
    return found


def _count(taking: Taking, found: dict[str, int]) -> dict[str, int]:
    if taking.ended_at is None:
        for name, many in found.items():
            setattr(taking, name, getattr(taking, name) + many)
        taking.save()
    return found


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
    """What ``take_statement`` would do: it is done and undone in one transaction, so that the two cannot differ. On
    SQLite nobody else writes meanwhile: of 200,000 movements, some seconds.
    Raises Refused as it does."""
    before = Taking.objects.filter(statement__digest=digest, ended_at__isnull=False).exists()
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


def _new(taken: Statement, lines: list[Line]) -> list[Line]:
    """Of some lines those that no statement of the book has brought yet."""
    known = _known(taken.book_id, [line.identity for line in lines])
    return [line for line in lines if line.identity not in known]


def _write_lines(taken: Statement, new: list[Line]) -> NDArray[np.int64]:
    """The ids of the lines."""
    numbers, movements, names = zip(*new, strict=True)
    same = np.full(len(new), 1)
    days = [movement.day for movement in movements]
    return add_columns(
        StatementLine,
        {
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
    FROM money_statementline l WHERE l.id BETWEEN %s AND %s AND +l.statement_id = %s
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.line_id = l.id) ORDER BY l.id"""


def _to_suspense(taken: Statement, lines: NDArray[np.int64]) -> int:
    """Of some new lines those that nothing explains; how many."""
    bank, suspense = account_of(taken.book, "bank"), account_of(taken.book, "suspense")
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [bank, suspense, suspense, bank, int(lines[0]), int(lines[-1]), taken.id])
        return int(cursor.rowcount)
