"""What is wrong with a row, table by table: it goes to repair with its field, its reason and the way out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.formats.tables.sample import Tables, book, tables

from tiwizi.formats.tables import write_repair
from tiwizi.formats.tables.repair import harmless
from tiwizi.locale import LANGUAGES, catalogue

#: table, row, what is changed in it, field, reason.
BAD: list[tuple[str, int, dict[str, Any], str, str]] = [
    ("people", 1, {"person": " "}, "person", "missing"),
    ("people", 1, {"household": ""}, "household", "missing"),
    ("people", 1, {"role": "voisin"}, "role", "not_a_word"),
    ("people", 1, {"birth_date": "30/02/2015"}, "birth_date", "not_a_day"),
    ("people", 1, {"birth_date": "2015-9-1"}, "birth_date", "not_a_day"),
    ("people", 1, {"birth_date": "1815-09-01"}, "birth_date", "day_out_of_range"),
    ("people", 1, {"sex": "?"}, "sex", "not_a_word"),
    ("people", 1, {"person": "P1"}, "person", "duplicate_person"),
    ("statuses", 0, {"person": "P9"}, "person", "unknown_person"),
    ("statuses", 0, {"status": "ALDD"}, "status", "not_a_word"),
    ("statuses", 0, {"end": "2023-12-31"}, "end", "ends_before_start"),
    ("cover", 0, {"household": "H9"}, "household", "unknown_household"),
    ("cover", 0, {"household": ""}, "household", "neither_household_nor_person"),
    ("cover", 0, {"person": "P3"}, "person", "other_household"),
    ("cover", 0, {"plan": ""}, "plan", "missing"),
    ("cover", 0, {"end": "2014-12-31"}, "end", "ends_before_start"),
    ("claims", 1, {"household": "H9"}, "household", "unknown_household"),
    ("claims", 1, {"received_on": ""}, "received_on", "missing"),
    ("claims", 1, {"claim": "C1"}, "claim", "duplicate_claim"),
    ("claims", 1, {"sector": "prive/public"}, "sector", "not_a_word"),
    ("claims", 1, {"care_from": "2026-01-02", "care_to": "2026-01-01"}, "care_to", "ends_before_start"),
    ("claims", 1, {"care_from": "2026-02-02"}, "received_on", "received_before_care"),
    ("lines", 3, {"claim": "C9"}, "claim", "unknown_claim"),
    ("lines", 3, {"line": ""}, "line", "missing"),
    ("lines", 3, {"person": "P9"}, "person", "unknown_person"),
    ("lines", 3, {"person": "P3"}, "person", "other_household"),
    ("lines", 3, {"date": "1979-05-01"}, "date", "before_birth"),
    ("lines", 3, {"date": "2026-02-02"}, "date", "received_before_care"),
    ("lines", 3, {"date": "demain"}, "date", "not_a_day"),
    ("lines", 3, {"code": "CS9"}, "code", "unknown_code"),
    ("lines", 3, {"quantity": "-1"}, "quantity", "negative"),
    ("lines", 3, {"quantity": "0"}, "quantity", "zero_quantity"),
    ("lines", 3, {"quantity": "1/3"}, "quantity", "not_a_number"),
    ("lines", 3, {"quantity": "0.3333"}, "quantity", "too_many_decimals"),
    ("lines", 3, {"quantity": "9001"}, "quantity", "too_large"),
    ("lines", 3, {"unit_price": "15O.00"}, "unit_price", "not_a_number"),
    ("lines", 3, {"unit_price": "1,500.00"}, "unit_price", "not_a_number"),
    ("lines", 3, {"unit_price": "150.001"}, "unit_price", "too_many_decimals"),
    ("lines", 3, {"unit_price": "10000000.01"}, "unit_price", "too_large"),
    ("lines", 3, {"unit_price": "10000000.00", "billed": "", "quantity": "9000"}, "unit_price", "too_large"),
    ("lines", 3, {"unit_price": "", "billed": ""}, "billed", "neither_price_nor_billed"),
    ("lines", 3, {"billed": "150.01"}, "billed", "billed_differs"),
    ("lines", 3, {"billed": "1e2"}, "billed", "not_a_number"),
    ("lines", 3, {"billed": "99999999999999999999999"}, "billed", "too_large"),
    ("lines", 3, {"session": "1.5"}, "session", "too_many_decimals"),
    ("lines", 3, {"price_approved": "150.01"}, "price_approved", "approved_above_billed"),
    ("lines", 1, {"line": "1"}, "line", "duplicate_line"),
    ("tariff", 2, {"code": ""}, "code", "missing"),
    ("tariff", 2, {"price": "trente"}, "price", "not_a_number"),
    ("tariff", 2, {"rate": "110%"}, "rate", "rate_out_of_range"),
    ("tariff", 2, {"rate": "70"}, "rate", "rate_out_of_range"),
    ("tariff", 2, {"letter": "K"}, "coefficient", "letter_without_coefficient"),
    ("tariff", 2, {"coefficient": "15"}, "letter", "coefficient_without_letter"),
    ("tariff", 2, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to", "ends_before_start"),
    ("tariff", 1, {"category": "surgery"}, "category", "two_categories"),
    ("tariff", 1, {"sector": ""}, "code", "tariff_overlap"),
    ("tariff", 1, {"sector": "", "price": "150"}, "code", "tariff_repeated"),
]  # fmt: skip


@pytest.mark.parametrize("table, row, change, field, reason", BAD)
def test_a_bad_row_goes_to_repair_with_its_reason(
    table: str, row: int, change: dict[str, Any], field: str, reason: str
) -> None:
    rows = tables()
    rows[table][row] |= change
    found = [bad for bad in book(rows).repair.rows("en") if bad.table == table]
    assert (field, reason) in {pair for bad in found for pair in zip(bad.fields, bad.keys, strict=True)}
    own = next(bad for bad in found if reason in bad.keys)
    if not reason.startswith(("duplicate", "tariff", "two")):
        assert own.line_number == row + 1
        assert own.cells.items() >= {heading: str(cell) for heading, cell in rows[table][row].items()}.items()


def _lines_in_repair(rows: Tables) -> dict[str, tuple[str, ...]]:
    bad = [row for row in book(rows).repair.rows("en") if row.table == "lines"]
    return {f"{row.cells['claim']}/{row.cells['line']}": row.keys for row in bad}


@pytest.mark.parametrize(
    "table, row, change, taken_along, reason",
    [
        ("people", 1, {"role": "?"}, ["C1/2", "C1/10"], "person_in_repair"),
        ("claims", 0, {"received_on": "?"}, ["C1/1", "C1/2", "C1/10"], "claim_in_repair"),
        ("statuses", 0, {"status": "?"}, ["C3/1"], "status_in_repair"),
        ("cover", 0, {"start": "?"}, ["C1/1", "C1/2", "C1/10", "C2/1"], "cover_in_repair"),
        ("cover", 2, {"start": "?"}, ["C3/1"], "cover_in_repair"),
        ("tariff", 2, {"price": "?"}, ["C1/2", "C1/10"], "code_in_repair"),
        ("tariff", 1, {"sector": ""}, ["C1/1", "C2/1", "C3/1"], "code_in_repair"),
        ("tariff", 1, {"sector": "", "price": "150"}, [], ""),
    ],
)
def test_a_line_follows_what_it_rests_on(
    table: str, row: int, change: dict[str, Any], taken_along: list[str], reason: str
) -> None:
    rows = tables()
    rows[table][row] |= change
    assert _lines_in_repair(rows) == {line: (reason,) for line in taken_along}


def test_a_claim_follows_a_household_whose_people_are_all_in_repair() -> None:
    rows = tables()
    for person in rows["people"][:2]:
        person["role"] = "?"
    bad = {row.cells["claim"]: row.keys for row in book(rows).repair.rows("en") if row.table == "claims"}
    assert bad == {"C1": ("household_in_repair",), "C2": ("household_in_repair",)}


def test_a_report_follows_its_line() -> None:
    rows = tables()
    rows["lines"][0]["date"] = "?"
    rows["reported"] = [
        {"claim": "C1", "line": "1", "layer": "amo", "paid": "1"},
        {"claim": "C1", "line": "9", "layer": "amo", "paid": "1"},
        {"claim": "C1", "line": "2", "layer": "amo", "paid": "61.01"},
        {"claim": "C1", "line": "10", "layer": "amo", "paid": "1"},
        {"claim": "C1", "line": "10", "layer": "amo", "paid": "2"},
    ]
    bad = [(row.line_number, row.keys) for row in book(rows).repair.rows("en") if row.table == "reported"]
    assert bad == [(1, ("line_in_repair",)), (2, ("unknown_line",)), (3, ("reported_above_billed",)),
                   (5, ("duplicate_report",))]  # fmt: skip


def test_of_two_claims_with_one_number_the_first_by_all_it_says_is_kept() -> None:
    rows = tables()
    rows["claims"].insert(0, rows["claims"][0] | {"provider": "DR2"})
    read = book(rows)
    assert read.ids.providers.to_pylist() == ["DR1", "DR2", "DR9"]
    assert [row.cells["provider"] for row in read.repair.rows("en")] == ["DR9"]
    assert read.facts.lines == 5, "its lines stay"


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    rows = tables()
    rows["lines"][3] |= {"date": "?", "quantity": "x", "code": ""}
    (row,) = book(rows).repair.rows("fr")
    assert row.fields == ("code", "date", "quantity")
    assert row.reason.replace("\u00a0", " ") == "code est vide. « ? » n'est pas une date. « x » n'est pas un nombre."


def test_a_doubtful_tariff_row_may_lack_its_coefficient() -> None:
    rows = tables()
    rows["tariff"][2] |= {"letter": "K", "doubt": "illegible", "price": ""}
    read = book(rows)
    assert list(read.repair.rows("en")) == []
    assert read.tariff.doubtful.tolist() == [False, False, True]
    assert read.tariff.price.tolist()[-1] == -1


def test_a_prior_approval_is_a_number_and_not_a_word_for_no() -> None:
    rows = tables()
    for row, said in zip(rows["claims"], ("PEC-17", "non", ""), strict=True):
        row["prior_approval"] = said
    assert book(rows).facts.claim_attributes[:, -1].tolist() == [1, 0, 0]


def test_what_an_approval_is_for_needs_the_approval_and_days_that_follow_each_other() -> None:
    rows = tables()
    columns = ("prior_approval", "approval_code", "approval_from", "approval_until")
    said = (("A1", "CS", "2026-03-02", "2026-03-02"), ("", "CS", "", ""), ("A1", "NONE", "", ""))
    for row, cells in zip(rows["claims"], said, strict=True):
        row |= dict(zip(columns, cells, strict=True))
    reasons = [row.reason for row in book(rows).repair.rows("en") if row.table == "claims"]
    assert reasons == [
        "“2026-03-02” lies before the day on which it begins.",
        "What a prior approval is for is stated, but no prior approval is named.",
        "The code NONE is not in the tariff.",
    ]


def _written(rows: Tables, path: Path, lang: str) -> list[dict[str, str]]:
    write_repair(path, book(rows), lang=lang)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_repair_file_has_the_union_of_the_columns(tmp_path: Path) -> None:
    rows = tables()
    rows["people"][1]["role"] = "?"
    rows["lines"][3]["date"] = "demain"
    written = _written(rows, tmp_path / "repair.csv", "en")
    assert [(row["table"], row["line_number"], row["field"]) for row in written] == [
        ("people", "2", "role"), ("lines", "2", "person"), ("lines", "3", "person"), ("lines", "4", "date"),
    ]  # fmt: skip
    assert written[0]["birth_date"] == "01/09/2015"
    assert written[3]["reason"] == "“demain” is not a day."
    assert written[3]["way_out"] == "Write it as 2026-01-31 or 31/01/2026."
    assert written[3]["unit_price"] == "150.00"


HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    '=HYPERLINK("http://x")',
    "-150.00",
]


def test_no_cell_of_the_repair_file_is_a_live_formula(tmp_path: Path) -> None:
    rows = tables()
    rows["people"][1]["role"] = "?"
    for number, cell in enumerate(HOSTILE):
        rows["people"][1][f"=x{number}"] = cell
    row = _written(rows, tmp_path / "repair.csv", "ar")[0]
    kept = [row[f"'=x{number}"] for number in range(len(HOSTILE))]
    assert [cell[0] for cell in kept[:-1]] == ["'"] * len(HOSTILE[:-1])
    assert [cell.replace("'", "") for cell in kept] == [cell.replace("'", "") for cell in HOSTILE]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("F1;=1+1", "F1;'=1+1"),
        ("F1; =1+1", "F1; '=1+1"),
        ('F1;"=1+1"', 'F1;"\'=1+1"'),
        ("F1;;@SUM(A1);+2", "F1;;'@SUM(A1);'+2"),
        ("F1\n-2+3", "F1\n'-2+3"),
        ("=1;=2", "'=1;'=2"),
        (" =1", "' =1"),
        ("amo.rate=30.00;sm.rate=1.00", "amo.rate=30.00;sm.rate=1.00"),
        ("a-b;c+d", "a-b;c+d"),
        ("-150.00", "-150.00"),
    ],
)
def test_no_part_of_a_cell_becomes_a_formula_where_semicolons_part_columns(cell: str, kept: str) -> None:
    assert harmless(pa.array([cell])).to_pylist() == [kept]


def test_what_may_begin_a_row_is_no_number_either() -> None:
    assert harmless(pa.array(["-1", "7", "2026-01-02"]), numbers=False).to_pylist() == ["'-1", "7", "2026-01-02"]


def test_a_cell_cannot_turn_the_sentence_that_quotes_it() -> None:
    rows = tables()
    rows["lines"][0]["billed"] = "\u202e00.002"
    (row,) = [row for row in book(rows).repair.rows("en") if row.table == "lines"]
    assert "\u202e" not in row.reason and row.cells["billed"] == "\u202e00.002"


def test_without_bad_rows_the_repair_file_has_its_headings_only(tmp_path: Path) -> None:
    write_repair(tmp_path / "repair.csv", book(), lang="fr")
    text = (tmp_path / "repair.csv").read_text(encoding="utf-8-sig")
    assert text.strip() == '"table","line_number","field","reason","way_out"'


def test_an_interrupted_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "repair.csv"
    path.write_text("before")
    rows = tables()
    rows["people"][1]["role"] = "?"
    monkeypatch.setattr("tiwizi.formats.tables.repair._columns", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_repair(path, book(rows), lang="en")
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("repair.csv", "before")]


def test_every_reason_that_can_be_found_has_its_words_and_its_way_out() -> None:
    from tiwizi.formats.tables.check import WRONGS

    for lang in LANGUAGES:
        texts = catalogue("repair", lang)
        for reason in {*WRONGS[1:], *(reason for *_, reason in BAD)}:
            assert texts[reason] and texts[f"{reason}_way_out"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_bad_row_can_be_said_in_each_language(lang: str) -> None:
    for table, row, change, _, _ in BAD:
        rows = tables()
        rows[table][row] |= change
        for bad in book(rows).repair.rows(lang):
            assert bad.reason and bad.way_out and "{" not in bad.reason
