"""What a decided line leaves of limits is told with it: in numbers that the next line confirms, and with a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.adjudicate.strategies import Example, examples

from tiwizi.formats.tables import from_rows
from tiwizi.locale import LANGUAGES
from tiwizi.rules.adjudicate import reference
from tiwizi.rules.adjudicate.explain import explain
from tiwizi.rules.adjudicate.facts import household
from tiwizi.rules.adjudicate.histories import history
from tiwizi.rules.adjudicate.remains import Remains, remains, rights
from tiwizi.rules.adjudicate.rulings import Rulings
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.read import read_plan

HEAD = """
[plan]
id = "small"
name = { ar = "صغير", fr = "Petit", en = "Small" }
currency = "MAD"
[[sources]]
id = "vote"
title = "A vote"
status = "P"
[[categories]]
id = "care"
name = { ar = "علاج", fr = "Soins", en = "Care" }
[[layers]]
id = "fund"
name = { ar = "الصندوق", fr = "La caisse", en = "The fund" }
step = 1
covers = ["FUND"]
[[layers.coverage]]
id = "care"
for = ["care"]
base = "claim"
rate = "100%"
effective = 2020-01-01
source = "vote"
[[layers.limits]]
id = "limit"
for = ["care"]
effective = 2020-01-01
source = "vote"
"""
PEOPLE = ("member", "spouse", "child")


class Told:
    """A household of some people whose lines are (day, billed, quantity), decided by a plan with one limit."""

    def __init__(self, limit: str, lines: Sequence[tuple[str, str, int]], people: int = 1) -> None:
        plan, problems = read_plan(HEAD + limit, file="plan.toml")
        assert plan is not None, problems
        names = [f"p{number}" for number in range(people)]
        roles = [PEOPLE[min(number, 2)] for number in range(people)]
        book = from_rows(
            {
                "people": [
                    {"person": name, "household": "h", "role": role, "birth_date": "1990-01-01"}
                    for name, role in zip(names, roles, strict=True)
                ],
                "cover": [{"household": "h", "plan": "FUND", "start": "2024-03-15"}],
                "tariff": [{"code": "CARE", "category": "care"}],
                "claims": [
                    {"claim": f"c{n}", "household": "h", "received_on": day} for n, (day, *_) in enumerate(lines)
                ],
                "lines": [
                    {"claim": f"c{n}", "line": "1", "person": "p0", "date": day, "code": "CARE", "billed": billed,
                     "quantity": str(quantity)}
                    for n, (day, billed, quantity) in enumerate(lines)
                ],
            },
            currency="MAD",
        )  # fmt: skip
        self.plan, self.facts, self.tariff = plan, book.facts, book.tariff
        self.decisions = reference.decide(plan, self.facts, self.tariff)

    def remains(self, line: int) -> Remains:
        home = household(self.facts, self.tariff, 0)
        past = history(compile_plan(self.plan, self.tariff), self.facts, self.tariff)
        (found,) = remains(past, Rulings(self.plan, home), home.lines[line], [0])[0].values()
        return found

    def sentences(self, line: int, lang: str = "en") -> str:
        told = explain(self.plan, self.facts, self.tariff, self.decisions, line, lang=lang)
        return "\n".join(told).replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")


TWICE = [("2026-03-12", "9.00", 1), ("2026-03-20", "9.00", 1)]
CEILING = 'kind = "ceiling"\nvalue = "3000.00"\nper = "person"\n'
COUNT = 'kind = "count"\nvalue = 3\nper = "person"\n'


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Ceiling per person and calendar year: 2,700.00 DH of 3,000.00 DH left until 31 December 2026."),
        ("fr", "Plafond par personne et par année civile : il reste 2\u202f700,00 DH sur 3\u202f000,00 DH"
         " jusqu'au 31 décembre 2026."),
        ("ar", "السقف لكل شخص في السنة المدنية: يبقى رصيد بمقدار 2\u202f700,00 درهم من أصل 3\u202f000,00 درهم"
         " إلى غاية 31 دجنبر 2026."),
    ],
)  # fmt: skip
def test_what_is_left_of_a_ceiling_is_told_in_every_language(lang: str, sentence: str) -> None:
    assert sentence in Told(CEILING + 'period = "year"', [("2026-05-02", "300.00", 1)]).sentences(0, lang)


#: How long a limit of three runs; lines of one unit each; the day on which there is room again.
AGAIN = {
    "a calendar year": ('period = "year"', ["2026-02-01", "2026-03-01", "2026-12-30"], date(2027, 1, 1)),
    "a period of insurance": (
        'period = "insurance period"', ["2026-04-01", "2026-05-01", "2027-03-14"], date(2027, 3, 15)
    ),
    "two years past": ('period = "24 months"', ["2026-02-10", "2026-05-01", "2026-06-01"], date(2028, 2, 10)),
    "a month of fewer days": ('period = "1 months"', ["2026-01-31", "2026-02-01", "2026-02-05"], date(2026, 3, 1)),
    "days past": ('period = "90 days"', ["2026-02-10", "2026-03-01", "2026-03-02"], date(2026, 5, 11)),
    "a lifetime": ('period = "lifetime"', ["2025-02-10", "2026-03-01", "2026-03-02"], None),
}  # fmt: skip


@pytest.mark.parametrize(("period", "days", "again"), AGAIN.values(), ids=AGAIN)
def test_a_limit_that_is_used_up_says_from_when_there_is_room_again(
    period: str, days: list[str], again: date | None
) -> None:
    lines = [(day, "50.00", 1) for day in days]
    assert [Told(COUNT + period, lines).remains(n).left for n in range(3)] == [2000, 1000, 0]
    assert Told(COUNT + period, lines).remains(2).again == again
    if again:  # the engine agrees: nothing the day before, paid on that day
        for day, paid in ((again - timedelta(days=1), 0), (again, 5000)):
            assert int(Told(COUNT + period, [*lines, (str(day), "50.00", 1)]).decisions.paid[3, 0]) == paid


def test_a_refusal_by_a_count_says_from_when_the_care_is_covered_again() -> None:
    months = Told('kind = "count"\nvalue = 1\nper = "person"\nperiod = "24 months"', TWICE)
    assert "is reached" in months.sentences(1)
    assert "The same care is covered again from 12 March 2028." in months.sentences(1)
    assert "Limit per person over any 24 months: nothing left of 1 unit; there is room again from 12 March 2028." in (
        months.sentences(0)
    )


def test_a_limit_for_life_says_that_the_care_is_not_covered_again() -> None:
    life = Told('kind = "count"\nvalue = 1\nper = "person"\nperiod = "lifetime"', TWICE)
    assert "The limit is for a lifetime: the same care is not covered again." in life.sentences(1)


def test_a_gap_says_the_day_from_which_the_care_is_covered_again_where_it_is_paid_and_where_it_is_not() -> None:
    gap = Told('kind = "gap"\nvalue = 180\nper = "person"', [("2026-03-12", "9.00", 1), ("2026-04-01", "9.00", 1)])
    for line in (0, 1):
        assert "The same care is covered again from 8 September 2026." in gap.sentences(line)


def test_what_is_still_to_be_borne_of_a_deductible_is_told_until_it_is_borne() -> None:
    deductible = 'kind = "deductible"\nvalue = "100.00"\nper = "person"\nperiod = "year"'
    told = Told(deductible, [("2026-03-12", "60.00", 1), ("2026-04-12", "60.00", 1), ("2026-05-12", "60.00", 1)])
    left = "Deductible per person and calendar year: 40.00 DH of 100.00 DH still to be borne by the member"
    assert f"{left} until 31 December 2026." in told.sentences(0)
    assert "still to be borne" not in told.sentences(1) + told.sentences(2)
    assert "It pays 100 % of 20.00 DH = 20.00 DH (A vote" in told.sentences(1)


FAMILY = 'per = "household"\nperiod = "year"\nkind = "ceiling"\nvalue = "1000.00"\n'
GROWTH = 'family = { over_members = 2, extra = "250.00", at_most = "1600.00" }'


@pytest.mark.parametrize(
    ("people", "ceiling"),
    [
        (2, "The ceiling of 1,000.00 DH per household"),
        (
            4,
            "The ceiling of 1,500.00 DH"
            " (1,000.00 DH, and 250.00 DH for each member of the household beyond 2: here 2 members) per household",
        ),
        (6, "The ceiling of 1,600.00 DH (1,000.00 DH, raised for a large household as far as it may be) per household"),
    ],
)
def test_a_ceiling_that_grows_with_the_household_is_told_as_it_has_grown(people: int, ceiling: str) -> None:
    told = Told(FAMILY + GROWTH, [("2026-03-12", "2000.00", 1)], people)
    assert ceiling in told.sentences(0)
    assert f"nothing left of {ceiling.split('of ')[1][:11]}" in told.sentences(0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 360), st.integers(1, 90_000)), min_size=1, max_size=12))
def test_what_is_left_is_what_the_ceiling_is_less_what_has_been_paid_in_the_year(lines: list[tuple[int, int]]) -> None:
    start = date(2025, 1, 1).toordinal()
    days = [(str(date.fromordinal(start + 3 * day)), f"{billed / 100:.2f}", 1) for day, billed in lines]
    told = Told(CEILING + 'period = "year"', days)
    day = told.facts.day.astype("datetime64[D]")
    for line in range(told.facts.lines):
        year = (day.astype("datetime64[Y]") == day[line].astype("datetime64[Y]")) & (day <= day[line])
        year[line + 1 :] = False
        assert told.remains(line).left == 300_000 - int(told.decisions.paid[year, 0].sum())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(examples())
def test_any_decision_is_told_in_full_sentences(made: Example) -> None:
    decisions = reference.decide(made.plan, made.facts, made.tariff)
    for line in range(min(made.facts.lines, 8)):
        for lang in LANGUAGES:
            told = explain(made.plan, made.facts, made.tariff, decisions, line, lang=lang)
            assert all(sentence.endswith((".", ":")) and "{" not in sentence for sentence in told)
            assert all(sentence.count("\u2068") == sentence.count("\u2069") for sentence in told)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(examples())
def test_the_kernel_and_the_readable_engine_tell_the_same_history(made: Example) -> None:
    compiled = compile_plan(made.plan, made.tariff)
    for number in range(made.facts.households):
        facts = made.facts.take(np.array([number]))
        home, rulings = household(facts, made.tariff, 0), Rulings(made.plan, household(facts, made.tariff, 0))
        fast, slow = history(compiled, facts, made.tariff), reference.history(made.plan, facts, made.tariff)
        for line in home.lines:
            layers = range(len(made.plan.layers))
            assert remains(fast, rulings, line, layers) == remains(slow, rulings, line, layers)
            day = line.day
            assert rights(made.plan, home, fast.after(line.number, home), day) == rights(
                made.plan, home, slow.after(line.number, home), day
            )
