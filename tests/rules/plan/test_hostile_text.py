"""A text that was made to exhaust the reader gets one message, at once."""

from __future__ import annotations

import pytest

from tiwizi.rules.plan.read import read_plan


@pytest.mark.parametrize("text", ["a" + ".a" * 50_000 + " = 1\n", "[" + "a." * 50_000 + "a]\n"])
def test_a_name_of_fifty_thousand_parts_is_refused_before_it_is_read(text: str) -> None:
    plan, problems = read_plan(text, file="plan.toml")
    assert plan is None
    assert [(problem.line, problem.key) for problem in problems] == [(1, "syntax_too_deep")]


def test_a_number_of_five_thousand_digits_is_shown_short() -> None:
    plan, problems = read_plan("[plan]\nid = 0x" + "f" * 5_000 + "\n", file="plan.toml")
    assert plan is None
    assert all(len(problem.message("en")) < 500 for problem in problems)


def test_dots_within_a_text_are_no_parts_of_a_name() -> None:
    _, problems = read_plan('x = "' + "." * 300 + '"\n', file="plan.toml")
    assert "syntax_too_deep" not in {problem.key for problem in problems}
