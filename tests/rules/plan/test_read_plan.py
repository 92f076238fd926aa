"""A plan document becomes the values that it says."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.plan.document import (
    ALWAYS,
    Condition,
    Copayment,
    Coverage,
    Family,
    Limit,
    Period,
    Plan,
    SharesException,
    Waiting,
)
from tiwizi.rules.plan.read import read_plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    found, problems = read_plan(GOOD, file="good.toml")
    assert found is not None, problems
    return found


def rule(plan: Plan, name: str) -> Coverage:
    return next(rule for layer in plan.layers for rule in layer.coverage if rule.id == name)


def limit(plan: Plan, name: str) -> Limit:
    return next(limit for layer in plan.layers for limit in layer.limits if limit.id == name)


def test_the_head_is_read(plan: Plan) -> None:
    assert (plan.id, plan.currency, plan.rounding, plan.round_to) == ("good", "MAD", 1, 5)
    assert (plan.adult_from, plan.choice, plan.tariffs, plan.file) == (21, "terms", ("tariffs/a.csv",), "good.toml")
    assert plan.name["ar"] == "نظام"
    assert plan.sources["vote"].status == "D"
    assert plan.categories["drug"].group == "ambulatory"


def test_letters_kinds_and_reviews_are_read(plan: Plan) -> None:
    (letter,) = plan.letters
    assert (letter.letter, letter.value, letter.sector) == ("K", 2250, "private")
    assert [kind.id for kind in plan.kinds] == ["stay", "operation"]
    assert plan.kinds[0].when == Condition({"overnight": frozenset({"yes"})})
    assert plan.kinds[1].categories == {"surgery"}
    assert plan.review_above[0].billed == 2_000_000


def test_layers_are_read(plan: Plan) -> None:
    basic, fund = plan.layers
    assert (basic.step, basic.covers, basic.decided, basic.insurance_months) == (1, {"AMO"}, "here", 6)
    assert (fund.step, fund.insurance_months) == (2, 12)
    assert basic.eligibility[0].when == Condition({"role": frozenset({"child", "orphan"})}, age=(0, 26))
    assert basic.filing[0].days == 60
    assert basic.points[0].value == 873_100


def test_coverage_is_read(plan: Plan) -> None:
    visit = rule(plan, "visit-private")
    assert visit.targets == ("visit",)
    assert visit.when == Condition({"sector": frozenset({"private"})}, (18, 26), frozenset({"stay"}))
    assert visit.only == Condition({"sex": frozenset({"F"})})
    assert (visit.base, visit.rate, visit.at_most_billed, visit.unit_cap) == ("lower", 8000, False, 15_000)
    assert visit.copayment == Copayment(2000, "line")
    assert visit.waiting == Waiting(6, Condition({"visit": frozenset({"accident"})}))
    assert visit.prior_approval and visit.relative and not visit.refuse


def test_a_rate_is_the_tariffs_or_all_of_a_fixed_amount_or_remainder(plan: Plan) -> None:
    by_tariff, fixed = (rule for rule in plan.layers[0].coverage if rule.id == "ambulatory")
    assert by_tariff.rate is None
    assert (fixed.fixed, fixed.rate, fixed.base, fixed.when) == (4000, 10_000, "tariff", ALWAYS)
    assert (rule(plan, "birth").amount, rule(plan, "birth").base) == (30_000, "lump_sum")
    assert (rule(plan, "rest").rate, rule(plan, "rest").base) == (10_000, "remainder")
    assert rule(plan, "theatre-work").rate == 1250


def test_limits_are_read_each_in_its_own_unit(plan: Plan) -> None:
    year = limit(plan, "year")
    assert (year.value, year.scope, year.period, year.excepted) == (
        300_000,
        "household",
        Period("months", 12),
        ("code:A1",),
    )
    assert year.family == Family(4, 50_000, 600_000)
    boxes, stays, glasses = limit(plan, "boxes"), limit(plan, "stays"), limit(plan, "glasses")
    assert (boxes.value, boxes.each_code, boxes.scope, boxes.period) == (2500, True, "person", Period("year"))
    assert (stays.value, stays.counted, stays.period) == (3, "claims", Period("insurance"))
    assert (glasses.value, glasses.period) == (730, Period("none"))
    assert (limit(plan, "own-share").scope, limit(plan, "own-share").period) == ("claim", Period("none"))
    assert limit(plan, "asleep").period == Period("lifetime")


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ('"Qanun"', {"ar": "Qanun", "fr": "Qanun", "en": "Qanun"}),
        ('{ ar = "قانون", fr = "Loi", en = "Law" }', {"ar": "قانون", "fr": "Loi", "en": "Law"}),
    ],
)
def test_a_source_is_called_in_each_language_or_in_all_of_them_alike(title: str, read: dict[str, str]) -> None:
    found, _ = read_plan(GOOD.replace('"A law"', title), file="plan.toml")
    assert found is not None and found.sources["law"].title == read


def test_sessions_are_read(plan: Plan) -> None:
    (session,) = plan.sessions
    assert session.shares == (10_000, 5000, 0)
    assert session.exceptions == (SharesException(frozenset({"A100"}), (10_000, 7500)),)
    assert (session.anaesthesia_letter, session.default_anaesthesia, session.theatre_share) == ("K", 15_000, 5000)
    assert (session.package, session.packaged) == ({"bundle"}, {"drug"})


def test_a_wording_ends_where_the_next_one_starts() -> None:
    text = GOOD.replace("until = 2010-01-01\n", "")
    plan, problems = read_plan(text, file="good.toml")
    assert problems == []
    assert plan is not None
    first, second = (rule.dates for rule in plan.layers[0].coverage if rule.id == "ambulatory")
    assert (first.until, second.until) == (date(2010, 1, 1), None)
    assert [d.holds(date(2009, 12, 31)) for d in (first, second)] == [True, False]
    assert [d.holds(date(2010, 1, 1)) for d in (first, second)] == [False, True]


def test_wordings_may_stand_in_any_order() -> None:
    first = GOOD.index('[[layers.coverage]]\nid = "ambulatory"')
    second = GOOD.index('[[layers.coverage]]\nid = "ambulatory"', first + 1)
    after = GOOD.index('[[layers.coverage]]\nid = "theatre-work"')
    plan, problems = read_plan(GOOD[:first] + GOOD[second:after] + GOOD[first:second] + GOOD[after:], file="good.toml")
    assert problems == []
    assert plan is not None
    later, earlier = (rule.dates for rule in plan.layers[0].coverage if rule.id == "ambulatory")
    assert (later.effective, earlier.until) == (date(2010, 1, 1), date(2010, 1, 1))


def test_a_block_knows_the_line_of_its_heading(plan: Plan) -> None:
    lines = GOOD.splitlines()
    for layer in plan.layers:
        assert all(lines[rule.dates.line - 1] == "[[layers.coverage]]" for rule in layer.coverage)
        assert all(lines[limit.dates.line - 1] == "[[layers.limits]]" for limit in layer.limits)


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        ("adult", (21, 200)),
        ("child", (0, 21)),
        ("<26", (0, 26)),
        (">=60", (60, 200)),
        ("18..25", (18, 26)),
        ("7..7", (7, 8)),
    ],
)
def test_an_age_is_from_and_below(age: str, asked: tuple[int, int]) -> None:
    plan, problems = read_plan(GOOD.replace('"<26"', f'"{age}"'), file="good.toml")
    assert problems == []
    assert plan is not None
    assert plan.layers[0].eligibility[0].when.age == asked


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("year", Period("year")),
        ("insurance period", Period("insurance")),
        ("lifetime", Period("lifetime")),
        ("1 month", Period("months", 1)),
        ("730 days", Period("days", 730)),
    ],
)
def test_a_period_is_read(written: str, period: Period) -> None:
    plan, problems = read_plan(GOOD.replace('"12 months"', f'"{written}"'), file="good.toml")
    assert problems == []
    assert plan is not None
    assert limit(plan, "year").period == period


def test_what_no_rule_needs_may_be_left_out() -> None:
    """The shortest plan: who pays 80 % of what."""
    text = """
[plan]
id = "short"
name = { ar = "a", fr = "f", en = "e" }
currency = "XOF"
[[sources]]
id = "vote"
title = "A vote"
status = "D"
[[categories]]
id = "visit"
name = { ar = "a", fr = "f", en = "e" }
[[layers]]
id = "fund"
name = { ar = "a", fr = "f", en = "e" }
step = 1
covers = ["FUND"]
[[layers.coverage]]
id = "visit"
for = ["visit"]
rate = "80%"
effective = 2020-01-01
source = "vote"
"""
    plan, problems = read_plan(text, file="short.toml")
    assert problems == []
    assert plan is not None
    assert (plan.rounding, plan.round_to, plan.adult_from, plan.choice) == (0, 1, 18, "outcome")


ALWAYS_DATED = 'effective = 2006-01-01\nsource = "law"\n'


def test_the_same_care_again_is_refused_unless_the_plan_pays_it(plan: Plan) -> None:
    assert plan.duplicates == "refuse"
    paying, problems = read_plan(
        GOOD.replace('choice = "terms"', 'choice = "terms"\nduplicates = "pay"'), file="p.toml"
    )
    assert paying is not None and paying.duplicates == "pay", problems


def test_points_may_be_worth_several_values_of_which_the_first_that_fits_counts() -> None:
    stay = f'[[layers.points]]\nid = "stay"\nvalue = "0.5"\nwhen = {{ overnight = "yes" }}\n{ALWAYS_DATED}'
    plan, problems = read_plan(GOOD.replace("[[layers.points]]", f"{stay}[[layers.points]]"), file="p.toml")
    assert problems == []
    assert plan is not None
    found = [(point.value, point.when) for point in plan.layers[0].points]
    assert found == [(500_000, Condition({"overnight": frozenset({"yes"})})), (873_100, ALWAYS)]


def parts(*more: tuple[str, str, str]) -> str:
    """The good plan with its limit "boxes" in parts: what each asks, allows, and from when."""
    block = '[[layers.limits]]\nid = "boxes"\nkind = "count"\nfor = ["drug"]\neach = "code"\nsource = "law"\n'
    text = "".join(f'{block}when = {{ age = "{age}" }}\nvalue = {most}\neffective = {day}\n' for age, most, day in more)
    start = GOOD.index('[[layers.limits]]\nid = "boxes"')
    return GOOD[:start] + text + GOOD[GOOD.index('[[layers.limits]]\nid = "stays"') :]


def test_a_limit_may_be_told_in_parts_that_start_on_the_same_day() -> None:
    day, later = "2006-01-01", "2010-01-01"
    text = parts(("adult", "5", day), ("child", "2", day), ("adult", "6", later), ("child", "3", later))
    plan, problems = read_plan(text, file="p.toml")
    assert problems == []
    assert plan is not None
    boxes = [limit for limit in plan.layers[0].limits if limit.id == "boxes"]
    assert [limit.dates.until for limit in boxes] == [date(2010, 1, 1), date(2010, 1, 1), None, None]
    assert [limit.value for limit in boxes if limit.dates.holds(date(2012, 1, 1))] == [6000, 3000]


def test_what_a_package_includes_may_have_another_part_in_the_session() -> None:
    plan, problems = read_plan(
        GOOD.replace('include = ["drug"]', 'include = ["drug", "sleep", "visit"]'), file="p.toml"
    )
    assert problems == []
    assert plan is not None and plan.sessions[0].packaged == {"drug", "sleep", "visit"}
