"""The law as dated parameters, and plans that cite it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.law import Law, parse_law, value_on
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.plan.problem import Problem
from tiwizi.rules.plan.read import read_plan

LAW = """\
currency = "MAD"

[[sources]]
id = "act"
title = "An act"
status = "S"
[[sources]]
id = "decree"
title = "A decree"
status = "P"

[amo.rate]
title = { ar = "نسبة", fr = "Taux", en = "Rate" }
kind = "rate"
[[amo.rate.values]]
value = "70%"
effective = 2005-08-18
source = "act"
[[amo.rate.values]]
value = "80%"
voted = 2011-12-01
effective = 2012-01-01
source = "decree"
status = "?"

[amo.ended]
title = { ar = "سقف", fr = "Plafond", en = "Ceiling" }
kind = "money"
[[amo.ended.values]]
value = "40.50"
effective = 2000-01-01
until = 2015-01-01
source = "act"

[filing]
title = { ar = "أجل", fr = "Délai", en = "Filing" }
kind = "days"
[[filing.values]]
value = 60
effective = 2000-01-01
source = "act"
"""


def law() -> Law:
    found, problems = parse_law(LAW, file="law.toml")
    assert problems == []
    assert found is not None
    return found


def read(old: str, new: str) -> tuple[Plan | None, list[Problem]]:
    assert GOOD.count(old) == 1
    return read_plan(GOOD.replace(old, new), file="plan.toml", law=law())


def cited(old: str, new: str) -> Plan:
    plan, problems = read(old, new)
    assert [problem.key for problem in problems if problem.is_error] == []
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("name", "on", "value", "source", "status"),
    [
        ("amo.rate", date(2005, 8, 18), 7000, "act", "S"),
        ("amo.rate", date(2011, 12, 31), 7000, "act", "S"),
        ("amo.rate", date(2012, 1, 1), 8000, "decree", "?"),
        ("amo.ended", date(2014, 12, 31), 4050, "act", "S"),
        ("filing", date(2030, 1, 1), 60, "act", "S"),
    ],
)
def test_a_parameter_has_its_value_of_the_day_and_its_legal_reference(
    name: str, on: date, value: int, source: str, status: str
) -> None:
    found = value_on(law(), name, on=on)
    assert found is not None
    assert (found.value, found.dates.source, found.status) == (value, source, status)


def test_the_law_has_no_value_before_the_first_and_after_the_last() -> None:
    assert value_on(law(), "amo.rate", on=date(2005, 8, 17)) is None
    assert value_on(law(), "amo.ended", on=date(2015, 1, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "key", "at", "field"),
    [
        ('currency = "MAD"', "", "law_without_currency", 'kind = "money"', "amo.ended.kind"),
        ('currency = "MAD"', 'currency = "DH"', "unknown_currency", '"DH"', "currency"),
        ('kind = "rate"', 'kind = "ratio"', "unknown_value", "ratio", "amo.rate.kind"),
        ('kind = "days"\n', "", "missing_key", "[filing]", "filing.kind"),
        ('"70%"', '"700%"', "rate_above_100", "700%", "amo.rate.values[0].value"),
        ("value = 60", 'value = "60"', "not_whole", '"60"', "filing.values[0].value"),
        ("2012-01-01", "2005-08-18 # too", "same_day", "# too", "amo.rate.values[1].effective"),
        ('source = "decree"', 'source = "degree"', "unknown_source", '"degree"', "amo.rate.values[1].source"),
        ("2015-01-01", "1999-01-01", "dates_reversed", "1999", "amo.ended.values[0].until"),
        ("[filing]", "filing", "syntax_no_equals", "filing\n", ""),
    ],
)
def test_a_mistake_in_the_law_is_told_with_its_line(old: str, new: str, key: str, at: str, field: str) -> None:
    text = LAW.replace(old, new, 1)
    found, problems = parse_law(text, file="law.toml")
    assert found is None
    line = text[: text.index(at)].count("\n") + 1
    assert (key, line, field) in [(problem.key, problem.line, problem.field) for problem in problems]


def test_a_block_that_cites_the_law_is_cut_where_the_law_changes() -> None:
    plan = cited('rate = "12.5%"', 'rate = { law = "amo.rate" }')
    pieces = [rule for rule in plan.layers[0].coverage if rule.id == "theatre-work"]
    assert [(p.rate, p.dates.effective, p.dates.until, p.dates.source) for p in pieces] == [
        (7000, date(2006, 1, 1), date(2012, 1, 1), "act"),
        (8000, date(2012, 1, 1), None, "decree (?)"),
    ]
    assert {p.dates.line for p in pieces} == {pieces[0].dates.line}
    assert pieces[1].dates.voted == date(2011, 12, 1)
    assert plan.sources["decree (?)"].status == "?"
    assert plan.sources["act"].title["en"] == "An act"


def test_a_block_that_cites_the_law_needs_no_source_of_its_own() -> None:
    plan = cited(
        'days = 60\neffective = 2005-08-18\nsource = "law"', 'days = { law = "filing" }\neffective = 2005-08-18'
    )
    (filing,) = plan.layers[0].filing
    assert (filing.days, filing.dates.source) == (60, "act")


def test_pieces_end_where_the_next_wording_starts() -> None:
    plan = cited('rate = "tariff"', 'rate = { law = "amo.rate" }')
    first, *_ = [rule for rule in plan.layers[0].coverage if rule.id == "ambulatory"]
    assert (first.rate, first.dates.until) == (7000, date(2010, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "key", "field"),
    [
        ('rate = "12.5%"', 'rate = { law = "amo.rat" }', "unknown_parameter", "rate.law"),
        ('rate = "12.5%"', "rate = { law = 3 }", "not_text", "rate.law"),
        ('rate = "12.5%"', 'rate = { law = "amo.rate", plus = 1 }', "unknown_key", "rate.plus"),
        ('rate = "12.5%"', 'rate = { law = "filing" }', "law_other_kind", "rate"),
        ('rate = "12.5%"', 'rate = "1%"\nunit_cap = { law = "amo.ended" }', "law_silent", "unit_cap"),
        ('rate = "12.5%"', 'rate = "1%"\nunit_cap = { law = "amo.rate" }', "law_other_kind", "unit_cap"),
    ],
)
def test_a_citation_that_the_law_cannot_answer_is_an_error(old: str, new: str, key: str, field: str) -> None:
    plan, problems = read(old, new)
    assert plan is None
    wanted = f"layers[basic].coverage[theatre-work].{field}"
    assert (key, wanted) in [(problem.key, problem.field) for problem in problems]


def test_an_amount_of_the_law_is_in_the_currency_of_the_plan() -> None:
    text = GOOD.replace('"MAD"', '"TND"').replace(
        'fixed = "40.00"', 'fixed = { law = "amo.ended" }\nuntil = 2014-01-01'
    )
    _, problems = read_plan(text, file="plan.toml", law=law())
    assert [problem.key for problem in problems if problem.is_error] == ["law_currency"]


def test_a_law_with_a_line_taken_away_or_torn_is_answered() -> None:
    lines = LAW.splitlines()
    for number in range(len(lines)):
        for instead in ([], [lines[number][:-1]], [lines[number].split("=")[0] + "= [[7]]"]):
            text = "\n".join([*lines[:number], *instead, *lines[number + 1 :]])
            found, problems = parse_law(text, file="law.toml")
            assert (found is None) == any(problem.is_error for problem in problems)
            assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
