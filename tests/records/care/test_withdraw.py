"""What was handed in by mistake is taken back: its amounts go, what is booked is corrected, what is paid stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import file

from tiwizi.records.care.models import Claim, ClaimLine, Correction, Decision, Recheck, Run, Withdrawal
from tiwizi.records.care.operations.withdraw import withdraw_lines
from tiwizi.records.money.models import Transfer
from tiwizi.records.people.models import Household, Region
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.refusal import Refused

IMANE = world.by("desk_agent", user=42, at=datetime(2026, 5, 4, 9, tzinfo=UTC))


@pytest.fixture(autouse=True)
def village(database: str, tmp_path: Path) -> None:
    """The fund pays 70 %, at most 300.00 a year for a household: F1 is paid 210.00 and 70.00, F2 the 20.00 left."""
    mutual.open_village(tmp_path, ["H1"])
    first = file("F1", ("2026-02-01", "300.00"), ("2026-02-02", "100.00"))
    mutual.hand_in(tmp_path, **mutual.together([first, file("F2", ("2026-03-01", "100.00"))]))


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


def claim(number: str) -> int:
    return Claim.objects.get(number=number).id


def lines(number: str) -> list[int]:
    return list(ClaimLine.objects.filter(claim__number=number).order_by("number").values_list("id", flat=True))


def withdrawn(number: str, *places: int, by: Any = IMANE) -> int:
    own = lines(number)
    return withdraw_lines(by, claim=claim(number), lines=[own[place - 1] for place in places], reason="entered twice")


def test_a_line_that_nobody_decided_goes_and_the_next_run_leaves_it_out() -> None:
    assert withdrawn("F1", 1) == 1 and not Run.objects.exists()
    mutual.decided()
    assert mutual.paid() == {"F1/2": 7_000, "F2/1": 7_000}


def test_a_decided_line_is_worth_nothing_at_once_and_what_it_took_of_a_ceiling_is_free_again() -> None:
    mutual.decided()
    assert mutual.paid() == {"F1/1": 21_000, "F1/2": 7_000, "F2/1": 2_000}
    assert withdrawn("F1", 1) == 1
    assert mutual.paid() == {"F1/1": 0, "F1/2": 7_000, "F2/1": 7_000}
    assert Decision.objects.filter(line=lines("F1")[0]).count() == 2, "the first one stays"


def test_what_is_booked_waits_as_a_correction_and_is_held_until_somebody_books_it() -> None:
    mutual.decided()
    assert mutual.owed() == {"H1": 30_000}
    assert withdrawn("F1", 1, 2) == 0
    told = Correction.objects.filter(state="waiting").values_list("claim__number", "before", "after")
    assert set(told) == {("F1", 28_000, 0), ("F2", 2_000, 7_000)}
    assert mutual.owed() == {"H1": 30_000}
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM money_hold")
        assert [row[0] for row in cursor.fetchall()] == [claim("F1")]
    mutual.corrected(Run.objects.latest("id").pk)
    assert mutual.owed() == {"H1": 7_000}


def test_the_reason_stays_and_the_trail_tells_who_and_which_lines_without_it() -> None:
    withdrawn("F1", 2)
    kept = Withdrawal.objects.get()
    assert (kept.line_id, kept.reason, kept.by) == (lines("F1")[1], "entered twice", 42)
    event = Event.objects.get(verb="care.withdraw_lines")
    assert (event.subject, event.user) == (f"claim:{claim('F1')}", 42)
    assert json.loads(event.body)["lines"] == [lines("F1")[1]] and "twice" not in event.body
    with pytest.raises(IntegrityError, match="append-only"):
        Withdrawal.objects.update(reason="another")


def test_a_file_that_is_gone_waits_for_no_second_look() -> None:
    Recheck.objects.create(claim_id=claim("F1"), cause="flag:1", reason="x", asked_by=1, asked_at=world.NOW)
    withdrawn("F1", 1)
    assert Recheck.objects.get().closed_at is None
    withdrawn("F1", 2)
    assert Recheck.objects.get().closed_by == 42


def test_what_stands_in_a_payment_stays() -> None:
    mutual.decided()
    made = world.batch(Transfer.objects.get(subject=claim("F1")))
    with refused("being_paid"):
        withdrawn("F1", 1)
    type(made).objects.filter(id=made.id).update(state="cancelled")
    assert withdrawn("F1", 1) == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_it_takes_a_reason(reason: str) -> None:
    with refused("no_reason"):
        withdraw_lines(IMANE, claim=claim("F1"), lines=lines("F1"), reason=reason)


def test_nothing_and_what_is_not_there_to_withdraw_is_refused() -> None:
    withdrawn("F1", 1)
    first, second = lines("F1")
    for asked, key in (
        ([], "nothing_withdrawn"), ([first], "withdrawn"), ([second, second], "of_another_file"),
        ([second, *lines("F2")], "of_another_file"),
    ):  # fmt: skip
        with refused(key):
            withdraw_lines(IMANE, claim=claim("F1"), lines=asked, reason="x")
    assert list(ClaimLine.objects.filter(withdrawn=True).values_list("id", flat=True)) == [first]


def test_who_takes_no_files_in_who_works_elsewhere_and_the_family_withdraw_nothing() -> None:
    with refused("not_allowed"):
        withdrawn("F1", 1, by=world.by("medical_adviser", user=8))
    south = Region.objects.create(code="S", name_ar="x", name_latin="x")
    with refused("elsewhere"):
        withdrawn("F1", 1, by=world.by("desk_agent", user=43, region=south.id))
    from dataclasses import replace

    with refused("own_family"):
        withdrawn("F1", 1, by=replace(IMANE, household=Household.objects.get().id))
