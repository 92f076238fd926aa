"""A small mutual to test on: each function adds one thing and answers with it. Days are of 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.models import Count, Max, Sum

from tiwizi.records.care.models import Claim, ClaimLine, Decision, Provider, Run
from tiwizi.records.cover.models import Act, Cover, Plan, PlanVersion, TariffVersion
from tiwizi.records.money.models import DECISION, Account, Book, PaymentBatch, PaymentItem, PaymentOrder, Transfer
from tiwizi.records.people.models import BankAccount, Household, Membership, Payee, Person, User
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import Grant

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
START = date(2026, 1, 1)
RIB = "011810000012345678901245"
_number = count(1)


def by(role: str, *, user: int = 7, region: int | None = None, key: str | None = None, at: datetime = NOW) -> By:
    return By(user=user, grants=(Grant(role, region),), at=at, key=key)


def user(login: str) -> User:
    return User.objects.create(login=login, name=login)


def person(*, birth: date = date(1980, 5, 17), sex: int = 0) -> Person:
    return Person.objects.create(number=f"p{next(_number)}", name_latin="Amina Alaoui", birth=birth, sex=sex)


def household() -> Household:
    return Household.objects.create(number=f"h{next(_number)}")


def member(*, role: int = 0, home: Household | None = None, since: date = START) -> Membership:
    return Membership.objects.create(household=home or household(), person=person(), role=role, since=since)


def plan() -> Plan:
    return Plan.objects.get_or_create(code="ma-public")[0]


def cover(home: Household, *, since: date = START, until: date | None = None, who: Person | None = None) -> Cover:
    return Cover.objects.create(household=home, person=who, plan=plan(), since=since, until=until, joined=since)


def plan_version() -> PlanVersion:
    number = next(_number).to_bytes(32, "big")
    return PlanVersion.objects.create(plan=plan(), text="", digest=number, effective_on=START, proposed_by=1)


def tariff_version() -> TariffVersion:
    number = next(_number).to_bytes(32, "big")
    return TariffVersion.objects.create(name="t", digest=number, currency="MAD", published_on=START)


def run() -> Run:
    return Run.objects.create(
        plan_version=plan_version(), tariff_version=tariff_version(), day=NOW.date(), touched_after=0, touched_upto=9,
        asked_by=7, asked_at=NOW,
    )  # fmt: skip


def claim() -> Claim:
    provider = Provider.objects.create(number=f"i{next(_number)}")
    return Claim.objects.create(
        number=f"c{next(_number)}", household=household(), provider=provider, received=date(2026, 2, 1)
    )


def line(*, of: Claim | None = None, number: int = 1) -> ClaimLine:
    act = Act.objects.get_or_create(code="C")[0]
    return ClaimLine.objects.create(
        claim=of or claim(),
        number=number,
        person=person(),
        day=date(2026, 1, 20),
        act=act,
        quantity=1000,
        billed=20_000,
    )


def decision(of: ClaimLine, in_run: Run, *, number: int = 1, paid: int = 16_000, share: int = 4_000) -> Decision:
    return Decision.objects.create(
        line=of, number=number, run=in_run, state=0, reasons=0, billed=20_000, paid_1=paid, paid_2=0, paid_3=0,
        paid_4=0, chosen=0, reductions=0, share=share, trail=b"",
    )  # fmt: skip


def book(code: str = "sm") -> tuple[Book, Account, Account]:
    """A book with benefits and what is payable to members."""
    fund = Book.objects.create(code=code, name={}, currency="MAD", layers=code)
    benefits = Account.objects.create(book=fund, code="6100", kind="expense", roles="benefits", name={})
    payable = Account.objects.create(book=fund, code="4400", kind="liability", roles="members_payable", name={})
    return fund, benefits, payable


def payee() -> Payee:
    return Payee.objects.create(person=person(), name="AMINA ALAOUI")


def owed(
    accounts: tuple[Book, Account, Account], *, to: Payee | None = None, amount: int = 16_000, day: date = START
) -> Transfer:
    fund, benefits, payable = accounts
    return Transfer.objects.create(
        book=fund, debit=benefits, credit=payable, amount=amount, day=day, source=DECISION, subject=next(_number),
        payee=to or payee(),
    )  # fmt: skip


def account(of: Payee, *, asked_by: User | None = None, confirmed_by: User | None = None) -> BankAccount:
    """One that has been usable for days."""
    asked = NOW - timedelta(days=9)
    return BankAccount.objects.create(
        payee=of, number=RIB, asked_by=asked_by or user(f"a{next(_number)}"), asked_at=asked,
        confirmed_by=confirmed_by or user(f"b{next(_number)}"), confirmed_at=asked,
        usable_from=asked + timedelta(hours=48),
    )  # fmt: skip


def batch(transfer: Transfer, *, to_account: BankAccount | None = None, amount: int | None = None) -> PaymentBatch:
    """One prepared by user 101, that pays one transfer to its payee."""
    made = preparing(transfer, to_account=to_account, amount=amount)
    finish(made)
    return made


def preparing(
    transfer: Transfer, *, to_account: BankAccount | None = None, amount: int | None = None, **told: Any
) -> PaymentBatch:
    """The same, to which more may come; ``told``: what it says of itself instead."""
    said = {"book": transfer.book, "day": NOW.date(), "prepared_by": 101, "prepared_at": NOW} | told
    made = PaymentBatch.objects.create(**said)
    assert transfer.payee is not None
    order = PaymentOrder.objects.create(
        batch=made, payee=transfer.payee, account=to_account or account(transfer.payee),
        amount=transfer.amount if amount is None else amount, reference=f"E{next(_number)}",
    )  # fmt: skip
    PaymentItem.objects.create(transfer=transfer, order=order)
    return made


def finish(made: PaymentBatch, **more: Any) -> None:
    """Add the orders of a batch up, past the verb."""
    sums = made.items.aggregate(orders=Count("id"), amount=Sum("amount"), last_order=Max("id"))
    PaymentBatch.objects.filter(id=made.id).update(**{"state": "prepared", **sums, **more})
    made.refresh_from_db()
