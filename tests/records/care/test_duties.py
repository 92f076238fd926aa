"""What waits for somebody among files, and only within the region that they are bound to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.records import world
from tests.records.care import mutual

from tiwizi.records.care import duties
from tiwizi.records.care.models import PriorApproval
from tiwizi.records.people.models import Household, Region
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import Grant


def adviser(region: int | None = None) -> By:
    return By(user=9, grants=(Grant("medical_adviser", region),), at=world.NOW)


def test_lines_that_wait_are_counted_until_somebody_has_reviewed_them(tmp_path: Path) -> None:
    mutual.open_village(tmp_path / "a", ("H1", "H2"))
    north = Region.objects.create(code="N", name_ar="الشمال", name_latin="Nord")
    Household.objects.filter(number="H1").update(region=north)
    large = mutual.file("C1", ("2026-05-02", "1500.00"))
    mutual.hand_in(tmp_path, **mutual.together([large, mutual.file("C2", ("2026-05-02", "50.00"), home="H2")]))
    assert duties.households_to_decide(adviser()).count == 2
    mutual.decided()
    assert duties.households_to_decide(adviser()).count == 0
    waits = duties.lines_to_review(adviser())
    assert (waits.count, waits.amount) == (1, 150_000) and waits.oldest is not None
    assert duties.lines_to_review(adviser(north.id)).count == 1
    elsewhere = Region.objects.create(code="S", name_ar="الجنوب", name_latin="Sud")
    assert duties.lines_to_review(adviser(elsewhere.id)).count == 0


def test_an_approval_waits_with_its_deadline() -> None:
    place = world.member()
    PriorApproval.objects.create(
        number="A1", household=place.household, person=place.person, asked_on=world.START,
        deadline=world.START + timedelta(days=10),
    )  # fmt: skip
    waits = duties.approvals_to_answer(adviser())
    assert (waits.count, waits.oldest, waits.due) == (1, world.START, world.START + timedelta(days=10))


def test_weeks_tell_what_came_in_and_what_was_decided(tmp_path: Path) -> None:
    mutual.open_village(tmp_path / "a")
    mutual.hand_in(tmp_path, **mutual.file("C1", ("2026-05-02", "50.00"), received="2026-05-04"))
    mutual.decided()
    last = duties.weeks(until=mutual.DAY, count=2)[-1]
    assert last.monday <= mutual.DAY and last.decided == 1 and last.received == 1
