"""The bank's file is noted when it was made, and handed over once; with that the payments are booked.

A payment debits what was payable and credits what is in transit, an order at a time, under the order's own number: the
database takes none twice. Once the batch is handed over nothing keeps it from being booked; that is done part by part,
so that others who write do not wait for all of it, and whoever asks again after a kill books the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection

from tiwizi.records.database.columns import read_columns
from tiwizi.records.database.locks import giving_way
from tiwizi.records.money.lifecycles import BATCH
from tiwizi.records.money.models import PAYMENT, BankFile
from tiwizi.records.money.operations.sign import PART, locked
from tiwizi.records.money.queries.bank_orders import message_of
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused

#: What each order clears, account by account (``net`` > 0: it was owed), against what is in transit.
_BOOK_PAYMENTS = f"""
    INSERT INTO money_transfer
        (book_id, debit_id, credit_id, amount, day, source, subject, part, payee_id, reverses_id, memo)
    SELECT %s, CASE WHEN net > 0 THEN payable ELSE way END, CASE WHEN net > 0 THEN way ELSE payable END,
           ABS(net), %s, {PAYMENT}, order_id, payable, payee_id, NULL, reference
    FROM (
        SELECT o.id AS order_id, o.payee_id AS payee_id, o.reference AS reference, w.id AS way,
               CASE WHEN c.roles LIKE '%%payable%%' THEN c.id ELSE d.id END AS payable,
               CAST(SUM(CASE WHEN c.roles LIKE '%%payable%%' THEN t.amount ELSE -t.amount END) AS bigint) AS net
        FROM money_paymentorder o JOIN money_paymentitem i ON i.order_id = o.id
        JOIN money_transfer t ON t.id = i.transfer_id
        JOIN money_account d ON d.id = t.debit_id JOIN money_account c ON c.id = t.credit_id
        JOIN money_account w ON w.book_id = t.book_id AND w.roles LIKE '%%in_transit%%'
        WHERE +o.batch_id = %s AND o.id BETWEEN %s AND %s AND o.state = 'ready'
        GROUP BY o.id, o.payee_id, o.reference, w.id, CASE WHEN c.roles LIKE '%%payable%%' THEN c.id ELSE d.id END
    ) cleared WHERE net <> 0 ORDER BY order_id"""


@operation("money.note_file", need="money.release")
def note_file(act: Act, *, batch: int, format: str, digest: bytes, size: int) -> str:
    """Note the file that a released batch became; its message. Made again it must be the same, byte for byte.

    format: "pain.001.001.09", or a bank's own as "ma/demo_csv". digest: SHA-256.
    """
    going = locked(batch)
    act.about("batch", batch)
    known = BankFile.objects.filter(batch=going).first()
    if known is not None:
        if (known.format, bytes(known.digest)) != (format, digest):
            raise Refused("file_differs", batch=batch, format=known.format)
        return known.message
    if going.state != "released":
        raise Refused("not_now", verb="note_file", state=going.state, possible="released")
    file = BankFile.objects.create(
        batch=going, format=format, message=message_of(batch), digest=digest, size=size, made_at=act.at
    )
    return file.message


def hand_over(by: By, *, batch: int) -> dict[str, Any]:
    """Give the file to the bank, and book its payments today: {"message", "digest", "again"}. Once: asked again, it
    books what was not booked yet, and says so.

    Whoever puts the file where the bank takes it (doors/gateways/bank_folder.py) does so under the message's name,
    after this; a kill between the two is made good by asking again.
    """
    answer = _hand_over(by, batch=batch)
    ready = "SELECT id AS id FROM money_paymentorder WHERE batch_id = %s AND state = 'ready' ORDER BY id"
    orders = read_columns(ready, {"id": "int"}, [batch])["id"]
    for low in giving_way(range(0, len(orders), PART)):
        part = orders[low : low + PART]
        _book(replace(by, key=None), batch=batch, first=int(part[0]), last=int(part[-1]))
    return answer


@operation("money.hand_over", need="money.release")
def _hand_over(act: Act, *, batch: int) -> dict[str, Any]:
    going = locked(batch)
    act.about("batch", batch)
    file = BankFile.objects.filter(batch=going).first()
    if file is None:
        raise Refused("no_file_yet", batch=batch)
    answer = {"message": file.message, "digest": bytes(file.digest).hex(), "again": file.handed_over_at is not None}
    if file.handed_over_at is None:
        state = after(BATCH, going.state, "hand_over")
        file.handed_over_at, file.handed_over_by = act.at, act.by.user
        file.save()
        going.state = state
        going.save()
    return answer


@operation("money.book_payments", need="money.release")
def _book(act: Act, *, batch: int, first: int, last: int) -> int:
    """Book the payments of some orders that are not booked yet; how many transfers those are."""
    going = locked(batch)
    act.about("batch", batch)
    with connection.cursor() as cursor:
        cursor.execute(_BOOK_PAYMENTS, [going.book_id, act.day, batch, first, last])
        booked = int(cursor.rowcount)
        cursor.execute(
            "UPDATE money_paymentorder SET state = 'sent'"
            " WHERE +batch_id = %s AND id BETWEEN %s AND %s AND state = 'ready'",
            [batch, first, last],
        )
    return booked
