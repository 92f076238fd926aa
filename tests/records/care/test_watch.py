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
from tiwizi.records.care.models import Claim, Flag, Recheck
from tiwizi.records.care.operations.watch import answer_flag, look_out_now
from tiwizi.records.care.queries.flags import flags
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


@pytest.mark.usefixtures("twice")
def test_the_columns_are_those_of_the_lines_that_stand() -> None:
    read = read_seen(Watch(), None)
    assert (len(read.line), sorted(read.billed.tolist())) == (3, [8000, 8000, 8100])
    assert read.code_of[int(read.act[0])] == "SYRUP"
