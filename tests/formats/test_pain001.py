"""A bank file is valid, adds up, is the same when made again, and names nobody otherwise than the identity card."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tiwizi.formats import pain001
from tiwizi.formats.latin import is_identifier, latin
from tiwizi.formats.orders import LONGEST_NAME, LONGEST_TEXT, Batch, Order, Written, fault
from tiwizi.locale import LANGUAGES
from tiwizi.rules.money import MAX_AMOUNT
from tiwizi.rules.rib import key_of

PAYER = "011780000012345678901234"[:22]
PAYER += key_of(PAYER)
FATIMA = Order("pay:1", "Fatima Zahrâ", "011519000001205000534921", 14_400, "Dossier F1")
BATCH = Batch("B:2026-3", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 3), "Mutuelle Générale", PAYER, 0, 0)
X = {"p": pain001.NAMESPACE}

LETTERS = "abcXYZ019/-?:().,'+ éÉœ’ñ"
ribs = st.text("0123456789", min_size=22, max_size=22).map(lambda first: first + key_of(first))
names = st.text(LETTERS, min_size=1, max_size=40).filter(lambda name: bool(latin(name)))
identifiers = st.text("abz09-:.", min_size=1, max_size=35)
legal = st.lists(
    st.builds(Order, identifiers, names, ribs, st.integers(1, MAX_AMOUNT), st.text(LETTERS, max_size=60)),
    max_size=8,
    unique_by=lambda order: order.id,
)


def write(*orders: Order, batch: Batch = BATCH) -> tuple[bytes, Written]:
    file = io.BytesIO()
    declared = replace(batch, orders=len(orders), total=sum(order.amount for order in orders))
    written = pain001.write(file, declared, orders)
    return file.getvalue(), written


@given(legal.filter(bool))
def test_any_legal_orders_make_a_valid_message_that_adds_up(orders: list[Order]) -> None:
    assert [fault(order) for order in orders] == [None] * len(orders)
    data, written = write(*orders)
    assert pain001.first_error(io.BytesIO(data)) == ""
    root = etree.fromstring(data)
    said = [Decimal(amount) for amount in root.xpath("//p:InstdAmt/text()", namespaces=X)]
    assert {Decimal(total) for total in root.xpath("//p:CtrlSum/text()", namespaces=X)} == {sum(said)}
    assert int(sum(said) * 100) == written.total
    assert {int(n) for n in root.xpath("//p:NbOfTxs/text()", namespaces=X)} == {len(orders)} == {written.orders}
    assert root.xpath("//p:EndToEndId/text()", namespaces=X) == [order.id for order in orders]
    assert root.xpath("//p:CdtrAcct/p:Id/p:Othr/p:Id/text()", namespaces=X) == [order.rib for order in orders]


def test_the_same_orders_made_again_are_the_same_bytes() -> None:
    other = replace(FATIMA, id="pay:2", amount=5)
    first, written = write(FATIMA, other)
    assert write(FATIMA, other) == (first, written)
    assert written.bytes == len(first)
    later, changed = write(FATIMA, other, batch=replace(BATCH, created=datetime(2026, 3, 2, 10, tzinfo=UTC)))
    assert changed.sha256 != written.sha256 and later != first


def test_the_payee_reads_latin_letters_without_accents_and_our_own_ids_come_back() -> None:
    data = write(FATIMA)[0].decode()
    assert "<EndToEndId>pay:1</EndToEndId>" in data
    assert "<Nm>Fatima Zahra</Nm>" in data
    assert "<Nm>Mutuelle Generale</Nm>" in data
    assert '<InstdAmt Ccy="MAD">144.00</InstdAmt>' in data


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (replace(FATIMA, name="فاطمة الزهراء"), "order_name_not_latin"),
        (replace(FATIMA, name="Fatima الزهراء"), "order_name_not_latin"),
        (replace(FATIMA, name="Fatima & Co"), "order_name_not_latin"),
        (replace(FATIMA, name="  "), "order_name_blank"),
        (replace(FATIMA, name="F" * (LONGEST_NAME + 1)), "order_name_long"),
        (replace(FATIMA, text="ملف"), "order_text"),
        (replace(FATIMA, text="a" * (LONGEST_TEXT + 1)), "order_text"),
        (replace(FATIMA, id="pay/1/"), "order_id"),
        (replace(FATIMA, id="a//b"), "order_id"),
        (replace(FATIMA, id="x" * 36), "order_id"),
        (replace(FATIMA, id=" x"), "order_id"),
        (replace(FATIMA, id="<x>"), "order_id"),
        (replace(FATIMA, amount=0), "order_amount"),
        (replace(FATIMA, amount=MAX_AMOUNT + 1), "order_amount"),
        (replace(FATIMA, rib="011519000001205000534922"), "rib_key"),
    ],
)
def test_an_order_that_no_bank_would_carry_out_is_told_with_its_way_out(order: Order, key: str) -> None:
    mistake = fault(order)
    assert mistake is not None and mistake.key == key
    assert all(mistake.message(lang) and mistake.way_out(lang) for lang in LANGUAGES)
    with pytest.raises(AssertionError):
        write(order)


@pytest.mark.parametrize("batch", [replace(BATCH, orders=1, total=14_399), replace(BATCH, orders=2, total=14_400)])
def test_orders_that_do_not_add_up_to_their_batch_make_no_file(batch: Batch) -> None:
    with pytest.raises(AssertionError, match="not what the batch"):
        pain001.write(io.BytesIO(), batch, [FATIMA])


def test_an_order_that_stands_twice_makes_no_file() -> None:
    with pytest.raises(AssertionError):
        write(FATIMA, FATIMA)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (("<PmtMtd>TRF</PmtMtd>", ""), "PmtMtd"),
        (("<Dt>2026-03-03</Dt>", "<Dt>3/3/2026</Dt>"), "Dt"),
        (("</Document>", ""), "breaks off"),
        (("</Document>", "</Document>and more"), "no element found"),
        (("</Amt>", "</Amt><<"), "no element found"),
        (("</Amt>", "</Amt>&unknown;"), "no element found"),
        (("<Document", '<!DOCTYPE d [<!ENTITY e "x">]><Document'), "document type"),
    ],
)
def test_what_is_not_valid_is_found(spoil: tuple[str, str], complaint: str) -> None:
    data = write(FATIMA)[0].decode()
    assert spoil[0] in data
    assert complaint in pain001.first_error(io.BytesIO(data.replace(*spoil).encode()))


@pytest.mark.parametrize("cut", [20, 200, 300, 5000])
def test_a_message_that_was_torn_off_anywhere_is_found(cut: int) -> None:
    data = write(*(replace(FATIMA, id=f"pay:{n}") for n in range(300)))[0]
    assert pain001.first_error(io.BytesIO(data)) == ""
    assert pain001.first_error(io.BytesIO(data[:-cut])) != ""


@given(st.text(max_size=50))
def test_a_text_in_the_banks_characters_is_ascii_or_refused(text: str) -> None:
    plain = latin(text)
    assert plain is None or (plain.isascii() and plain == plain.strip() and latin(plain) == plain)
    assert not is_identifier(text) or text.isascii()
