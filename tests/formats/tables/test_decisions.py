"""Decisions out, and back: Parquet, CSV, XLSX."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.formats.tables.sample import PLAN, book, decisions, tables
from tests.formats.tables.test_facts import assert_same_facts

from tiwizi.formats.tables import Book, TableError, read_decisions, write_decisions
from tiwizi.rules.adjudicate.columns import Decisions

HOSTILE = '=HYPERLINK("http://x")'


def _assert_same(one: Decisions, other: Decisions) -> None:
    for f in fields(Decisions):
        a, b = getattr(one, f.name), getattr(other, f.name)
        assert a.dtype == b.dtype and np.array_equal(a, b), f.name


def test_decisions_come_back_from_parquet_as_they_were(tmp_path: Path) -> None:
    read = book()
    write_decisions(tmp_path / "d.parquet", PLAN, read, [decisions(read)], "parquet")
    back = read_decisions(tmp_path / "d.parquet")
    _assert_same(back.decisions, decisions(read))
    assert back.decisions.balanced()
    assert (back.plan, back.currency, back.layers) == ("two-steps", "MAD", ("amo", "sm", "ccd"))
    lines = list(zip(back.names["claim"].to_pylist(), back.names["line"].to_pylist(), strict=True))
    assert lines == [read.name_line(row) for row in range(5)]
    assert back.names["household"].to_pylist() == ["H1"] * 4 + ["H2"]


def test_decisions_come_back_across_groups_of_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.tables.decisions.GROUP", 2)
    read = book()
    write_decisions(tmp_path / "d.parquet", PLAN, read, [decisions(read)], "parquet")
    assert pq.read_metadata(tmp_path / "d.parquet").num_row_groups > 1
    _assert_same(read_decisions(tmp_path / "d.parquet").decisions, decisions(read))


def test_one_household_can_be_read_alone(tmp_path: Path) -> None:
    read = book()
    write_decisions(tmp_path / "d.parquet", PLAN, read, [decisions(read)], "parquet")
    back = read_decisions(tmp_path / "d.parquet", household="H2")
    assert back.names["claim"].to_pylist() == ["C3"]
    assert back.decisions.trail_start.tolist() == [0, 2]
    assert back.decisions.trail_cut.tolist() == decisions(read).trail_cut[-2:].tolist()


def test_amounts_in_parquet_are_decimals_that_anyone_reads_right(tmp_path: Path) -> None:
    read = book()
    write_decisions(tmp_path / "d.parquet", PLAN, read, [decisions(read)], "parquet")
    row = pq.read_table(tmp_path / "d.parquet").to_pylist()[1]
    assert {name: str(value) for name, value in row.items() if name.startswith(("billed", "paid", "member"))} == {
        "billed": "250.00", "paid_amo": "125.00", "paid_sm": "None", "paid_ccd": "None", "member_share": "125.00",
    }  # fmt: skip
    assert row["date"].isoformat() == "2026-01-31"
    assert (row["state"], row["reasons"]) == ("reduced", "rate;ceiling")


def test_no_lines_are_a_table_too(tmp_path: Path) -> None:
    empty = book({"people": tables()["people"]})
    for format in ("parquet", "csv", "xlsx"):
        write_decisions(tmp_path / f"d.{format}", PLAN, empty, [decisions(empty)], format)
    assert len(read_decisions(tmp_path / "d.parquet").decisions.state) == 0
    assert len((tmp_path / "d.csv").read_text().splitlines()) == 1


def _hostile_book(name: str = HOSTILE) -> Book:
    rows = tables()
    for row in [*rows["claims"], *rows["lines"]]:
        row["claim"] = row["claim"].replace("C3", name)
    return book(rows)


def test_csv_holds_text_with_decimals_and_the_trail(tmp_path: Path) -> None:
    read = _hostile_book()
    write_decisions(tmp_path / "d.csv", PLAN, read, [decisions(read)], "csv")
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "claim": "C2", "line": "1", "household": "H1", "person": "P1", "date": "2026-01-02", "code": "CS",
        "state": "reduced", "reasons": "rate;ceiling", "billed": "150.00", "paid_amo": "75.00", "paid_sm": "",
        "paid_ccd": "37.50", "reductions": "0.00", "member_share": "37.50",
        "trail": "amo.rate=75.00;ccd.ceiling=37.50",
    }  # fmt: skip
    assert rows[4]["claim"] == f"'{HOSTILE}"


def test_a_sheet_holds_numbers_and_no_live_formula(tmp_path: Path) -> None:
    read = _hostile_book()
    write_decisions(tmp_path / "d.xlsx", PLAN, read, [decisions(read)], "xlsx")
    with zipfile.ZipFile(tmp_path / "d.xlsx") as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cells = {cell.get("r"): cell for cell in sheet.iter() if cell.tag.endswith("}c")}
    assert not [tag for tag in sheet.iter() if tag.tag.endswith("}f") or tag.tag.endswith("}hyperlink")]
    assert "".join(cells["A6"].itertext()) == HOSTILE
    assert float("".join(cells["I2"].itertext())) == 150.0
    assert cells["I2"].get("t") != "s"


def test_a_sheet_holds_any_text_and_its_days_as_days(tmp_path: Path) -> None:
    read = _hostile_book("a<b>&c\x01_x0041_")
    write_decisions(tmp_path / "d.xlsx", PLAN, read, [decisions(read)], "xlsx")
    with zipfile.ZipFile(tmp_path / "d.xlsx") as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cells = {cell.get("r"): "".join(cell.itertext()) for cell in sheet.iter() if cell.tag.endswith("}c")}
    assert cells["A6"] == "a<b>&c_x0001__x005F_x0041_"
    assert cells["E2"] == str((date(2026, 1, 2) - date(1899, 12, 30)).days)
    assert [cells[f"{column}2"] for column in "IJLMN"] == ["150.00", "75.00", "37.50", "0.00", "37.50"]
    assert "K2" not in cells


def test_the_same_decisions_make_the_same_sheet(tmp_path: Path) -> None:
    read = book()
    for name in ("one", "other"):
        write_decisions(tmp_path / name, PLAN, read, [decisions(read)], "xlsx")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_sheet_that_would_overflow_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.tables.decisions.MOST_IN_SHEET", 4)
    read = book()
    with pytest.raises(TableError) as refused:
        write_decisions(tmp_path / "d.xlsx", PLAN, read, [decisions(read)], "xlsx")
    assert refused.value.key == "too_many_for_sheet"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["parquet", "csv", "xlsx"])
def test_an_interrupted_run_leaves_what_was_there(tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, read = tmp_path / f"d.{format}", book()
    path.write_text("before")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tiwizi.formats.tables.decisions._Piece.amounts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_decisions(path, PLAN, read, [decisions(read)], format)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [(path.name, "before")]


def test_a_currency_without_decimals_has_none(tmp_path: Path) -> None:
    plan = replace(PLAN, currency="XOF")
    read = book()
    write_decisions(tmp_path / "d.csv", plan, read, [decisions(read)], "csv")
    with (tmp_path / "d.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["billed"] == "15000"
    write_decisions(tmp_path / "d.parquet", plan, read, [decisions(read)], "parquet")
    _assert_same(read_decisions(tmp_path / "d.parquet").decisions, decisions(read))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"claim,line\n"])
def test_what_holds_no_decisions_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d.parquet").write_bytes(content)
    with pytest.raises(TableError, match="holds no decisions"):
        read_decisions(tmp_path / "d.parquet")


# -- what the decisions rest on ---------------------------------------------------------------------------------------


def test_the_inputs_of_a_run_come_back_as_they_were(tmp_path: Path) -> None:
    rows = tables()
    rows["reported"] = [{"claim": "C1", "line": "10", "layer": "amo", "paid": "20.00"}]
    read = book(rows)
    read.save_inputs(tmp_path / "inputs")
    back = Book.load_inputs(tmp_path / "inputs")
    assert_same_facts(back, read)
    assert len(back.facts.line_row) == 0, "where the facts stood in tables that are gone"
    assert (back.label(0, "fr"), back.find_line("C1/10"), back.currency) == ("Consultation", 3, "MAD")


def test_inputs_without_rows_come_back_too(tmp_path: Path) -> None:
    read = book({"people": []})
    read.save_inputs(tmp_path)
    assert_same_facts(Book.load_inputs(tmp_path), read)


@pytest.mark.parametrize("cut", [0, 6, 300])
def test_inputs_that_were_cut_off_are_said(tmp_path: Path, cut: int) -> None:
    book().save_inputs(tmp_path)
    path = tmp_path / "inputs.arrow"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(TableError):
        Book.load_inputs(tmp_path)


def test_inputs_of_another_version_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.tables.inputs.VERSION", 0)
    book().save_inputs(tmp_path)
    monkeypatch.undo()
    with pytest.raises(TableError) as refused:
        Book.load_inputs(tmp_path)
    assert refused.value.key == "inputs_version"
