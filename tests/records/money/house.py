"""A mutual that pays: its books, who works there, what is owed, and each step on the way to the bank and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from tests.records import world
from tests.records.world import NOW, by

from tiwizi.formats.statement import Movement, Statement
from tiwizi.records.money.models import (
    DECISION,
    REVERSAL,
    Account,
    Book,
    PaymentBatch,
    PaymentOrder,
    Transfer,
)
from tiwizi.records.money.operations import approve, hand_over, note_file, open_books, prepare, release, take_statement
from tiwizi.records.people.models import Payee
from tiwizi.rules.rib import key_of

PREPARER, APPROVER, SECOND, TREASURER, ACCOUNTANT, COLLEAGUE = range(201, 207)
ROLE = {
    PREPARER: "payment_preparer", APPROVER: "payment_approver", SECOND: "payment_approver", TREASURER: "treasurer",
    ACCOUNTANT: "accountant", COLLEAGUE: "accountant",
}  # fmt: skip
BANK = "0117800000123456789012" + key_of("0117800000123456789012")
DAY = NOW.date()
_number = count(1)


def acting(user: int, *, role: str = "", at: datetime = NOW, key: str | None = None) -> Any:
    return by(role or ROLE[user], user=user, at=at, key=key)


def books(*, ceiling: int | None = None) -> Book:
    """The books of the Moroccan pack; the one of the complementary layer is paid from ``BANK``."""
    open_books(
        acting(ACCOUNTANT), country="ma", payer="Mutuelle", banks={"sm": BANK}, ceilings={"sm": ceiling or 10**9}
    )
    return Book.objects.get(code="sm")


def account(book: Book, role: str) -> Account:
    return next(each for each in book.accounts.all() if role in each.roles.split())


def payee(*, with_account: bool = True) -> Payee:
    found = world.payee()
    if with_account:
        world.account(found)
    return found


def owe(
    book: Book, to: Payee, amount: int, *, day: date = DAY, claim: int | None = None, role: str = "members_payable"
) -> Transfer:
    """A decision that owes somebody something, as the run books it."""
    return Transfer.objects.create(
        book=book, debit=account(book, "benefits"), credit=account(book, role), amount=amount, day=day,
        source=DECISION, subject=claim or 10_000 + next(_number), payee=to,
    )  # fmt: skip


def take_back(of: Transfer, *, day: date = DAY) -> Transfer:
    """A decision that is corrected: reversed whole, as the run books it."""
    return Transfer.objects.create(
        book=of.book, debit=of.credit, credit=of.debit, amount=of.amount, day=day, source=REVERSAL, subject=of.id,
        payee=of.payee, reverses=of,
    )  # fmt: skip


def prepared(book: Book, **more: Any) -> int:
    batch: int = prepare(acting(PREPARER), book=book.code, on=DAY, **more)["batch"]
    return batch


def handed_over(book: Book, **more: Any) -> PaymentBatch:
    """A batch that went the whole way to the bank."""
    batch = prepared(book, **more)
    for name in ("approve", "release", "note_file", "hand_over"):
        step(name, batch)
    return PaymentBatch.objects.get(id=batch)


def orders(batch: PaymentBatch | int) -> list[PaymentOrder]:
    return list(PaymentOrder.objects.filter(batch=batch).order_by("id"))


def statement(*movements: Movement, name: str = "S1", opening: int = 0) -> Statement:
    closing = opening + sum(movement.amount for movement in movements)
    return Statement(name, BANK, "MAD", opening, closing, movements)


def left(order: PaymentOrder, *, day: date = DAY, bank_id: str = "") -> Movement:
    """The bank says that an order was paid."""
    return Movement(day, -order.amount, order.reference, bank_id or f"D{order.reference}")


def came_back(order: PaymentOrder, *, day: date = DAY + timedelta(days=1)) -> Movement:
    return Movement(day, order.amount, order.reference, f"R{order.reference}", return_reason="AC04")


def take(read: Statement, *, at: datetime = NOW) -> dict[str, Any]:
    return take_statement(acting(ACCOUNTANT, at=at), statement=read, digest=sha256(repr(read).encode()).digest())


def step(name: str, batch: int) -> None:
    """One step of a batch on its way to the bank."""
    {
        "approve": lambda: approve(acting(APPROVER), batch=batch),
        "release": lambda: release(acting(TREASURER), batch=batch),
        "note_file": lambda: note_file(
            acting(TREASURER), batch=batch, format="pain.001.001.09", digest=bytes(32), size=1
        ),
        "hand_over": lambda: hand_over(acting(TREASURER), batch=batch),
    }[name]()
