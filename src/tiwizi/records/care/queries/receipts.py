"""By which files a provider's receipts were filed before: asked while a file is typed."""

from __future__ import annotations

from collections.abc import Iterable

from tiwizi.records.care.models import ClaimLine
from tiwizi.records.care.receipts import compared
from tiwizi.records.people.looks import within_reach
from tiwizi.records.trail.gate import By


def filed_by(by: By, *, provider: int, receipts: Iterable[str]) -> dict[str, str]:
    """Receipt as typed -> the number of the first file that has a line of it, "" where that file is out of the reach of
    who asks. Those that nobody filed are left out."""
    plain = {receipt: compared(receipt) for receipt in set(receipts)}
    lines = ClaimLine.objects.filter(
        receipt_compared__in=sorted(set(plain.values()) - {""}), claim__provider=provider, withdrawn=False
    )
    rows = lines.order_by("-claim_id").values_list("receipt_compared", "claim__number", "claim__household__region")
    first = {receipt: number if within_reach(by, "care.receive", region) else "" for receipt, number, region in rows}
    return {receipt: first[key] for receipt, key in plain.items() if key in first}
