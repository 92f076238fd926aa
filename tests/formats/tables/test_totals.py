"""Control totals: declared by the sender, counted by us, in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.source import from_mappings
from tiwizi.formats.tables.totals import Total, count_totals, read_totals, write_totals


@pytest.mark.parametrize(
    "text",
    [
        "table,rows,amount\npeople,4,\nlines,5,1641.50\n",
        "table;lignes;montant\npeople;4;\nlines;5;1 641,50\n",
        "\ufeffالجدول,عدد السطور,المبلغ\npeople,4,\nlines,5,1641.5\n\n",
    ],
)
def test_totals_are_read_in_three_languages(tmp_path: Path, text: str) -> None:
    path = tmp_path / "totals.csv"
    path.write_text(text, encoding="utf-8")
    assert read_totals(path, digits=2) == {"people": Total(4), "lines": Total(5, 164_150)}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    totals = {"people": Total(4), "lines": Total(5, 164_105)}
    write_totals(tmp_path / "totals.csv", totals, currency="MAD")
    assert read_totals(tmp_path / "totals.csv", digits=2) == totals


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "table,rows\nnobody,3\n", "table,rows\npeople,many\n", "table,rows,amount\nlines,3,1.234\n",
     "table,rows\npeople,\n", "table,rows\npeople,3\0\n", "x" * 70_000],
)  # fmt: skip
def test_what_is_no_list_of_totals_gets_a_plain_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "totals.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as error:
        read_totals(path, digits=2)
    assert error.value.key in ("totals_unreadable", "missing_columns")


def test_every_row_that_was_sent_is_counted_also_those_that_go_to_repair() -> None:
    rows = [
        {"claim": "C1", "line": "1", "person": "P1", "date": "2026-01-01", "code": "X", "billed": "10.00"},
        {"claim": "??", "line": "2", "person": "", "date": "never", "code": "X", "billed": "", "unit_price": "3.00",
         "quantity": "2"},
        {"claim": "C1", "line": "3", "person": "P1", "date": "2026-01-01", "code": "X", "billed": "1O.00"},
    ]  # fmt: skip
    assert count_totals(Sheet(from_mappings(rows, "lines")), rows=3) == Total(3, 1600, unread=1)
    assert count_totals(Sheet(from_mappings(rows, "lines")), rows=1) == Total(1, 1000)
