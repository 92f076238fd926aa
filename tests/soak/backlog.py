"""A small mutual's backlog, carried from its tables to the bank's statement by one who begins anew after every kill.

What it does is what the command line does, with the same verbs in the same order; nobody tells it where it had got to.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AGENT, MANAGER, CLERK, COLLEAGUE, PREPARER, APPROVER, TREASURER, ACCOUNTANT, SECOND = range(1, 10)
ROLES = {
    AGENT: ("desk_agent", "contributions_officer", "manager"), MANAGER: ("manager",), CLERK: ("adjudicator",),
    COLLEAGUE: ("desk_agent",), PREPARER: ("payment_preparer",), APPROVER: ("payment_approver",),
    TREASURER: ("treasurer",), ACCOUNTANT: ("accountant",), SECOND: ("accountant",),
}  # fmt: skip
PLAN = "ma/public"
#: So small that a backlog of some dozen files has many parts, between any two of which the end may come.
ROWS_A_PART, CLAIMS_A_SHARD, ORDERS_A_PART = 60, 12, 7


def by(user: int, *, day: int = 0, key: str | None = None) -> Any:
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    return By(user, tuple(Grant(role) for role in ROLES[user]), START + timedelta(days=day), key)


def warm_up() -> None:
    """What a process needs before it can work: the modules, and the compiled kernel, which a worked case loads."""
    from tiwizi import packs
    from tiwizi.doors.cli.kernel_cache import place_kernel_cache
    from tiwizi.packs.cases import run
    from tiwizi.records.care import worker  # noqa: F401
    from tiwizi.records.intake import operations  # noqa: F401

    place_kernel_cache()
    run(packs.folder("ma") / "cases" / "reported.toml", lang="en")


def _plan_file() -> Path:
    from tiwizi import packs

    return packs.folder("ma") / "plans" / "public.toml"


def make_tables(folder: Path, *, members: int, files: int, seed: int) -> tuple[Path, Path]:
    """(people and cover, claims and lines) of a made-up mutual, in two folders."""
    from tiwizi.packs.generate import generate

    everything = folder / "all"
    everything.mkdir(parents=True)
    generate(everything, members=members, files=files, seed=seed, format="csv")
    people, claims = folder / "people", folder / "claims"
    for part, names in ((people, ("people", "statuses", "cover")), (claims, ("claims", "lines", "reported"))):
        part.mkdir()
        for name in names:
            if (everything / f"{name}.csv").exists():
                shutil.copy(everything / f"{name}.csv", part)
    return people, claims


def found(people: Path) -> None:
    """A mutual whose members are known and have accounts, whose plan is in force and whose books are open."""
    from tiwizi.doors.cli.demo_mutual import rib
    from tiwizi.packs import chart
    from tiwizi.records.cover.operations import propose_plan, publish_plan, publish_tariff
    from tiwizi.records.cover.queries import unsigned_tariffs
    from tiwizi.records.intake.operations import bring_in
    from tiwizi.records.money.operations import open_books
    from tiwizi.records.people.models import Person, User
    from tiwizi.records.people.operations.accounts_in_bulk import (
        confirm_accounts,
        request_accounts,
        waiting_accounts,
    )

    for number in ROLES:
        User.objects.create(id=number, login=f"u{number}", name=f"u{number}")
    file = _plan_file()
    version = propose_plan(by(MANAGER), text=file.read_text(encoding="utf-8"), effective_on=date(2000, 1, 1))
    publish_plan(by(AGENT), version=version, on=START.date())
    banks = {fund: rib(number) for number, fund in enumerate(chart("ma").funds, 1)}
    open_books(by(ACCOUNTANT), country="ma", payer="Mutuelle", banks=banks)
    bring_in(by(AGENT), people, declared=None, currency="MAD", on=START.date(), tariff_files=_tariffs())
    for tariff in unsigned_tariffs():
        publish_tariff(by(MANAGER), version=tariff, on=START.date())
    numbers = sorted(Person.objects.values_list("number", flat=True))
    rows = [[number, rib(place)] for place, number in enumerate(numbers, 100)]
    request_accounts(by(AGENT), people=rows)
    confirm_accounts(by(COLLEAGUE), accounts=waiting_accounts())


def _tariffs() -> list[Path]:
    from tiwizi.packs import read_plan_file

    file = _plan_file()
    plan, _ = read_plan_file(file)
    assert plan is not None
    return [file.parent / name for name in plan.tariffs]


# -- from the tables to the statement ------------------------------------------------------------------------------


def wait() -> None:
    """Nothing."""


def carry(*, claims: str, folder: str, attempt: int, fault: int = 0) -> None:
    """Everything that is still to be done, from wherever it is. ``fault``: fail at the n-th sync, rename, commit."""
    _in_small_parts()
    from tests.soak.faults import fail_at

    with fail_at(fault):
        _take_in(Path(claims))
        _decide(attempt)
        _pay(Path(folder))
        _reconcile()


def _in_small_parts() -> None:
    """Payments, too; and nobody is let in between them, since nobody else is there."""
    from tiwizi.records.database import locks

    locks.ASKS_ANEW = 0
    for name in ("prepare", "sign", "hand_over", "statements"):
        import_module(f"tiwizi.records.money.operations.{name}").PART = ORDERS_A_PART


def _take_in(claims: Path) -> None:
    from tiwizi.records.intake import posting
    from tiwizi.records.intake.operations import bring_in

    posting.PART = ROWS_A_PART
    bring_in(by(AGENT), claims, declared=None, currency="MAD", on=START.date())


def _decide(attempt: int) -> None:
    """The clock of each attempt is two minutes on, so that the lease of whoever was killed has run out."""
    from tiwizi.records.care import worker
    from tiwizi.records.care.operations.run import start_run
    from tiwizi.records.care.queries.lines import open_runs

    worker.MOST_TRIES = 10_000  # five failures put a part aside; here whoever holds it is killed more often
    start_run(by(CLERK, day=1, key="the run"), day=START.date() + timedelta(days=1), claims_per_shard=CLAIMS_A_SHARD)
    now = START + timedelta(days=1, minutes=2 * attempt)
    for run in open_runs():
        worker.work(run=run, worker=f"{os.getpid()}", clock=lambda: now, threads=1)


def _pay(folder: Path) -> None:
    from tiwizi.doors.gateways.bank_folder import hand_over_file, make_file
    from tiwizi.packs import chart
    from tiwizi.records.money.operations import approve, prepare, release
    from tiwizi.records.trail.refusal import Refused

    day = START.date() + timedelta(days=4)
    for book in chart("ma").funds:
        try:
            batch = prepare(by(PREPARER, day=4, key=f"prepare {book}"), book=book, on=day)["batch"]
        except Refused as refused:
            assert refused.key == "nothing_to_pay", refused
            continue
        approve(by(APPROVER, day=4, key=f"approve {book}"), batch=batch)
        release(by(TREASURER, day=4, key=f"release {book}"), batch=batch)
        make_file(by(TREASURER, day=4), batch=batch, folder=folder)
        hand_over_file(by(TREASURER, day=4), batch=batch, folder=folder)


def _reconcile() -> None:
    from tiwizi.formats.statement import Movement, Statement
    from tiwizi.records.money.operations import take_statement
    from tiwizi.records.money.queries.bank_orders import bank_batch, bank_orders
    from tiwizi.records.money.queries.batches import batches

    day = START.date() + timedelta(days=5)
    for batch in batches():
        moves = tuple(Movement(day, -order.amount, order.id, f"D{order.id}") for order in bank_orders(batch.batch))
        closing = sum(move.amount for move in moves)
        read = Statement(f"S{batch.batch}", bank_batch(batch.batch).rib, "MAD", 0, closing, moves)
        take_statement(by(ACCOUNTANT, day=5), statement=read, digest=sha256(repr(read).encode()).digest())


# -- a worker that dies --------------------------------------------------------------------------------------------


def begin(*, claims: str) -> None:
    """A run that waits for workers, in several parts."""
    from tiwizi.records.care.operations.run import start_run

    _take_in(Path(claims))
    start_run(by(CLERK, day=1), day=START.date() + timedelta(days=1), claims_per_shard=CLAIMS_A_SHARD)


def hold(*, seconds: int) -> None:
    """Lease a part for so long, and never do it."""
    from tiwizi.records.care import worker
    from tiwizi.records.care.queries.lines import open_runs

    now = datetime.now(UTC)  # noqa: TID251
    (run,) = open_runs()
    assert worker.lease(run=run, worker="who dies", now=now, lasting=timedelta(seconds=seconds)) is not None
    time.sleep(3600)


def relieve(*, longest: int) -> None:
    """Another worker, as ``tiwizi worker`` is one, until the run is at an end."""
    from tiwizi.records.care.queries.lines import open_runs
    from tiwizi.records.care.worker import work

    until = time.monotonic() + longest
    while (runs := open_runs()) and time.monotonic() < until:
        for run in runs:
            work(run=run, worker="who lives", clock=lambda: datetime.now(UTC))  # noqa: TID251
        time.sleep(0.2)


# -- what stands ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a backlog, by names that do not depend on how often it was begun: the same after every story."""

    decisions: Counter[tuple[Any, ...]]
    booked: Counter[tuple[Any, ...]]
    sent: Counter[tuple[Any, ...]]
    matched: int
    runs: int
    imports: int


def outcome(folder: Path) -> Outcome:
    """``sent`` is read from the files that the bank was given, not from the records."""
    return Outcome(
        decisions=_rows(
            """SELECT c.number, l.number, l.label, d.number, d.state, d.billed, d.paid_1, d.paid_2, d.paid_3, d.paid_4,
               d.reductions, d.share FROM care_decision d JOIN care_line l ON l.id = d.line_id
               JOIN care_claim c ON c.id = l.claim_id"""
        ),
        booked=_rows(
            """SELECT b.code, a.code, e.code, t.amount, t.source, p.name FROM money_transfer t
               JOIN money_book b ON b.id = t.book_id JOIN money_account a ON a.id = t.debit_id
               JOIN money_account e ON e.id = t.credit_id LEFT JOIN people_payee p ON p.id = t.payee_id"""
        ),
        sent=_sent(folder),
        matched=sum(_rows("SELECT line_id FROM money_match").values()),
        runs=sum(_rows("SELECT id FROM care_run").values()),
        imports=sum(_rows("SELECT id FROM intake_import").values()),
    )


def _rows(sql: str) -> Counter[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return Counter(tuple(row) for row in cursor.fetchall())


def _sent(folder: Path) -> Counter[tuple[Any, ...]]:
    """(account, name, amount) of every order in the files that were handed over; no reference is there twice."""
    from lxml import etree

    found: Counter[tuple[Any, ...]] = Counter()
    references: list[str] = []
    for file in sorted((folder / "handed-over").glob("*.xml")):
        root = etree.parse(str(file)).getroot()
        for order in root.iter("{*}CdtTrfTxInf"):
            text: Callable[[str], str] = lambda name, order=order: str(order.findtext(f".//{{*}}{name}"))  # noqa: E731
            account = str(order.findtext(".//{*}CdtrAcct//{*}Id/{*}Othr/{*}Id") or order.findtext(".//{*}IBAN"))
            found[account, str(order.findtext("{*}Cdtr/{*}Nm")), text("InstdAmt")] += 1
            references.append(text("EndToEndId"))
    assert len(references) == len(set(references)), "a reference went to the bank twice"
    return found
