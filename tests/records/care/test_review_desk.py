"""The review desk: which files wait, who has one at hand, what an answer would change, and what it changes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.records import world
from tests.records.at_once import at_once
from tests.records.care import mutual
from tests.records.care.mutual import DAY, file

from tiwizi.records.care.models import Claim, ClaimLine, Decision, Recheck, Review, Task
from tiwizi.records.care.operations.review_files import Left, review_file
from tiwizi.records.care.operations.tasks import LEASE, close_rechecks, leave_task, take_task
from tiwizi.records.care.queries.effect import effect
from tiwizi.records.care.queries.review import next_of, waiting_for_review
from tiwizi.records.care.queries.review_file import claim_for_review
from tiwizi.records.care.queries.review_file import review_file as file_for_review
from tiwizi.records.people.models import Household, Region
from tiwizi.records.trail.refusal import Refused

SALMA, DRISS = world.by("adjudicator", user=41), world.by("medical_adviser", user=42)


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


@pytest.fixture(autouse=True)
def village(database: str, tmp_path: Path) -> None:
    """Two files wait for a look, as they bill more than 1,000.00: F1 with a small line beside it, and F2."""
    mutual.open_village(tmp_path, ["H1", "H2"])
    mutual.hand_in(
        tmp_path,
        **mutual.together(
            [
                file("F1", ("2026-02-01", "1200.00"), ("2026-02-02", "100.00"), received="2026-02-10"),
                file("F2", ("2026-02-03", "2000.00"), home="H2", received="2026-02-05"),
                file("F3", ("2026-02-04", "50.00"), home="H2", received="2026-02-05"),
            ]
        ),
    )
    mutual.decided()


def claim(number: str) -> int:
    return Claim.objects.get(number=number).id


def line(name: str) -> int:
    number, _, own = name.partition("/")
    return ClaimLine.objects.get(claim__number=number, number=int(own)).id


def left(name: str, *, quantity: int | None = None, price: int | None = None, cause: str | None = None) -> Left:
    return Left(line=line(name), quantity=quantity, price=price, cause=cause, reason=cause or "looked at")


def test_files_that_wait_stand_in_the_order_in_which_they_were_handed_in() -> None:
    found = waiting_for_review(SALMA)
    assert [(one.number, one.lines, one.billed, one.reasons) for one in found] == [
        ("F2", 1, 200_000, ("review_above",)),
        ("F1", 1, 120_000, ("review_above",)),
    ]


def test_an_upheld_appeal_comes_first_though_nothing_of_it_waits() -> None:
    Recheck.objects.create(claim_id=claim("F3"), cause="appeal:1", reason="x", asked_by=1, asked_at=world.NOW)
    assert [(one.number, one.lines) for one in waiting_for_review(SALMA)][0] == ("F3", 0)


def test_who_reviews_in_a_region_sees_the_files_of_that_region_alone() -> None:
    south = Region.objects.create(code="S", name_ar="x", name_latin="x")
    Household.objects.filter(number="H2").update(region=south)
    there = world.by("adjudicator", user=43, region=south.id)
    assert [one.number for one in waiting_for_review(there)] == ["F2"]
    assert claim_for_review(there, "F1") is None and claim_for_review(there, "F2") == claim("F2")
    with refused("elsewhere"):
        take_task(there, claim=claim("F1"))


def test_a_file_at_hand_is_with_one_reviewer_until_they_leave_it_or_the_half_hour_is_over() -> None:
    take_task(SALMA, claim=claim("F2"))
    with refused("task_taken"):
        take_task(DRISS, claim=claim("F2"))
    assert next_of(DRISS) == [claim("F1")]
    assert waiting_for_review(DRISS)[0].holder == SALMA.user
    later = world.by("medical_adviser", user=42, at=world.NOW + LEASE + timedelta(seconds=1))
    assert take_task(later, claim=claim("F2")) == claim("F2")
    leave_task(SALMA, claim=claim("F2"))
    assert Task.objects.get().holder == DRISS.user


def test_what_an_answer_would_change_is_shown_and_nothing_is_kept() -> None:
    before = Decision.objects.count()
    shown = effect(claim("F2"), {line("F2/1"): (1000, None)}, day=DAY)
    told = {
        f"{one.claim}/{one.number}": (one.state_before, one.state_after, one.before, one.after) for one in shown.lines
    }
    assert told["F2/1"] == ("to_review", "reduced", 0, 30_000)
    assert shown.difference == 30_000 - told.get("F3/1", ("", "", 0, 0))[2] + told.get("F3/1", ("", "", 0, 0))[3]
    assert (Decision.objects.count(), Review.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    "answer", [{"quantity": 1000}, {"price": None, "quantity": 500}, {"quantity": 0, "cause": "not_prescribed"}]
)
def test_what_is_shown_is_what_is_decided(answer: dict[str, Any]) -> None:
    own = left("F2/1", **answer)
    shown = effect(claim("F2"), {own["line"]: (own["quantity"], own["price"])}, day=DAY)
    take_task(SALMA, claim=claim("F2"))
    review_file(SALMA, claim=claim("F2"), lines=[own], day=DAY)
    paid = mutual.paid()
    assert {f"{one.claim}/{one.number}": one.after for one in shown.lines}.items() <= paid.items()
    assert "F2" not in [one.number for one in waiting_for_review(SALMA)] and not Task.objects.exists()


def test_an_answer_is_taken_only_from_whoever_has_the_file_at_hand() -> None:
    with refused("task_not_held"):
        review_file(SALMA, claim=claim("F2"), lines=[left("F2/1", quantity=1000)], day=DAY)
    take_task(SALMA, claim=claim("F2"))
    with refused("nothing_reviewed"):
        review_file(SALMA, claim=claim("F2"), lines=[], day=DAY)
    with refused("of_another_file"):
        review_file(SALMA, claim=claim("F2"), lines=[left("F1/1", quantity=1000)], day=DAY)
    with refused("no_such_word"):
        review_file(SALMA, claim=claim("F2"), lines=[left("F2/1", quantity=0, cause="mood")], day=DAY)
    assert not Review.objects.exists()


def test_of_answers_sent_at_once_from_several_windows_one_counts() -> None:
    take_task(SALMA, claim=claim("F2"))
    answer = partial(review_file, SALMA, claim=claim("F2"), lines=[left("F2/1", quantity=1000)], day=DAY)
    assert at_once(*[answer] * 4) == ["", *["task_not_held"] * 3]
    assert Review.objects.count() == 1


def test_a_second_look_is_closed_by_an_answer_or_by_leaving_the_file_as_it_is() -> None:
    Recheck.objects.create(claim_id=claim("F3"), cause="flag:1", reason="x", asked_by=1, asked_at=world.NOW)
    take_task(SALMA, claim=claim("F3"))
    with refused("no_reason"):
        close_rechecks(SALMA, claim=claim("F3"), note=" ")
    assert close_rechecks(SALMA, claim=claim("F3"), note="seen") == 1
    assert "F3" not in [one.number for one in waiting_for_review(SALMA)]


def test_a_file_is_shown_with_its_lines_reasons_and_the_same_care_before() -> None:
    shown = file_for_review(SALMA, claim("F2"), "fr")
    (own,) = shown.lines
    assert (own.state, own.reasons, own.patient.age) == ("to_review", ("rate", "ceiling", "review_above"), 10)
    assert own.explanation and [one.claim for one in shown.earlier] == ["F3"]


def test_the_queue_takes_no_more_queries_for_more_files(tmp_path: Path) -> None:
    with CaptureQueriesContext(connection) as two:
        waiting_for_review(SALMA)
    mutual.hand_in(tmp_path, **mutual.together([file(f"G{n}", ("2026-02-03", "2000.00"), home="H1") for n in range(9)]))
    mutual.decided()
    with CaptureQueriesContext(connection) as many:
        assert len(waiting_for_review(SALMA)) == 11
    assert len(many) == len(two)
