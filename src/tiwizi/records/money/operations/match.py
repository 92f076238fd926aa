"""Lines of statements and what they are: orders that were paid, batches paid in one, payments that came back.

A line and an order are one where our reference and the amount are the same; each line and each order once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from numpy.typing import NDArray

from tiwizi.records.database.columns import (
    Column,
    add_columns,
    among,
    read_columns,
    read_matching,
    update_columns,
    write_columns,
)
from tiwizi.records.money.models import (
    PAYMENT,
    RETURN,
    STATEMENT,
    Book,
    Match,
    MatchedOrder,
    PaymentOrder,
    StatementLine,
    Transfer,
)
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.money import major

Array = NDArray[np.int64]
Columns = Mapping[str, Column]

#: Lines that nothing explains yet; ``waits``: they stand in suspense since an earlier statement.
_LINES = f"""
    SELECT l.id AS line, l.amount AS amount, l.reference AS reference, l.booked_on AS day,
           EXISTS (SELECT 1 FROM money_transfer s WHERE s.source = {STATEMENT} AND s.subject = l.id) AS waits
    FROM money_statementline l WHERE l.book_id = %s {{only}}
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.line_id = l.id) ORDER BY l.id"""
_LINE: Any = {"line": "int", "amount": "int", "reference": "text", "day": "day", "waits": "flag"}

_WAITING = f"""
    SELECT l.id AS id FROM money_statementline l WHERE l.book_id = %s
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.line_id = l.id)
    AND EXISTS (SELECT 1 FROM money_transfer s WHERE s.source = {STATEMENT} AND s.subject = l.id) ORDER BY l.id"""

#: Orders and batches by reference: ``goes``, whether it goes on to the state that the match leads to.
_OF_BOOK = "JOIN money_paymentbatch b ON b.id = o.batch_id AND b.book_id = %s"
_PAID = f"""
    SELECT k.place AS place, o.id AS thing, o.amount AS amount, o.state = 'sent' AS goes
    FROM {{keys}} k JOIN money_paymentorder o ON o.reference = k.key {_OF_BOOK}
    WHERE o.state IN ('sent', 'returned')
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.order_id = o.id AND NOT m.returned)
    AND NOT EXISTS (SELECT 1 FROM money_matchedorder m WHERE m.order_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.batch_id = o.batch_id) ORDER BY k.place"""
_RETURNED = f"""
    SELECT k.place AS place, o.id AS thing, o.amount AS amount, 1 = 1 AS goes
    FROM {{keys}} k JOIN money_paymentorder o ON o.reference = k.key {_OF_BOOK}
    WHERE o.state IN ('sent', 'paid')
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.order_id = o.id AND m.returned) ORDER BY k.place"""
_IN_ONE = """
    SELECT k.place AS place, b.id AS thing, b.amount AS amount, 1 = 1 AS goes
    FROM {keys} k JOIN money_bankfile f ON f.message = k.key
    JOIN money_paymentbatch b ON b.id = f.batch_id AND b.book_id = %s
    WHERE b.state = 'handed_over' AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.batch_id = b.id)
    AND NOT EXISTS (SELECT 1 FROM money_paymentorder o WHERE o.batch_id = b.id AND o.state = 'ready')
    AND NOT EXISTS (SELECT 1 FROM money_match m JOIN money_paymentorder o ON o.id = m.order_id
                    WHERE o.batch_id = b.id)
    AND NOT EXISTS (SELECT 1 FROM money_matchedorder m JOIN money_paymentorder o ON o.id = m.order_id
                    WHERE o.batch_id = b.id) ORDER BY k.place"""
_THING: Any = {"place": "int", "thing": "int", "amount": "int", "goes": "flag"}

_PAYMENTS = f"""
    SELECT k.place AS place, t.part AS part, t.debit_id AS debit, t.credit_id AS credit, t.amount AS amount,
           t.payee_id AS payee
    FROM {{keys}} k JOIN money_transfer t ON t.source = {PAYMENT} AND t.subject = k.key ORDER BY k.place, t.part"""
_SENT = """
    SELECT o.id AS id FROM money_match m JOIN money_paymentbatch b ON b.id = m.batch_id
    JOIN money_paymentorder o ON o.batch_id = b.id
    WHERE b.book_id = %s AND b.state = 'handed_over' AND o.state = 'sent' ORDER BY o.id"""
_STILL_SENT = "SELECT o.id AS id FROM {keys} k JOIN money_paymentorder o ON o.id = k.key WHERE o.state = 'sent'"


def match_lines(book: Book, lines: Array) -> dict[str, int]:
    """Match and book what can be of some lines; the orders that were paid and that came back. Orders of a batch that
    was paid in one are left to ``sent_in_one``."""
    found = read_columns(_LINES.format(only=f"AND {among('l.id', lines)}"), _LINE, [book.id])
    left = found["amount"] < 0
    _paid_in_one(book, _chosen(found, left))
    paid = _paid(book, _chosen(found, left))
    returned = _returned(book, _chosen(found, ~left))
    return {"paid": paid, "returned": returned}


def waiting_lines(book: int) -> Array:
    """The lines of a book that stand in suspense."""
    ids: Array = read_columns(_WAITING, {"id": "int"}, [book])["id"]
    return ids


def sent_in_one(book: int) -> Array:
    """Orders that are not said to be paid yet, of batches that the bank paid in one sum."""
    ids: Array = read_columns(_SENT, {"id": "int"}, [book])["id"]
    return ids


def pay_orders(orders: Array) -> int:
    """Of some orders those that are sent, are paid; how many."""
    return _go_on(read_matching(_STILL_SENT, orders, {"id": "int"})["id"], "paid")


def match_by_hand(line: StatementLine, reference: str) -> int:
    """Match one line and one order, whatever the line says. Refused: no_such_order, line_explained,
    does_not_match."""
    order = PaymentOrder.objects.filter(reference=reference, batch__book=line.book_id).first()
    if order is None:
        raise Refused("no_such_order", reference=reference)
    lines = read_columns(_LINES.format(only="AND l.id = %s"), _LINE, [line.book_id, line.id])
    if not len(lines["line"]):
        raise Refused("line_explained", number=line.id)
    lines["reference"] = pa.array([reference], pa.string())
    _paid(line.book, lines) if line.amount < 0 else _returned(line.book, lines)
    if not Match.objects.filter(line=line).exists():
        raise Refused("does_not_match", line=line.id, reference=reference)
    settle(line.book)
    return order.id


#: Orders of a batch that the bank has not said anything of as paid: they may be part of a sum.
_UNPAID = """
    SELECT o.id AS thing, o.amount AS amount, o.state = 'sent' AS goes FROM money_paymentorder o
    JOIN money_paymentbatch b ON b.id = o.batch_id
    WHERE o.batch_id = %s AND b.book_id = %s AND o.state IN ('sent', 'returned')
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.order_id = o.id AND NOT m.returned)
    AND NOT EXISTS (SELECT 1 FROM money_matchedorder m WHERE m.order_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM money_match m WHERE m.batch_id = o.batch_id) ORDER BY o.id"""


def match_part(line: StatementLine, batch: int, without: Sequence[str]) -> int:
    """Match one line and what is unpaid of a batch, ``without`` some orders by reference: the sum must be the line's.
    How many orders. Refused: line_explained, no_such_order, sum_differs."""
    lines = read_columns(_LINES.format(only="AND l.id = %s"), _LINE, [line.book_id, line.id])
    if not len(lines["line"]):
        raise Refused("line_explained", number=line.id)
    orders = read_columns(_UNPAID, {"thing": "int", "amount": "int", "goes": "flag"}, [batch, line.book_id])
    left = dict(PaymentOrder.objects.filter(batch=batch, reference__in=without).values_list("reference", "id"))
    if unknown := set(without) - set(left):
        raise Refused("no_such_order", reference=min(unknown))
    kept = ~np.isin(orders["thing"], np.array(list(left.values()), np.int64))
    paid, amount = orders["thing"][kept], int(orders["amount"][kept].sum())
    if not len(paid) or amount != -line.amount:
        currency = line.book.currency
        raise Refused("sum_differs", sum=major(amount, currency), line=major(-line.amount, currency))
    lines["thing"], lines["goes"] = np.array([0]), np.array([True])
    transfer = _book_paid(line.book, lines)
    Match.objects.create(line=line, transfer_id=int(transfer[0]))
    write_columns(MatchedOrder, {"order": paid, "line": np.full(len(paid), line.id)})
    _go_on(paid[orders["goes"][kept]], "paid")
    settle(line.book)
    return len(paid)


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
            " WHERE o.batch_id = money_paymentbatch.id AND o.state IN ('ready', 'sent'))",
            [book.id],
        )


def _paid(book: Book, lines: Columns) -> int:
    """Money that left for an order: from what was in transit. How many orders that paid."""
    matched = _matched(book, lines, _PAID)
    _match(matched, _book_paid(book, matched), key="order")
    return _go_on(matched["thing"][matched["goes"]], "paid")


def _paid_in_one(book: Book, lines: Columns) -> None:
    """Money that left for a whole batch."""
    matched = _matched(book, lines, _IN_ONE)
    _match(matched, _book_paid(book, matched), key="batch")


def _returned(book: Book, lines: Columns) -> int:
    """Money that came back: it is owed again, on each account that the payment cleared. How many orders that was."""
    matched = _matched(book, lines, _RETURNED)
    kinds: Any = dict.fromkeys(("place", "part", "debit", "credit", "amount", "payee"), "int")
    paid = read_matching(_PAYMENTS, matched["thing"], kinds)
    at = paid["place"]
    way, came = account_of(book, "in_transit"), _from(book, matched["waits"])[at]
    transfers = _post(
        book, matched["day"][at],
        debit=np.where(paid["credit"] == way, came, paid["credit"]),
        credit=np.where(paid["debit"] == way, came, paid["debit"]),
        amount=paid["amount"], source=RETURN, subject=matched["thing"][at], part=paid["part"], payee=paid["payee"],
    )  # fmt: skip
    _, first = np.unique(at, return_index=True)
    _match(matched, transfers[first], key="order", returned=True)
    return _go_on(matched["thing"], "returned")


def _matched(book: Book, lines: Columns, question: str) -> dict[str, Column]:
    """The lines that are something, with that ``thing``: where the amounts are the same, and each thing once."""
    found = read_matching(question, lines["reference"], _THING, [book.id])
    same = found["amount"] == np.abs(lines["amount"][found["place"]])
    _, first = np.unique(found["thing"][same], return_index=True)
    kept = np.flatnonzero(same)[np.sort(first)]
    return _chosen(lines, found["place"][kept]) | {name: found[name][kept] for name in ("thing", "goes")}


def _chosen(lines: Columns, which: Any) -> dict[str, Column]:
    """Some of the lines that have a reference."""
    at = np.flatnonzero(which) if which.dtype == np.bool_ else which
    return {name: column.take(pa.array(at)) if name == "reference" else column[at] for name, column in lines.items()}


def _book_paid(book: Book, matched: Columns) -> Array:
    waits = matched["waits"]
    way = np.full(len(waits), account_of(book, "in_transit"))
    return _post(
        book, matched["day"], debit=way, credit=_from(book, waits), amount=np.abs(matched["amount"]),
        source=STATEMENT, subject=matched["line"], part=waits.astype(np.int64),
    )  # fmt: skip


def _from(book: Book, waits: Column) -> Array:
    """Where the money of each line stands: at the bank, or in suspense, where an earlier statement left it."""
    return np.where(waits, account_of(book, "suspense"), account_of(book, "bank"))


def _post(book: Book, day: Column, *, source: int, payee: Column | None = None, **columns: Column) -> Array:
    """The ids of the transfers."""
    count = len(day)
    return add_columns(
        Transfer,
        columns
        | {
            "book": np.full(count, book.id),
            "day": day,
            "source": np.full(count, source),
            "payee": pa.nulls(count, pa.int64()) if payee is None else payee,
            "memo": pa.array([""] * count, pa.string()),
        },
    )


def _match(matched: Columns, transfers: Array, *, key: str, returned: bool = False) -> None:
    count = len(transfers)
    write_columns(
        Match,
        {
            "line": matched["line"],
            "order": pa.nulls(count, pa.int64()),
            "batch": pa.nulls(count, pa.int64()),
            "transfer": transfers,
            "returned": np.full(count, returned),
        }
        | {key: pa.array(matched["thing"])},
    )


def _go_on(orders: Array, state: str) -> int:
    """Orders in their next state; how many."""
    update_columns(PaymentOrder, orders, {"state": pa.array([state] * len(orders), pa.string())})
    return len(orders)
