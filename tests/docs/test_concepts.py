"""Every example of the pages in docs/concepts comes out as the page says, by both engines."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from tests.docs.page import Example, Row, Section, pack_plan, read_page, write_case

from tiwizi.packs import cases
from tiwizi.packs.case_file import CaseFile, load
from tiwizi.rules.adjudicate.explain import explain
from tiwizi.rules.adjudicate.trail import trail
from tiwizi.rules.money import major

CONCEPTS = Path(__file__).resolve().parents[2] / "docs" / "concepts"
PAGES = ("adjudication", "redecision")
AMOUNT, RATE = re.compile(r"\b\d[\d ]*\.\d\d\b"), re.compile(r"(\d+) %")


@cache
def _page(name: str) -> list[Section]:
    return read_page(CONCEPTS / f"{name}.md")


EXAMPLES = [
    pytest.param(name, section, example, id=f"{name}-{section.title}-{example.number}")
    for name in PAGES
    for section in _page(name)
    for example in section.examples
]
SECTIONS = [pytest.param(name, s, id=f"{name}-{s.title}") for name in PAGES for s in _page(name)]


@pytest.mark.parametrize(("name", "section", "example"), EXAMPLES)
def test_an_example_comes_out_as_the_page_says(name: str, section: Section, example: Example, tmp_path: Path) -> None:
    path = write_case(tmp_path, _page(name), section, example)
    (result,) = cases.run(path)
    assert result.ok, "\n".join(result.differences)
    if example.trail:
        assert _trails(load(path)) == [example.trail] * 2
    for lang, said in example.explained.items():
        assert _explained(load(path), lang) == said.splitlines()


@pytest.mark.parametrize(("name", "section"), SECTIONS)
def test_a_figure_in_the_prose_stands_in_an_example_beside_it(name: str, section: Section) -> None:
    """Amounts and rates in sentences are those of the section's examples, or of the plan that decides them."""
    shown = section.shown + next(s for s in _page(name) if s.plan).shown
    if "plan" in section.given:
        shown += pack_plan(section.given["plan"]).read_text(encoding="utf-8")
    sums = {amount for example in section.examples for row in example.rows for amount in _sums(row)}
    amounts = set(AMOUNT.findall(section.prose)) - set(AMOUNT.findall(shown)) - sums
    rates = set(RATE.findall(section.prose)) - set(re.findall(r"(\d+) ?%", shown)) - {"100"}
    assert (amounts, rates) == (set(), set())


def _sums(row: Row) -> tuple[str, str]:
    """What is paid of a line, and what is not."""
    unpaid = [part.split()[1] for part in row.get("reductions", "").split(", ") if part] + [row.get("share", "0")]
    rest = sum(map(Decimal, unpaid))
    return f"{Decimal(row['billed']) - rest:.2f}", f"{rest:.2f}"


def _trails(loaded: CaseFile) -> list[list[dict[str, str]]]:
    """The trail of the last line of the example, as each engine leaves it."""
    line, plan = _last(loaded), loaded.plan
    return [
        [
            {
                "layer": plan.layers[entry.layer].id,
                "rule": entry.reason,
                "takes": major(entry.cut, plan.currency),
                "leaves": major(entry.after, plan.currency),
            }
            for entry in trail(decisions, line)
        ]
        for decisions in cases.decide(loaded).values()
    ]


def _last(loaded: CaseFile) -> int:
    """Where the last line of the example stands in the facts: lines are decided in an order of their own."""
    return loaded.book.facts.line_row.tolist().index(loaded.cases[0].lines[-1].row)


def _explained(loaded: CaseFile, lang: str) -> list[str]:
    book, line = loaded.book, _last(loaded)
    decisions = cases.decide(loaded)["kernel"]
    label = book.label(int(book.facts.code[line]), lang)
    return explain(loaded.plan, book.facts, book.tariff, decisions, line, lang=lang, label=label)
