"""A workbook says the same as its rows; what a person types into cells is understood as in any other file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.formats.tables.sample import book, tables
from tests.formats.tables.test_facts import assert_same_facts
from tests.formats.tables.workbook import PEOPLE, ROWS, parts_of, write_book

from tiwizi.formats.tables import TableError, read_folder, write_repair
from tiwizi.formats.tables.source import Source, read_source
from tiwizi.locale import LANGUAGES


def _cells(source: Source, name: str) -> list[Any]:
    return list(source.columns[name].to_pylist())


def test_a_folder_of_workbooks_says_the_same_as_its_rows(tmp_path: Path) -> None:
    for name, rows in tables().items():
        write_book(tmp_path / f"{name}.xlsx", {"Feuil1": [list(rows[0]), *(list(row.values()) for row in rows)]})
    assert_same_facts(read_folder(tmp_path, currency="MAD"), book())
    assert_same_facts(read_folder(tmp_path, currency="MAD", uploaded=True), book())


def test_days_numbers_and_truths_come_as_a_person_would_type_them(tmp_path: Path) -> None:
    day = dt.date(2026, 3, 2)
    days = [day, dt.datetime.combine(day, dt.time()), dt.datetime.combine(day, dt.time(10, 30))]
    rows = [PEOPLE, *([12.0, 0.1 + 0.2, True, moment, 1_234_567.89] for moment in days)]
    source = read_source(write_book(tmp_path / "people.xlsx", {"a": rows}), "people")
    assert _cells(source, "person") == ["12"] * 3
    assert _cells(source, "household") == ["0.3"] * 3
    assert _cells(source, "role") == ["true"] * 3
    assert _cells(source, "birth_date") == ["2026-03-02", "2026-03-02", "2026-03-02 10:30:00"]
    assert _cells(source, "name_latin") == ["1234567.89"] * 3


def test_rows_are_numbered_as_the_spreadsheet_numbers_them_and_blank_ones_are_none(tmp_path: Path) -> None:
    rows = [[], PEOPLE, ROWS[1], ["", "", "", "", ""], ROWS[2]]
    source = read_source(write_book(tmp_path / "people.xlsx", {"a": rows}), "people")
    assert source.rows == 2
    assert source.lines(np.arange(2)).tolist() == [3, 5]


def test_a_cell_under_no_heading_is_not_lost(tmp_path: Path) -> None:
    rows = [PEOPLE, ROWS[1], [*ROWS[2], "and more"]]
    source = read_source(write_book(tmp_path / "people.xlsx", {"a": rows}), "people")
    assert source.ragged.tolist() == [1]


@pytest.mark.parametrize("order", [["notes", "people"], ["People ", "notes"]])
def test_the_sheet_that_is_called_as_the_table_is_the_one_that_is_read(tmp_path: Path, order: list[str]) -> None:
    sheets = {name: ROWS if name.strip().lower() == "people" else [["anything"]] for name in order}
    assert read_source(write_book(tmp_path / "people.xlsx", sheets), "people").rows == len(ROWS) - 1


def test_an_empty_sheet_beside_the_table_does_not_matter(tmp_path: Path) -> None:
    assert read_source(write_book(tmp_path / "people.xlsx", {"Feuil1": [], "Feuil2": ROWS}), "people").rows == 8


@pytest.mark.parametrize(
    ("sheets", "key"),
    [
        ({"a": ROWS, "b": ROWS}, "several_sheets"),
        ({"a": []}, "no_headings"),
        ({"a": [["person"], ["P1"]]}, "missing_columns"),
        ({"a": [["person", *PEOPLE], ["P1"]]}, "column_twice"),
    ],
)
def test_a_workbook_that_cannot_be_a_table_is_told(tmp_path: Path, sheets: Any, key: str) -> None:
    with pytest.raises(TableError) as refused:
        read_source(write_book(tmp_path / "people.xlsx", sheets), "people", lang="fr")
    assert refused.value.key == key and refused.value.said.values["file"] == str(tmp_path / "people.xlsx")


# -- what goes to repair ---------------------------------------------------------------------------------------------


def _spoilt() -> Any:
    rows = tables()
    rows["lines"][1]["date"] = "31/02/2026"
    rows["lines"][2]["code"] = "=cmd()"
    rows["people"][3]["role"] = "cousine"
    return book(rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_in_repair_come_back_as_their_own_sheet_with_the_reasons_beside(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "repair.xlsx"
    write_repair(path, _spoilt(), lang=lang)
    shown = {name.split("/")[-1]: part.decode() for name, part in parts_of(path).items() if "worksheets/" in name}
    assert ('rightToLeft="1"' in shown["sheet1.xml"]) == (lang == "ar")
    assert not any("<f>" in sheet for sheet in shown.values())


def test_a_corrected_sheet_is_handed_in_again_as_it_is(tmp_path: Path) -> None:
    write_repair(tmp_path / "lines.xlsx", _spoilt(), lang="fr")
    again = read_source(tmp_path / "lines.xlsx", "lines")
    assert _cells(again, "date")[0] == "31/02/2026"
    assert _cells(again, "code")[1] == "'=cmd()"
    assert again.ignored == ()
    assert "repair_reason" not in again.original(np.arange(again.rows))
    assert again.rows == 2 + 1  # the line of the person who is in repair is in repair too


def test_rows_that_no_sheet_holds_are_not_dropped_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.tables.repair.MOST_IN_SHEET", 2)
    with pytest.raises(TableError) as refused:
        write_repair(tmp_path / "repair.xlsx", _spoilt(), lang="en")
    assert refused.value.key == "too_many_for_sheet"
    assert not (tmp_path / "repair.xlsx").exists()
