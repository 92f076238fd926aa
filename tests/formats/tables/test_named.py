"""A file's name says which table it holds; a template says what a table holds."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from tiwizi.formats.tables.confined import read
from tiwizi.formats.tables.named import table_of, tables_of_workbook
from tiwizi.formats.tables.schema import TABLES
from tiwizi.formats.tables.template import example, template
from tiwizi.formats.tables.totals import read_amount
from tiwizi.locale import LANGUAGES


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("people.csv", "people"), ("Adhérents 2026.xlsx", "people"), ("المنخرطون.xlsx", "people"),
        ("lignes_mars.csv", "lines"), ("Totaux.csv", "totals"), ("2026.csv", None), ("lignes et dossiers.csv", None),
        ("التغطية-2026.parquet", "cover"), ("../../people.csv", "people"),
    ],
)  # fmt: skip
def test_a_files_name_says_its_table(name: str, table: str | None) -> None:
    assert table_of(name) == table


def test_a_workbook_that_is_none_holds_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"not a workbook")
    assert tables_of_workbook(path) == ()
    with ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<sheets><sheet name="people"/><sheet name="&#x41;"/></sheets>')
    assert tables_of_workbook(path) == ("people",)


def test_of_an_archive_of_very_many_parts_not_even_the_list_is_read(tmp_path: Path) -> None:
    """A list of a gigabyte would take the process that answers the desk thirteen times as much memory."""
    path = tmp_path / "a.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<sheets><sheet name="people"/></sheets>')
        for number in range(20_000):
            archive.writestr(f"{number:0100}", "")
    assert tables_of_workbook(path) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_a_template_is_read_as_an_empty_table(tmp_path: Path, table: str, lang: str) -> None:
    path = tmp_path / f"{table}.xlsx"
    path.write_bytes(template(table, lang=lang))
    source = read(path, table)
    assert source.rows == 0 and set(source.columns) == {column.name for column in TABLES[table]}


def test_an_example_is_in_the_language() -> None:
    role = next(column for column in TABLES["people"] if column.name == "role")
    assert [example(role, lang) for lang in LANGUAGES] == ["منخرط", "adhérent", "member"]


def test_an_amount_is_read_as_people_write_it() -> None:
    assert [read_amount(said, 2) for said in ("1 234,5", "18300.50", "x")] == [123_450, 1_830_050, None]
