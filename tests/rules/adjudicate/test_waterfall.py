"""A decided line as a fall of bars: what was billed, less what nobody recognises, who pays, what the member is left."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.adjudicate.one_line import MODEL, PLAN, facts, plain, tariff
from tests.rules.adjudicate.strategies import Example, examples

from tiwizi.locale import LANGUAGES
from tiwizi.rules.adjudicate import reference
from tiwizi.rules.adjudicate.waterfall import explained, waterfall


def test_the_model_case_falls_from_the_billed_amount_to_the_members_share() -> None:
    steps = waterfall(PLAN, facts(), tariff(), MODEL, 0, lang="en")
    assert [(step.kind, step.name, step.amount, step.start) for step in steps] == [
        ("billed", "", 25_000, 0),
        ("cut", "reference", 10_000, 15_000),
        ("base", "", 15_000, 0),
        ("paid", "amo", 12_000, 3_000),
        ("paid", "sm", 2_400, 600),
        ("share", "rate", 600, 0),
    ]


def test_each_bar_says_what_its_rule_did_and_what_the_rule_rests_on() -> None:
    steps = waterfall(PLAN, facts(), tariff(), MODEL, 0, lang="en")
    assert [(step.label, step.rule, step.clause) for step in steps[3:4]] == [
        ("Basic scheme (AMO)", "80 % of 150.00 DH is 120.00 DH", "Law 65-00, secondary source; since 1 January 2006")
    ]
    assert steps[1].rule == "The reference price is 150.00 DH: 100.00 DH of the 250.00 DH is above it"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_bar_has_a_name_in_each_language(lang: str) -> None:
    assert all(plain(step.label) for step in waterfall(PLAN, facts(), tariff(), MODEL, 0, lang=lang))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples(), st.sampled_from(LANGUAGES))
def test_the_bars_of_any_decision_add_up_to_its_sums(example: Example, lang: str) -> None:
    decisions = reference.decide(example.plan, example.facts, example.tariff)
    for line in range(example.facts.lines):
        steps = waterfall(example.plan, example.facts, example.tariff, decisions, line, lang=lang)
        sums = {kind: sum(step.amount for step in steps if step.kind == kind) for kind in ("cut", "paid", "share")}
        assert sums["paid"] == int(decisions.paid[line].sum())
        assert sums["cut"] == int(decisions.reductions[line])
        assert sums["share"] == int(decisions.share[line])
        assert all(step.start >= 0 and step.start + step.amount <= steps[0].amount for step in steps)


def test_several_lines_of_a_household_are_explained_as_each_is_alone() -> None:
    told = explained(PLAN, facts(), tariff(), MODEL, [0], lang="en", labels=["Specialist consultation"])[0]
    assert told.sentences[0] == "Specialist consultation (CS), 8 July 2026: 250.00 DH billed."
    assert told.waterfall == waterfall(PLAN, facts(), tariff(), MODEL, 0, lang="en")
    assert told.hints == ()
