"""Whatever a person writes, the checker answers with a plan or with problems that have a line: it never breaks."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.plan.good_plan import GOOD

from tiwizi.locale import LANGUAGES
from tiwizi.rules.law import parse_law
from tiwizi.rules.plan.read import read_plan

LINES = GOOD.splitlines()
FIELDS = [n for n, line in enumerate(LINES) if " = " in line]
GARBAGE = st.sampled_from(
    [
        "true", "0", "-1", "1e400", "nan", "3.5", "[]", "{}", '""', '"  "', '"x"', '"*"', '"group:"', '"code:"', '"<"',
        '"9999999 days"', '"-5%"', '"٨٠%"', '"1e3"', "[1, [2]]", '["x", 3]', "[{}]", '[{ codes = 1 }]', "{ law = 1 }",
        '{ law = "x" }', "{ age = 1, role = {}, x = [] }", "2020-01-01", "2020-01-01T00:00:00Z", "10:00:00",
        '"\\u0000\\u202E{0}"', "99999999999999999999999999", "[[[[[[[[]]]]]]]]",
    ]
)  # fmt: skip
#: A change of one line: taken away, written twice, another's, or with garbage for its value.
EDITS = st.tuples(st.sampled_from(FIELDS), st.one_of(st.none(), st.integers(0, len(LINES) - 1), GARBAGE))


def edited(edits: list[tuple[int, int | str | None]]) -> str:
    lines: list[str | None] = list(LINES)
    for number, edit in edits:
        key = LINES[number].split(" = ")[0]
        lines[number] = None if edit is None else LINES[edit] if isinstance(edit, int) else f"{key} = {edit}"
    return "\n".join(line for line in lines if line is not None)


def holds_up(text: str) -> None:
    plan, problems = read_plan(text, file="any.toml")
    assert (plan is None) == any(problem.is_error for problem in problems)
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1
        for lang in LANGUAGES:
            assert problem.message(lang) and problem.way_out(lang)


@settings(max_examples=150, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=4))
def test_a_plan_with_broken_fields_is_answered(edits: list[tuple[int, int | str | None]]) -> None:
    holds_up(edited(edits))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 400), st.text(max_size=12))
def test_a_plan_with_a_torn_text_is_answered(start: int, length: int, instead: str) -> None:
    holds_up(GOOD[:start] + instead + GOOD[start + length :])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    holds_up(text)
    law, problems = parse_law(text, file="law.toml")
    assert (law is None) == any(problem.is_error for problem in problems)


def test_every_field_is_needed_or_optional_but_never_fatal() -> None:
    """Each line of the good plan, taken away alone."""
    for number in FIELDS:
        holds_up(edited([(number, None)]))


def test_a_value_that_fits_nowhere_is_told_on_its_line() -> None:
    for number in FIELDS:
        _, problems = read_plan(edited([(number, "[[[7]]]")]), file="any.toml")
        assert number + 1 in [problem.line for problem in problems if problem.is_error], LINES[number]


def test_a_text_nested_without_end_is_answered() -> None:
    _, problems = read_plan("a = " + "[" * 50_000, file="deep.toml")
    assert [problem.key for problem in problems] == ["syntax_too_deep"]
    _, problems = read_plan("a = " + "9" * 10_000, file="long.toml")
    assert len(problems) == 1


def test_a_message_shows_no_character_that_a_terminal_would_obey() -> None:
    _, problems = read_plan('plan = "\\u001b[31m\\u202e"', file="hostile.toml")
    shown = " ".join(problem.message("en") for problem in problems)
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e]", shown)
