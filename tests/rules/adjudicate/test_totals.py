"""Totals add up what was decided, and say of what is unpaid what shares.allot says line by line."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.rules.adjudicate.strategies import example

from tiwizi.rules.adjudicate import reference
from tiwizi.rules.adjudicate.columns import Decisions, unpack_rule
from tiwizi.rules.adjudicate.shares import allot
from tiwizi.rules.adjudicate.totals import Totals, add_up, corrected
from tiwizi.rules.plan.document import Plan, steps
from tiwizi.rules.terms import REASONS, STATES


def _decided(seed: int) -> tuple[Plan, Decisions, Totals]:
    made = example(seed)
    decisions = reference.decide(made.plan, made.facts, made.tariff)
    return made.plan, decisions, add_up(made.plan, made.facts, made.tariff, decisions)


@pytest.mark.parametrize("seed", range(12))
def test_the_totals_are_the_sums_of_the_lines(seed: int) -> None:
    _, decisions, totals = _decided(seed)
    assert totals.billed == decisions.billed.sum()
    assert totals.paid == decisions.paid.sum()
    assert totals.reductions == decisions.reductions.sum()
    assert totals.share == decisions.share.sum()
    states = Counter(STATES[state] for state in decisions.state)
    assert {s: sum(r.lines for r in totals.lines if r.state == s) for s in states} == dict(states)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_unpaid_is_told_by_reason_as_each_line_tells_it(seed: int) -> None:
    plan, decisions, totals = _decided(seed)
    by_reason: Counter[str] = Counter()
    for line in range(len(decisions.billed)):
        by_reason.update(_unpaid(plan, decisions, line))
    assert Counter({r: n for r, n in by_reason.items() if n}) == sum(
        (Counter({row.reason: row.amount}) for row in totals.reasons), Counter()
    )


def _unpaid(plan: Plan, decisions: Decisions, line: int) -> dict[str, int]:
    step_of = {layer: number for number, layers in enumerate(steps(plan)) for layer in layers}
    paid = [int(amount) for amount in decisions.paid[line]]
    cuts: dict[int, list[tuple[int, int]]] = {step: [] for step, amount in enumerate(paid) if amount}
    for entry in range(decisions.trail_start[line], decisions.trail_start[line + 1]):
        layer, reason, _ = unpack_rule(int(decisions.trail_rule[entry]))
        cuts.setdefault(step_of[layer], []).append((reason, int(decisions.trail_cut[entry])))
    in_order = [cuts[step] for step in sorted(cuts)]
    parts: Counter[str] = Counter()
    for reason, amount in allot(int(decisions.billed[line]), in_order, paid):
        parts[REASONS[reason].name] += amount
    return parts


def test_what_is_paid_is_told_by_payer_and_month_of_care() -> None:
    plan, decisions, totals = _decided(3)
    names = {layer.id: {"", *(payer.id for payer in layer.payers)} for layer in plan.layers}
    assert all(row.payer in names[row.layer] for row in totals.payers)
    assert all(np.datetime64(row.month, "M") for row in totals.lines)


def test_totals_are_corrected_by_what_some_households_came_to_and_come_to() -> None:
    made = example(5)
    decisions = reference.decide(made.plan, made.facts, made.tariff)
    whole = add_up(made.plan, made.facts, made.tariff, decisions)
    part = made.facts.take(np.arange(0, made.facts.households, 2))
    was = add_up(made.plan, part, made.tariff, reference.decide(made.plan, part, made.tariff))
    without = corrected(whole, was, Totals((), (), ()))
    assert without.billed == whole.billed - was.billed and without.paid == whole.paid - was.paid
    again = corrected(without, Totals((), (), ()), was)
    assert {*again.lines} == {*whole.lines} and {*again.payers} == {*whole.payers}
    assert {*again.reasons} == {*whole.reasons}
