"""What happened to a household, by date: its files with what was decided, and its payments. Amounts, states and
days; nothing of the care itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tiwizi.records.database.columns import read_columns
from tiwizi.records.money.models import PaymentOrder
from tiwizi.records.people.models import BankAccount, Membership
from tiwizi.rules.period import NO_DAY, day_of
from tiwizi.rules.terms import PAID, REFUSED, TO_REVIEW

#: The latest decision of each line of the household's latest files.
_FILES = """SELECT c.id AS claim, c.number AS number, c.received AS received, l.billed AS claimed,
    COALESCE(d.state, -1) AS state, COALESCE(d.paid_1 + d.paid_2 + d.paid_3 + d.paid_4, 0) AS paid,
    COALESCE(d.reductions, 0) AS reductions, COALESCE(d.share, 0) AS share
    FROM (SELECT id, number, received FROM care_claim WHERE household_id = %s
        ORDER BY received DESC, id DESC LIMIT %s) c
    JOIN care_line l ON l.claim_id = c.id AND NOT l.withdrawn
    LEFT JOIN care_decision d ON d.line_id = l.id AND d.number = (
        SELECT MAX(o.number) FROM care_decision o WHERE o.line_id = l.id)
    ORDER BY c.received DESC, c.id DESC, l.number"""
_KINDS = {
    "claim": "int", "number": "text", "received": "day", "claimed": "int", "state": "int", "paid": "int",
    "reductions": "int", "share": "int",
}  # fmt: skip
NOT_DECIDED = -1


@dataclass
class FileSums:
    """A file: minor units of all its lines. ``state``: waiting, to_review, paid, reduced or refused."""

    number: str
    received: date
    lines: int
    billed: int
    paid: int
    reductions: int
    share: int
    state: str


@dataclass(frozen=True)
class Sent:
    """A payment to somebody of the household: ``state`` of the order; ``batch_state``: how far its batch is."""

    reference: str
    day: date
    amount: int
    state: str
    batch_state: str
    name: str


def files_of(household: int, *, most: int = 60) -> list[FileSums]:
    """The latest first."""
    rows = read_columns(_FILES, _KINDS, [household, most])  # type: ignore[arg-type]
    found: dict[int, FileSums] = {}
    states: dict[int, list[int]] = {}
    numbers = rows["number"].to_pylist()
    for at, claim in enumerate(rows["claim"].tolist()):
        day = int(rows["received"][at])
        assert day != NO_DAY
        file = found.setdefault(claim, FileSums(numbers[at], day_of(day), 0, 0, 0, 0, 0, ""))
        file.lines += 1
        file.billed += int(rows["claimed"][at])
        for name in ("paid", "reductions", "share"):
            setattr(file, name, getattr(file, name) + int(rows[name][at]))
        states.setdefault(claim, []).append(int(rows["state"][at]))
    for claim, file in found.items():
        file.state = _state(states[claim])
    return list(found.values())


def _state(lines: list[int]) -> str:
    """Of a file, by those of its lines: what waits comes first."""
    if NOT_DECIDED in lines:
        return "waiting"
    if TO_REVIEW in lines:
        return "to_review"
    if set(lines) == {REFUSED}:
        return "refused"
    return "paid" if set(lines) == {PAID} else "reduced"


def payments_of(household: int, *, most: int = 40) -> list[Sent]:
    """The latest first: what was sent to the accounts of those who are, or were, of the household."""
    people = Membership.objects.filter(household=household).values_list("person_id", flat=True)
    accounts = list(BankAccount.objects.filter(payee__person__in=list(people)).values_list("id", flat=True))
    orders = PaymentOrder.objects.filter(account__in=accounts).select_related("batch", "payee").order_by("-id")[:most]
    return [
        Sent(order.reference, order.batch.day, order.amount, order.state, order.batch.state, order.payee.name)
        for order in orders
        if order.batch.state != "cancelled"
    ]
