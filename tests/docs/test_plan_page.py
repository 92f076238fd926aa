"""Every snippet of docs/concepts/plan.md is what the reader accepts, alone and put together as one plan; so is the
example of docs/concepts/cases.md."""

from __future__ import annotations

import re
import tomllib
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from tests.docs.page import fences, merged, pack_plan, toml

from tiwizi.packs import cases
from tiwizi.rules.law import parse_law
from tiwizi.rules.plan.read import read_plan

CONCEPTS = Path(__file__).resolve().parents[2] / "docs" / "concepts"
SNIPPETS = [text for language, _, text in fences(CONCEPTS / "plan.md") if language == "toml"]
LAW = [text for text in SNIPPETS if "[amo.ambulatory_rate]" in text]
NAME = '{ ar = "اسم", fr = "nom", en = "name" }'


def filled(snippet: str) -> dict[str, Any]:
    """A snippet with its dots filled in."""
    text = snippet.replace("{ … }", NAME).replace("effective = …", "effective = 2026-01-01")
    text = re.sub(r'source = "?…"?', 'source = "law-65-00"', text)
    return tomllib.loads(text.replace("…", "x"))


def cited(value: Any, key: str) -> set[str]:
    """Every word under a key, anywhere in a document."""
    if isinstance(value, dict):
        here = value.get(key, [])
        found = {word for word in (here if isinstance(here, list) else [here]) if isinstance(word, str)}
        return found.union(*(cited(entry, key) for entry in value.values()))
    return set().union(*(cited(entry, key) for entry in value)) if isinstance(value, list) else set()


def whole_plan() -> dict[str, Any]:
    """The snippets as one plan, with the sources and categories that they mention."""
    plan = reduce(merged, [filled(text) for text in SNIPPETS if text not in LAW], {})
    plan["plan"] = {key: value for key, value in plan["plan"].items() if key not in ("tariffs", "country")}
    known = {source["id"] for source in plan["sources"]}
    plan["sources"] += [{"id": s, "title": s, "status": "D"} for s in sorted(cited(plan, "source") - known)]
    lists = ("for", "acts", "consultation", "categories", "include")
    named = set().union(*(cited(plan, key) for key in lists)) - {category["id"] for category in plan["categories"]}
    words = sorted(word for word in named if word != "*" and ":" not in word)
    plan["categories"] += [{"id": word, "name": plan["plan"]["name"]} for word in words]
    return plan


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("\n")[0][:40])
def test_a_snippet_is_toml(snippet: str) -> None:
    assert filled(snippet)


def test_the_snippets_together_are_a_plan_without_errors() -> None:
    plan, problems = read_plan(toml(whole_plan()), file="plan.md")
    assert [f"{p.field}: {p.message('en')}" for p in problems if p.is_error] == []
    assert plan is not None
    assert (len(plan.layers), len(plan.sessions), len(plan.kinds)) == (1, 1, 3)


def test_the_law_of_the_page_is_a_law_without_errors() -> None:
    (snippet,) = LAW
    sources = [{"id": "law-65-00", "title": "Law 65-00", "status": "S"}]
    law, problems = parse_law(toml(filled(snippet) | {"sources": sources}), file="law.toml")
    assert [problem.message("en") for problem in problems if problem.is_error] == []
    assert law is not None and "amo.ambulatory_rate" in law.parameters


def test_the_case_of_the_cases_page_holds(tmp_path: Path) -> None:
    (text,) = (text for language, _, text in fences(CONCEPTS / "cases.md") if language == "toml")
    file = tmp_path / "case.toml"
    file.write_text(text.replace("../plans/public.toml", str(pack_plan("ma/public"))), encoding="utf-8")
    (result,) = cases.run(file)
    assert result.ok, result.differences
