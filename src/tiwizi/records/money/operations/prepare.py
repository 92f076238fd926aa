"""A batch is prepared: one order for each payee, over everything that is owed to them and no order has taken.

In columns, in one transaction: it stands whole or not at all, and whoever asks again after a kill finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from tiwizi.records.database.columns import reserve_ids, write_columns
from tiwizi.records.database.locks import take_turn
from tiwizi.records.money.models import Book, PaymentBatch, PaymentItem, PaymentOrder
from tiwizi.records.money.queries.to_pay import HELD, PAYABLE, PAYS, Dues, Open, dues, free_of, open_transfers
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("money.prepare", need="money.prepare")
def prepare(
    act: Act, *, book: str, on: date, to: str = "", without: Sequence[int] = (), text: str = ""
) -> dict[str, Any]:
    """A batch of what is owed in a book up to the end of the day ``on``, to be paid on that day.

    to: "members", "providers" (third-party payment), or "" for both. without: users who are to approve and release it:
    what they decided, and what is their family's, is left for another batch, as is the preparer's own. text: what the
    payees read on their statements. Answer: {"batch", "orders", "amount", "items", "held": {reason: payees}, "tied":
    transfers left for another batch}. Refused: no_such_book,
    book_without_bank, nothing_to_pay.
    """
    assert to in PAYABLE, f"to is one of {tuple(PAYABLE)}"
    within = Book.objects.filter(code=book).first()
    if within is None:
        raise Refused("no_such_book", code=book, known=", ".join(Book.objects.values_list("code", flat=True)) or "-")
    if within.rib is None or not within.payer:
        raise Refused("book_without_bank", book=book)
    take_turn("money.prepare")
    found = open_transfers(book=within.id, until=on, to=to)
    kept = found.only(free_of(found, (act.by.user, *without)))
    owed = dues(kept, at=act.at)
    held = {HELD[why]: int(many) for why, many in zip(*np.unique(owed.held, return_counts=True), strict=True) if why}
    tied = len(found.id) - len(kept.id)
    pays = owed.held == PAYS
    if not pays.any():
        raise Refused("nothing_to_pay", held=sum(held.values()), tied=tied)
    amount = int(owed.amount[pays].sum())
    batch = PaymentBatch.objects.create(
        book=within, day=on, orders=int(pays.sum()), amount=amount, text=text, prepared_by=act.by.user,
        prepared_at=act.at,
    )  # fmt: skip
    items = _write(batch, owed, kept)
    act.about("batch", batch.id)
    return {
        "batch": batch.id, "orders": batch.orders, "amount": amount, "items": items, "held": held, "tied": tied,
    }  # fmt: skip


def _write(batch: PaymentBatch, owed: Dues, found: Open) -> int:
    """The orders, by payee, and the transfers that each settles; how many those are."""
    pays = owed.held == PAYS
    payees = owed.payee[pays]
    first = reserve_ids(PaymentOrder, len(payees))
    ids = np.arange(first, first + len(payees))
    write_columns(
        PaymentOrder,
        {
            "id": ids,
            "batch": np.full(len(ids), batch.id),
            "payee": payees,
            "account": owed.account[pays],
            "amount": owed.amount[pays],
            "reference": pa.array([reference(order) for order in ids.tolist()]),
            "state": pa.array(["ready"] * len(ids)),
        },
    )
    taken = np.isin(found.payee, payees)
    orders = ids[np.searchsorted(payees, found.payee[taken])]
    return write_columns(PaymentItem, {"transfer": found.id[taken], "order": orders})


def reference(order: int) -> str:
    """The EndToEndId of an order: unique for ever, found again in whatever text a bank makes of it."""
    return f"TWZ{order:012d}"
