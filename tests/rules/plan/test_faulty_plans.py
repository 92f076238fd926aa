"""Each mistake is told by its name, with the line and the field at which it stands."""

from __future__ import annotations

import pytest
from tests.rules.plan.faults import FAULTS, Fault
from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS
from tiwizi.rules.plan import check
from tiwizi.rules.plan.read import read_plan


def test_the_good_plan_has_nothing_wrong() -> None:
    plan, found = read_plan(GOOD, file="plans/good.toml")
    assert found == []
    assert plan is not None


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_mistake_is_told_with_its_line_and_field(fault: Fault) -> None:
    assert GOOD.count(fault.old) == 1, "the edit must be one place"
    text = GOOD.replace(fault.old, fault.new)
    plan, found = read_plan(text, file="plans/good.toml")
    told = [(p.severity, p.key, p.line, p.field) for p in found]
    assert text.count(fault.at) >= 1
    line = text[: text.index(fault.at)].count("\n") + 1
    assert (fault.severity, fault.key, line, fault.field) in told
    assert (plan is None) == any(problem.is_error for problem in found)


def test_the_checker_refuses_what_the_compiled_form_cannot_hold() -> None:
    assert (check.MAX_AGE_BANDS, check.MAX_KINDS) == (context.MAX_AGE_BANDS, context.MAX_KINDS)
    assert check.MAX_CLAUSES < 2**CLAUSE_BITS
    assert check.MAX_LAYERS < 128


def test_a_plan_of_too_many_blocks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MAX_CLAUSES", 10)
    plan, found = read_plan(GOOD, file="plans/good.toml")
    assert plan is None
    assert [(p.key, p.line) for p in found] == [("too_many_rules", 1)]
