"""Above the limit of a single reviewer two people answer a file, and two managers change that limit (S7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import DAY, file, paid

from tiwizi.records.care.duties import files_to_review
from tiwizi.records.care.models import Claim, ClaimLine, HeldAnswer, Recheck, Review, ReviewLimit
from tiwizi.records.care.operations.limit import ask_limit, confirm_limit, refuse_limit
from tiwizi.records.care.operations.review_files import Left, review_file
from tiwizi.records.care.operations.second_answers import keep_answer, return_answer
from tiwizi.records.care.operations.tasks import close_rechecks, take_task
from tiwizi.records.care.operations.withdraw import withdraw_lines
from tiwizi.records.care.queries.limit import held_answer, my_held_answers, review_limit, waiting_limit
from tiwizi.records.care.queries.review import next_of, waiting_for_review
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.refusal import Refused

SALMA, DRISS, NAIMA = (
    world.by(role, user=number) for role, number in (("adjudicator", 41), ("medical_adviser", 42), ("adjudicator", 43))
)
MANAGER, OTHER = world.by("manager", user=31), world.by("manager", user=32)


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


@pytest.fixture(autouse=True)
def village(database: str, tmp_path: Path) -> None:
    """F1 waits for a look with two lines above 1,000.00, F2 with one: of each the fund pays 70 %, in all 300.00."""
    mutual.open_village(tmp_path, ["H1", "H2"], plan=mutual.VILLAGE.replace('value = "300.00"', 'value = "3000.00"'))
    files = [
        file("F1", ("2026-02-01", "1200.00"), ("2026-02-02", "1100.00"), ("2026-02-03", "100.00")),
        file("F2", ("2026-02-03", "2000.00"), home="H2"),
    ]
    mutual.hand_in(tmp_path, **mutual.together(files))
    mutual.decided()


def limited(amount: int | None) -> None:
    confirm_limit(OTHER, change=ask_limit(MANAGER, amount=amount))


def claim(number: str) -> int:
    return Claim.objects.get(number=number).id


def left(name: str, *, quantity: int | None = 1000, price: int | None = None, cause: str | None = None) -> Left:
    number, _, own = name.partition("/")
    line = ClaimLine.objects.get(claim__number=number, number=int(own)).id
    return Left(line=line, quantity=quantity, price=price, cause=cause, reason=cause or "looked at")


def answered(by: Any, number: str, *lines: Left) -> dict[str, Any]:
    take_task(by, claim=claim(number))
    return dict(review_file(by, claim=claim(number), lines=list(lines), day=DAY))


@pytest.mark.parametrize(
    ("limit", "answer", "pays"),
    [
        (None, ["F1/1", "F1/2"], None),
        (161_000, ["F1/1", "F1/2"], None),
        (160_999, ["F1/1", "F1/2"], 161_000),
        (84_000, ["F1/1"], None),
        (83_999, ["F1/1"], 84_000),
        (0, ["F1/3"], 7_000),
    ],
)
def test_an_answer_that_pays_more_than_the_limit_waits(limit: int | None, answer: list[str], pays: int | None) -> None:
    if limit is not None:
        limited(limit)
    done = answered(SALMA, "F1", *map(left, answer))
    assert done.get("pays") == pays
    assert Review.objects.exists() == (pays is None)


def test_nothing_counts_until_a_second_person_keeps_the_answer() -> None:
    limited(100_000)
    before = paid()
    waits = answered(SALMA, "F2", left("F2/1", price=180_000, cause="above_tariff"))
    assert (waits["pays"], waits["limit"]) == (126_000, 100_000)
    assert paid() == before and ClaimLine.objects.filter(price_approved=180_000).count() == 0
    take_task(DRISS, claim=claim("F2"))
    done = keep_answer(DRISS, claim=claim("F2"), day=DAY)
    assert done["changed"] == 1 and paid()["F2/1"] == 126_000
    told = Review.objects.order_by("number").values_list("by", "price", "cause")
    assert list(told) == [(41, 180_000, "above_tariff"), (42, 180_000, "above_tariff")]
    assert not Recheck.objects.filter(closed_at=None).exists() and not waiting_names(DRISS, "F2")


def test_parts_of_an_answer_add_up() -> None:
    limited(100_000)
    assert "waits" not in answered(SALMA, "F1", left("F1/1"))
    assert answered(SALMA, "F1", left("F1/2"))["pays"] == 161_000


def waiting_names(by: Any, number: str) -> list[tuple[str, ...]]:
    return [one.reasons for one in waiting_for_review(by) if one.number == number]


def test_the_queue_shows_it_first_to_others_and_not_to_who_answered() -> None:
    limited(100_000)
    answered(SALMA, "F2", left("F2/1"))
    assert waiting_names(SALMA, "F2") == [] and claim("F2") not in next_of(SALMA)
    assert [(one.number, one.pays) for one in my_held_answers(SALMA)] == [("F2", 140_000)]
    assert waiting_for_review(DRISS)[0].reasons == ("limit", "review_above")
    assert next_of(DRISS)[0] == claim("F2") and my_held_answers(DRISS) == []
    for who in (SALMA, DRISS):
        assert files_to_review(who).count == sum(not one.held for one in waiting_for_review(who))


@pytest.mark.parametrize(("who", "refusal"), [(SALMA, "two_people"), (world.by("desk_agent", user=44), "not_allowed")])
def test_who_answered_is_not_the_second_person(who: Any, refusal: str) -> None:
    limited(100_000)
    answered(SALMA, "F2", left("F2/1"))
    take_task(SALMA, claim=claim("F2"))
    with refused(refusal):
        keep_answer(who, claim=claim("F2"), day=DAY)


def test_a_second_person_gives_it_back_and_says_why_or_answers_otherwise() -> None:
    limited(100_000)
    answered(SALMA, "F2", left("F2/1"))
    with refused("task_not_held"):
        return_answer(DRISS, claim=claim("F2"), note="x")
    take_task(DRISS, claim=claim("F2"))
    with refused("no_reason"):
        return_answer(DRISS, claim=claim("F2"), note=" ")
    assert close_rechecks(DRISS, claim=claim("F2"), note="x") == 0 and held_answer(claim("F2")) is not None
    take_task(DRISS, claim=claim("F2"))
    return_answer(DRISS, claim=claim("F2"), note="prescription is missing")
    assert waiting_names(SALMA, "F2") == [("review_above",)]
    answered(SALMA, "F2", left("F2/1"))
    assert answered(DRISS, "F2", left("F2/1", price=190_000, cause="above_tariff"))["pays"] == 133_000
    assert list(HeldAnswer.objects.order_by("id").values_list("answered_by", "state", "note")) == [
        (41, "returned", "prescription is missing"), (41, "returned", ""), (42, "waiting", ""),
    ]  # fmt: skip
    assert "waits" not in answered(NAIMA, "F2", left("F2/1", price=50_000, cause="above_tariff"))
    with refused("no_answer_waits"):
        take_task(SALMA, claim=claim("F2"))
        keep_answer(SALMA, claim=claim("F2"), day=DAY)


def test_who_answered_takes_it_back_without_a_word() -> None:
    limited(100_000)
    answered(SALMA, "F2", left("F2/1"))
    take_task(SALMA, claim=claim("F2"))
    return_answer(SALMA, claim=claim("F2"), note="")
    assert HeldAnswer.objects.get().state == "returned" and waiting_names(SALMA, "F2") == [("review_above",)]


def test_an_answer_gives_way_where_a_line_is_withdrawn() -> None:
    limited(100_000)
    answered(SALMA, "F1", left("F1/1"), left("F1/2"))
    later = mutual.at(world.NOW.replace(month=5, day=5), user=41)
    withdraw_lines(later, claim=claim("F1"), lines=[left("F1/1")["line"]], reason="wrong person")
    assert held_answer(claim("F1")) is None and waiting_names(SALMA, "F1") == [("review_above",)]


def test_another_limit_takes_two_managers() -> None:
    change = ask_limit(MANAGER, amount=50_000)
    assert review_limit() is None and waiting_limit() is not None
    with refused("two_people"):
        confirm_limit(MANAGER, change=change)
    with refused("not_allowed"):
        confirm_limit(SALMA, change=change)
    confirm_limit(OTHER, change=change)
    assert review_limit() == 50_000
    with refused("amount_is_that"):
        ask_limit(MANAGER, amount=50_000)
    with refused("amount_negative"):
        ask_limit(MANAGER, amount=-1)
    ask_limit(MANAGER, amount=60_000)
    none = ask_limit(OTHER, amount=None)
    assert ReviewLimit.objects.filter(refused_by=32).count() == 1
    refuse_limit(MANAGER, change=none)
    with refused("no_such_change"):
        confirm_limit(MANAGER, change=none)
    assert review_limit() == 50_000


def test_the_database_lets_one_limit_wait_and_each_be_answered_once() -> None:
    change = ask_limit(MANAGER, amount=50_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewLimit.objects.create(amount=1, asked_by=31, asked_at=world.NOW)
    refuse_limit(OTHER, change=change)
    with pytest.raises(IntegrityError, match="answered_once"), transaction.atomic():
        ReviewLimit.objects.filter(id=change).update(refused_by=None)


def test_each_step_is_an_event() -> None:
    limited(100_000)
    answered(SALMA, "F2", left("F2/1"))
    take_task(DRISS, claim=claim("F2"))
    keep_answer(DRISS, claim=claim("F2"), day=DAY)
    verbs = list(Event.objects.order_by("position").values_list("verb", flat=True))
    steps = ["care.ask_limit", "care.confirm_limit", "care.take_task", "care.review_file", "care.take_task"]
    assert verbs[-7:] == [*steps, "care.review_line", "care.keep_answer"]
