"""Every worked case of every pack comes out as its author computed it by hand, by both engines."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tiwizi import packs
from tiwizi.locale import LANGUAGES
from tiwizi.packs import cases
from tiwizi.packs.case_file import CaseFile, load
from tiwizi.packs.cases import CaseResult
from tiwizi.rules.adjudicate.facts import household
from tiwizi.rules.adjudicate.reference import Reference
from tiwizi.rules.adjudicate.trail import codes
from tiwizi.rules.plan.document import Clause, Payer, Plan, clauses

FIGURE = re.compile(r"\d+(?:\.\d+)?")
PACKS = [name for name in packs.available() if (packs.folder(name) / "cases").is_dir()]
FILES = [file for name in PACKS for file in sorted((packs.folder(name) / "cases").glob("*.toml"))]
PLANS = [plan for name in PACKS for plan in sorted((packs.folder(name) / "plans").glob("*.toml"))]
STATUSES = {"P", "S", "?", "D"}


def _label(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@cache
def _loaded(file: Path) -> CaseFile:
    return load(file)


@cache
def _results(file: Path) -> dict[str, CaseResult]:
    return {result.name: result for result in cases.run(file)}


def _ids(file: Path) -> list[str]:
    return [case["id"] for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]]


CASES = [pytest.param(file, case, id=f"{_label(file)}-{case}") for file in FILES for case in _ids(file)]


@pytest.mark.parametrize(("file", "case"), CASES)
def test_both_engines_decide_as_worked_out_by_hand(file: Path, case: str) -> None:
    result = _results(file)[case]
    assert result.ok, "\n".join((result.title, *result.differences))


@pytest.mark.parametrize("file", FILES, ids=_label)
def test_the_cases_of_a_file_have_ids_of_their_own(file: Path) -> None:
    names = _ids(file)
    assert len(names) == len(set(names))


def test_the_moroccan_pack_has_at_least_45_cases_and_the_community_fund_15() -> None:
    count = {name: sum(len(_ids(f)) for f in FILES if f.parent.parent.name == name) for name in PACKS}
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
    idle = {getattr(block, "id", "point_value") for block in _clauses(plan)} - at_work
    assert not idle, f"no case shows {sorted(idle)}"


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


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("claims = 3", "claims is not a list"),
        ("colour = 'red'\n[[cases.claims]]\ncare_from = 2026-01-01", "colour is not a field"),
        ("[[cases.claims]]\n[[cases.claims.lines]]\ncode = 'CS'\nstate = 'paid'", "share is missing"),
        ("[[cases.claims]]\n[[cases.claims.lines]]\npaid = 3", "paid is not a table"),
        ("[[cases.claims]]\n[[cases.claims.lines]]\nstate = 'paid'\npaid = { sm = 'ten' }\nshare = '1'", "ten"),
        ("[[cases.claims]]\n[[cases.claims.lines]]\nstate = 'payed'\npaid = {}\nshare = '1'", "payed is not known"),
        (
            "[[cases.claims]]\nsectr = 'private'\n[[cases.claims.lines]]\nstate = 'paid'\npaid = {}\nshare = '1'",
            "sectr is not a field",
        ),
        (
            "[[cases.claims]]\n[[cases.claims.lines]]\ncode = 'NONE'\nstate = 'paid'\npaid = {}\nshare = '1'",
            "could not be decided",
        ),
        ("payers = [{ layer = 'amo', name = 'CNSS' }]", "payers.date"),
    ],
)
def test_a_mistake_in_a_case_is_said_not_raised(written: str, said: str, tmp_path: Path) -> None:
    plan = (packs.folder("ma") / "plans" / "public.toml").as_posix()
    file = tmp_path / "case.toml"
    file.write_text(f'plan = "{plan}"\n[[cases]]\nid = "a"\ntitle = "t"\nwhy = "w"\n{written}\n', encoding="utf-8")
    (result,) = cases.run(file)
    assert not result.ok
    assert any(said in difference for difference in result.differences), result.differences


@pytest.mark.parametrize("file", FILES, ids=_label)
def test_the_cases_of_the_packs_are_told_in_three_languages_with_the_same_figures(file: Path) -> None:
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]:
        for name in ("title", "why"):
            told = case[name]
            assert set(told) == set(LANGUAGES) and all(told.values()), case["id"]
            english = sorted(FIGURE.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", told["en"])))
            for lang in ("fr", "ar"):
                plain = re.sub(r"(?<=\d)\u202f(?=\d{3}\b)", "", told[lang]).replace(",", ".").replace("فاتح", "1")
                assert sorted(FIGURE.findall(plain)) == english, (case["id"], name, lang)


@pytest.mark.parametrize(
    ("title", "lang", "told"),
    [
        ('title = "Plain"', "ar", "Plain"),
        ('title.fr = "Français"\ntitle.en = "English"', "en", "English"),
        ('title.fr = "Français"\ntitle.en = "English"', "ar", "Français"),
    ],
)
def test_a_case_is_told_in_the_language_of_its_reader_or_in_one_it_has(
    title: str, lang: str, told: str, tmp_path: Path
) -> None:
    file = _copy_of_the_first_case(tmp_path, share='share = "6.00"')
    whole = re.sub(r"(?m)^(title|why)\..*\n", "", file.read_text(encoding="utf-8"))
    file.write_text(whole.replace("[[cases]]", f'[[cases]]\n{title}\nwhy = "w"', 1), encoding="utf-8")
    (result,) = cases.run(file, lang=lang)
    assert (result.title.strip("\u2068\u2069"), result.why, result.ok) == (told, "w", True)


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


def _payers(plan: Plan) -> list[Payer]:
    return [payer for layer in plan.layers for payer in layer.payers]


def _cited(loaded: CaseFile) -> set[str]:
    """The ids of the blocks that changed an amount in a case, and the reasons (the value of a point has no id)."""
    decisions = cases.decide(loaded)["reference"]
    trails = (codes(loaded.plan, decisions, line) for line in range(loaded.book.facts.lines))
    return {str(entry[name]) for trail in trails for entry in trail for name in ("clause", "reason")}


def _applied(loaded: CaseFile) -> set[str]:
    """The ids of the coverage that decided a line, and of the blocks by which its person was eligible."""
    facts = loaded.book.facts
    homes = (household(facts, loaded.book.tariff, number) for number in range(facts.households))
    outcomes = [
        (line.line.day, o.ruling)
        for home in homes
        for line in Reference(loaded.plan, home).run()
        for o in line.outcomes
    ]
    coverage = {ruling.rule.id for _, ruling in outcomes if ruling.rule is not None}
    eligible = {
        block.id
        for day, ruling in outcomes
        for block in loaded.plan.layers[ruling.layer].eligibility
        if ruling.context is not None and block.dates.holds(day) and ruling.context.meets(block.when)
    }
    return coverage | eligible
