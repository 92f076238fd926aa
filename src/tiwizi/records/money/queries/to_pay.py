"""What is to be paid: open transfers by payee, the account that each would be paid to, and who has to wait and why.

A payee waits (``HELD``) where the balance is not theirs, where no account of theirs is usable, where one is being
changed (S4), where the last payment to it came back, or where the bank would not take their name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from tiwizi.formats.latin import latin
from tiwizi.formats.orders import LONGEST_NAME
from tiwizi.records.database.columns import read_columns
from tiwizi.records.money.models import PAYMENT, RETURN
from tiwizi.rules.money import MAX_AMOUNT

Array = NDArray[np.int64]
#: Why a payee waits; texts: locale/<lang>/payment.toml, ``held_<reason>``.
HELD = ("pays", "nothing_owed", "no_account", "account_changing", "came_back", "name_not_latin", "too_much")
PAYS, NOTHING_OWED, NO_ACCOUNT, ACCOUNT_CHANGING, CAME_BACK, NAME_NOT_LATIN, TOO_MUCH = range(len(HELD))
PAYABLE = {"members": "%members_payable%", "providers": "%providers_payable%", "": "%payable%"}

_OPEN = f"""
    SELECT t.id AS id, t.payee_id AS payee, t.source AS source, t.subject AS subject,
           CASE WHEN c.roles LIKE %s THEN t.amount ELSE -t.amount END AS amount
    FROM money_transfer t JOIN money_account d ON d.id = t.debit_id JOIN money_account c ON c.id = t.credit_id
    WHERE t.book_id = %s AND t.day <= %s AND t.payee_id IS NOT NULL AND t.source <> {PAYMENT}
    AND (d.roles LIKE %s) <> (c.roles LIKE %s)
    AND NOT EXISTS (SELECT 1 FROM money_paymentitem i WHERE i.transfer_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM money_hold h WHERE h.source = t.source AND h.subject = t.subject) ORDER BY t.id"""

#: The account in force of each payee: the last one usable and not ended; whether another is on its way; whether the
#: last payment to it came back.
_ACCOUNTS = """
    WITH usable AS (
        SELECT payee_id, MAX(id) AS id FROM people_bankaccount
        WHERE usable_from <= %s AND (ended_at IS NULL OR ended_at > %s) GROUP BY payee_id),
    coming AS (
        SELECT DISTINCT payee_id FROM people_bankaccount
        WHERE ended_at IS NULL AND (usable_from IS NULL OR usable_from > %s)),
    back AS (
        SELECT DISTINCT r.account_id FROM money_paymentorder r WHERE r.state = 'returned' AND NOT EXISTS (
            SELECT 1 FROM money_paymentorder n
            WHERE n.account_id = r.account_id AND n.id > r.id AND n.state IN ('sent', 'paid')))
    SELECT p.id AS payee, u.id AS account, p.name AS name,
           c.payee_id IS NOT NULL AS changing, b.account_id IS NOT NULL AS back
    FROM people_payee p LEFT JOIN usable u ON u.payee_id = p.id
    LEFT JOIN coming c ON c.payee_id = p.id LEFT JOIN back b ON b.account_id = u.id ORDER BY p.id"""


#: Orders that came back and of which a user had a hand in what they paid first.
_TIED_AGAIN = """
    WITH mine AS (
        SELECT DISTINCT o.id AS id FROM money_tie k
        JOIN money_transfer t ON t.source = k.source AND t.subject = k.subject
        JOIN money_paymentitem i ON i.transfer_id = t.id JOIN money_paymentorder o ON o.id = i.order_id
        WHERE k.user_id IN ({marks}) AND o.state = 'returned')
    SELECT id FROM mine UNION SELECT a.again FROM mine JOIN money_again a ON a.first = mine.id
    UNION SELECT o.id FROM money_tie k JOIN money_paymentorder o ON o.payee_id = k.payee_id
    WHERE k.user_id IN ({marks}) AND o.state = 'returned'"""


@dataclass(frozen=True)
class Open:
    """Transfers that no order has taken, by column: their id, whom and what they are for, minor units (negative where
    the payee owes)."""

    id: Array
    payee: Array
    source: Array
    subject: Array
    amount: Array

    def only(self, which: NDArray[np.bool_]) -> Open:
        return Open(self.id[which], self.payee[which], self.source[which], self.subject[which], self.amount[which])


@dataclass(frozen=True)
class Dues:
    """Each payee once: what they are owed (minor units), the account, and their place in HELD."""

    payee: Array
    amount: Array
    account: Array
    held: Array


def open_transfers(*, book: int, until: date, to: str = "") -> Open:
    """What is open in a book up to the end of a day. to: "members" or "providers", or both."""
    kinds: Any = dict.fromkeys(("id", "payee", "source", "subject", "amount"), "int")
    like = PAYABLE[to]
    return Open(**read_columns(_OPEN, kinds, [like, book, until, like, like]))


def dues(found: Open, *, at: datetime) -> Dues:
    """Who is owed what, and whether they can be paid at a moment."""
    payees, place = np.unique(found.payee, return_inverse=True)
    owed = np.zeros(len(payees), np.int64)
    np.add.at(owed, place, found.amount)
    moment = connection.ops.adapt_datetimefield_value(at)
    known = read_columns(
        _ACCOUNTS,
        {"payee": "int", "account": "int", "name": "text", "changing": "flag", "back": "flag"},
        [moment, moment, moment],
    )
    row = np.searchsorted(known["payee"], payees)
    account = known["account"][row]
    names = known["name"].take(row).to_pylist()
    held = np.select(
        [owed <= 0, known["changing"][row], account < 0, known["back"][row], owed > MAX_AMOUNT, ~_payable_names(names)],
        [NOTHING_OWED, ACCOUNT_CHANGING, NO_ACCOUNT, CAME_BACK, TOO_MUCH, NAME_NOT_LATIN],
        PAYS,
    )
    return Dues(payees, owed, account, held)


def _payable_names(names: Sequence[str]) -> NDArray[np.bool_]:
    written = (latin(name) or "" for name in names)
    return np.array([0 < len(name) <= LONGEST_NAME for name in written], bool)


def ties(users: Sequence[int]) -> tuple[set[int], set[tuple[int, int]]]:
    """What some users must not pay: payees of their families, and (source, subject) of what they decided (S2, S3), or
    of what is owed again because a payment of it came back, however often."""
    marks = ", ".join(["%s"] * len(users))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT payee_id, source, subject FROM money_tie WHERE user_id IN ({marks})", list(users))
        rows = cursor.fetchall()
        cursor.execute(_TIED_AGAIN.format(marks=marks), list(users) * 2)
        again = {(RETURN, order) for (order,) in cursor.fetchall()}
    return {payee for payee, *_ in rows if payee is not None}, {(s, n) for p, s, n in rows if s is not None} | again


def free_of(found: Open, users: Sequence[int]) -> NDArray[np.bool_]:
    """The transfers that none of some users has a hand in."""
    payees, things = ties(users)
    free = ~np.isin(found.payee, np.fromiter(payees, np.int64, len(payees)))
    for source in {source for source, _ in things}:
        subjects = np.array([subject for kind, subject in things if kind == source], np.int64)
        free &= ~((found.source == source) & np.isin(found.subject, subjects))
    return free
