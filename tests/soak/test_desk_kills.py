"""The desk is killed while forms are on their way: nothing is half kept, and a form that is sent again has one effect.

A clerk enters files and an approver approves batches; whoever has no answer presses the button again, as people do.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from tests.databases import fresh_database
from tests.doors.desk.conftest import prove
from tests.doors.desk.test_entry import form
from tests.records.money import house
from tests.soak.backlog import AGENT, APPROVER, CLERK, MANAGER, PREPARER, START, by, found, make_tables
from tests.soak.conftest import many
from tests.soak.crew import CHECKOUT

from tiwizi.records.care import soundness as care
from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.money import soundness as money
from tiwizi.records.money.models import Book, PaymentBatch
from tiwizi.records.money.operations import prepare
from tiwizi.records.people.models import Household, Membership, Payee, RoleGrant, User
from tiwizi.records.trail.chain import verify
from tiwizi.records.trail.models import Event

#: Any 32 letters are a token of a form, where the browser's cookie says the same.
TOKEN = "t" * 32
BATCHES = 4
#: So many faults of ours in a row are no accident of a kill.
FAULTS = 50


@pytest.fixture(params=["sqlite", "postgresql"])
def mutual(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A mutual of some members with accounts, its clerk and its approver."""
    people, _ = make_tables(tmp_path / "tables", members=25, files=10, seed=7)
    with fresh_database(request.param, tmp_path) as word:
        found(people)
        for user, role in ((AGENT, "desk_agent"), (APPROVER, "payment_approver")):
            RoleGrant.objects.create(
                user_id=user, role=role, asked_by_id=MANAGER, asked_at=START, confirmed_by_id=CLERK, confirmed_at=START
            )
        yield word


@dataclass
class Desk:
    """The desk, as processes of their own that are killed all at once."""

    word: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = [sys.executable, "-m", "tiwizi", "serve", "--database", self.word, "--port", str(self.port)]
        environment = os.environ | {"TIWIZI_DEMO": "1", "PYTHONPATH": str(CHECKOUT / "src")}
        self.process = subprocess.Popen(
            [*words, "--workers", "0"], env=environment, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the desk did not open")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Clerk:
    """Somebody with a browser, who sends one form after the other, each until there is an answer."""

    desk: Desk
    cookies: str
    forms: Iterator[tuple[str, dict[str, Any]]]
    answers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    failed: int = 0
    wrong: str = ""

    def work(self) -> None:
        for address, values in self.forms:
            while not self.wrong and (place := self._send(address, values)) is None:
                time.sleep(0.05)
            if self.wrong:
                return
            self.answers[values["key"]] = str(place)

    def _send(self, address: str, values: dict[str, Any]) -> str | None:
        """Where the answer leads; None without one."""
        line = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=60)
        body = urlencode(values | {"csrfmiddlewaretoken": TOKEN}, doseq=True)
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded", "Host": "localhost"}
        try:
            line.request("POST", address, body, headers)
            answer = line.getresponse()
            page = answer.read()
        except ConnectionRefusedError:
            return None
        except (OSError, http.client.HTTPException):
            self.cut += 1
            return None
        finally:
            line.close()
        self.failed = self.failed + 1 if answer.status >= 500 else 0
        if 0 < self.failed < FAULTS:
            return None
        if answer.status != 303:
            self.wrong = f"{address} answered {answer.status}: {page.decode()[:3000]}"
        return answer.headers["Location"] or ""


def signed_in(user: int) -> str:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(id=user), backend=settings.AUTHENTICATION_BACKENDS[1])
    return f"sessionid={prove(client).session.session_key}; csrftoken={TOKEN}"


def files(homes: list[str], round: int, enough: Flag) -> Iterator[tuple[str, dict[str, Any]]]:
    """A file a form, of a household each in turn, until it is enough."""
    told = {home: form(home) for home in homes}
    number = 0
    while not enough.is_set():
        home = homes[number % len(homes)]
        yield f"/household/{home}/new-file/", told[home] | {"key": f"file-{round}-{number}"}
        number += 1


def approvals(round: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Batches that wait for their approval."""
    book, payees = Book.objects.get(code="sm"), list(Payee.objects.filter(person__isnull=False).order_by("id")[:5])
    batches = []
    for number in range(BATCHES):
        for payee in payees:
            house.owe(book, payee, 10_000 + number, day=START.date())
        batches.append(
            prepare(by(PREPARER, day=4, key=f"prepare-{round}-{number}"), book="sm", on=START.date())["batch"]
        )
    connection.close()
    for batch in batches:
        yield f"/payments/batches/{batch}/approve/", {"key": f"approve-{batch}"}


@contextmanager
def at_work(*clerks: Clerk, enough: Flag) -> Iterator[None]:
    threads = [Thread(target=clerk.work, daemon=True) for clerk in clerks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join(60)


def test_forms_that_were_on_their_way_when_the_desk_was_killed_have_one_effect_each(mutual: str) -> None:
    dice, desk, kills, cut = random.Random(1), Desk(mutual), 0, 0
    members = Membership.objects.filter(role=0, until=None).order_by("id")[:6].values("household")
    homes = list(Household.objects.filter(id__in=members).values_list("number", flat=True))
    kept: dict[str, str] = {}
    before = Claim.objects.count()
    desk.open()
    try:
        for round in range(many(test=2, soak=100)):
            enough = Flag()
            clerk = Clerk(desk, signed_in(AGENT), files(homes, round, enough))
            approver = Clerk(desk, signed_in(APPROVER), approvals(round))
            connection.close()
            with at_work(clerk, approver, enough=enough):
                while not (clerk.answers or clerk.wrong):
                    time.sleep(0.01)  # until the desk is warm: what counts is to kill it at work
                time.sleep(dice.random() / 2)
                desk.kill()
                kills += 1
                desk.open()
            assert not (clerk.wrong or approver.wrong), clerk.wrong or approver.wrong
            kept |= clerk.answers
            cut += clerk.cut + approver.cut
            _assert_whole(kept, before)
            assert len(approver.answers) == BATCHES
    finally:
        desk.kill()
    print(f"{connection.vendor}: {kills} kills, {len(kept)} files, {cut} forms cut off on their way")
    assert cut > 0, "no form was on its way: this harness killed nothing at work"


def _assert_whole(kept: dict[str, str], before: int) -> None:
    """Each form made one file, with its line; each approval was given once."""
    assert len(set(kept.values())) == len(kept), "two forms had one answer"
    assert Claim.objects.count() - before == len(kept), "a file is there twice, or not at all"
    new = Claim.objects.order_by("-id")[: len(kept)].values("id")
    assert ClaimLine.objects.filter(claim__in=list(new.values_list("id", flat=True))).count() == len(kept)
    approved = PaymentBatch.objects.filter(state="approved").count()
    assert approved == PaymentBatch.objects.count()
    assert Event.objects.filter(verb="money.approve").count() == approved
    broken = [check for checks in (care.checks(), money.checks()) for check in checks if check.broken]
    assert broken == [] and not verify().faults
    connection.close()
