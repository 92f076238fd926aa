"""Whether somebody may sign a batch: the duties kept apart (S1, S2, S3, S4, S7), as the database's guards keep them."""

from __future__ import annotations

from django.db import connection

from tiwizi.records.money.models import PaymentBatch, PaymentOrder
from tiwizi.records.money.ties import TIED_IN_BATCH

_CHANGED = """
    SELECT EXISTS (
        SELECT 1 FROM money_paymentorder o JOIN people_bankaccount a ON a.id = o.account_id
        WHERE o.batch_id = %s AND (a.asked_by_id = %s OR a.confirmed_by_id = %s)
        AND NOT EXISTS (SELECT 1 FROM money_paymentorder p
                        WHERE p.account_id = a.id AND p.batch_id <> o.batch_id AND p.state IN ('sent', 'paid')))"""
_TIED = f"SELECT {TIED_IN_BATCH.format(users='%s', batch='%s')}"


def hindrance(batch: PaymentBatch, user: int) -> str | None:
    """What keeps a user from approving a batch or releasing it, as a key of locale/<lang>/records.toml, or None."""
    if user in (batch.prepared_by, batch.approved_by, batch.second_approved_by, batch.released_by):
        return "signed_before"
    with connection.cursor() as cursor:
        cursor.execute(_TIED, [user, batch.id] * 3)
        if cursor.fetchone()[0]:
            return "tied"
        cursor.execute(_CHANGED, [batch.id, user, user])
        return "changed_account" if cursor.fetchone()[0] else None


def ended_accounts(batch: PaymentBatch) -> int:
    """How many orders go to an account that was taken out of use after the batch was prepared."""
    return PaymentOrder.objects.filter(batch=batch, account__ended_at__isnull=False).count()


def needs_second(batch: PaymentBatch) -> bool:
    """Whether a batch is above the ceiling of its book and no second approver has signed (S7)."""
    ceiling = batch.book.ceiling
    return ceiling is not None and batch.amount > ceiling and batch.second_approved_by is None
