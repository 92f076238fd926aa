"""A batch as the document that people sign: what leaves the bank, when, from which fund, and who has signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Sum

from tiwizi.records.money.models import BankFile, PaymentBatch, PaymentOrder
from tiwizi.records.money.queries.signatures import ended_accounts, hindrance, needs_second
from tiwizi.records.people.queries import user_names


class Place(NamedTuple):
    """A place for a signature. step: "prepare", "approve", "second" (above the ceiling) or "release"; ``name`` and
    ``at`` of who has signed there, "" and None where nobody has."""

    step: str
    name: str
    at: datetime | None


class FileShown(NamedTuple):
    """The file that the batch became; ``digest`` is its SHA-256 in hexadecimal, ``size`` bytes."""

    message: str
    format: str
    digest: str
    size: int
    made_at: datetime
    handed_over_at: datetime | None
    handed_over_by: str


@dataclass(frozen=True)
class Document:
    """``account``: the bank account of the fund, its last four digits. ``states``: state of orders -> (how many, minor
    units). ``needs_second``: the amount is above the fund's ``ceiling`` and one approval is missing."""

    batch: int
    book: str
    book_name: Mapping[str, str]
    currency: str
    payer: str
    account: str
    day: date
    state: str
    text: str
    orders: int
    amount: int
    ceiling: int | None
    needs_second: bool
    ended: int
    places: tuple[Place, ...]
    states: Mapping[str, tuple[int, int]]
    file: FileShown | None


def document(number: int) -> Document | None:
    """A batch by its number; None where there is none."""
    batch = PaymentBatch.objects.select_related("book").filter(id=number).first()
    if batch is None:
        return None
    book = batch.book
    sums = PaymentOrder.objects.filter(batch=batch).values_list("state").annotate(n=Count("id"), sum=Sum("amount"))
    return Document(
        batch.id, book.code, book.name, book.currency, book.payer, f"…{(book.rib or '')[-4:]}", batch.day, batch.state,
        batch.text, batch.orders, batch.amount, book.ceiling, needs_second(batch), _ended(batch), _places(batch),
        {state: (count, int(amount)) for state, count, amount in sums.order_by("state")}, _file(batch),
    )  # fmt: skip


def why_not(number: int, *, user: int) -> str | None:
    """What would keep a user from approving or releasing a batch, as a key of locale/<lang>/records.toml."""
    return hindrance(PaymentBatch.objects.get(id=number), user)


def _ended(batch: PaymentBatch) -> int:
    return ended_accounts(batch) if batch.state in ("prepared", "approved") else 0


def _places(batch: PaymentBatch) -> tuple[Place, ...]:
    steps = [
        ("prepare", batch.prepared_by, batch.prepared_at),
        ("approve", batch.approved_by, batch.approved_at),
        ("second", batch.second_approved_by, batch.second_approved_at),
        ("release", batch.released_by, batch.released_at),
    ]
    names = user_names(user for _, user, _ in steps)
    ceiling = batch.book.ceiling
    two = batch.second_approved_by is not None or (ceiling is not None and batch.amount > ceiling)
    return tuple(Place(step, names.get(user or 0, ""), at) for step, user, at in steps if step != "second" or two)


def _file(batch: PaymentBatch) -> FileShown | None:
    made = BankFile.objects.filter(batch=batch).first()
    if made is None:
        return None
    names = user_names([made.handed_over_by])
    return FileShown(
        made.message, made.format, bytes(made.digest).hex(), made.size, made.made_at, made.handed_over_at,
        names.get(made.handed_over_by or 0, ""),
    )  # fmt: skip
