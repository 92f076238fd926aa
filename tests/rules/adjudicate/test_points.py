"""The value of a point: the money of a period over its points, and never a payment more than the money."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiwizi.formats.tables import from_rows
from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.adjudicate.points import Index, Wanted, index, with_value
from tiwizi.rules.money import MOST_POINT_VALUE
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import Condition, Plan
from tiwizi.rules.plan.read import read_plan

PLAN = """
[plan]
id = "points"
name = {{ en = "Points" }}
currency = "MAD"
rounding = "{rounding}"
round_to = "{round_to}"
[[sources]]
id = "vote"
title = "A vote"
status = "P"
[[categories]]
id = "care"
name = {{ en = "Care" }}
[[layers]]
id = "fund"
name = {{ en = "Fund" }}
step = 1
covers = ["FUND"]
[[layers.coverage]]
id = "care"
for = ["care"]
base = "claim"
rate = "100%"
relative = true
effective = 2020-01-01
source = "vote"
{more}
"""
OTHER = """
[[layers]]
id = "other"
name = { en = "Other" }
step = 1
covers = ["OTHER"]
[[layers.coverage]]
id = "other"
for = ["care"]
base = "claim"
rate = "40%"
effective = 2020-01-01
source = "vote"
"""
FEBRUARY = Wanted(0, date(2026, 2, 1), date(2026, 3, 1))


class Fund:
    """A fund in points, and what it was billed: (day, amount in minor units, overnight)."""

    def __init__(
        self, bills: list[tuple[str, int, str]], *, more: str = "", rounding: str = "half_up", round_to: str = "0.01"
    ) -> None:
        plan, problems = read_plan(PLAN.format(more=more, rounding=rounding, round_to=round_to), file="plan.toml")
        assert plan is not None, problems
        rows = list(enumerate(bills))
        book = from_rows(
            {
                "people": [{"person": "p", "household": "h", "role": "member", "birth_date": "1990-01-01"}],
                "cover": [{"household": "h", "plan": code, "start": "2024-01-01"} for code in ("FUND", "OTHER")],
                "tariff": [{"code": "CARE", "category": "care"}],
                "claims": [
                    {"claim": f"c{n}", "household": "h", "received_on": day, "overnight": night, "provider": f"v{n}"}
                    for n, (day, _, night) in rows
                ],
                "lines": [
                    {"claim": f"c{n}", "line": "1", "person": "p", "date": day, "code": "CARE",
                     "billed": f"{amount / 100:.2f}"}
                    for n, (day, amount, _) in rows
                ],
            },
            currency="MAD",
            amounts_in="major",
        )  # fmt: skip
        assert book.facts.lines == len(bills)
        self.plan, self.facts, self.tariff = plan, book.facts, book.tariff

    def decide(self, plan: Plan) -> Decisions:
        return reference.decide(plan, self.facts, self.tariff)

    def decide_fast(self, plan: Plan) -> Decisions:
        return engine.decide(compile_plan(plan, self.tariff), self.facts, self.tariff)

    def index(self, money: int, wanted: Wanted = FEBRUARY) -> Index:
        found = index(self.plan, self.facts, wanted, money, decide=self.decide)
        assert found is not None
        return found

    def pays(self, value: int, wanted: Wanted = FEBRUARY) -> int:
        decided = self.decide(with_value(self.plan, wanted, value))
        return int(decided.paid[decided.chosen[:, 0] == 0, 0].sum())


def february(*amounts: int) -> list[tuple[str, int, str]]:
    return [("2026-02-10", amount, "no") for amount in amounts]


def test_the_value_is_the_money_over_the_points_rounded_down_to_millionths() -> None:
    found = Fund(february(10000, 20000, 30000)).index(40000)
    assert (found.lines, found.points, found.exact) == (3, 60000, Fraction(2, 3))
    assert (found.value, found.paid, found.left) == (666_666, 40000, 0)


def test_money_enough_for_all_makes_a_point_worth_one_and_more_is_left_where_bills_are_paid() -> None:
    assert Fund(february(10000)).index(10000).value == 1_000_000
    more = Fund(february(10000)).index(25000)
    assert (more.value, more.paid, more.left) == (2_500_000, 10000, 15000)
    assert Fund(february(1)).index(10**9).value == MOST_POINT_VALUE


def test_where_rounding_would_pay_more_than_there_is_the_value_is_lower() -> None:
    """Three points and one and a half of money: at 0.5 each point is rounded up to a whole one."""
    found = Fund(february(1, 1, 1)).index(2)
    assert found.exact == Fraction(2, 3)
    assert (found.value, found.paid, found.left) == (499_999, 0, 2)


def test_a_period_without_points_has_no_value() -> None:
    fund = Fund([("2026-03-01", 10000, "no")])
    assert index(fund.plan, fund.facts, FEBRUARY, 10000, decide=fund.decide) is None


def test_only_the_days_of_the_period_count_and_other_days_keep_their_value() -> None:
    known = '[[layers.points]]\nid = "p"\nvalue = "0.9"\neffective = 2026-01-01\nuntil = 2026-04-01\nsource = "vote"'
    days = [("2026-01-31", 10000, "no"), ("2026-02-01", 10000, "no"), ("2026-02-28", 10000, "no")]
    fund = Fund([*days, ("2026-03-01", 10000, "no")], more=known)
    found = fund.index(10000)
    assert (found.lines, found.points, found.value, found.paid) == (2, 20000, 500_000, 10000)
    decided = fund.decide(with_value(fund.plan, FEBRUARY, found.value))
    assert decided.paid[:, 0].tolist() == [9000, 5000, 5000, 9000]


def test_points_of_some_care_have_a_value_of_their_own_before_that_of_all_care() -> None:
    known = '[[layers.points]]\nid = "p"\nvalue = "0.9"\neffective = 2026-01-01\nuntil = 2026-04-01\nsource = "vote"'
    fund = Fund([("2026-02-10", 10000, "yes"), ("2026-02-11", 10000, "no")], more=known)
    stays = Wanted(0, FEBRUARY.start, FEBRUARY.until, Condition({"overnight": frozenset({"yes"})}))
    found = fund.index(4000, stays)
    assert (found.lines, found.points, found.value) == (1, 10000, 400_000)
    assert fund.decide(with_value(fund.plan, stays, found.value)).paid[:, 0].tolist() == [4000, 9000]


def test_a_line_that_an_alternative_pays_does_not_wait_for_a_value() -> None:
    fund = Fund(february(10000, 10000), more=OTHER)
    assert index(fund.plan, fund.facts, FEBRUARY, 15000, decide=fund.decide) is None


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.integers(1, 50_000), min_size=1, max_size=8),
    st.integers(0, 500_000),
    st.sampled_from(("half_up", "half_even", "down", "up")),
    st.sampled_from(("0.01", "0.50", "5.00")),
)
def test_the_payments_never_exceed_the_money_and_no_larger_value_would_do(
    amounts: list[int], money: int, rounding: str, round_to: str
) -> None:
    fund = Fund(february(*amounts), rounding=rounding, round_to=round_to)
    found = fund.index(money)
    assert found.points == sum(amounts)
    assert fund.pays(found.value) == found.paid <= money
    above = found.value + 1
    too_much = Fraction(above, 1_000_000) > found.exact or above > MOST_POINT_VALUE
    assert too_much or fund.pays(above) > money
    assert index(fund.plan, fund.facts, FEBRUARY, money, decide=fund.decide_fast) == found


@pytest.mark.parametrize("value", [0, 1_000_000, MOST_POINT_VALUE])
def test_a_plan_with_a_value_put_in_has_it_once_for_each_day(value: int) -> None:
    fund = Fund(february(1))
    twice = with_value(with_value(fund.plan, FEBRUARY, 5), FEBRUARY, value)
    assert [point.value for point in twice.layers[0].points] == [value]
