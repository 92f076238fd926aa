"""The kernel equals the reference engine, on random plans and random claims."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
from hypothesis import HealthCheck, given, settings
from tests.rules.adjudicate.strategies import Example, coverage_of, example, examples

from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions, Facts, unpack_rule
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import COUNTED, LIMIT_KINDS, SCOPES, Limit, clauses, steps
from tiwizi.rules.terms import REASON_CODE, REASONS, STATES

SEEDS = range(260)
thorough = settings(
    max_examples=600, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


@cache
def decided(seed: int) -> tuple[Example, Decisions]:
    made = example(seed)
    return made, engine.decide(compile_plan(made.plan, made.tariff), made.facts, made.tariff)


def differing(one: Decisions, other: Decisions) -> list[str]:
    """The columns in which two decisions differ, with the first line (or trail entry) where they do."""
    found = []
    for column in fields(Decisions):
        a, b = getattr(one, column.name), getattr(other, column.name)
        if a.shape != b.shape:
            found.append(f"{column.name}: {a.shape} rows against {b.shape}")
        elif not np.array_equal(a, b):
            at = int(np.flatnonzero((a != b).reshape(len(a), -1).any(axis=1))[0])
            found.append(f"{column.name}[{at}]: {a[at]} against {b[at]}")
    return found


@thorough
@given(examples())
def test_the_kernel_and_the_reference_give_the_same_decisions(made: Example) -> None:
    fast = engine.decide(compile_plan(made.plan, made.tariff), made.facts, made.tariff)
    slow = reference.decide(made.plan, made.facts, made.tariff)
    assert differing(fast, slow) == []


def test_the_examples_exercise_every_rule() -> None:
    spoken = set().union(*(coverage_of(decided(seed)[1]) for seed in SEEDS))
    assert spoken == {reason.name for reason in REASONS}


def test_the_examples_reach_every_state() -> None:
    assert {int(state) for seed in SEEDS for state in decided(seed)[1].state} == set(range(len(STATES)))


def test_the_examples_cut_by_every_kind_of_limit_and_scope() -> None:
    limits = [clause for seed in SEEDS for clause in cited_clauses(*decided(seed)) if isinstance(clause, Limit)]
    assert {limit.kind for limit in limits} == set(LIMIT_KINDS)
    assert {limit.scope for limit in limits} == set(SCOPES)
    assert {limit.period.unit for limit in limits} == {"none", "year", "insurance", "months", "days", "lifetime"}
    assert {limit.counted for limit in limits if limit.kind == "count"} == set(COUNTED)


def cited_clauses(made: Example, decisions: Decisions) -> list[object]:
    blocks = clauses(made.plan)
    return [blocks[unpack_rule(rule)[2]] for rule in set(decisions.trail_rule.tolist())]


def test_the_three_sums_hold_on_every_line() -> None:
    assert all(decided(seed)[1].balanced() for seed in SEEDS)


@settings(thorough, max_examples=200)
@given(examples())
def test_what_is_paid_on_a_prior_approval_is_never_more_than_it_is_for(made: Example) -> None:
    """By the layers that are decided here; what another payer reports stands on no approval of ours."""
    facts = made.facts
    decisions = engine.decide(compile_plan(made.plan, made.tariff), facts, made.tariff)
    own = np.array([layer.decided != "reported" for layer in made.plan.layers])
    paid = np.where((decisions.chosen >= 0) & own[decisions.chosen], decisions.paid, 0).sum(axis=1)
    for first in np.unique(facts.approval[facts.approval >= 0]):
        standing = facts.approval == first
        assert facts.approved[first] < 0 or paid[standing].sum() <= facts.approved[first]


def test_no_one_pays_less_than_nothing() -> None:
    """Only a cut in a trail may be negative: a rounding or the value of a point can raise what a layer pays."""
    for seed in SEEDS:
        decisions = decided(seed)[1]
        for amounts in (decisions.paid, decisions.reductions, decisions.share):
            assert amounts.min(initial=0) >= 0, seed


def test_households_decided_alone_give_what_they_give_together() -> None:
    for seed in SEEDS[::5]:
        made, together = decided(seed)
        plan = compile_plan(made.plan, made.tariff)
        households = range(made.facts.households)
        alone = [engine.decide(plan, made.facts.take(np.array([h])), made.tariff) for h in households]
        assert differing(Decisions.join(alone), together) == [], seed


def test_households_that_are_taken_apart_and_joined_are_decided_as_they_were() -> None:
    for seed in SEEDS[::5]:
        made, together = decided(seed)
        half = made.facts.households // 2
        parts = made.facts.take(slice(0, half)), made.facts.take(slice(half, made.facts.households))
        again = engine.decide(compile_plan(made.plan, made.tariff), Facts.join(*parts), made.tariff)
        assert differing(again, together) == [], seed


def test_the_order_of_the_households_changes_nothing() -> None:
    for seed in SEEDS[::5]:
        made, together = decided(seed)
        order = np.random.default_rng(seed).permutation(made.facts.households)
        shuffled = engine.decide(compile_plan(made.plan, made.tariff), made.facts.take(order), made.tariff)
        back = [taken(shuffled, made.facts.line_start, order, h) for h in range(made.facts.households)]
        assert differing(Decisions.join(back), together) == [], seed


def taken(decisions: Decisions, line_start: np.ndarray, order: np.ndarray, household: int) -> Decisions:
    """The decisions of one household out of those of households in another order."""
    sizes = np.diff(line_start)[order]
    at = int(np.flatnonzero(order == household)[0])
    first = int(sizes[:at].sum())
    last = first + int(sizes[at])
    trail = slice(decisions.trail_start[first], decisions.trail_start[last])
    rows = {f.name: getattr(decisions, f.name)[first:last] for f in fields(Decisions) if not f.name.startswith("trail")}
    return Decisions(
        **rows,
        trail_start=decisions.trail_start[first : last + 1] - decisions.trail_start[first],
        trail_rule=decisions.trail_rule[trail],
        trail_cut=decisions.trail_cut[trail],
    )


def test_two_threads_give_what_one_gives() -> None:
    for seed in SEEDS[::10]:
        made = example(seed, households=40)
        plan = compile_plan(made.plan, made.tariff)
        one = engine.decide(plan, made.facts, made.tariff)
        assert differing(engine.decide(plan, made.facts, made.tariff, threads=2), one) == [], seed


def test_a_layer_pays_what_is_billed_less_what_its_rules_took() -> None:
    """Of a layer that was chosen: paid = billed - the cuts in the trail that carry its number."""
    for seed in SEEDS:
        made, decisions = decided(seed)
        for line in range(made.facts.lines):
            cuts = cuts_by_layer(decisions, line)
            for step in range(len(steps(made.plan))):
                layer = int(decisions.chosen[line, step])
                if layer >= 0:
                    assert decisions.paid[line, step] == decisions.billed[line] - cuts.get(layer, 0), (seed, line)


def cuts_by_layer(decisions: Decisions, line: int) -> dict[int, int]:
    cuts: dict[int, int] = {}
    for at in range(decisions.trail_start[line], decisions.trail_start[line + 1]):
        layer = unpack_rule(int(decisions.trail_rule[at]))[0]
        cuts[layer] = cuts.get(layer, 0) + int(decisions.trail_cut[at])
    return cuts


def test_every_reason_of_a_line_is_in_its_trail() -> None:
    for seed in SEEDS:
        made, decisions = decided(seed)
        for line in range(made.facts.lines):
            trail = decisions.trail_rule[decisions.trail_start[line] : decisions.trail_start[line + 1]].tolist()
            told = {REASONS[unpack_rule(rule)[1]].name for rule in trail}
            spoken = {name for name, code in REASON_CODE.items() if int(decisions.reasons[line]) >> code & 1}
            assert told == spoken, (seed, line)
