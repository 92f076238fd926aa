"""What goes to an accountant's program is the books, whole: beancount itself says so, and no cell is alive."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Balance, Open, Transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiwizi import packs
from tiwizi.formats import beancount_text
from tiwizi.formats.journal_csv import JOURNALS, ODOO, SAGE, journal_of, write_odoo, write_sage
from tiwizi.locale import LANGUAGES
from tiwizi.rules.ledger import Transfer, reversal, trial_balance
from tiwizi.rules.money import minor

#: A machine that is busy with much else draws examples slowly; that says nothing of the code.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])

CHART = packs.chart("ma")
SINCE = date(2026, 1, 1)
HOSTILE = [
    '=cmd()"',
    "+1+1",
    "-2\\",
    "@sum",
    "\t=1",
    "＝1",
    '"quoted"',
    "فاطمة;الزهراء",
    "a\nb",
    "; comment",
    "*",
    "\\n",
]
words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))


def account(fund: str, role: str) -> str:
    return CHART.account(fund, role)


PAID = Transfer("pay:1", date(2026, 3, 2), account("sm", "members_payable"), account("sm", "in_transit"), 14_400, "F1")


@st.composite
def journals(draw: st.DrawFn) -> list[Transfer]:
    found = []
    for at in range(draw(st.integers(0, 12))):
        fund = draw(st.sampled_from(sorted(CHART.funds)))
        debit, credit = draw(st.permutations([account.id for account in CHART.of_fund(fund)]))[:2]
        day = SINCE + timedelta(days=draw(st.integers(0, 400)))
        amount = draw(st.integers(1, 10**12))
        found.append(Transfer(f"t{at}", day, debit, credit, amount, draw(words), party=draw(words)))
    return found


def _beancount(transfers: list[Transfer], lang: str = "fr") -> str:
    file = io.StringIO()
    count = beancount_text.write(file, transfers, CHART, title="Mutuelle", currency="MAD", since=SINCE, lang=lang)
    assert count == len(transfers)
    return file.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_beancount_reads_the_books_and_has_nothing_to_say(lang: str) -> None:
    transfers = [PAID, reversal(PAID, day=date(2026, 3, 9)), replace(PAID, id="pay:2", label=HOSTILE[0])]
    entries, errors, options = loader.load_string(_beancount(transfers, lang))
    assert errors == []
    assert options["operating_currency"] == ["MAD"]
    assert len([entry for entry in entries if isinstance(entry, Open)]) == len(CHART.accounts)
    assert [entry.meta.get("reverses") for entry in entries if isinstance(entry, Transaction)] == [None, None, "pay:1"]


@unhurried
@given(journals())
def test_beancount_finds_the_balances_that_the_ledger_has(transfers: list[Transfer]) -> None:
    entries, errors, _ = loader.load_string(_beancount(transfers))
    assert errors == []
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction):
            assert sum(posting.units.number for posting in entry.postings) == 0
            for posting in entry.postings:
                found[posting.account] += posting.units.number
    due = {balance.account.upper(): balance.net for balance in trial_balance(transfers)}
    assert {name.split(":", 1)[1]: int(total * 100) for name, total in found.items()} == due
    assert len([entry for entry in entries if isinstance(entry, Balance)]) == len(due)


def test_beancount_finds_a_line_that_was_lost() -> None:
    text = _beancount([PAID])
    _, errors, _ = loader.load_string(text.replace("144.00 MAD", "144.01 MAD", 2))
    assert errors


@unhurried
@given(journals())
def test_the_two_csv_journals_hold_every_transfer_twice_and_balance(transfers: list[Transfer]) -> None:
    sage, odoo = io.StringIO(newline=""), io.StringIO(newline="")
    assert write_sage(sage, transfers, CHART, currency="MAD") == 2 * len(transfers)
    assert write_odoo(odoo, transfers, CHART, currency="MAD") == 2 * len(transfers)
    text = sage.getvalue()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    others = list(csv.DictReader(io.StringIO(odoo.getvalue(), newline="")))
    assert [row["pièce"] for row in rows] == [transfer.id for transfer in transfers for _ in range(2)]
    assert [row["name"] for row in others] == [name for transfer in transfers for name in (transfer.id, "")]
    for found, debit, credit in (
        (rows, "débit", "crédit"),
        (others, "line_ids/debit", "line_ids/credit"),
    ):
        sums = [sum(minor(row[name].replace(",", ".") or "0", "MAD") for row in found) for name in (debit, credit)]
        assert sums == [sum(transfer.amount for transfer in transfers)] * 2
        live = [cell for row in found for cell in row.values() if re.match(r"[=+\-@\t\r\n＝＋－＠]", cell)]
        assert all(re.fullmatch(r"[+-]\d+([.,]\d+)?", cell) for cell in live)


def test_an_accountant_finds_the_row_by_its_columns() -> None:
    file = io.StringIO(newline="")
    write_sage(file, [replace(PAID, party="A1234")], CHART, currency="MAD")
    head, debit, credit = file.getvalue().removeprefix("\ufeff").splitlines()
    assert head == ";".join(SAGE)
    assert debit == "BQ;02/03/2026;sm-4430;A1234;F1;144,00;;pay:1"
    assert credit == "BQ;02/03/2026;sm-5115;A1234;F1;;144,00;pay:1"
    file = io.StringIO(newline="")
    write_odoo(file, [PAID], CHART, currency="MAD")
    assert file.getvalue().splitlines() == [
        ",".join(ODOO),
        "pay:1,2026-03-02,BQ,,sm-4430,,F1,144.00,0",
        ",,,,sm-5115,,F1,0,144.00",
    ]


@pytest.mark.parametrize(
    ("debit", "credit", "journal"),
    [
        ("members_payable", "in_transit", "BQ"),
        ("bank", "suspense", "BQ"),
        ("contributions_receivable", "contributions", "CT"),
        ("benefits", "members_payable", "PR"),
        ("recoverable", "members_payable", "OD"),
    ],
)
def test_each_kind_of_transfer_has_its_journal(debit: str, credit: str, journal: str) -> None:
    transfer = replace(PAID, debit=account("sm", debit), credit=account("sm", credit))
    assert journal_of(transfer, CHART) == journal
    assert journal in (*JOURNALS, "OD")
