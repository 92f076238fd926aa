"""A prior approval, in the records: what it is for, what is paid on it, what is left, and who is decided again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.records import world
from tests.records.care.mutual import DAY, VILLAGE, decided, file, hand_in, open_village, paid, together
from tests.records.intake.mutual import bring_in, folder

from tiwizi.records.care.models import Claim, ClaimLine, PriorApproval
from tiwizi.records.care.operations.approvals import ask_approval, decide_approval, withdraw_approval
from tiwizi.records.care.queries.approval_use import used_of
from tiwizi.records.care.queries.approvals import approval as approval_of
from tiwizi.records.care.queries.decisions import explain
from tiwizi.records.care.queries.preview import Preview, preview
from tiwizi.records.cover.models import Act
from tiwizi.records.people.models import Household, Person
from tiwizi.records.trail.refusal import Refused

ADVISER = world.by("medical_adviser", user=8)
#: A file of 200.00, of which the fund pays 70 %.
F1 = file("F1", ("2026-03-05", "200.00"), prior_approval="A1")
#: The same fund, which pays for medicine on prior approval alone.
STRICT = VILLAGE.replace('rate = "70%"', 'rate = "70%"\nprior_approval = true')


def asked(*, who: str = "H1-child", number: str = "A1", **more: Any) -> int:
    home, person = Household.objects.get(number="H1").id, Person.objects.get(number=who).id
    made = ask_approval(
        world.by("desk_agent"), household=home, person=person, deadline=date(2026, 5, 1), number=number, **more
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


def typed(named: str, *, on: str = "2026-04-02") -> Preview:
    """A file of one line of 100.00 for the child, as the counter types it."""
    line = {"person": "H1-child", "date": on, "code": "SYRUP", "billed": "100.00"}
    claim = {"prior_approval": named, "received_on": on}
    shown = preview(world.by("desk_agent"), household="H1", claim=claim, lines=[line], day=DAY, lang="en")
    assert shown is not None
    return shown


def test_a_file_that_is_being_typed_is_shown_with_what_the_approval_leaves(tmp_path: Path) -> None:
    open_village(tmp_path)
    decide_approval(ADVISER, approval=asked(), approved=True, amount=20_000)
    hand_in(tmp_path, **F1)
    decided()
    shown = {named: typed(named) for named in ("A1", "")}
    assert {named: [told.paid for told in one.lines] for named, one in shown.items()} == {"A1": [6_000], "": [7_000]}
    assert any("The prior approval is for 200.00" in one for one in shown["A1"].lines[0].explained.sentences)


def test_a_file_that_is_being_typed_says_at_once_that_the_approval_does_not_fit(tmp_path: Path) -> None:
    open_village(tmp_path)
    assert typed("A1").approval == ""  # a number that the records do not know is taken at its word
    decide_approval(ADVISER, approval=asked(), approved=True, since=date(2026, 4, 1), until=date(2026, 4, 3))
    shown = {on: typed("A1", on=on).approval for on in ("2026-03-31", "2026-04-01", "2026-04-03")}
    late = "The prior approval that the claim names does not hold on the day of care."
    assert shown == {"2026-03-31": late, "2026-04-01": "", "2026-04-03": late}


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


def test_an_approval_that_does_not_fit_is_none_and_it_is_said_why(tmp_path: Path) -> None:
    """Files of one day that each name an approval of their own: what is asked, what is answered, what is said."""
    day, night = date(2026, 3, 5), date(2026, 3, 6)
    table: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
        ({}, {}, ""),
        ({"code": "SYRUP"}, {"since": day, "until": night}, ""),
        ({"who": "H1-member"}, {}, "is for another person"),
        ({"code": "OTHER"}, {}, "is for another act"),
        ({}, {"since": night}, "does not hold on the day of care"),
        ({}, {"until": day}, "does not hold on the day of care"),
        ({"who": "H1-member", "code": "OTHER"}, {}, "is for another person and is for another act"),
        ({}, {"approved": False}, "was not given"),
    )
    open_village(tmp_path, plan=STRICT)
    Act.objects.create(code="OTHER")
    for n, (ask, answer, _) in enumerate(table):
        decide_approval(ADVISER, approval=asked(number=f"A{n}", **ask), **({"approved": True} | answer))
    files = [file(f"F{n}", ("2026-03-05", "10.00"), prior_approval=f"A{n}") for n in range(len(table))]
    for n, one in enumerate(files):
        one["claims"][0]["provider"] = f"DR{n}"
    hand_in(tmp_path, **together(files))
    decided()
    assert paid() == {f"F{n}/1": 0 if unfit else 700 for n, (_, _, unfit) in enumerate(table)}
    for n, (*_, unfit) in enumerate(table):
        told = " ".join(explain(ClaimLine.objects.get(claim__number=f"F{n}").pk, "en"))
        assert f"the one that the claim names {unfit} (" in told if unfit else "prior approval" not in told


def test_the_approved_quantity_is_used_up_file_by_file_and_what_is_left_is_shown(tmp_path: Path) -> None:
    open_village(tmp_path, plan=STRICT)
    decide_approval(
        ADVISER, approval=asked(quantity=5_000, amount=40_000), approved=True, quantity=3_000, until=date(2026, 5, 10)
    )
    files = [
        file(number, (day, "100.00"), prior_approval="A1")
        for number, day in (("F1", "2026-03-05"), ("F2", "2026-03-06"), ("F3", "2026-03-07"))
    ]
    for one in files:
        one["lines"][0]["quantity"] = "2"
    files[2]["lines"][0]["person"] = "H1-member"
    hand_in(tmp_path, **together(files))
    decided()
    assert paid() == {"F1/1": 7_000, "F2/1": 3_500, "F3/1": 0}
    found = approval_of(world.by("medical_adviser", user=8), "A1", "en", on=DAY)
    assert found is not None
    used = used_of(found, "en", on=DAY)
    assert [(line.file, line.units, line.paid, line.unfit) for line in used.lines] == [
        ("F1", 2_000, 7_000, ()), ("F2", 1_000, 3_500, ()), ("F3", 0, 0, ("person",)),
    ]  # fmt: skip
    assert (used.amount_left, used.quantity_left, used.days_left) == (29_500, 0, 6)
    told = explain(ClaimLine.objects.get(claim__number="F2").pk, "en")
    assert any("is for 3 units, with 1 unit left: 100.00 DH becomes 50.00 DH" in one for one in told)


def test_a_table_says_of_an_approval_what_the_records_say(tmp_path: Path) -> None:
    open_village(tmp_path)
    days = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    decide_approval(ADVISER, approval=asked(), approved=True, quantity=2_000, **days)
    same: tuple[dict[str, str], ...] = (
        {"approval_person": "H1-child"},
        {"approval_quantity": "2"},
        {"approval_from": "2026-03-01", "approval_until": "2026-04-01"},
    )
    other: tuple[dict[str, str], ...] = (
        {"approval_person": "H1-member"},
        {"approval_code": "SYRUP"},
        {"approval_quantity": "3"},
        {"approval_from": "2026-03-01", "approval_until": "2026-05-01"},
    )
    blank = {name: "" for cells in (*same, *other) for name in cells}
    files = [
        file(f"F{n}", ("2026-03-05", "200.00"), prior_approval="A1", **blank | cells)
        for n, cells in enumerate((*same, *other))
    ]
    bring_in(folder(tmp_path / "more", together(files)), on=DAY)
    assert sorted(Claim.objects.values_list("number", flat=True)) == ["F0", "F1", "F2"]
