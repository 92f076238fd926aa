"""Killed at any moment and begun anew by nobody in particular: nothing is done twice, nothing is lost (F1, F2).

The naive way, to send and then to mark, is killed in the same run and must pay twice: else the harness is blind.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.databases import copied_database, fresh_database, using
from tests.soak.backlog import Outcome, found, make_tables, outcome
from tests.soak.conftest import many
from tests.soak.relay import Runner, relay

from tiwizi.records.care import soundness as care
from tiwizi.records.care.models import Shard
from tiwizi.records.money import soundness as money
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.trail.chain import verify

ACTS = "tests.soak.backlog"
FAULT = 75
ORDERS = 1000


@pytest.fixture(params=["sqlite", "postgresql"])
def mutual(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A database with members and no claims yet, and the folder of the claims that are to come."""
    people, claims = make_tables(tmp_path / "tables", members=25, files=60, seed=7)
    with fresh_database(request.param, tmp_path) as word:
        found(people)
        connection.close()
        yield word, claims


def test_nothing_is_done_twice_or_lost_by_kills(mutual: tuple[str, Path], tmp_path: Path) -> None:
    word, claims = mutual
    wanted, seconds = _undisturbed(word, claims, tmp_path)
    dice, kills, story = random.Random(1), 0, 0
    with relay(ACTS) as runner:
        while kills < many(test=10, soak=500):
            story += 1
            folder = tmp_path / f"bank-{story}"
            with copied_database(word, tmp_path) as copy, using(copy):
                kills += _carry_through(runner, copy, claims, folder, dice, seconds)
                _assert_same(wanted, folder)
    assert kills >= many(test=10, soak=500)
    print(f"{connection.vendor}: {kills} kills in {story} backlogs")


def _carry_through(runner: Runner, word: str, claims: Path, folder: Path, dice: random.Random, seconds: float) -> int:
    """Begin anew until it is done; how often it was killed."""
    for attempt in range(1, 1_000):
        child = runner.start("carry", word, claims=str(claims), folder=str(folder), attempt=attempt)
        # Mostly in the first part of what is left, sometimes late, so that every step is met.
        if not runner.kill_after(child, seconds=seconds * dice.random() ** 2):
            return attempt - 1
    raise AssertionError("it never came to an end")


def _undisturbed(word: str, claims: Path, tmp_path: Path) -> tuple[Outcome, float]:
    """What comes of the backlog when nobody is killed, and how long it takes."""
    folder = tmp_path / "bank-0"
    with copied_database(word, tmp_path) as copy, using(copy):
        with relay(ACTS) as runner:
            runner.finish("wait", copy)  # until the relay is loaded, which is no part of the work
            began = time.perf_counter()
            runner.finish("carry", copy, claims=str(claims), folder=str(folder), attempt=1)
            seconds = time.perf_counter() - began
        wanted = outcome(folder)
        _assert_sound()
    assert sum(wanted.sent.values()) > 20 and sum(wanted.decisions.values()) > 100
    return wanted, seconds


def _assert_same(wanted: Outcome, folder: Path) -> None:
    _assert_sound()
    assert not Shard.objects.exclude(state="done").exists(), "a part was left"
    now = outcome(folder)
    assert now.sent - wanted.sent == Counter(), "paid twice"
    assert wanted.sent - now.sent == Counter(), "not paid"
    assert now == wanted


def _assert_sound() -> None:
    broken = [check for checks in (care.checks(), money.checks()) for check in checks if check.broken]
    assert broken == []
    assert sum(one.net for one in balances()) == 0
    assert not verify().faults


def test_nothing_is_done_twice_or_lost_by_a_disk_that_fails(mutual: tuple[str, Path], tmp_path: Path) -> None:
    """The n-th write, sync, rename or commit fails, for each n; then it is begun anew."""
    word, claims = mutual
    wanted, _ = _undisturbed(word, claims, tmp_path)
    step = many(test=29, soak=1)
    with relay(ACTS) as runner:
        for number in range(1, 10_000, step):
            folder = tmp_path / f"bank-fault-{number}"
            with copied_database(word, tmp_path) as copy, using(copy):
                runner.start("carry", copy, claims=str(claims), folder=str(folder), attempt=1, fault=number)
                status = runner.status()
                assert status in (0, FAULT)
                for attempt in (2, 3):
                    runner.finish("carry", copy, claims=str(claims), folder=str(folder), attempt=attempt)
                _assert_same(wanted, folder)
            if status == 0:
                break
    print(f"{connection.vendor}: failed at each of {number} calls, {step} apart")
    assert number > step, "no fault was met"


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_to_send_and_then_to_mark_pays_twice(vendor: str, tmp_path: Path) -> None:
    """The control: the same kills, and the way that many systems take."""
    dice, sent, kills = random.Random(1), tmp_path / "sent", 0
    with fresh_database(vendor, tmp_path) as word:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE naive (id integer PRIMARY KEY, sent integer NOT NULL)")
            cursor.executemany("INSERT INTO naive VALUES (%s, 0)", [(number,) for number in range(ORDERS)])
        connection.close()
        with relay("tests.soak.naive") as runner:
            while kills < 60:
                before = _size(sent)
                child = runner.start("send_then_mark", word, file=str(sent))
                while _size(sent) == before and not runner.ended(seconds=0.001):
                    pass  # it is on its way: what counts is to kill it at work
                if not runner.kill_after(child, seconds=dice.random() / 100):
                    break
                kills += 1
            runner.finish("send_then_mark", word, file=str(sent))
        orders = sent.read_text().split()
    assert kills > 0 and set(orders) == {str(number) for number in range(ORDERS)}
    print(f"naive: {len(orders) - ORDERS} paid twice in {kills} kills")
    assert len(orders) > ORDERS, "the naive way paid nobody twice: this harness would not see it"


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
