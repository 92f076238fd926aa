"""Every worked case of every pack comes out as its author computed it by hand, by both engines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tiwizi import packs
from tiwizi.locale import LANGUAGES
from tiwizi.packs import cases
from tiwizi.packs.cases import CaseFile, CaseResult
from tiwizi.rules.adjudicate.explain import codes, trail
from tiwizi.rules.adjudicate.facts import household
from tiwizi.rules.adjudicate.reference import Reference
from tiwizi.rules.plan.document import Clause, Plan, clauses

PACKS = [name for name in packs.available() if (packs.folder(name) / "cases").is_dir()]
FILES = [file for name in PACKS for file in sorted((packs.folder(name) / "cases").glob("*.toml"))]
PLANS = [plan for name in PACKS for plan in sorted((packs.folder(name) / "plans").glob("*.toml"))]
STATUSES = {"P", "S", "?", "D"}


def _label(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@cache
def _loaded(file: Path) -> CaseFile:
    return cases.load(file)


@cache
def _results(file: Path) -> dict[str, CaseResult]:
    return {result.name: result for result in cases.run(file)}


def _named_cases() -> Iterator[object]:
    for file in FILES:
        for case in _loaded(file).cases:
            yield pytest.param(file, case.id, id=f"{_label(file)}-{case.id}")


@pytest.mark.parametrize(("file", "case"), _named_cases())
def test_both_engines_decide_as_worked_out_by_hand(file: Path, case: str) -> None:
    result = _results(file)[case]
    assert result.ok, "\n".join((result.title, *result.differences))


@pytest.mark.parametrize("file", FILES, ids=_label)
def test_the_cases_of_a_file_have_ids_of_their_own(file: Path) -> None:
    names = [case.id for case in _loaded(file).cases]
    assert len(names) == len(set(names))


def test_the_moroccan_pack_has_at_least_45_cases_and_the_community_fund_15() -> None:
    count = {name: sum(len(_loaded(f).cases) for f in FILES if f.parent.parent.name == name) for name in PACKS}
    assert count["ma"] >= 45
    assert count["demo-community"] >= 15


@pytest.mark.parametrize("path", PLANS, ids=_label)
def test_a_plan_of_a_pack_has_no_problem(path: Path) -> None:
    plan, problems = packs.read_plan_file(path)
    assert plan is not None
    assert [f"{p.line} {p.field}: {p.message('en')}" for p in problems] == []


@pytest.mark.parametrize("path", PLANS, ids=_label)
def test_every_value_of_a_plan_has_a_source_with_a_status(path: Path) -> None:
    plan = _plan(path)
    sources = [block.dates.source for block in [*plan.letters, *_clauses(plan), *_payers(plan)]]
    assert len(sources) > 10
    assert {plan.sources[source].status for source in sources} <= STATUSES


@pytest.mark.parametrize("name", PACKS)
def test_every_value_of_a_law_has_a_source_and_a_status(name: str) -> None:
    law = packs.law(name)
    values = [value for parameter in law.parameters.values() for value in parameter.values]
    assert values
    assert all(value.dates.source in law.sources and value.status in STATUSES for value in values)


@pytest.mark.parametrize("path", PLANS, ids=_label)
def test_every_name_of_a_plan_is_said_in_three_languages(path: Path) -> None:
    plan = _plan(path)
    named = [plan.name, *(c.name for c in plan.categories.values()), *(k.name for k in plan.kinds)]
    named += [layer.name for layer in plan.layers] + [payer.name for payer in _payers(plan)]
    named += [clause.name for layer in plan.layers for clause in layer.limits]
    for name in named:
        assert set(name) == set(LANGUAGES), name
        assert all(name.values())


@pytest.mark.parametrize("path", PLANS, ids=_label)
def test_every_rule_of_a_plan_is_at_work_in_a_case(path: Path) -> None:
    plan = _plan(path)
    at_work: set[str] = set()
    for file in FILES:
        loaded = _loaded(file)
        if Path(loaded.plan.file).resolve() == path.resolve():
            at_work |= _cited(loaded) | _applied(loaded)
    idle = {block.id for block in _clauses(plan) if block.id not in at_work}
    assert idle == _eligibility(plan) & idle, f"no case shows {sorted(idle - _eligibility(plan))}"


def test_a_case_that_does_not_balance_is_reported_as_a_mistake_of_the_case(tmp_path: Path) -> None:
    file = _copy_of_the_first_case(tmp_path, share='share = "7.00"')
    differences = cases.run(file)[0].differences
    assert "does not add up" in differences[0]
    assert any("member's share is 6.00" in difference for difference in differences)


def test_a_difference_is_said_in_each_language(tmp_path: Path) -> None:
    file = _copy_of_the_first_case(tmp_path, share='share = "7.00"')
    said = {lang: cases.run(file, lang=lang)[0].differences for lang in LANGUAGES}
    assert len(set(said.values())) == 3


def test_a_file_that_is_not_toml_is_one_failed_result(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("plan = ", encoding="utf-8")
    (result,) = cases.run(file)
    assert not result.ok
    assert "not TOML" in result.differences[0]


def test_a_plan_that_is_not_there_is_one_failed_result(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('plan = "nowhere.toml"\n[[cases]]\nid = "a"\n', encoding="utf-8")
    (result,) = cases.run(file)
    assert "nowhere.toml" in result.differences[0]


def _copy_of_the_first_case(tmp_path: Path, *, share: str) -> Path:
    """The canonical case of the Moroccan pack, with another expected share."""
    source = packs.folder("ma") / "cases" / "ambulatory.toml"
    text = source.read_text(encoding="utf-8")
    first = text[: text.index("[[cases]]", text.index("[[cases]]") + 1)]
    plan = (packs.folder("ma") / "plans" / "public.toml").as_posix()
    file = tmp_path / "one.toml"
    file.write_text(first.replace("../plans/public.toml", plan).replace('share = "6.00"', share), encoding="utf-8")
    return file


def _plan(path: Path) -> Plan:
    plan, _ = packs.read_plan_file(path)
    assert plan is not None
    return plan


def _clauses(plan: Plan) -> list[Clause]:
    return [block for block in clauses(plan) if block is not None]


def _payers(plan: Plan) -> list:
    return [payer for layer in plan.layers for payer in layer.payers]


def _eligibility(plan: Plan) -> set[str]:
    """Who is eligible leaves no mark on a line that is paid; the cases of children's ages show these blocks."""
    return {block.id for layer in plan.layers for block in layer.eligibility}


def _cited(loaded: CaseFile) -> set[str]:
    """The ids of the blocks that changed an amount in a case."""
    decisions = loaded.decide()["reference"]
    lines = range(loaded.book.facts.lines)
    return {str(entry["clause"]) for line in lines if trail(decisions, line) for entry in codes(loaded.plan, decisions, line)}


def _applied(loaded: CaseFile) -> set[str]:
    """The ids of the coverage that decided a line of a case."""
    engine, facts = Reference(loaded.plan), loaded.book.facts
    homes = (household(facts, loaded.book.tariff, number) for number in range(facts.households))
    decided = [line for home in homes for line in engine.household(home)]
    return {o.ruling.rule.id for line in decided for o in line.outcomes if o.ruling.rule is not None}
