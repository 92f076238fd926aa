"""Why a line was decided so: told by what was kept when it was decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.records.care import mutual
from tests.records.care.mutual import decided, file, hand_in, open_village

from tiwizi.records.care.models import ClaimLine, Decision, Touch
from tiwizi.records.care.queries.corrections import corrected_lines, corrections
from tiwizi.records.care.queries.decisions import decisions, explain, explained
from tiwizi.records.people.models import Household

F0 = file("F0", ("2026-03-01", "100.00"), received="2026-04-02")
F1 = file("F1", ("2026-03-05", "400.00"))
F2 = file("F2", ("2026-03-18", "100.00"))


def line(claim: str) -> int:
    return int(ClaimLine.objects.get(claim__number=claim).pk)


@pytest.fixture
def late(tmp_path: Path) -> int:
    """The run that decides anew what a late file changes."""
    open_village(tmp_path)
    hand_in(tmp_path, **mutual.together([F1, F2]))
    decided()
    hand_in(tmp_path, **F0)
    return decided()


def test_each_decision_on_a_line_is_there(late: int) -> None:
    first, second = decisions(line("F1"))
    assert (first.number, first.state, first.paid, first.reductions, first.share) == (1, "paid", 28_000, 0, 12_000)
    assert (second.number, second.run, second.state, second.paid) == (2, late, "reduced", 23_000)


def test_the_last_decision_is_told_in_sentences(late: int) -> None:
    told = explain(line("F2"), "en")
    assert told[0].startswith("Medicine (SYRUP), 18 March 2026: 100.00")
    assert any("ceiling" in sentence.lower() or "300.00" in sentence for sentence in told)
    assert told[-1].startswith("100.00 DH billed = 0.00 DH paid")


def test_the_first_decision_is_told_as_it_was_then(late: int) -> None:
    told = " ".join(explain(line("F2"), "en", number=1))
    assert "Paid: 20.00 DH" in told
    assert "Paid: 280.00 DH" in " ".join(explain(line("F1"), "en", number=1))


def test_where_something_changed_since_it_says_of_when_what_is_left_is(late: int) -> None:
    said = "reckoned with the people, cover and reviews as they are known today"
    assert said not in " ".join(explain(line("F1"), "en"))
    assert said in " ".join(explain(line("F1"), "en", number=1))  # a late file came in since


def test_it_is_told_in_each_language(late: int) -> None:
    assert len({explain(line("F1"), lang)[0] for lang in ("ar", "fr", "en")}) == 3


def test_another_plan_later_changes_no_word_of_it(late: int) -> None:
    before = explain(line("F1"), "en")
    mutual.publish(mutual.VILLAGE.replace("70%", "60%").replace("The fund", "The other fund"), on=mutual.DAY)
    decided()
    assert explain(line("F1"), "en", number=2) == before
    assert "60 %" in " ".join(explain(line("F1"), "en"))


def test_a_line_that_was_withdrawn_says_so_and_still_explains_what_was_decided(late: int) -> None:
    before = explain(line("F0"), "en")
    ClaimLine.objects.filter(pk=line("F0")).update(withdrawn=True)
    Touch.objects.create(household=Household.objects.get(), cause="line")
    decided()
    assert explain(line("F0"), "en") == ["This line was withdrawn: nothing is billed, and nothing is paid."]
    assert explain(line("F0"), "en", number=1) == before


def test_what_was_never_decided_is_not_explained(late: int) -> None:
    with pytest.raises(Decision.DoesNotExist):
        explain(line("F0"), "en", number=2)


def test_corrections_are_shown_by_claim_and_by_line(late: int) -> None:
    assert [(c.claim, c.before, c.after, c.difference) for c in corrections(late)] == [
        ("F1", 28_000, 23_000, -5_000), ("F2", 2_000, 0, -2_000),
    ]  # fmt: skip
    assert [(c.claim, c.line, c.difference) for c in corrected_lines(late)] == [("F1", 1, -5_000), ("F2", 1, -2_000)]


def test_a_line_is_told_as_a_waterfall_that_ends_at_its_sums(late: int) -> None:
    told = explained([line("F1"), line("F2")], "en")
    steps = told[line("F1")].waterfall
    assert [step.amount for step in steps if step.kind == "billed"] == [40_000]
    assert sum(step.amount for step in steps if step.kind == "paid") == 23_000
    assert [hint.reason for hint in told[line("F2")].hints] == ["ceiling"]
