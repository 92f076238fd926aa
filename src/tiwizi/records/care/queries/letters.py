"""What letters tell: a household and its member, files as they stand with what each line was decided, payments.

For many at once: each question is asked once for all the files or orders that are named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tiwizi.records.care.models import Claim, ClaimLine, Decision, Provider
from tiwizi.records.care.queries.decisions import label_of
from tiwizi.records.money.models import DECISION, REVERSAL, PaymentItem, PaymentOrder, Transfer
from tiwizi.records.people.models import Address, Household, Membership, Person
from tiwizi.rules.terms import ATTRIBUTES, STATES, TO_REVIEW

MEMBER = ATTRIBUTES["role"].index("member")


class Name(NamedTuple):
    """``number`` stands for who has no name in either script."""

    ar: str
    latin: str
    number: str = ""

    def said(self, lang: str) -> str:
        first, second = (self.ar, self.latin) if lang == "ar" else (self.latin, self.ar)
        return first or second or self.number


@dataclass(frozen=True)
class Recipient:
    """Whom a letter about a household goes to: its member, or whoever is first in it now. ``language``: theirs;
    ``address``: the lines below the name, none where nobody said where they live."""

    household: int
    number: str
    region: int | None
    person: int
    name: Name
    language: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """An act of a file, in minor units: billed = paid + reductions + share. ``state``: "" where nothing is decided."""

    line: int
    day: date
    person: Name
    code: str
    labels: dict[str, str]
    state: str
    billed: int
    paid: int
    reductions: int
    share: int


@dataclass(frozen=True)
class File:
    claim: int
    number: str
    household: int
    received: date
    care_from: date | None
    provider: Name
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Order:
    """A payment to a member, and which file it pays how much of, in minor units (negative: taken back).
    ``account``: its last four digits; ``fund``: whose money it is, by language; ``other``: what belongs to no file."""

    order: int
    reference: str
    household: int
    day: date
    fund: dict[str, str]
    account: str
    amount: int
    state: str
    claims: dict[int, int]
    other: int


def recipients(households: Sequence[int]) -> dict[int, Recipient]:
    """By household; one that nobody is in any more is left out."""
    homes = Household.objects.in_bulk(list(households))
    rows = Address.objects.filter(household_id__in=list(homes))
    addresses = {row.household_id: _lines_of(row) for row in rows}
    places = Membership.objects.filter(household_id__in=list(homes)).select_related("person")
    best: dict[int, Membership] = {}
    for place in sorted(places, key=_first):
        best.setdefault(place.household_id, place)
    return {
        home: Recipient(
            home, homes[home].number, homes[home].region_id, place.person_id, _name(place.person),
            place.person.language or "ar", addresses.get(home, ()),
        )
        for home, place in best.items()
    }  # fmt: skip


def _lines_of(address: Address) -> tuple[str, ...]:
    town = f"{address.postal_code} {address.town}".strip()
    return tuple(line for line in (address.first, address.second, town) if line)


def _first(place: Membership) -> tuple[bool, int, int]:
    return place.until is not None, place.role, -place.pk


def files_told(claims: Sequence[int]) -> dict[int, File]:
    """Files by id, with their lines in order. Lines that were withdrawn are not told."""
    rows = Claim.objects.select_related("provider").in_bulk(list(claims))
    lines = list(
        ClaimLine.objects.filter(claim_id__in=list(rows), withdrawn=False)
        .select_related("person", "act")
        .order_by("claim_id", "number")
    )
    stands: dict[int, Decision] = {}
    for row in Decision.objects.filter(line__in=[line.pk for line in lines]).order_by("number").defer("trail"):
        stands[row.line_id] = row
    told: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        told[line.claim_id].append(_line(line, stands.get(line.pk)))
    return {
        number: File(
            number, row.number, row.household_id, row.received, row.care_from,
            _provider(row.provider), tuple(told[number]),
        )
        for number, row in rows.items()
    }  # fmt: skip


def _provider(one: Provider | None) -> Name:
    return Name(one.name_ar, one.name_latin, one.number) if one else Name("", "")


def _line(line: ClaimLine, row: Decision | None) -> Line:
    labels = {lang: label_of(line.act, lang) for lang in ("ar", "fr", "en")}
    whose = (line.pk, line.day, _name(line.person), line.act.code, labels)
    if row is None:
        return Line(*whose, "", line.billed, 0, 0, 0)
    paid = row.paid_1 + row.paid_2 + row.paid_3 + row.paid_4
    if row.state == TO_REVIEW:  # nothing is paid until somebody has looked
        return Line(*whose, "to_review", row.billed, 0, 0, 0)
    return Line(*whose, STATES[row.state], row.billed, paid, row.reductions, row.share)


def orders_of_batch(batch: int) -> list[int]:
    """The payments to members of a batch, in the order of its file."""
    rows = PaymentOrder.objects.filter(batch=batch, payee__person__isnull=False).order_by("id")
    return list(rows.values_list("id", flat=True))


def order_of(reference: str) -> int | None:
    """A payment to a member, by its reference."""
    rows = PaymentOrder.objects.filter(reference=reference, payee__person__isnull=False)
    return rows.values_list("id", flat=True).first()


def orders_told(orders: Sequence[int]) -> dict[int, Order]:
    """Payments by id, with what each settles."""
    rows = PaymentOrder.objects.select_related("batch__book", "payee", "account").in_bulk(list(orders))
    homes = _homes([row.payee.person_id for row in rows.values() if row.payee.person_id])
    claims: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for order, claim, amount in _settled(list(rows)):
        claims[order][claim] += amount
    return {
        number: Order(
            number, row.reference, homes[row.payee.person_id], row.batch.day,
            row.batch.book.name, row.account.number[-4:], row.amount, row.state,
            {claim: paid for claim, paid in claims[number].items() if claim},
            row.amount - sum(paid for claim, paid in claims[number].items() if claim),
        )
        for number, row in rows.items()
        if row.payee.person_id in homes
    }  # fmt: skip


def _settled(orders: list[int]) -> list[tuple[int, int, int]]:
    """(order, claim or 0, minor units) of each transfer that an order settles; one that was taken back counts with the
    file that it belonged to."""
    items = PaymentItem.objects.filter(order_id__in=orders).values_list("order_id", "transfer_id")
    order_of = {transfer: order for order, transfer in items}
    found, back = [], {}
    for row in Transfer.objects.filter(id__in=list(order_of)).order_by("id"):
        if row.source == REVERSAL:
            back[row.pk] = (row.reverses_id or 0, row.amount)
        else:
            found.append((order_of[row.pk], row.subject if row.source == DECISION else 0, row.amount))
    taken = dict(
        Transfer.objects.filter(id__in=[one for one, _ in back.values()], source=DECISION).values_list("id", "subject")
    )
    return found + [(order_of[row], taken.get(one, 0), -amount) for row, (one, amount) in back.items()]


def _homes(persons: list[int]) -> dict[int | None, int]:
    """Where people belong now, or did last."""
    places = Membership.objects.filter(person_id__in=persons).order_by("since")
    return {place.person_id: place.household_id for place in places}


def _name(person: Person) -> Name:
    return Name(person.name_ar, person.name_latin, person.number)
