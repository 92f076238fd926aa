"""What the watch found is kept once, answered by a person, and decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import file

from tiwizi.packs.watching import Watch
from tiwizi.records.care.models import Claim, Flag, Recheck, Run
from tiwizi.records.care.operations.watch import answer_flag, look_out_now
from tiwizi.records.care.queries.flags import flags, is_due, last_look
from tiwizi.records.care.queries.watch.seen import read_seen
from tiwizi.records.trail.refusal import Refused


@pytest.fixture
def twice(tmp_path: Path) -> None:
    """The same syrup under two numbers, in two households of the records."""
    mutual.open_village(tmp_path, ["H1", "H2", "H3"])
    files = [file(f"F{n}", ("2026-02-01", "80.00"), home=f"H{n}", provider="D1") for n in (1, 2)]
    mutual.hand_in(tmp_path, **mutual.together([*files, file("F3", ("2026-02-01", "81.00"), home="H3", provider="D1")]))
    mutual.decided()


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


@pytest.mark.usefixtures("twice")
def test_what_was_found_is_kept_once_and_answered_by_a_person_with_a_reason() -> None:
    salma = world.by("adjudicator", user=41, at=datetime(2026, 5, 4, 9, tzinfo=UTC))
    assert look_out_now(salma)["receipts"] == 1
    assert sum(look_out_now(salma).values()) == 0
    (one,) = flags(salma)
    assert (one.kind, set(one.claims), one.amount) == ("receipts", {"F1", "F2"}, 8000)
    with refused("no_reason"):
        answer_flag(salma, flag=one.flag, sent=True, reason="")
    with refused("not_allowed"):
        answer_flag(world.by("desk_agent"), flag=one.flag, sent=False, reason="x")
    assert answer_flag(salma, flag=one.flag, sent=True, reason="two copies") == "sent"
    with refused("not_now"):
        answer_flag(salma, flag=one.flag, sent=False, reason="x")
    assert Recheck.objects.get().claim == Claim.objects.get(number=one.claim)
    assert sum(look_out_now(salma).values()) == 0 and Flag.objects.count() == 1


def noon(hour: int, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def clock_at(hour: int, day: int = 4) -> Any:
    return world.by("system", user=0, at=noon(hour, day))


@pytest.mark.usefixtures("twice")
def test_the_worker_looks_once_a_day_and_after_a_run() -> None:
    assert is_due(noon(9))
    assert look_out_now(clock_at(9))["receipts"] == 1
    assert last_look() == noon(9) and not is_due(noon(10)) and is_due(noon(1, day=5))
    Run.objects.filter(touched_upto__gt=0).update(finished_at=noon(11))
    assert is_due(noon(12))
    assert sum(look_out_now(clock_at(12)).values()) == 0 and not is_due(noon(13))
    with refused("not_allowed"):
        look_out_now(world.by("desk_agent", at=noon(13)))


def test_it_does_not_look_where_there_is_nothing_to_look_by_nor_while_a_run_is_on_its_way(tmp_path: Path) -> None:
    assert not is_due(noon(9))
    mutual.open_village(tmp_path, ["H1"])
    assert not is_due(noon(9))
    mutual.hand_in(tmp_path, **file("F1", ("2026-02-01", "80.00")))
    assert is_due(noon(9)) and not is_due(datetime(2025, 12, 31, 9, tzinfo=UTC)), "no plan was in force"
    mutual.started()
    assert not is_due(noon(9))


@pytest.mark.usefixtures("twice")
def test_the_columns_are_those_of_the_lines_that_stand() -> None:
    read = read_seen(Watch(), None)
    assert (len(read.line), sorted(read.billed.tolist())) == (3, [8000, 8000, 8100])
    assert read.code_of[int(read.act[0])] == "SYRUP"
