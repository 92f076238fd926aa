"""From rows to facts: what joins what, in which order, and the same facts from the same rows in any order."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.tables.sample import Tables, book, tables

from tiwizi.formats.tables import Book
from tiwizi.rules.period import NEVER, NO_DAY, day_number

ROWS_OF_THE_TABLES = ("household_row", "claim_row", "line_row")


def test_a_sound_mutual_has_nothing_to_repair() -> None:
    read = book()
    assert list(read.repair.rows("en")) == []
    assert {table: counts.accepted for table, counts in read.counts.items()} == {
        "people": 4, "statuses": 1, "cover": 3, "claims": 3, "lines": 5, "tariff": 3,
    }  # fmt: skip


def test_lines_stand_in_the_order_in_which_they_are_decided() -> None:
    """Household, then day of care, day received, claim, and line as a number: 2 comes before 10."""
    read = book()
    assert [read.name_line(row) for row in range(5)] == [
        ("C2", "1"),
        ("C1", "1"),
        ("C1", "2"),
        ("C1", "10"),
        ("C3", "1"),
    ]
    assert read.facts.line_row.tolist() == [3, 0, 1, 2, 4]


def test_everything_about_a_household_lies_together() -> None:
    facts = book().facts
    assert facts.person_start.tolist() == [0, 2, 4]
    assert facts.claim_start.tolist() == [0, 2, 3]
    assert facts.line_start.tolist() == [0, 4, 5]
    assert facts.cover_start.tolist() == [0, 1, 3]
    assert facts.status_start.tolist() == [0, 0, 0, 0, 1]


def test_blank_cells_mean_what_the_page_says() -> None:
    facts = book().facts
    assert facts.quantity.tolist() == [1000, 1000, 2000, 1000, 1000]
    assert facts.billed.tolist() == [15000, 25000, 6100, 3050, 115000]
    assert facts.cover_to.tolist() == [NEVER, day_number(date(2027, 1, 1)), NEVER]
    assert facts.joined.tolist() == facts.cover_from.tolist()
    assert facts.care_to.tolist() == [NO_DAY] * 3
    assert facts.claim_attributes[:, 0].tolist() == [1, 2, 0], "a blank sector is other"
    assert facts.provider.tolist() == [1, -1, 0]
    assert facts.sex.tolist() == [0, 2, 1, 0]


def test_a_cover_is_of_the_household_or_of_one_person() -> None:
    facts = book().facts
    assert sorted(zip(facts.plan_codes, ("AMO", "SM"), strict=True)) == [("AMO", "AMO"), ("SM", "SM")]
    assert facts.cover_person.tolist() == [-1, -1, 3]


def test_a_reviewers_quantity_and_price_replace_those_claimed() -> None:
    rows = tables()
    rows["lines"][0] |= {"quantity_approved": "", "price_approved": "200.00"}
    rows["lines"][1] |= {"quantity_approved": "1", "price_approved": ""}
    rows["lines"][2] |= {"quantity_approved": "0.5", "price_approved": ""}
    facts = book(rows).facts
    assert facts.allowed.tolist() == [15000, 20000, 3050, 1525, 115000]
    assert facts.quantity.tolist() == [1000, 1000, 1000, 500, 1000]
    assert facts.billed.tolist() == [15000, 25000, 6100, 3050, 115000]


def test_claims_of_one_episode_lead_to_its_first_claim() -> None:
    rows = tables()
    rows["claims"][0]["episode"] = rows["claims"][1]["episode"] = rows["claims"][2]["episode"] = "E"
    assert book(rows).facts.episode.tolist() == [0, 0, 2], "an episode belongs to one household"


def test_what_another_payer_reported_stands_beside_its_line() -> None:
    rows = tables()
    rows["reported"] = [{"claim": "C1", "line": "10", "layer": "amo", "paid": "20.00"}]
    assert book(rows).facts.reported["amo"].tolist() == [-1, -1, -1, 2000, -1]


def test_the_tariff_has_the_most_specific_row_of_a_code_first() -> None:
    rows = tables()
    rows["tariff"] += [
        {"code": "CS", "category": "specialist", "price": "170", "provider": "DR9"},
        {"code": "CS", "category": "specialist", "price": "160", "valid_from": "2026-01-01"},
    ]
    tariff = book(rows).tariff
    assert tariff.codes == ("CS", "M1")
    assert tariff.code_start.tolist() == [0, 4, 5]
    assert tariff.price.tolist() == [17000, 10000, 16000, 15000, 3050]
    assert tariff.provider.tolist() == [1, -1, -1, -1, -1]
    assert tariff.sector.tolist() == [-1, 0, -1, -1, -1]


def test_a_code_is_called_by_its_label_or_else_by_itself() -> None:
    read = book()
    assert [read.label(code, "ar") for code in (0, 1)] == ["Consultation", "M1"]


def test_a_line_is_found_by_its_name_and_a_claim_of_one_line_by_its_own() -> None:
    read = book()
    assert read.find_line("C1/10") == 3
    assert read.find_line("C3") == 4
    assert read.find_line("C1") is None, "three lines"
    assert read.find_line("C9/1") is None


def test_a_claim_number_may_hold_a_slash() -> None:
    rows = tables()
    for table in ("claims", "lines"):
        for row in rows[table]:
            row["claim"] = f"2026/{row['claim']}"
    assert book(rows).name_line(book(rows).find_line("2026/C1/2") or 0) == ("2026/C1", "2")


def test_some_households_can_be_taken_with_their_names() -> None:
    taken = book().take(np.array([1]))
    assert [taken.name_line(row) for row in range(taken.facts.lines)] == [("C3", "1")]
    assert taken.ids.people.to_pylist() == ["P3", "P4"]


def test_rows_can_be_read_again_as_they_were() -> None:
    read = book()
    assert read.read_rows("people", np.array([3]))[0]["role"] == "زوجة"


# -- any order of arrival ---------------------------------------------------------------------------------------------


def facts_of(read: Book) -> dict[str, Any]:
    """All but the rows, which follow the order of arrival."""
    parts = {"facts": read.facts, "tariff": read.tariff}
    found = {f"{name}.{f.name}": getattr(part, f.name) for name, part in parts.items() for f in fields(part)}
    names = {"ids.claims": read.ids.claims, "ids.people": read.ids.people, "ids.households": read.ids.households}
    found |= {name: np.array(cells.to_pylist()) for name, cells in names.items()}
    found["ids.lines"] = np.array([read.name_line(row)[1] for row in range(read.facts.lines)])
    return {name: value for name, value in found.items() if name.split(".")[1] not in ROWS_OF_THE_TABLES}


def assert_same_facts(one: Book, other: Book) -> None:
    a, b = facts_of(one), facts_of(other)
    for name, value in a.items():
        if isinstance(value, dict):
            assert value.keys() == b[name].keys()
            assert all(np.array_equal(value[key], b[name][key]) for key in value), name
        elif isinstance(value, np.ndarray):
            assert value.dtype == b[name].dtype and np.array_equal(value, b[name]), name
        else:
            assert value == b[name], name


CELLS = {
    "people": {"household": ["H1", "H2", ""], "role": ["child", "nobody"], "birth_date": ["2020-02-30", "2000-01-01"]},
    "cover": {"start": ["2020-01-01", "soon"], "end": ["", "2010-01-01"], "plan": ["AMO", "SM"]},
    "claims": {"claim": ["C1", "C2", "C7"], "household": ["H1", "H2", "H9"], "received_on": ["2026-05-01", ""]},
    "lines": {
        "claim": ["C1", "C2", "C3", "C9"], "line": ["1", "2", "01", "a"], "person": ["P1", "P2", "P3", "P9"],
        "date": ["2026-01-31", "2026-01-01", "x"], "code": ["CS", "M1", "??"], "billed": ["", "1", "250.00", "-3"],
    },
    "tariff": {"code": ["CS", "M1", "X"], "category": ["specialist", "medicine"], "price": ["1.00", "", "150.00"]},
}  # fmt: skip


@st.composite
def mutuals(draw: st.DrawFn) -> Tables:
    """The sample with rows repeated, and cells replaced by good and bad ones."""
    rows = tables()
    for table, columns in CELLS.items():
        for _ in range(draw(st.integers(0, 3))):
            rows[table].append(dict(draw(st.sampled_from(rows[table]))))
        for _ in range(draw(st.integers(0, 3))):
            row, column = draw(st.sampled_from(rows[table])), draw(st.sampled_from(sorted(columns)))
            row[column] = draw(st.sampled_from(columns[column]))
    return rows


@settings(max_examples=40, deadline=None)
@given(mutuals(), st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_give_the_same_facts(rows: Tables, chance: random.Random) -> None:
    shuffled = {table: chance.sample(found, len(found)) for table, found in rows.items()}
    assert_same_facts(book(rows), book(shuffled))


@settings(max_examples=40, deadline=None)
@given(mutuals())
def test_rows_in_are_rows_accepted_and_rows_to_repair(rows: Tables) -> None:
    read = book(rows)
    repair = list(read.repair.rows("fr"))
    for table, counts in read.counts.items():
        assert counts.rows == len(rows[table]) == counts.accepted + counts.repair
        assert counts.repair == sum(row.table == table for row in repair)
    assert read.counts["lines"].accepted == read.facts.lines
    accepted = set(read.facts.line_row.tolist())
    assert accepted.isdisjoint(row.line_number - 1 for row in repair if row.table == "lines")


def test_a_mutual_without_rows_gives_facts_without_rows() -> None:
    read = book({"people": [], "lines": []})
    assert read.facts.lines == 0
    assert read.facts.households == 0
    assert read.tariff.codes == ()


@pytest.mark.parametrize("amounts_in, billed", [("major", 15000), ("minor", 150)])
def test_amounts_can_be_given_in_the_smallest_unit(amounts_in: Any, billed: int) -> None:
    rows = tables()
    rows["lines"] = [rows["lines"][3] | {"unit_price": "150", "billed": "150"}]
    read = book(rows, amounts_in=amounts_in)
    assert read.facts.billed.tolist() == [billed]
    assert read.tariff.price.tolist() == [10000, 15000, 3050]
