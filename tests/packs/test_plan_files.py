"""Packs are found by name, and their plan files are read with the law of their country."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.plan.good_plan import GOOD

from tiwizi import packs
from tiwizi.rules.law import parse_law


@pytest.mark.parametrize("country", packs.available())
def test_the_law_and_the_plans_of_a_pack_have_nothing_wrong(country: str) -> None:
    law = packs.law(country)
    assert packs.law(country) is law
    for path in sorted((packs.folder(country) / "plans").glob("*.toml")):
        plan, problems = packs.read_plan_file(path)
        assert [f"{p.file}:{p.line} {p.field} {p.message('en')}" for p in problems] == []
        assert plan is not None
        assert plan.country in ("", country)


def test_a_country_without_a_pack_is_told_with_those_that_have_one() -> None:
    with pytest.raises(LookupError, match="ma"):
        packs.folder("../rules")


def test_a_plan_of_an_unknown_country_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(GOOD.replace("adult_from", 'country = "atlantis"\nadult_from'), encoding="utf-8")
    plan, problems = packs.read_plan_file(path)
    assert plan is None
    assert [(p.key, p.field, p.line, p.file) for p in problems] == [("unknown_country", "plan.country", 7, str(path))]


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"[plan]\n# caf" + "é".encode("cp1252"))
    plan, problems = packs.read_plan_file(path)
    assert plan is None
    assert [(p.key, p.line) for p in problems] == [("not_utf8", 2)]


def test_a_mark_at_the_start_of_a_file_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode("utf-8"))
    plan, problems = packs.read_plan_file(path)
    assert problems == []
    assert plan is not None


def test_a_law_that_cannot_be_read_says_where() -> None:
    _, problems = parse_law("[a]\nkind = 3\n", file="law.toml")
    unreadable = packs.PackUnreadable("xx", problems)
    assert str(unreadable).startswith("law.toml:1: ")
