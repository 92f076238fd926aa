"""A bank's own format is a document: what it says is what the file holds, to the character."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.test_pain001 import FATIMA, PAYER, legal

from tiwizi import packs
from tiwizi.formats.orders import Batch, Order, Written
from tiwizi.formats.transfer_file import batch_fault, fault, write
from tiwizi.formats.transfer_template import SHAPES, VALUES, Template, parse_template
from tiwizi.locale import LANGUAGES

FIXED, CSV = (packs.transfer_template("ma", name) for name in ("demo_fixed", "demo_csv"))
BATCH = Batch("B:2026-3", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 3), "Mutuelle Générale", PAYER, 0, 0)
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "transfer-file.md").read_text(encoding="utf-8")


def _write(template: Template, *orders: Order) -> tuple[bytes, Written]:
    file = io.BytesIO()
    batch = replace(BATCH, orders=len(orders), total=sum(order.amount for order in orders))
    written = write(file, template, batch, orders)
    return file.getvalue(), written


def test_the_pack_has_its_formats_and_says_that_they_are_invented() -> None:
    assert packs.transfer_templates("ma") == ("demo_csv", "demo_fixed")
    assert all(template.source is not None and template.source.status == "D" for template in (FIXED, CSV))
    with pytest.raises(LookupError):
        packs.transfer_template("ma", "../law")


def test_a_fixed_width_file_stands_as_its_template_says() -> None:
    data, written = _write(FIXED, FATIMA, replace(FATIMA, id="pay:2", amount=5, text=""))
    header, first, second, trailer, end = data.decode("ascii").split("\r\n")
    assert [len(line) for line in (header, first, second, trailer)] == [160] * 4 and end == ""
    assert header[:45] == "10" + "B:2026-3".ljust(35) + "03032026"
    assert header[69:131] == "MUTUELLE GENERALE".ljust(35) + "MAD" + "00000002" + "0000000000014405"
    assert first[:10] == "2000000001" and first[10:45].strip() == "pay:1"
    assert first[45:69] == FATIMA.rib
    assert first[69:120] == "FATIMA ZAHRA".ljust(35) + "0000000000014400"
    assert second[:10] == "2000000002" and second[104:120] == "0000000000000005"
    assert trailer[:61] == "30" + "B:2026-3".ljust(35) + "00000002" + "0000000000014405"
    assert (written.orders, written.total, written.bytes) == (2, 14_405, len(data))


def test_a_csv_file_stands_as_its_template_says() -> None:
    data, _ = _write(CSV, FATIMA)
    assert data == (
        b"RIB;NOM;MONTANT;REFERENCE;MOTIF;DATE\r\n"
        b"011519000001205000534921;FATIMA ZAHRA;144,00;pay:1;Dossier F1;03/03/2026\r\n"
    )


@given(legal)
def test_whatever_orders_fit_make_the_same_file_twice_and_it_adds_up(orders: list[Order]) -> None:
    fitting = [order for order in orders if fault(order, FIXED, BATCH) is None]
    data, written = _write(FIXED, *fitting)
    assert _write(FIXED, *fitting) == (data, written)
    lines = data.decode("ascii").split("\r\n")[1:-2]
    assert [line[10:45].rstrip() for line in lines] == [order.id.rstrip() for order in fitting]
    assert sum(int(line[104:120]) for line in lines) == written.total == sum(order.amount for order in fitting)


@given(legal)
def test_no_csv_file_holds_a_live_formula(orders: list[Order]) -> None:
    fitting = [order for order in orders if fault(order, CSV, BATCH) is None]
    rows = list(csv.reader(io.StringIO(_write(CSV, *fitting)[0].decode("ascii")), delimiter=";"))
    assert len(rows) == len(fitting) + 1
    assert not [cell for row in rows for cell in row if re.match(r"[=+\-@]", cell)]


@pytest.mark.parametrize(
    ("template", "order", "key"),
    [
        (FIXED, replace(FATIMA, name="فاطمة"), "order_name_not_latin"),
        (FIXED, replace(FATIMA, rib="1"), "rib_length"),
        (CSV, replace(FATIMA, text="-1+1"), "order_field_live"),
        (CSV, replace(FATIMA, id="+1"), "order_field_live"),
    ],
)
def test_an_order_that_does_not_fit_is_told_with_its_way_out(template: Template, order: Order, key: str) -> None:
    mistake = fault(order, template, BATCH)
    assert mistake is not None and mistake.key == key
    assert all(mistake.message(lang) and mistake.way_out(lang) for lang in LANGUAGES)
    with pytest.raises(AssertionError):
        _write(template, order)


def test_a_name_may_lose_its_end_and_an_amount_never() -> None:
    long = replace(FATIMA, name="F" * 60)
    assert fault(long, FIXED, BATCH) is None
    assert b"F" * 35 + b"0000000000014400" in _write(FIXED, long)[0]
    narrow, problems = parse_template(_shown().replace("length = 16", "length = 4").replace("66", "54"), file="t")
    assert narrow is not None, problems
    mistake = fault(FATIMA, narrow, BATCH)
    assert mistake is not None and mistake.values == {"order": "pay:1", "field": "amount", "most": 4}


def test_a_batch_that_does_not_fit_is_told() -> None:
    assert batch_fault(FIXED, BATCH) is None
    mistake = batch_fault(FIXED, replace(BATCH, total=10**17))
    assert mistake is not None and mistake.key == "batch_field" and mistake.way_out("ar")


# -- the document ----------------------------------------------------------------------------------------------------


def _shown() -> str:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    return str(shown)


def test_the_template_of_the_page_is_one_and_its_tables_name_every_word() -> None:
    template, problems = parse_template(_shown(), file="t")
    assert problems == [] and template is not None and template.length == 66
    assert all(f"`{word}`" in PAGE for word in (*VALUES, *SHAPES[1:]))


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (("length = 66", "length = 67"), "record_length"),
        (('text = "20", ', ""), "text_or_from"),
        (('text = "20", ', 'text = "20", from = "order.id", '), "text_or_from"),
        (('"order.rib"', '"order.iban"'), "unknown_value"),
        (('shape = "minor"', 'shape = "ddmmyy"'), "unknown_value"),
        (('fill = "0"', 'fill = "00"'), "unknown_value"),
        (('text = "20"', 'text = "é"'), "not_in_encoding"),
        (('text = "20"', "text = 20"), "not_text"),
        (('id = "detail"', 'id = "header"'), "unknown_value"),
        (('id = "detail"', 'id = "body"'), "unknown_value"),
        (('source = "contract"', 'source = "none"'), "unknown_source"),
        (('kind = "fixed"', 'kind = "xml"'), "unknown_value"),
        ((", length = 24 }", " }"), "missing_key"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(spoil: tuple[str, str], key: str) -> None:
    assert spoil[0] in _shown()
    template, problems = parse_template(_shown().replace(*spoil, 1), file="t")
    assert template is None
    found = [problem for problem in problems if problem.key == key]
    assert found and found[0].line > 0 and all(found[0].message(lang) for lang in LANGUAGES)


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader_of_templates(text: str) -> None:
    template, problems = parse_template(text, file="t")
    assert (template is None) == any(problem.is_error for problem in problems)
