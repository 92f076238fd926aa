"""A statement is taken whole, when its movements lead from one balance to the other, or not at all."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.statements import RIB, camt

from tiwizi.formats.camt053 import read
from tiwizi.formats.statement import Movement, Statement
from tiwizi.locale import LANGUAGES
from tiwizi.rules.mistake import Mistake

DAY = date(2026, 3, 5)
PAID = Movement(DAY, -14_400, "pay:1", "B1", "Dossier F1")
BACK = Movement(DAY, 14_400, "pay:1", "B2", "", "AC04")
CAME = Movement(DAY, 250_000, "", "B3", "Cotisations 02/2026")


def _read(text: str | bytes) -> tuple[tuple[Statement, ...], list[Mistake]]:
    return read(io.BytesIO(text.encode() if isinstance(text, str) else text), name="mars.xml")


def _only(text: str) -> Statement:
    (statement,), mistakes = _read(text)
    assert mistakes == []
    return statement


def _same(movement: Movement) -> Movement:
    return replace(movement, line=0)


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_a_statement_of_any_version_tells_its_movements(version: str) -> None:
    statement = _only(camt([PAID, BACK, CAME], 1_000_000, 1_250_000, version=version))
    assert [_same(movement) for movement in statement.movements] == [PAID, BACK, CAME]
    assert (statement.id, statement.account, statement.currency) == ("S-2026-03-05", RIB, "MAD")
    assert (statement.opening, statement.closing) == (1_000_000, 1_250_000)


amounts = st.integers(-(10**11), 10**11).filter(bool)
texts = st.text("abcxyz 019:-/", max_size=20).map(lambda text: " ".join(text.split()))
movements = st.lists(
    st.builds(Movement, st.dates(date(2020, 1, 1), date(2030, 1, 1)), amounts, texts, texts, texts, texts), max_size=10
)


@given(movements, st.integers(-(10**12), 10**12))
def test_whatever_a_bank_books_comes_out_as_it_was_booked(booked: list[Movement], opening: int) -> None:
    statement = _only(camt(booked, opening, opening + sum(movement.amount for movement in booked)))
    assert [_same(movement) for movement in statement.movements] == booked
    assert len(set(statement.identities())) == len(booked)


@given(movements.filter(bool), st.integers(1, 10**9))
def test_a_statement_that_does_not_add_up_gives_nothing(booked: list[Movement], missing: int) -> None:
    statements, (mistake,) = _read(camt(booked, 0, sum(movement.amount for movement in booked) + missing))
    assert statements == () and mistake.key == "not_balanced"


def test_a_movement_keeps_its_identity_from_one_statement_to_the_next() -> None:
    unnamed = replace(CAME, bank_id="")
    first = _only(camt([PAID, unnamed, unnamed], 0, 485_600)).identities()
    second = _only(camt([unnamed, unnamed, PAID], 0, 485_600)).identities()
    assert set(first) == set(second) and len(set(first)) == 3


def test_an_entry_of_several_transactions_is_a_movement_for_each() -> None:
    text = camt([replace(PAID, amount=-300, reference="", text="")], 300, 0)
    several = "".join(
        f'<TxDtls><Refs><EndToEndId>pay:{n}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="MAD">{n}.00</Amt></TxAmt>'
        "</AmtDtls></TxDtls>"
        for n in (1, 2)
    )
    start, end = text.index("<TxDtls>"), text.index("</NtryDtls>")
    statement = _only(text[:start] + several + text[end:])
    assert [(m.reference, m.amount, m.bank_id) for m in statement.movements] == [
        ("pay:1", -100, "B1/1"), ("pay:2", -200, "B1/2"),
    ]  # fmt: skip
    _, (mistake,) = _read((text[:start] + several + text[end:]).replace(">2.00<", ">2.01<"))
    assert mistake.key == "entry_differs"


def test_what_is_not_booked_yet_is_no_movement() -> None:
    text = camt([PAID], 14_400, 14_400).replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")
    assert _only(text).movements == ()


GOOD = camt([PAID], 14_400, 0)


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (("<Dt>2026-03-05</Dt></BookgDt>", "<Dt>2026-02-30</Dt></BookgDt>"), "no_day"),
        (("144.00</Amt><CdtDbtInd>DBIT", "144,00</Amt><CdtDbtInd>DBIT"), "not_an_amount"),
        (("144.00</Amt><CdtDbtInd>DBIT", "144.001</Amt><CdtDbtInd>DBIT"), "not_an_amount"),
        (("144.00</Amt><CdtDbtInd>DBIT", "-144.00</Amt><CdtDbtInd>DBIT"), "not_an_amount"),
        (('Ccy="MAD">144.00</Amt><CdtDbtInd>DBIT', 'Ccy="EUR">144.00</Amt><CdtDbtInd>DBIT'), "other_currency"),
        (("<CdtDbtInd>DBIT</CdtDbtInd>", ""), "no_amount"),
        (("OPBD", "INFO"), "no_balance"),
        (("CLBD", "INFO"), "no_balance"),
        (("<Ccy>MAD</Ccy>", "<Ccy>XYZ</Ccy>"), "currency"),
        ((RIB, RIB[:-1] + "2"), "rib_key"),
        (("camt.053.001.08", "camt.052.001.08"), "not_camt053"),
        (("camt.053.001.08", "camt.054.001.08"), "not_camt053"),
        ((' xmlns="urn', ' xmlns:o="urn'), "not_camt053"),
        (("<BookgDt>", '<BookgDt xmlns:p="urn:p" p:a="1" q:a="2">'), "prefix"),
        (("<Bal>", '<Bal xmlns="urn:another">'), "not_camt053"),
        (("S-2026", "S&2026"), "not_xml"),
        (("<Stmt>", "<Rpt>"), "not_xml"),
        (("</Document>", ""), "not_xml"),
        (("<Document", '<!DOCTYPE d [<!ENTITY e "x">]><Document'), "hostile"),
        (("<Document", '<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document'), "hostile"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_its_way_out(spoil: tuple[str, str], key: str) -> None:
    assert spoil[0] in GOOD
    statements, mistakes = _read(GOOD.replace(*spoil))
    assert statements == ()
    mistake = mistakes[0]
    assert (mistake.key, mistake.file) == (key, "mars.xml")
    assert all(mistake.message(lang) and mistake.way_out(lang) for lang in LANGUAGES)
    assert mistake.line > 0 or key in ("hostile",)


def test_entities_that_grow_cost_nothing() -> None:
    grow = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 50}">' for n in range(1, 20))
    bomb = GOOD.replace("<Document", f'<!DOCTYPE d [<!ENTITY e0 "ha">{grow}]><Document').replace("S-2026", "&e19;")
    statements, (mistake,) = _read(bomb)
    assert statements == () and mistake.key in ("hostile", "not_xml")


@pytest.mark.parametrize("text", ["", "date;montant", "<a/>", "\x00", "<a>" * 5000])
def test_what_is_no_statement_is_told(text: str) -> None:
    statements, (mistake,) = _read(text)
    assert statements == () and mistake.key in ("not_xml", "not_camt053")


#: How many spoilt messages: 2,000 in ``make soak``.
MANY = 2000 if os.environ.get("TIWIZI_SOAK") else 100


@pytest.mark.soak
@settings(max_examples=MANY)
@given(st.data())
def test_no_spoilt_message_breaks_the_reader(data: st.DataObject) -> None:
    spoilt = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    statements, mistakes = _read(bytes(spoilt))
    assert bool(statements) != bool(mistakes)


def test_a_message_of_nothing_but_tags_is_not_built_up_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.camt053.MOST_TAGS", 1000)
    statements, (mistake,) = _read("<a>" + "<b/>" * 1000)
    assert statements == () and mistake.key == "too_large"
