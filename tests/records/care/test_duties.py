"""What waits for somebody among files, and only within the region that they are bound to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.records import world
from tests.records.care import mutual

from tiwizi.records.care import duties
from tiwizi.records.care.models import Claim, Decision, PriorApproval, Recheck
from tiwizi.records.care.queries.review import waiting_for_review
from tiwizi.records.care.reviewing import BIT, HELD
from tiwizi.records.people.models import Household, Region
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.roles import Grant


def adviser(region: int | None = None) -> By:
    return By(user=9, grants=(Grant("medical_adviser", region),), at=world.NOW)


def test_files_that_wait_are_counted_until_somebody_has_reviewed_them(tmp_path: Path) -> None:
    mutual.open_village(tmp_path / "a", ("H1", "H2"))
    north = Region.objects.create(code="N", name_ar="الشمال", name_latin="Nord")
    Household.objects.filter(number="H1").update(region=north)
    large = mutual.file("C1", ("2026-05-02", "1500.00"), ("2026-05-03", "1600.00"))
    mutual.hand_in(tmp_path, **mutual.together([large, mutual.file("C2", ("2026-05-02", "50.00"), home="H2")]))
    assert duties.households_to_decide(adviser()).count == 2
    mutual.decided()
    assert duties.households_to_decide(adviser()).count == 0
    waits = duties.files_to_review(adviser())
    assert (waits.count, waits.amount) == (1, 310_000) and waits.oldest is not None
    assert duties.files_to_review(adviser(north.id)).count == 1
    elsewhere = Region.objects.create(code="S", name_ar="الجنوب", name_latin="Sud")
    assert duties.files_to_review(adviser(elsewhere.id)).count == 0
    assert duties.files_to_review(replace(adviser(), household=Household.objects.get(number="H1").id)).count == 0


def test_home_counts_the_files_that_the_queue_shows(tmp_path: Path) -> None:
    mutual.open_village(tmp_path / "a", ("H1", "H2"))
    files = [mutual.file(f"C{n}", ("2026-05-02", "1500.00"), home=("H1", "H2")[n % 2]) for n in range(6)]
    mutual.hand_in(tmp_path, **mutual.together(files))
    mutual.decided()
    no_price, look = BIT[HELD[0]], BIT["review_above"]
    for number, reasons in {"C1": no_price, "C2": no_price, "C3": no_price | look}.items():
        _waits_for(number, reasons)
    Recheck.objects.create(
        claim=Claim.objects.get(number="C2"), cause="flag:1", reason="x", asked_by=9, asked_at=world.NOW
    )
    for by in (adviser(), replace(adviser(), household=Household.objects.get(number="H1").id)):
        queue = waiting_for_review(by)
        for count, held in ((duties.files_to_review, False), (duties.files_lacking_a_fact, True)):
            mine, waits = [one for one in queue if one.held is held], count(by)
            assert mine and (waits.count, waits.amount, waits.oldest) == (
                len(mine), sum(one.billed for one in mine), min(one.received for one in mine),
            )  # fmt: skip
    assert [one.number for one in waiting_for_review(adviser()) if one.held] == ["C1"]


def _waits_for(number: str, reasons: int) -> None:
    """A decision is never changed: the next one says why the line waits now."""
    last = Decision.objects.filter(line__claim__number=number).order_by("-number").values().first()
    assert last is not None
    Decision.objects.create(**last | {"number": last["number"] + 1, "reasons": reasons})


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
