"""A prior approval of an amount, in the records: what is paid on it, whom it concerns, and who is decided again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.records import world
from tests.records.care.mutual import DAY, decided, file, hand_in, open_village, paid, together
from tests.records.intake.mutual import bring_in, folder

from tiwizi.records.care.models import Claim, PriorApproval
from tiwizi.records.care.operations.approvals import ask_approval, decide_approval, withdraw_approval
from tiwizi.records.care.queries.preview import preview
from tiwizi.records.cover.models import Act
from tiwizi.records.people.models import Household, Person
from tiwizi.records.trail.refusal import Refused

ADVISER = world.by("medical_adviser", user=8)
#: A file of 200.00, of which the fund pays 70 %.
F1 = file("F1", ("2026-03-05", "200.00"), prior_approval="A1")


def asked(*, who: str = "H1-child", **more: Any) -> int:
    home, person = Household.objects.get(number="H1").id, Person.objects.get(number=who).id
    made = ask_approval(
        world.by("desk_agent"), household=home, person=person, deadline=date(2026, 5, 1), number="A1", **more
    )
    return int(str(made["approval"]))


@pytest.mark.parametrize(
    ("ask", "answer", "pays"),
    [
        ({}, {"approved": True}, 14_000),
        ({}, {"approved": True, "amount": 10_000}, 10_000),
        ({}, {"approved": True, "amount": 14_001}, 14_000),
        ({}, {"approved": True, "amount": 0}, 0),
        ({"amount": 12_000}, {"approved": True}, 12_000),
        ({"amount": 12_000}, {"approved": True, "amount": 9_000}, 9_000),
        ({"amount": 12_000}, {"approved": False}, 14_000),
        ({"code": "SYRUP"}, {"approved": True, "amount": 10_000}, 10_000),
        ({"code": "OTHER"}, {"approved": True, "amount": 10_000}, 14_000),
        ({"who": "H1-member"}, {"approved": True, "amount": 10_000}, 14_000),
    ],
)
def test_a_line_is_paid_at_most_what_was_approved_for_the_same_person_and_act(
    tmp_path: Path, ask: dict[str, Any], answer: dict[str, Any], pays: int
) -> None:
    open_village(tmp_path)
    Act.objects.create(code="OTHER")
    decide_approval(ADVISER, approval=asked(**ask), **answer)
    hand_in(tmp_path, **F1)
    decided()
    assert paid() == {"F1/1": pays}


def test_files_that_name_one_approval_share_it_and_are_decided_again_when_it_goes(tmp_path: Path) -> None:
    open_village(tmp_path)
    approval = asked()
    decide_approval(ADVISER, approval=approval, approved=True, amount=10_000)
    second = file("F2", ("2026-03-18", "100.00"), prior_approval="A1")
    other = file("F3", ("2026-03-19", "100.00"))
    hand_in(tmp_path, **together([F1, second, other]))
    decided()
    assert paid() == {"F1/1": 10_000, "F2/1": 0, "F3/1": 7_000}
    withdraw_approval(ADVISER, approval=approval)
    decided()
    assert paid() == {"F1/1": 14_000, "F2/1": 7_000, "F3/1": 7_000}


def test_a_file_that_is_being_typed_is_shown_with_what_the_approval_leaves(tmp_path: Path) -> None:
    open_village(tmp_path)
    decide_approval(ADVISER, approval=asked(), approved=True, amount=20_000)
    hand_in(tmp_path, **F1)
    decided()
    line = {"person": "H1-child", "date": "2026-04-02", "code": "SYRUP", "billed": "100.00"}
    shown = {
        named: preview(
            world.by("desk_agent"),
            household="H1",
            claim={"prior_approval": named, "received_on": "2026-04-02"},
            lines=[line],
            day=DAY,
            lang="en",
        )  # fmt: skip
        for named in ("A1", "")
    }
    assert {named: [told.paid for told in one.lines] for named, one in shown.items()} == {"A1": [6_000], "": [7_000]}
    assert any("The prior approval is for 200.00" in one for one in shown["A1"].lines[0].explained.sentences)


@pytest.mark.parametrize(("stated", "comes_in"), [("100.00", True), ("99.00", False), ("", True)])
def test_a_table_that_states_another_amount_than_was_approved_goes_to_repair(
    tmp_path: Path, stated: str, comes_in: bool
) -> None:
    open_village(tmp_path)
    decide_approval(ADVISER, approval=asked(), approved=True, amount=10_000)
    told = file("F1", ("2026-03-05", "200.00"), prior_approval="A1", amount_approved=stated)
    bring_in(folder(tmp_path / "more", told), on=DAY)
    assert Claim.objects.filter(number="F1").exists() == comes_in


def test_no_more_is_approved_than_was_asked(tmp_path: Path) -> None:
    open_village(tmp_path)
    approval = asked(amount=10_000)
    with pytest.raises(Refused, check=lambda error: error.key == "approved_above_asked"):
        decide_approval(ADVISER, approval=approval, approved=True, amount=10_001)
    assert PriorApproval.objects.get().state == "asked"
