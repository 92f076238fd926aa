"""A released batch as the bank's file wants it: the same values whenever it is asked, so that the file is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tiwizi.formats.orders import Batch, Order
from tiwizi.records.database.columns import read_columns
from tiwizi.records.money.models import BankFile, PaymentBatch

_ORDERS = """
    SELECT o.reference AS reference, p.name AS name, a.number AS rib, o.amount AS amount
    FROM money_paymentorder o JOIN people_payee p ON p.id = o.payee_id JOIN people_bankaccount a ON a.id = o.account_id
    WHERE o.batch_id = %s ORDER BY o.id"""


def message_of(batch: int) -> str:
    """The MsgId of a batch: a bank takes each once."""
    return f"TWZ-B{batch:010d}"


class NotedFile(NamedTuple):
    """The file that a batch became: its MsgId, format and SHA-256."""

    message: str
    format: str
    digest: str


def noted_file(batch: int) -> NotedFile | None:
    """What was noted of a batch's file; None where none was made yet."""
    found = BankFile.objects.filter(batch=batch).first()
    return NotedFile(found.message, found.format, bytes(found.digest).hex()) if found else None


def bank_batch(number: int) -> Batch:
    """Whose money is paid, when, and what the orders add up to. The batch is released."""
    batch = PaymentBatch.objects.select_related("book").get(id=number)
    assert batch.released_at is not None and batch.book.rib, "only a released batch of a book with a bank goes there"
    return Batch(
        message_of(number), batch.released_at, batch.day, batch.book.payer, batch.book.rib, batch.orders, batch.amount,
        batch.book.currency,
    )  # fmt: skip


def bank_orders(number: int) -> Iterator[Order]:
    """The orders of a batch, in their order."""
    text = PaymentBatch.objects.values_list("text", flat=True).get(id=number)
    found = read_columns(_ORDERS, {"reference": "text", "name": "text", "rib": "text", "amount": "int"}, [number])
    columns = (found["reference"].to_pylist(), found["name"].to_pylist(), found["rib"].to_pylist())
    for reference, name, rib, amount in zip(*columns, found["amount"].tolist(), strict=True):
        yield Order(reference, name, rib, amount, text)
