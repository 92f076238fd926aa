"""What is different about a batch: against the last one of its fund, and against what each payee was paid before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiwizi.records.database.columns import read_columns
from tiwizi.records.money.models import PaymentBatch

#: An amount is much larger than before where it is more than so many times the largest that its payee was ever paid.
MUCH = 3
KINDS = ("new", "larger", "changed")

_BEFORE = """
    SELECT m.id AS id, m.amount AS amount, b.most AS most, l.account_id <> m.account_id AS changed
    FROM money_paymentorder m
    LEFT JOIN (
        SELECT o.payee_id AS payee_id, MAX(o.id) AS last, MAX(o.amount) AS most FROM money_paymentorder o
        JOIN money_paymentorder n ON n.payee_id = o.payee_id AND n.batch_id = %s AND o.id < n.id
        WHERE o.state IN ('sent', 'paid', 'returned') GROUP BY o.payee_id) b ON b.payee_id = m.payee_id
    LEFT JOIN money_paymentorder l ON l.id = b.last
    WHERE m.batch_id = %s ORDER BY m.id"""


@dataclass(frozen=True)
class Kind:
    """Orders that differ in one way: how many, their sum in minor units, their ids."""

    orders: int
    amount: int
    ids: NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """``last``: the batch of the fund that went to the bank before, with its day, orders and minor units; None where
    this is the first. ``new``: payees who were never paid; ``larger``: amounts above MUCH times the largest before;
    ``changed``: another account than the last time."""

    last: int | None
    last_day: date | None
    last_orders: int
    last_amount: int
    new: Kind
    larger: Kind
    changed: Kind


def difference(number: int) -> Difference:
    """Of a batch that is there."""
    batch = PaymentBatch.objects.get(id=number)
    gone = PaymentBatch.objects.filter(
        book_id=batch.book_id, id__lt=number, state__in=("released", "handed_over", "settled")
    )
    last = gone.order_by("-id").first()
    kinds: Any = {"id": "int", "amount": "int", "most": "int", "changed": "flag"}
    rows = read_columns(_BEFORE, kinds, [number, number])
    is_new = rows["most"] < 0
    found = {
        "new": is_new,
        "larger": ~is_new & (rows["amount"] > MUCH * rows["most"]),
        "changed": ~is_new & rows["changed"],
    }
    told = {name: Kind(int(at.sum()), int(rows["amount"][at].sum()), rows["id"][at]) for name, at in found.items()}
    if last is None:
        return Difference(None, None, 0, 0, **told)
    return Difference(last.id, last.day, last.orders, last.amount, **told)
