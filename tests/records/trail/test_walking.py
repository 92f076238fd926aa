"""The chain is walked by workers: once for each asking, to its end, whoever dies on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.records.refused import refuses
from tests.records.trail.test_chain import MOMENT, chain_of, draft, tamper

from tiwizi.records.trail import chain, walking
from tiwizi.records.trail.chain import Fault, Head, append
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Verification
from tiwizi.records.trail.operations import verify_trail
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.roles import Grant

AUDITOR = By(1, (Grant("internal_auditor"),), MOMENT)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "PIECE", 10)
    monkeypatch.setattr(walking, "PIECES", 2)


def work(worker: str = "w1", *, minutes: int = 0) -> Any:
    """A turn of a worker, and what the page then shows."""
    walking.work(worker=worker, clock=lambda: MOMENT + timedelta(minutes=minutes))
    return walking.last_verification()


def test_a_walk_goes_on_turn_by_turn_to_the_end_and_stands_in_the_chain() -> None:
    chain_of(35)
    number = verify_trail(AUDITOR)
    begun: Any = walking.last_verification()
    assert (begun.per_cent, begun.ended_at) == (0, None)
    first = work()
    assert (first.rows, first.per_cent, first.ended_at) == (20, 57, None)
    last = work()
    assert (last.rows, last.per_cent, last.verdict.faults, last.asked_by) == (36, 100, (), 1)
    asked, ended = sorted(history("trail", number), key=lambda event: event.position)
    assert (asked.verb, asked.user, ended.verb, ended.user) == ("trail.verify", 1, "trail.end_verification", 0)
    assert (ended.body["rows"], ended.body["faults"]) == (36, 0)
    assert work().ended_at == last.ended_at


def test_what_was_altered_and_a_head_that_is_gone_are_found_across_turns() -> None:
    chain_of(35)
    tamper("UPDATE trail_event SET body = '{}' WHERE position IN (5, 30)")
    verify_trail(AUDITOR, expected=Head(99, bytes(32)))
    work()
    assert work().verdict.faults == (Fault(5, "altered"), Fault(30, "altered"), Fault(99, "head"))


def test_a_head_that_stands_is_met_in_whichever_turn() -> None:
    chain_of(5)
    noted = chain.head()
    chain_of(30)
    verify_trail(AUDITOR, expected=noted)
    work()
    assert work().verdict.faults == ()


def test_one_walk_at_a_time_and_only_for_who_may() -> None:
    chain_of(35)
    verify_trail(AUDITOR)
    with refuses("verification_goes_on"):
        verify_trail(AUDITOR)
    with refuses("not_allowed"):
        verify_trail(By(1, (Grant("treasurer"),), MOMENT))


def test_nobody_else_walks_what_is_leased_until_the_lease_has_run_out() -> None:
    chain_of(65)
    verify_trail(AUDITOR)
    assert work("dies").rows == 20
    assert work("other").rows == 20
    assert work("other", minutes=2).rows == 40
    assert work("dies", minutes=2).rows == 40
    assert Verification.objects.get().worker == "other"


def test_what_is_added_meanwhile_is_walked_too() -> None:
    chain_of(20)
    verify_trail(AUDITOR)
    work()
    with transaction.atomic():
        append([draft("household:1")] * 3)
    ended = work()
    assert (ended.rows, ended.verdict.faults) == (24, ()) and ended.ended_at is not None
