"""What a claim would come to if it were kept now: the same as what deciding it comes to, and nothing is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.records import world
from tests.records.care.mutual import DAY, decided, file, hand_in, open_village

from tiwizi.records.care.models import Claim, ClaimLine, Decision, Provider
from tiwizi.records.care.operations.desk import decide_household
from tiwizi.records.care.queries.decisions import decisions, explained
from tiwizi.records.care.queries.preview import MOST_TYPED, Preview, preview
from tiwizi.records.intake.models import Draft
from tiwizi.records.intake.operations import enter_claim
from tiwizi.records.intake.operations.drafts import end_draft, keep_draft
from tiwizi.records.intake.queries import draft
from tiwizi.records.people.models import Household, Region
from tiwizi.records.trail.refusal import Refused

DESK = world.by("desk_agent")
CLAIM = {"received_on": "2026-04-02", "provider": "DR77"}


def line(day: str, billed: str, **more: str) -> dict[str, str]:
    return {"person": "H1-child", "date": day, "code": "SYRUP", "billed": billed} | more


LINES = [
    line("2026-03-20", "250.00"),
    line("2026-03-21", "1 200,00"),
    line("2026-03-22", "", unit_price="30", quantity="2"),
]


@pytest.fixture(autouse=True)
def village(database: str, tmp_path: Path) -> None:
    """A household that has used up 70.00 of its 300.00."""
    open_village(tmp_path)
    hand_in(tmp_path, **file("F1", ("2026-03-01", "100.00")))
    decided()


def typed(*lines: dict[str, str], by: Any = DESK, lang: str = "en", **claim: str) -> Preview:
    found = preview(by, household="H1", claim=CLAIM | claim, lines=list(lines), day=DAY, lang=lang)
    assert found is not None
    return found


def test_a_typed_claim_comes_to_what_deciding_it_comes_to_word_for_word() -> None:
    before = typed(*LINES)
    home = Household.objects.get(number="H1").id
    kept = enter_claim(
        DESK, household=home, claim=CLAIM, lines=[{"line": str(n), **one} for n, one in enumerate(LINES)]
    )
    decide_household(world.by("adjudicator", user=8), household=home, day=DAY)
    for shown, row in zip(before.lines, kept["lines"], strict=True):
        stands = decisions(row)[-1]
        assert (shown.state, shown.billed, shown.paid, shown.share) == (
            stands.state, stands.billed, stands.paid, stands.share,
        )  # fmt: skip
        assert explained([row], "en")[row] == shown.explained


def test_the_households_history_counts() -> None:
    found = typed(line("2026-03-20", "250.00"), line("2026-03-21", "250.00"))
    assert [one.paid for one in found.lines] == [17_500, 5_500], "of 300.00 a year 70.00 were used"
    assert (found.billed, found.paid, found.payers) == (50_000, 23_000, (("The fund", 23_000),))


def test_nothing_is_kept() -> None:
    def counts() -> list[int]:
        return [model.objects.count() for model in (Claim, ClaimLine, Decision, Provider)]

    before = counts()
    typed(*LINES)
    assert counts() == before


def test_what_cannot_be_read_is_told_and_the_other_lines_are_decided() -> None:
    found = typed(LINES[0], line("2026-02-31", "x", code="NOTHING"), line("2026-03-22", "10", person="H9-child"))
    assert [one.place for one in found.lines] == [0] and not found.whole
    assert {(fault.row, fault.field, fault.key) for fault in found.line_faults} == {
        (1, "date", "not_a_day"), (1, "billed", "not_a_number"), (1, "code", "unknown_code"),
        (2, "person", "unknown_person"),
    }  # fmt: skip


def test_without_a_claim_that_can_be_read_nothing_is_decided() -> None:
    found = typed(LINES[0], received_on="soon")
    assert found.lines == () and [fault.field for fault in found.claim_faults] == ["received_on"]


def test_a_day_of_care_after_the_file_came_in_is_told_as_entering_tells_it() -> None:
    found = typed(line("2026-04-03", "10"))
    assert [fault.key for fault in found.line_faults] == ["received_before_care"]


def test_a_line_that_was_filed_before_names_the_file() -> None:
    hand_in_again = line("2026-03-01", "100.00")
    assert [one.twin for one in typed(hand_in_again, provider="").lines] == ["F1"]
    assert [one.twin for one in typed(hand_in_again).lines] == [""], "another provider"


def test_an_approval_that_was_not_given_does_not_count() -> None:
    assert typed(LINES[0], prior_approval="PA-1").whole


def test_what_nobody_types_is_refused() -> None:
    with pytest.raises(Refused, check=lambda refused: refused.key == "too_many_lines"):
        typed(*[LINES[0]] * (MOST_TYPED + 1))


def test_a_household_out_of_reach_is_as_one_that_is_not_there() -> None:
    north, south = (Region.objects.create(code=code, name_ar=code, name_latin=code).id for code in ("N", "S"))
    Household.objects.filter(number="H1").update(region_id=south)
    elsewhere = world.by("desk_agent", region=north)
    assert preview(elsewhere, household="H1", claim=CLAIM, lines=LINES, day=DAY, lang="en") is None
    assert preview(DESK, household="H9", claim=CLAIM, lines=LINES, day=DAY, lang="en") is None
    assert preview(world.by("desk_agent", region=south), household="H1", claim=CLAIM, lines=LINES, day=DAY, lang="en")


def test_it_asks_as_few_questions_for_many_lines_as_for_one() -> None:
    typed(LINES[0])
    counts = []
    for lines in (LINES[:1], LINES * 20):
        with CaptureQueriesContext(connection) as asked:
            typed(*lines)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14, counts


def test_what_the_records_know_of_a_provider_fills_what_was_not_typed() -> None:
    Provider.objects.create(number="DR78", sector=1)
    home = Household.objects.get(number="H1").id
    once = {
        "household": home,
        "claim": CLAIM | {"provider": "DR78", "sector": ""},
        "lines": [{"line": "1", **LINES[0]}],
    }
    kept = enter_claim(world.by("desk_agent", key="k"), as_provider=True, **once)
    assert Claim.objects.get(id=kept["claim"]).sector == 1
    Provider.objects.filter(number="DR78").update(sector=0)
    assert enter_claim(world.by("desk_agent", key="k"), as_provider=True, **once) == kept


def test_a_draft_is_kept_for_its_author_alone_and_leaves_no_event() -> None:
    from tiwizi.records.trail.models import Event

    before = Event.objects.count()
    for billed in ("1", "2"):
        keep_draft(DESK, key="k", household="H1", content={"billed": billed})
    assert draft(DESK, key="k", household="H1") == {"billed": "2"}
    assert draft(world.by("desk_agent", user=9), key="k", household="H1") is None
    assert (Draft.objects.count(), Event.objects.count()) == (1, before)
    end_draft(DESK, key="k")
    assert draft(DESK, key="k", household="H1") is None


def test_a_draft_of_a_household_out_of_reach_is_not_kept() -> None:
    with pytest.raises(Refused, check=lambda refused: refused.key == "no_such_household"):
        keep_draft(world.by("desk_agent", region=7), key="k", household="H1", content={})


def test_a_new_provider_does_not_have_the_tariff_opened_anew() -> None:
    from tiwizi.records.care.basis import basis
    from tiwizi.records.cover.queries import in_force

    before = basis(*in_force(DAY))
    Provider.objects.create(number="DR79")
    assert basis(*in_force(DAY)) is before
