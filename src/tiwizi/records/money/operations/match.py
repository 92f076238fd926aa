"""Lines of statements and what they are: orders that were paid, batches paid in one, payments that came back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from numpy.typing import NDArray

from tiwizi.records.database.columns import read_columns, reserve_ids, write_columns
from tiwizi.records.money.models import PAYMENT, RETURN, STATEMENT, Book, Match, PaymentOrder, StatementLine, Transfer
from tiwizi.records.trail.refusal import Refused

Array = NDArray[np.int64]

#: Lines that nothing explains yet, and the orders or batches that explain them: by our reference and the amount.
_WAITING = """money_statementline l WHERE l.book_id = {book}
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.line_id = l.id)"""
_SAME = "o.reference = l.reference"
_ORDERS = f"""SELECT MIN(l.id) AS line, o.id AS thing FROM (SELECT l.id, l.amount, l.reference FROM {_WAITING}) l
    JOIN money_paymentorder o ON {{same}} JOIN money_paymentbatch b ON b.id = o.batch_id AND b.book_id = {{book}}"""
_PAID = f"""{_ORDERS} WHERE o.amount = -l.amount AND o.state IN ('sent', 'returned')
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.order_id = o.id AND NOT m.returned)
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.batch_id = o.batch_id) GROUP BY o.id"""
_RETURNED = f"""{_ORDERS} WHERE o.amount = l.amount AND o.state IN ('sent', 'paid')
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.order_id = o.id AND m.returned) GROUP BY o.id"""
_IN_ONE = f"""SELECT MIN(l.id) AS line, b.id AS thing FROM (SELECT l.id, l.amount, l.reference FROM {_WAITING}) l
    JOIN money_bankfile f ON f.message = l.reference
    JOIN money_paymentbatch b ON b.id = f.batch_id AND b.book_id = {{book}} AND b.amount = -l.amount
    WHERE b.state = 'handed_over' AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.batch_id = b.id)
    AND NOT EXISTS (SELECT 1 FROM money_match m JOIN money_paymentorder o ON o.id = m.order_id
                    WHERE o.batch_id = b.id) GROUP BY b.id"""

#: ``waits``: the line stands in suspense since it came; what explains it now takes it from there.
_WAITS = f"(SELECT COUNT(*) FROM money_transfer s WHERE s.source = {STATEMENT} AND s.subject = l.id) AS waits"
_LINES = f"""SELECT p.line AS line, p.thing AS thing, ABS(l.amount) AS amount, l.booked_on AS day, {_WAITS}
    FROM ({{pairs}}) p JOIN money_statementline l ON l.id = p.line ORDER BY p.line"""
_PAYMENTS = f"""SELECT p.line AS line, p.thing AS thing, l.booked_on AS day, {_WAITS}, t.part AS part,
    t.debit_id AS debit, t.credit_id AS credit, t.amount AS amount, t.payee_id AS payee
    FROM ({{pairs}}) p JOIN money_statementline l ON l.id = p.line
    JOIN money_transfer t ON t.source = {PAYMENT} AND t.subject = p.thing ORDER BY p.line, t.part"""


def match_all(book: Book) -> dict[str, int]:
    """Match and book every line of a book that can be; the orders that were paid and that came back."""
    ours = {"book": book.id, "same": _SAME}
    paid = _book_paid(book, _IN_ONE.format(**ours), of_batch=True) + _book_paid(book, _PAID.format(**ours))
    returned = _book_returned(book, _RETURNED.format(**ours))
    settle(book)
    return {"paid": paid, "returned": returned}


def match_by_hand(line: StatementLine, reference: str) -> int:
    """Match one line and one order, whatever the line says. Refused: does_not_match."""
    order = PaymentOrder.objects.filter(reference=reference, batch__book=line.book_id).first()
    if order is None:
        raise Refused("no_such_order", reference=reference)
    pair = {"book": line.book_id, "same": f"l.id = {line.id} AND o.id = {order.id}"}
    book_it, pairs = (_book_paid, _PAID) if line.amount < 0 else (_book_returned, _RETURNED)
    if not book_it(line.book, pairs.format(**pair)):
        raise Refused("does_not_match", line=line.id, reference=reference)
    settle(line.book)
    return order.id


def account_of(book: Book, role: str) -> int:
    """The account that has a role in a book."""
    found = {name: number for number, roles in book.accounts.values_list("id", "roles") for name in roles.split()}
    return found[role]


def settle(book: Book) -> None:
    """A batch of which the bank has said something about every order is settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE money_paymentbatch SET state = 'settled' WHERE book_id = %s AND state = 'handed_over'"
            " AND NOT EXISTS (SELECT 1 FROM money_paymentorder o"
            " WHERE o.batch_id = money_paymentbatch.id AND o.state = 'sent')",
            [book.id],
        )


def _book_paid(book: Book, pairs: str, *, of_batch: bool = False) -> int:
    """Money that left: from what was in transit. How many orders that paid."""
    kinds: Any = {"line": "int", "thing": "int", "amount": "int", "day": "day", "waits": "int"}
    lines = read_columns(_LINES.format(pairs=pairs), kinds)
    if not len(lines["line"]):
        return 0
    way, came = np.full(len(lines["line"]), account_of(book, "in_transit")), _from(book, lines["waits"])
    first = _transfers(book, lines, way, came, lines["amount"], STATEMENT, lines["line"], lines["waits"] > 0)
    transfers = np.arange(first, first + len(way))
    _matches(lines["line"], lines["thing"], transfers, of_batch=of_batch, returned=False)
    column = "batch_id" if of_batch else "id"
    of_match = "batch_id" if of_batch else "order_id"
    return _orders(f"{column} IN (SELECT {of_match} FROM money_match WHERE transfer_id >= %s)", "paid", first)


def _book_returned(book: Book, pairs: str) -> int:
    """Money that came back: it is owed again, on the account that the payment cleared. How many orders that was."""
    kinds: Any = dict.fromkeys(
        ("line", "thing", "day", "waits", "part", "debit", "credit", "amount", "payee"), "int"
    ) | {"day": "day"}
    paid = read_columns(_PAYMENTS.format(pairs=pairs), kinds)
    if not len(paid["line"]):
        return 0
    way, came = account_of(book, "in_transit"), _from(book, paid["waits"])
    debit = np.where(paid["credit"] == way, came, paid["credit"])
    credit = np.where(paid["debit"] == way, came, paid["debit"])
    first = _transfers(
        book, paid, debit, credit, paid["amount"], RETURN, paid["thing"], paid["part"], payee=paid["payee"]
    )
    lines, at = np.unique(paid["line"], return_index=True)
    _matches(lines, paid["thing"][at], first + at, of_batch=False, returned=True)
    return _orders("id IN (SELECT order_id FROM money_match WHERE transfer_id >= %s AND returned)", "returned", first)


def _from(book: Book, waits: Array) -> Array:
    """Where the money of each line stands: at the bank, or in suspense, where an earlier statement left it."""
    return np.where(waits > 0, account_of(book, "suspense"), account_of(book, "bank"))


def _transfers(
    book: Book, lines: Any, debit: Array, credit: Array, amount: Array, source: int, subject: Array, part: Any,
    payee: Array | None = None,
) -> int:  # fmt: skip
    """The id of the first of the transfers; they follow each other."""
    count = len(debit)
    first = reserve_ids(Transfer, count)
    write_columns(
        Transfer,
        {
            "id": np.arange(first, first + count),
            "book": np.full(count, book.id),
            "debit": debit,
            "credit": credit,
            "amount": amount,
            "day": lines["day"],
            "source": np.full(count, source),
            "subject": subject,
            "part": np.asarray(part).astype(np.int64),
            "payee": pa.nulls(count, pa.int64()) if payee is None else payee,
            "memo": pa.array([""] * count),
        },
    )
    return first


def _matches(lines: Array, things: Array, transfers: Array, *, of_batch: bool, returned: bool) -> None:
    none = pa.nulls(len(lines), pa.int64())
    write_columns(
        Match,
        {
            "line": lines,
            "order": none if of_batch else pa.array(things),
            "batch": pa.array(things) if of_batch else none,
            "transfer": transfers,
            "returned": np.full(len(lines), returned),
        },
    )


def _orders(which: str, state: str, first: int) -> int:
    """Orders that the matches since a transfer name go on to a state; how many. One that came back stays so."""
    before = "('sent')" if state == "paid" else "('sent', 'paid')"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE money_paymentorder SET state = '{state}' WHERE state IN {before} AND {which}", [first])
        return int(cursor.rowcount)
