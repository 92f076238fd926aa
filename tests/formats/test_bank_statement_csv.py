"""A statement saved as CSV is taken when its rows lead from one balance to the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.statements import RIB

from tiwizi.formats.bank_statement_csv import read
from tiwizi.formats.statement import Statement
from tiwizi.locale import LANGUAGES
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import major

GOOD = """Date opération;Libellé;Référence;Débit;Crédit;Solde
05/03/2026;VIR FATIMA;pay:1;144,00;;9 856,00
05/03/2026;REJET VIR;pay:1;;144,00;10 000,00
06/03/2026;COTISATIONS;;;2.500,00;12.500,00
"""


def _read(text: str | bytes, **options: int) -> tuple[Statement | None, list[Mistake]]:
    data = text.encode() if isinstance(text, str) else text
    return read(data, name="mars.csv", account=RIB, **options)


def _only(text: str | bytes, **options: int) -> Statement:
    statement, mistakes = _read(text, **options)
    assert mistakes == [] and statement is not None
    return statement


def test_a_running_balance_tells_where_the_statement_begins_and_ends() -> None:
    statement = _only(GOOD)
    assert (statement.opening, statement.closing) == (1_000_000, 1_250_000)
    assert [(m.amount, m.reference, m.text) for m in statement.movements] == [
        (-14_400, "pay:1", "VIR FATIMA"), (14_400, "pay:1", "REJET VIR"), (250_000, "", "COTISATIONS"),
    ]  # fmt: skip
    assert [m.line for m in statement.movements] == [2, 3, 4]


def test_newest_first_is_the_same_statement() -> None:
    head, *rows = GOOD.splitlines()
    turned = _only("\n".join([head, *rows[::-1]]))
    assert set(turned.identities()) == set(_only(GOOD).identities())
    assert turned.opening == 1_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_it_may_be_written_as_offices_write(encoding: str, delimiter: str) -> None:
    assert len(_only(GOOD.replace(";", delimiter).encode(encoding)).movements) == 3


def test_without_a_running_balance_both_balances_are_asked_for() -> None:
    text = "date,amount,reference\n2026-03-05,-144.00,pay:1\n"
    assert [mistake.key for mistake in _read(text)[1]] == ["no_balance"]
    assert _only(text, opening=14_400, closing=0).movements[0].amount == -14_400
    assert [mistake.key for mistake in _read(text, opening=14_400, closing=1)[1]] == ["not_balanced"]


def test_balances_that_are_typed_in_must_agree_with_the_file() -> None:
    assert [mistake.key for mistake in _read(GOOD, opening=1_000_001)[1]] == ["not_balanced"]
    assert _only(GOOD, opening=1_000_000, closing=1_250_000)


@pytest.mark.parametrize(
    ("spoil", "key", "line"),
    [
        (("05/03/2026;REJET", "31/02/2026;REJET"), "no_day", 3),
        ((";144,00;;9", ";144,005;;9"), "not_an_amount", 2),
        ((";144,00;;9", ";1O4,00;;9"), "not_an_amount", 2),
        ((";144,00;;9", ";144,00;144,00;9"), "no_amount", 2),
        ((";144,00;;9", ";;;9"), "no_amount", 2),
        (("10 000,00", "10 001,00"), "balance_differs", 3),
        (("05/03/2026;REJET VIR;pay:1;;144,00;10 000,00\n", ""), "balance_differs", 3),
        (("Débit", "x"), "no_columns", 1),
        (("Libellé", "Date"), "column_twice", 1),
        (("VIR FATIMA", '"VIR FATIMA'), "not_csv", 0),
        (("VIR", "V\0R"), "not_csv", 0),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_its_way_out(spoil: tuple[str, str], key: str, line: int) -> None:
    assert spoil[0] in GOOD
    statement, mistakes = _read(GOOD.replace(*spoil, 1))
    assert statement is None
    assert (mistakes[0].key, mistakes[0].line, mistakes[0].file) == (key, line, "mars.csv")
    assert all(mistakes[0].message(lang) and mistakes[0].way_out(lang) for lang in LANGUAGES)


def test_an_account_that_is_none_is_told() -> None:
    statement, (mistake,) = read(GOOD.encode(), name="mars.csv", account="123")
    assert statement is None and mistake.key == "rib_length"


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("1234,5", 123_450), ("1234.50", 123_450), ("1 234,50", 123_450), ("1\u202f234,50", 123_450),
        ("1.234,50", 123_450), ("1,234.50", 123_450), ("1 234 567", 123_456_700),
        ("٣", 300), ("+7", 700), ("-7,00", -700),
    ],
)  # fmt: skip
def test_an_amount_is_read_however_it_is_grouped(said: str, amount: int) -> None:
    text = f'date;montant\n2026-03-05;"{said}"\n'
    assert _only(text, opening=0, closing=amount).movements[0].amount == amount


@pytest.mark.parametrize("said", ["1.234.50", "12,34,567", "1 23,00", "1e5", "½", "1,,2", "--5"])
def test_an_amount_that_could_be_two_is_none(said: str) -> None:
    _, mistakes = _read(f'date;montant\n2026-03-05;"{said}"\n', opening=0, closing=0)
    assert [mistake.key for mistake in mistakes] == ["not_an_amount"]


@given(st.lists(st.integers(-(10**11), 10**11).filter(bool), min_size=1, max_size=20), st.integers(-(10**12), 10**12))
def test_whatever_rows_lead_from_one_balance_to_the_next_are_taken(amounts: list[int], opening: int) -> None:
    balance, rows = opening, ["date;montant;solde"]
    for amount in amounts:
        balance += amount
        rows.append(f"2026-03-05;{major(amount, 'MAD')};{major(balance, 'MAD')}")
    statement = _only("\n".join(rows))
    assert [movement.amount for movement in statement.movements] == amounts
    assert (statement.opening, statement.closing) == (opening, balance)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    statement, mistakes = _read(GOOD.encode() + data)
    assert (statement is None) == bool(mistakes)
