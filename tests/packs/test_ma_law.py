"""The Moroccan pack beside what is known of the law: every figure, its first day and how sure it is."""

from __future__ import annotations

from datetime import date

import pytest

from tiwizi import packs
from tiwizi.formats.tables import from_rows
from tiwizi.rules.adjudicate import reference
from tiwizi.rules.adjudicate.explain import explain
from tiwizi.rules.law import value_on
from tiwizi.rules.money import basis_points, minor
from tiwizi.rules.plan.document import Coverage, Plan

SINCE, GRID, PRIVATE, RISE, MOVE = (
    date(2005, 8, 18), date(2007, 5, 1), date(2006, 1, 1), date(2023, 10, 16), date(2027, 2, 1),
)  # fmt: skip

#: Parameter, value, first day, status: P press or institution, S secondary, ? conflicting or unverified, D invented.
FIGURES = [
    ("amo.contribution_employee", "2.5%", SINCE, "P"),
    ("amo.contribution_employer", "2.5%", SINCE, "P"),
    ("amo.contribution_pensioner", "2.5%", SINCE, "P"),
    ("amo.contribution_floor", "70.00", SINCE, "P"),
    ("amo.contribution_cap", "400.00", SINCE, "P"),
    ("amo.ambulatory_rate", "80%", SINCE, "S"),
    ("amo.hospital_private_rate", "90%", SINCE, "S"),
    ("amo.hospital_public_rate", "100%", SINCE, "S"),
    ("amo.long_term_illness_rate", "100%", SINCE, "P"),
    ("amo.long_term_illness_medicine_rate", "100%", SINCE, "P"),
    ("amo.long_term_illness_years", 5, SINCE, "P"),
    ("amo.medicine_rate", "70%", date(2014, 1, 1), "P"),
    ("amo.filing_days", 60, SINCE, "S"),
    ("amo.child_age", 21, SINCE, "D"),
    ("amo.child_age", 30, MOVE, "S"),
    ("amo.student_age", 26, SINCE, "D"),
    ("sm.rate", "16%", SINCE, "?"),
    ("sm.contribution_rate", "1.8%", SINCE, "D"),
    ("ccd.retirement", "6500.00", SINCE, "P"),
    ("ccd.retirement", "35000.00", RISE, "P"),
    ("ccd.death", "19700.00", SINCE, "P"),
    ("ccd.death", "50000.00", RISE, "P"),
    ("ccd.funeral", "2000.00", SINCE, "P"),
    ("ccd.funeral", "4000.00", RISE, "P"),
    ("ccd.orphan_school", "100.00", SINCE, "P"),
    ("ccd.orphan_school", "700.00", RISE, "P"),
    ("ccd.disabled_child", "100.00", SINCE, "P"),
    ("ccd.disabled_child", "500.00", RISE, "P"),
    ("ccd.death_membership", 12, SINCE, "P"),
    ("ccd.orphan_age", 21, SINCE, "P"),
    ("ccd.certificate_age", 16, SINCE, "P"),
    ("os.birth", "300.00", date(2018, 1, 1), "P"),
    *((f"letter_public.{letter}", value, GRID, "S") for letter, value in (
        ("C", "50.00"), ("CS", "75.00"), ("CNPSY", "100.00"), ("B", "0.90"), ("P", "0.90"), ("Z", "9.00"),
        ("KE", "10.00"), ("K", "13.00"), ("D", "10.00"), ("AMM", "40.00"))),
    ("letter_public.KC", "13.00", GRID, "?"),
    *((f"letter_public.{letter}", value, GRID, "D") for letter, value in (("V", "70.00"), ("VS", "100.00"))),
    *((f"letter_private.{letter}", value, PRIVATE, "S") for letter, value in (
        ("C", "80.00"), ("CS", "150.00"), ("V", "120.00"), ("VS", "190.00"), ("B", "1.10"), ("K", "22.50"),
        ("KC", "22.50"))),
    *((f"letter_private.{letter}", value, PRIVATE, "D") for letter, value in (
        ("CNPSY", "180.00"), ("P", "1.10"), ("Z", "12.00"), ("KE", "13.00"), ("D", "15.00"), ("AMM", "55.00"))),
]  # fmt: skip


@pytest.mark.parametrize(("parameter", "value", "effective", "status"), FIGURES)
def test_a_figure_is_what_is_known_of_it(parameter: str, value: str | int, effective: date, status: str) -> None:
    found = value_on(packs.law("ma"), parameter, on=effective)
    assert found is not None and (found.dates.effective, found.status) == (effective, status)
    written = value if isinstance(value, int) else basis_points(value) if "%" in value else minor(value, "MAD")
    assert found.value == written


def test_the_law_has_no_figure_that_is_not_in_this_table() -> None:
    law = packs.law("ma")
    known = {(parameter, effective) for parameter, _, effective, _ in FIGURES}
    there = {(name, value.dates.effective) for name, parameter in law.parameters.items() for value in parameter.values}
    assert there == known


@pytest.fixture(scope="module")
def plan() -> Plan:
    found, problems = packs.read_plan_file(packs.folder("ma") / "plans" / "public.toml")
    assert found is not None, problems
    return found


def test_the_plan_says_the_ages_and_months_of_the_law(plan: Plan) -> None:
    amo, _, ccd, _ = plan.layers
    ages = {(block.id, block.dates.effective): block.when.age for block in amo.eligibility}
    assert ages["amo-child", SINCE] == (0, 21) and ages["amo-child", MOVE] == (0, 30)
    assert ages["amo-student", SINCE] == (0, 26)
    rules = {rule.id: rule for rule in ccd.coverage}
    waiting = rules["ccd-death"].waiting
    assert waiting is not None and waiting.months == 12
    assert rules["ccd-school"].when.age == (0, 16)
    assert rules["ccd-school-certificate"].only.age == (0, 21)


def test_nothing_that_is_invented_was_voted(plan: Plan) -> None:
    blocks = [b for layer in plan.layers for b in (*layer.coverage, *layer.limits, *layer.points, *layer.eligibility)]
    invented = [block for block in blocks if plan.sources[block.dates.source].status == "D"]
    assert len(invented) > 20
    assert not any(block.dates.voted or block.dates.approved or block.dates.published for block in invented)


def test_no_rule_is_older_than_the_list_it_rests_on(plan: Plan) -> None:
    listed = [rule for layer in plan.layers for rule in layer.coverage if rule.dates.source == "medicine-list-2014"]
    assert [rule.id for rule in listed] == ["amo-medicine", "amo-medicine-excluded"]
    assert all(rule.dates.effective == date(2014, 1, 1) for rule in listed)


def test_the_basic_scheme_changes_hands_on_the_day_computed_from_the_law(plan: Plan) -> None:
    managers = [(payer.name["en"], payer.dates.effective, payer.dates.until) for payer in plan.layers[0].payers]
    assert managers == [("CNOPS", SINCE, MOVE), ("CNSS", MOVE, None)]


def invented_terms(plan: Plan) -> list[Coverage]:
    return [rule for layer in plan.layers for rule in layer.coverage if rule.dates.own == "demo"]


def test_what_the_demonstration_adds_to_a_rule_of_the_law_is_told_as_invented(plan: Plan) -> None:
    assert {rule.id for rule in invented_terms(plan)} == {
        "amo-dental-prosthesis", "amo-orthodontics", "amo-appliance", "sm-physiotherapy",
    }  # fmt: skip
    refused, paid = _explained(plan, ""), _explained(plan, "PA-7")
    assert "needs prior approval, and the claim has none (invented for the demonstration; since" in refused
    assert "It pays 80 % of 2,500.00 DH = 2,000.00 DH (Law 65-00, code of basic medical coverage" in paid


def _explained(plan: Plan, approval: str) -> str:
    """A wheelchair of 2,690.00, asked for with or without the number of a prior approval."""
    tariff = {"code": "FAUTEUIL", "category": "appliance", "price": "2500.00"}
    line = {"claim": "c", "line": "1", "person": "p", "date": "2026-03-02", "code": "FAUTEUIL", "billed": "2690.00"}
    book = from_rows(
        {
            "people": [{"person": "p", "household": "h", "role": "member", "birth_date": "1980-01-01"}],
            "cover": [{"household": "h", "plan": "AMO", "start": "2020-01-01"}],
            "tariff": [tariff],
            "claims": [{"claim": "c", "household": "h", "received_on": "2026-03-02", "prior_approval": approval}],
            "lines": [line],
        },
        currency="MAD",
        amounts_in="major",
    )
    decisions = reference.decide(plan, book.facts, book.tariff)
    return "\n".join(explain(plan, book.facts, book.tariff, decisions, 0, lang="en"))
