"""A chart of accounts is a document: it is checked, and its mistakes are told with their line."""

from __future__ import annotations

import pytest

from tiwizi import packs
from tiwizi.rules.chart import ROLES, parse_chart

HEAD = """
[[sources]]
id = "us"
title = "Ours"
status = "D"

[[funds]]
id = "sm"
name = { ar = "ص", fr = "S", en = "S" }
layers = ["sm"]
"""
ACCOUNT = """
[[accounts]]
code = "{code}"
funds = ["sm"]
kind = "asset"
name = {{ ar = "ح", fr = "C", en = "A" }}
roles = [{roles}]
source = "us"
"""
ALL_ROLES = ", ".join(f'"{role}"' for role in ROLES)
GOOD = HEAD + ACCOUNT.format(code="1", roles=ALL_ROLES)


def test_the_moroccan_funds_each_have_a_book_with_every_role() -> None:
    chart = packs.chart("ma")
    assert list(chart.funds) == ["amo", "sm", "ccd", "os"]
    for fund in chart.funds:
        for role in ROLES:
            assert chart.accounts[chart.account(fund, role)].fund == fund


def test_what_the_basic_layer_pays_is_a_claim_on_its_manager_and_no_charge_of_the_mutual() -> None:
    chart = packs.chart("ma")
    assert chart.accounts[chart.account("amo", "benefits")].kind == "asset"
    assert {account.kind for account in chart.of_fund("amo")} == {"asset", "liability", "equity"}
    assert chart.accounts[chart.account("sm", "benefits")].kind == "expense"


def test_a_layer_finds_the_fund_that_pays_it() -> None:
    chart = packs.chart("ma")
    fund = chart.fund_of_layer("ccd")
    assert fund is not None and fund.id == "ccd"
    assert chart.fund_of_layer("nobody") is None


def test_a_pack_without_books_says_so() -> None:
    with pytest.raises(LookupError, match="accounts.toml"):
        packs.chart("demo-community")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GOOD.replace('kind = "asset"', 'kind = "thing"'), "unknown_value"),
        (GOOD.replace('"bank",', '"purse",'), "unknown_value"),
        (GOOD.replace('"bank",', ""), "role_once"),
        (GOOD + ACCOUNT.format(code="2", roles='"bank"'), "role_once"),
        (GOOD + ACCOUNT.format(code="1", roles=""), "twice"),
        (GOOD.replace('funds = ["sm"]', 'funds = ["x"]'), "unknown_value"),
        (GOOD.replace('source = "us"', 'source = "them"'), "unknown_source"),
        ("funds = 3\n[", "syntax"),
    ],
)
def test_a_mistake_in_a_chart_is_told(text: str, key: str) -> None:
    chart, problems = parse_chart(text, file="accounts.toml")
    assert chart is None
    found = [problem for problem in problems if problem.key.startswith(key)]
    assert found and found[0].line > 0
    assert found[0].message("ar") and found[0].way_out("fr")


def test_a_good_chart_has_nothing_to_tell() -> None:
    chart, problems = parse_chart(GOOD, file="accounts.toml")
    assert problems == []
    assert chart is not None and chart.account("sm", "bank") == "sm:1"
