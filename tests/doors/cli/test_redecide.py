"""``tiwizi redecide``: what is touched is decided again, and only what changes is a correction."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Said, Tiwizi, edit


def _redecide(tiwizi: Tiwizi, run: Path, tables: Path, out: Path, *more: object) -> Said:
    return tiwizi("redecide", run, "--tables", tables, "--out", out, *more)


def _corrections(out: Path) -> list[dict[str, str]]:
    with (out / "corrections.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _second_household(village: Path) -> None:
    for file, row in {
        "people": "brahim,house-2,member,1970-01-01,Brahim",
        "cover": "house-2,VILLAGE,2026-02-01",
        "claims": "F3,house-2,2026-03-10",
        "lines": "F3,1,brahim,2026-03-03,CONS,150.00",
    }.items():
        with (village / f"{file}.csv").open("a", encoding="utf-8") as table:
            table.write(f"{row}\n")


def test_the_same_tables_in_another_order_change_nothing(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    head, *rows = (village / "lines.csv").read_text().splitlines()
    (village / "lines.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    told = _redecide(tiwizi, decided, village, village.parent / "again", "--json").json
    assert (told["households_redecided"], told["corrections"]) == (0, 0)


def test_a_new_household_touches_no_other(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    _second_household(village)
    out = village.parent / "again"
    told = _redecide(tiwizi, decided, village, out, "--json").json
    assert (told["households_redecided"], told["corrections"]) == (1, 1)
    (row,) = _corrections(out)
    assert (row["claim"], row["state_before"], row["state_after"]) == ("F3", "", "paid")
    assert (row["paid_fund_before"], row["paid_fund_after"], row["paid_fund_difference"]) == (
        "0.00",
        "120.00",
        "120.00",
    )


def test_a_late_file_moves_what_comes_after_it(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    """An earlier care comes in late and takes its part of the ceiling, which the later file then lacks."""
    with (village / "claims.csv").open("a") as table:
        table.write("F0,house-1,2026-03-30\n")
    with (village / "lines.csv").open("a") as table:
        table.write("F0,1,idir,2026-03-01,SYRUP,100.00\n")
    out = village.parent / "again"
    said = _redecide(tiwizi, decided, village, out)
    assert said.code == 0 and "1 of 1 households were decided again; 2 lines change." in said.out
    changed = {row["claim"]: row["paid_fund_difference"] for row in _corrections(out)}
    assert changed == {"F0": "70.00", "F1": "-70.00"}


def test_a_corrected_price_touches_those_who_used_it(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    edit(village / "tariff.csv", "150.00", "160.00")
    out = village.parent / "again"
    assert _redecide(tiwizi, decided, village, out).code == 0
    (row,) = _corrections(out)
    assert (row["claim"], row["line"], row["paid_fund_difference"]) == ("F1", "1", "8.00")


def test_a_new_wording_of_the_plan_is_decided_by(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    edit(village / "plan.toml", 'value = "300.00"', 'value = "330.00"')
    out = village.parent / "again"
    assert _redecide(tiwizi, decided, village, out, "--plan", village / "plan.toml").code == 0
    assert {row["claim"]: row["paid_fund_difference"] for row in _corrections(out)} == {"F1": "15.00", "F2": "15.00"}


def test_totals_after_a_correction_are_those_of_deciding_everything(
    tiwizi: Tiwizi, village: Path, decided: Path
) -> None:
    _second_household(village)
    edit(village / "tariff.csv", "150.00", "160.00")
    again, anew = village.parent / "again", village.parent / "anew"
    assert _redecide(tiwizi, decided, village, again).code == 0
    assert tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", anew).code == 0
    corrected, whole = (json.loads((folder / "totals.json").read_text()) for folder in (again, anew))
    assert {key: sorted(rows) for key, rows in corrected.items()} == {key: sorted(rows) for key, rows in whole.items()}


def test_corrections_of_corrections_lead_back(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    edit(village / "tariff.csv", "150.00", "160.00")
    one, two = village.parent / "one", village.parent / "two"
    assert _redecide(tiwizi, decided, village, one).code == 0
    edit(village / "tariff.csv", "160.00", "150.00")
    assert _redecide(tiwizi, one, village, two).code == 0
    assert _corrections(two)[0]["paid_fund_difference"] == "-8.00"
    assert tiwizi("explain", two, "--line", "F1/1", "--json").json["paid"] == {"fund": 12_000}
    assert tiwizi("summary", two, "--json").json == tiwizi("summary", decided, "--json").json


def test_a_run_brings_its_own_tariffs(tiwizi: Tiwizi, tmp_path: Path) -> None:
    tiwizi("generate", "--members", 30, "--files", 60, "--out", tmp_path / "tables")
    tiwizi("adjudicate", "--plan", "ma/public", "--tables", tmp_path / "tables", "--out", tmp_path / "out")
    told = _redecide(tiwizi, tmp_path / "out", tmp_path / "tables", tmp_path / "again", "--json").json
    assert told["households_redecided"] == 0


def test_a_plan_in_another_currency_is_refused(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    edit(village / "plan.toml", '"MAD"', '"EUR"')
    said = _redecide(tiwizi, decided, village, village.parent / "again", "--plan", village / "plan.toml")
    assert said.code == 2 and "EUR" in said.err


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_corrections_are_told_in_three_languages(tiwizi: Tiwizi, village: Path, decided: Path, lang: str) -> None:
    edit(village / "tariff.csv", "150.00", "160.00")
    said = _redecide(tiwizi, decided, village, village.parent / "again", "--lang", lang)
    assert said.code == 0 and "8.00" in said.out.replace(",", ".")
