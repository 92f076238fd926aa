"""The transactions of a claim: charges, and what came of each of them until the next.

A CHARGE is followed, in the order of CHARGEID, by its payments and transfers: an insurer pays by ECHECK, the primary
one before the rest is transferred to the secondary (TRANSFERIN of type 2), the secondary one after. COPAY, CASH, CHECK
and CC are the patient's own money.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from tiwizi.formats.rows import Fault, Row
from tiwizi.formats.synthea.plan import PRIMARY, SECONDARY
from tiwizi.rules.money import MAX_AMOUNT, MAX_QUANTITY, major, minor, thousandths

CURRENCY = "USD"
INSURER, SECOND_INSURER = "ECHECK", "2"
AMOUNTS = ("AMOUNT", "UNITAMOUNT", "PAYMENTS")
TYPES = ("CHARGE", "PAYMENT", "TRANSFERIN", "TRANSFEROUT")


@dataclass(frozen=True)
class Transaction:
    """One row. Amounts in cents; ``number`` orders the transactions of a claim, and is the line of a charge."""

    claim: str
    number: int
    type: str
    person: str
    day: date
    code: str
    label: str
    units: str
    unit_price: str
    billed: int
    method: str
    transfer: str
    paid: int


@dataclass
class Charge:
    """A line, what each insurer paid of it, in cents, and in how many payments."""

    of: Transaction
    paid: dict[str, int]
    payments: int = 0


def transaction(claims: Set[str], people: Set[str], row: Row) -> Transaction | Fault:
    """A row as a transaction, or why it is none."""
    if row["CLAIMID"] not in claims:
        return Fault("CLAIMID", "unknown_claim", {"value": row["CLAIMID"]})
    if row["PATIENTID"] not in people:
        return Fault("PATIENTID", "unknown_person", {"value": row["PATIENTID"]})
    if row["TYPE"] not in TYPES:
        return Fault("TYPE", "not_a_transaction", {"value": row["TYPE"]})
    if not (row["CHARGEID"].isascii() and row["CHARGEID"].isdigit()):
        return Fault("CHARGEID", "not_a_number", {"value": row["CHARGEID"]})
    day, amounts = day_of(row["FROMDATE"]), {column: cents(row[column]) for column in AMOUNTS}
    if day is None:
        return Fault("FROMDATE", "not_a_day", {"value": row["FROMDATE"]})
    for column, amount in amounts.items():
        if amount is None:
            return Fault(column, "not_an_amount", {"value": row[column]})
    billed, unit, paid = (amount or 0 for amount in amounts.values())
    if row["TYPE"] == "CHARGE" and not is_quantity(row["UNITS"]):
        return Fault("UNITS", "not_a_number", {"value": row["UNITS"]})
    if row["TYPE"] == "CHARGE" and not row["PROCEDURECODE"]:
        return Fault("PROCEDURECODE", "blank", {"column": "PROCEDURECODE"})
    return Transaction(
        claim=row["CLAIMID"],
        number=int(row["CHARGEID"]),
        type=row["TYPE"],
        person=row["PATIENTID"],
        day=day,
        code=row["PROCEDURECODE"],
        label=row["NOTES"],
        units=row["UNITS"],
        unit_price=major(unit, CURRENCY),
        billed=billed,
        method=row["METHOD"],
        transfer=row["TRANSFERTYPE"],
        paid=paid,
    )


def is_of_insurer(transaction: Transaction) -> bool:
    return transaction.type == "PAYMENT" and transaction.method == INSURER


def charges(transactions: Iterable[Transaction]) -> Iterator[Charge]:
    """The charges of one claim after another, with what the insurers paid of each."""
    claim, charge, payer = "", None, PRIMARY
    for each in sorted(transactions, key=lambda t: (t.claim, t.number)):
        if each.claim != claim:
            claim, charge = each.claim, None
        if each.type == "CHARGE":
            charge, payer = Charge(each, {PRIMARY: 0, SECONDARY: 0}), PRIMARY
            yield charge
        elif each.type == "TRANSFERIN" and each.transfer == SECOND_INSURER:
            payer = SECONDARY
        elif is_of_insurer(each) and charge is not None:
            charge.paid[payer] += each.paid
            charge.payments += 1


def day_of(moment: str) -> date | None:
    """The day of "2014-05-06T08:34:30Z", or of "2014-05-06"; None where it is none."""
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def cents(written: str) -> int | None:
    """Whole cents; a blank is nothing; None where it is no amount. Digits below a cent are noise of floats."""
    try:
        amount = Decimal(written or "0").quantize(Decimal("0.01"))
        found = minor(f"{amount:f}", CURRENCY)
    except (InvalidOperation, ValueError):
        return None
    return found if 0 <= found <= MAX_AMOUNT else None


def is_quantity(written: str) -> bool:
    try:
        return 0 <= thousandths(written or "1") <= MAX_QUANTITY
    except ValueError:
        return False
