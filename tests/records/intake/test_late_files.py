"""What comes in later adds to what is there; what it changes is kept as it was; what contradicts it goes to repair."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.formats.tables.sample import Tables, tables
from tests.records.intake.mutual import BY, DAY, bring_in, folder

from tiwizi.formats.tables.totals import Total
from tiwizi.records.care.models import Claim, ClaimLine, Reported, Review, Touch
from tiwizi.records.cover.models import Cover
from tiwizi.records.people.models import Household, Membership, Payee, Person, Status
from tiwizi.records.trail.former import former

LATER = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def mutual(database: str, tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "first"))


def later(tmp_path: Path, content: Tables, *, on: date = LATER) -> dict[str, Any]:
    """What later tables did; and in "repair" the reasons, by table."""
    arrived = bring_in(folder(tmp_path / f"later{len(list(tmp_path.iterdir()))}", content), on=on)
    rows = [(row.table, *row.keys) for row in arrived.repair.rows("en")]
    return {
        table: (counts.get("new", 0), counts.get("changed", 0)) for table, counts in arrived.outcome.items()
    } | {"repair": rows}  # fmt: skip


def claim(number: str = "C9", **more: str) -> dict[str, str]:
    return {"claim": number, "household": "H1", "received_on": "2026-05-20"} | more


def line(of: str = "C9", number: str = "1", **more: str) -> dict[str, str]:
    told = {"claim": of, "line": number, "person": "P1", "date": "2026-05-11", "code": "CS", "billed": "150"}
    return told | more


def test_claims_alone_are_about_people_who_came_in_before(tmp_path: Path) -> None:
    done = later(tmp_path, {"claims": [claim()], "lines": [line()]})
    assert (done["claims"], done["lines"], done["repair"]) == ((1, 0), (1, 0), [])
    assert Claim.objects.get(number="C9").household.number == "H1"
    assert Touch.objects.filter(household__number="H1").count() == 2


def test_a_line_may_come_after_its_claim(tmp_path: Path) -> None:
    done = later(tmp_path, {"lines": [line("C2", "2", date="2026-01-03")]})
    assert done["lines"] == (1, 0) and done["repair"] == []
    assert ClaimLine.objects.filter(claim__number="C2").count() == 2


def test_what_another_payer_reports_may_come_after_the_line(tmp_path: Path) -> None:
    reported = {"claim": "C2", "line": "1", "layer": "CNOPS", "paid": "70.00"}
    later(tmp_path, {"reported": [reported]})
    assert Reported.objects.get().paid == 7000
    later(tmp_path, {"reported": [reported | {"paid": "80.00"}]})
    held = Reported.objects.get()
    assert held.paid == 8000
    assert [was["paid"] for was in former("reported", held.id)] == [7000]


def test_a_claim_about_nobody_goes_to_repair_with_its_lines(tmp_path: Path) -> None:
    done = later(tmp_path, {"claims": [claim(household="H7")], "lines": [line()]})
    assert done["repair"] == [("claims", "unknown_household"), ("lines", "claim_in_repair")]


@pytest.mark.parametrize("change", [{"billed": "151"}, {"person": "P2"}, {"code": "M1"}, {"quantity": "2"}])
def test_a_known_line_is_not_overwritten_by_another_content(tmp_path: Path, change: dict[str, str]) -> None:
    before = list(ClaimLine.objects.values())
    sent = line("C2", "1", date="2026-01-02", quantity="1", billed="150") | change
    done = later(tmp_path, {"lines": [sent]})
    assert done["repair"] == [("lines", "known_otherwise")]
    assert list(ClaimLine.objects.values()) == before


def test_a_known_claim_is_not_overwritten_by_another_content(tmp_path: Path) -> None:
    sent = tables()["claims"][1] | {"received_on": "2026-02-03"}
    done = later(tmp_path, {"claims": [sent], "lines": [line("C2", "7", date="2026-01-02")]})
    assert done["repair"] == [("claims", "known_otherwise"), ("lines", "claim_in_repair")]
    assert Claim.objects.get(number="C2").received == date(2026, 2, 1)


def test_what_a_reviewer_approves_is_a_review_each_time(tmp_path: Path) -> None:
    known = line("C2", "1", date="2026-01-02", quantity="1", billed="150", unit_price="150")
    assert later(tmp_path, {"lines": [known | {"price_approved": "120"}]})["lines"] == (0, 1)
    assert later(tmp_path, {"lines": [known | {"price_approved": "100"}]})["lines"] == (0, 1)
    assert [(review.number, review.price) for review in Review.objects.order_by("number")] == [(1, 12000), (2, 10000)]
    assert ClaimLine.objects.get(claim__number="C2").price_approved == 10000


def test_lines_whose_names_are_no_numbers_of_their_own_keep_their_names(tmp_path: Path) -> None:
    named = [line(number=name) for name in ("01", "1", "b", "a", "2")]
    later(tmp_path, {"claims": [claim()], "lines": named})
    found = ClaimLine.objects.filter(claim__number="C9").order_by("number").values_list("number", "label")
    assert list(found) == [(1, None), (2, None), (1_000_000, "01"), (1_000_001, "a"), (1_000_002, "b")]
    again = later(tmp_path, {"lines": [*named, line(number="c"), line(number="3")]})
    assert again["lines"] == (2, 0) and again["repair"] == []
    assert ClaimLine.objects.get(label="c").number == 1_000_003


def test_what_is_written_about_a_person_is_put_right_and_kept_as_it_was(tmp_path: Path) -> None:
    sent = tables()["people"][0] | {"name_latin": "Fatima Alami", "birth_date": "1981-05-01"}
    done = later(tmp_path, {"people": [sent]})
    assert done["people"] == (0, 1)
    person = Person.objects.get(number="P1")
    assert (person.name_latin, person.birth) == ("Fatima Alami", date(1981, 5, 1))
    (was,) = former("person", person.id)
    assert (was["birth"], was["name_latin"], was["user"]) == ("1980-05-01", "", BY.user)


def test_a_blank_cell_says_nothing_about_what_is_known(tmp_path: Path) -> None:
    later(tmp_path, {"people": [tables()["people"][0] | {"name_latin": "Fatima Alami"}]})
    assert later(tmp_path, {"people": [tables()["people"][0] | {"sex": "", "name_latin": ""}]})["people"] == (0, 0)
    assert Person.objects.get(number="P1").name_latin == "Fatima Alami"


def test_another_role_begins_where_the_first_ends(tmp_path: Path) -> None:
    sent = [tables()["people"][0] | {"role": "other"}, tables()["people"][1] | {"role": "member"}]
    assert later(tmp_path, {"people": sent})["people"] == (0, 2)
    places = Membership.objects.filter(household__number="H1").order_by("person__number", "since")
    assert [(place.person.number, place.role, place.until) for place in places] == [
        ("P1", 0, LATER), ("P1", 5, None), ("P2", 2, LATER), ("P2", 0, None),
    ]  # fmt: skip
    assert Payee.objects.filter(person__number="P2").count() == 1


def test_whoever_moves_leaves_the_household_of_before(tmp_path: Path) -> None:
    moved = tables()["people"][1] | {"household": "H2"}
    assert later(tmp_path, {"people": [moved]})["people"] == (0, 1)
    places = Membership.objects.filter(person__number="P2").order_by("since")
    assert [(place.household.number, place.until) for place in places] == [("H1", LATER), ("H2", None)]


def test_a_second_member_goes_to_repair_with_their_lines(tmp_path: Path) -> None:
    sent = {"person": "P9", "household": "H1", "role": "member", "birth_date": "1990-01-01"}
    done = later(tmp_path, {"people": [sent], "claims": [claim()], "lines": [line(person="P9")]})
    assert done["repair"] == [("people", "second_member"), ("lines", "person_in_repair")]


def test_two_members_in_one_table_are_one_too_many(tmp_path: Path) -> None:
    two = [{"person": p, "household": "H8", "role": "member", "birth_date": "1990-01-01"} for p in ("P8", "P9")]
    assert later(tmp_path, {"people": two})["repair"] == [("people", "second_member")]
    assert Household.objects.filter(number="H8").count() == 1 and not Person.objects.filter(number="P9").exists()


def test_a_cover_that_ends_or_is_paid_on_is_changed_and_kept_as_it_was(tmp_path: Path) -> None:
    first = tables()["cover"][0]
    ended = first | {"end": "2026-07-01", "paid_until": "2026-07-01"}
    assert later(tmp_path, {"cover": [ended]})["cover"] == (0, 1)
    held = Cover.objects.get(household__number="H1")
    assert (held.until, held.paid_until) == (date(2026, 7, 1), date(2026, 7, 1))
    assert [(was["until"], was["paid_until"]) for was in former("cover", held.id)] == [(None, None)]
    assert later(tmp_path, {"cover": [first | {"start": "2026-08-01"}]})["cover"] == (1, 0)


def test_a_cover_that_crosses_another_goes_to_repair(tmp_path: Path) -> None:
    crossing = tables()["cover"][0] | {"start": "2026-05-01"}
    done = later(tmp_path, {"cover": [crossing], "claims": [claim()], "lines": [line()]})
    assert done["repair"] == [("cover", "period_crosses"), ("lines", "cover_in_repair")]


def test_the_same_cover_twice_in_a_table_counts_once(tmp_path: Path) -> None:
    new = tables()["cover"][0] | {"plan": "SM"}
    done = later(tmp_path, {"cover": [new, new]})
    assert done["cover"] == (1, 0) and done["repair"] == []


def test_a_status_that_is_prolonged_is_kept_as_it_was(tmp_path: Path) -> None:
    prolonged = tables()["statuses"][0] | {"end": "2031-01-01", "code": "E11"}
    assert later(tmp_path, {"statuses": [prolonged]})["statuses"] == (0, 1)
    held = Status.objects.get()
    assert (held.until, held.code) == (date(2031, 1, 1), "E11")
    assert [(was["until"], was["code"]) for was in former("status", held.id)] == [(None, "")]


def test_a_text_that_is_too_long_or_cannot_be_kept_goes_to_repair(tmp_path: Path) -> None:
    people = [
        {"person": "P8", "household": "H8", "role": "member", "birth_date": "1990-01-01", "name_latin": "x" * 201},
        {"person": "P" * 41, "household": "H9", "role": "member", "birth_date": "1990-01-01", "name_latin": ""},
    ]
    done = later(tmp_path, {"people": people, "claims": [claim(channel="y" * 21)], "lines": [line()]})
    assert done["repair"] == [
        ("people", "unfit_text"), ("people", "unfit_text"), ("claims", "unfit_text"), ("lines", "claim_in_repair"),
    ]  # fmt: skip


def test_totals_are_of_what_was_sent_alone(tmp_path: Path) -> None:
    content: Tables = {"claims": [claim()], "lines": [line()]}
    declared = {"claims": Total(1), "lines": Total(1, 15_000)}
    assert bring_in(folder(tmp_path / "b", content), on=DAY, declared=declared).totals == declared
