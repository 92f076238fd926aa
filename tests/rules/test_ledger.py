"""Whatever is posted, the books balance; nothing leaves its fund; what is taken back is taken back whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiwizi import packs
from tiwizi.locale import LANGUAGES
from tiwizi.rules.ledger import (
    MAX_TRANSFER,
    Balance,
    Transfer,
    between_funds,
    closing,
    control,
    entry,
    fault,
    reversal,
    sums,
    trial_balance,
)
from tiwizi.rules.mistake import Mistake

#: A machine that is busy with much else draws examples slowly; that says nothing of the code.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])

CHART = packs.chart("ma")
SM = [account.id for account in CHART.of_fund("sm")]
BENEFITS, PAYABLE, BANK = (CHART.account("sm", role) for role in ("benefits", "members_payable", "bank"))
DAY = date(2026, 3, 2)


@st.composite
def transfers(draw: st.DrawFn) -> list[Transfer]:
    count = draw(st.integers(0, 30))
    found = []
    for at in range(count):
        debit, credit = draw(st.permutations(SM))[:2]
        day = DAY + timedelta(days=draw(st.integers(0, 400)))
        found.append(Transfer(f"t{at}", day, debit, credit, draw(st.integers(1, MAX_TRANSFER // 30))))
    return found


def nets(posted: list[Transfer], until: date | None = None) -> dict[str, int]:
    return {balance.account: balance.net for balance in trial_balance(posted, until=until)}


@unhurried
@given(transfers())
def test_the_trial_balance_is_0_whatever_is_posted(posted: list[Transfer]) -> None:
    assert all(fault(transfer, CHART) is None for transfer in posted)
    balances = trial_balance(posted)
    assert sum(balance.net for balance in balances) == 0
    assert sum(balance.debit for balance in balances) == sum(transfer.amount for transfer in posted)


@unhurried
@given(transfers(), st.integers(0, 400))
def test_the_balances_of_a_day_are_those_of_all_that_was_posted_until_then(posted: list[Transfer], days: int) -> None:
    day = DAY + timedelta(days=days)
    later = [transfer for transfer in posted if transfer.day > day]
    so_far, rest = nets(posted, day), nets(later)
    total = nets(posted)
    assert {a: so_far.get(a, 0) + rest.get(a, 0) for a in total} == total


@unhurried
@given(transfers())
def test_columns_and_values_give_the_same_balances(posted: list[Transfer]) -> None:
    debit, credit = (np.array([SM.index(getattr(t, side)) for t in posted], np.int64) for side in ("debit", "credit"))
    amount = np.array([t.amount for t in posted], np.int64)
    debits, credits = sums(debit, credit, amount, accounts=len(SM))
    found = {a: (int(d), int(c)) for a, d, c in zip(SM, debits, credits, strict=True) if d or c}
    assert found == {balance.account: (balance.debit, balance.credit) for balance in trial_balance(posted)}


@unhurried
@given(transfers())
def test_reversing_everything_restores_every_balance_exactly(posted: list[Transfer]) -> None:
    back = [reversal(transfer, day=DAY) for transfer in posted]
    assert set(nets(posted + back).values()) <= {0}
    assert [transfer.reverses for transfer in back] == [transfer.id for transfer in posted]
    assert len({transfer.id for transfer in posted + back}) == 2 * len(posted)


@unhurried
@given(st.lists(st.integers(-MAX_TRANSFER // 30, MAX_TRANSFER // 30), max_size=len(SM) - 1))
def test_an_entry_of_many_legs_becomes_transfers_that_give_each_account_its_leg(amounts: list[int]) -> None:
    legs = dict(zip(SM, [*amounts, -sum(amounts)], strict=False))
    posted = entry("e", day=DAY, legs=legs)
    assert not isinstance(posted, Mistake)
    assert all(fault(transfer, CHART) is None for transfer in posted)
    assert nets(list(posted)) == {account: amount for account, amount in legs.items() if amount}


def test_an_entry_that_does_not_balance_is_refused_with_its_difference() -> None:
    mistake = entry("claim 7", day=DAY, legs={BENEFITS: 10_000, PAYABLE: -9_900})
    assert isinstance(mistake, Mistake)
    assert mistake.message("en") == "The debits and the credits of the entry claim 7 differ by 100."


GOOD = Transfer("pay:1", DAY, PAYABLE, BANK, 12_000)


@pytest.mark.parametrize(
    ("transfer", "key"),
    [
        (replace(GOOD, debit="sm:9999"), "unknown_account"),
        (replace(GOOD, amount=0), "amount_not_positive"),
        (replace(GOOD, amount=-5), "amount_not_positive"),
        (replace(GOOD, amount=MAX_TRANSFER + 1), "amount_not_positive"),
        (replace(GOOD, credit=PAYABLE), "same_account"),
        (replace(GOOD, credit=CHART.account("ccd", "bank")), "two_funds"),
        (replace(GOOD, day=date(2025, 12, 31)), "period_closed"),
    ],
)
def test_what_may_not_be_posted_is_told_with_its_way_out(transfer: Transfer, key: str) -> None:
    mistake = fault(transfer, CHART, closed_before=date(2026, 1, 1))
    assert mistake is not None and mistake.key == key
    assert all(mistake.message(lang) and mistake.way_out(lang) for lang in LANGUAGES)


def test_what_one_fund_owes_another_stands_in_both_books_and_each_balances() -> None:
    posted = between_funds(
        "loan:1", CHART, day=DAY, debtor=("os", "benefits"), creditor=("sm", "bank"), amount=30_000, label="births"
    )
    assert all(fault(transfer, CHART) is None for transfer in posted)
    assert nets(list(posted)) == {
        "os:6030": 30_000, "os:4480": -30_000, "sm:4480": 30_000, "sm:5141": -30_000,
    }  # fmt: skip


@unhurried
@given(transfers())
def test_closing_a_year_carries_income_and_expense_to_the_result_and_once_only(posted: list[Transfer]) -> None:
    end = date(2026, 12, 31)
    before = trial_balance(posted, until=end)
    closed = closing(before, CHART, fund="sm", year=2026)
    assert all(fault(transfer, CHART) is None for transfer in closed)
    after = nets([*posted, *closed], end)
    moved = [a for a in after if CHART.accounts[a].kind in ("income", "expense")]
    assert all(after[account] == 0 for account in moved)
    assert sum(after.values()) == 0
    assert closing(before, CHART, fund="sm", year=2026) == closed
    assert closing(trial_balance([*posted, *closed], until=end), CHART, fund="sm", year=2026) == ()


def test_a_control_account_is_held_against_its_sub_ledger() -> None:
    balances = [Balance(PAYABLE, 0, 700)]
    assert control(balances, PAYABLE, {"fatima": -300, "idir": -400}) is None
    mistake = control(balances, PAYABLE, {"fatima": -300})
    assert mistake is not None and mistake.values == {"account": PAYABLE, "held": -700, "parts": -300}


def test_sums_that_64_bits_cannot_hold_are_no_silent_overflow() -> None:
    many = 10_000
    with pytest.raises(AssertionError, match="64 bits"):
        sums(np.zeros(many, int), np.ones(many, int), np.full(many, MAX_TRANSFER), accounts=2)
