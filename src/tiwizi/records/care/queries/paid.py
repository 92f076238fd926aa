"""Whether a file stands in a batch of payments."""

from __future__ import annotations

from tiwizi.records.money.models import DECISION, PaymentItem


def order_that_pays(claim: int) -> str:
    """The reference of the order that pays some of a claim, or that has paid it; "" where none does."""
    items = PaymentItem.objects.filter(transfer__source=DECISION, transfer__subject=claim)
    standing = items.exclude(order__batch__state="cancelled").order_by("order")
    return standing.values_list("order__reference", flat=True).first() or ""
