"""The advice of a payment: the files that an order pays, for the provider or the member who asks what it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection

from tiwizi.records.care.models import Claim
from tiwizi.records.money.models import DECISION, RETURN, REVERSAL

#: What an order pays, and, where it pays again what came back, what the orders before it were to pay.
_LINES = f"""
    WITH RECURSIVE held(order_id) AS (
        SELECT id FROM money_paymentorder WHERE reference = %s
        UNION SELECT t.subject FROM held h JOIN money_paymentitem i ON i.order_id = h.order_id
        JOIN money_transfer t ON t.id = i.transfer_id WHERE t.source = {RETURN})
    SELECT COALESCE(f.number, ''), COALESCE(h.number, ''), f.received, CASE WHEN f.id IS NULL THEN t.memo ELSE '' END,
           SUM(CASE WHEN c.roles LIKE '%%payable%%' THEN t.amount ELSE -t.amount END)
    FROM held o JOIN money_paymentitem i ON i.order_id = o.order_id
    JOIN money_transfer t ON t.id = i.transfer_id JOIN money_account c ON c.id = t.credit_id
    LEFT JOIN money_transfer r ON r.id = t.reverses_id
    LEFT JOIN care_claim f ON f.id = CASE WHEN t.source = {DECISION} THEN t.subject
        WHEN t.source = {REVERSAL} AND r.source = {DECISION} THEN r.subject END
    LEFT JOIN people_household h ON h.id = f.household_id
    WHERE t.source <> {RETURN} GROUP BY 1, 2, 3, 4 ORDER BY 1, 4"""


class AdviceLine(NamedTuple):
    """What an order pays for one file of a household: minor units, negative where a correction took back more than it
    gave. A line without a file is an entry made by hand, which its ``text`` explains."""

    file: str
    household: str
    received: date | None
    text: str
    amount: int


def file_number(claim: int) -> str:
    """What a file is called whose decision was booked; "" where there is none."""
    return Claim.objects.filter(id=claim).values_list("number", flat=True).first() or ""


def file_numbers(claims: Iterable[int]) -> dict[int, str]:
    """What files are called, by their ids."""
    return dict(Claim.objects.filter(id__in=set(claims)).values_list("id", "number"))


def advice(reference: str) -> list[AdviceLine]:
    """The files of an order, by its reference; their amounts add up to the order's. Empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [reference])
        return [AdviceLine(file, home, day, text, int(sum_)) for file, home, day, text, sum_ in cursor.fetchall()]
