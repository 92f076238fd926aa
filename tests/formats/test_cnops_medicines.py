"""The national list of medicines becomes a tariff."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tiwizi.formats.cnops_medicines import barcode_holds, convert
from tiwizi.formats.tables.fault import TableError

HEADING = (
    "CODE,NOM,DCI1,DOSAGE1,UNITE_DOSAGE1,FORME,PRESENTATION,PPV,PH,PRIX_BR,PRINCEPS_GENERIQUE,TAUX_REMBOURSEMENT\n"
)
SAMPLE = HEADING + (
    "1111111111116,ATLASINE,ATLASOL,500,MG,COMPRIME,BOITE DE 20,40.00,26.20,30.00,P,0.70\n"
    "2222222222222,RIFDOL,RIFDOL,,MG,SIROP,FLACON,25.00,0.00,25.00,G,0.00\n"
    "3333333333338,HOPITOL,HOPITOL,1,G,INJECTABLE,AMPOULE,0.00,1200.00,1200.00,P,0.70\n"
    "4444444444444,ZERO,ZEROL,1,G,GELULE,BOITE,56.25,0.00,0.00,P,0.70\n"
    "5555555555555,SLIP,SLIPOL,1,G,GELULE,BOITE,1500.00,0.00,15.00,P,0.70\n"
)


def converted(
    tmp_path: Path, text: str, encoding: str = "utf-8"
) -> tuple[dict[str, dict[str, str]], list[dict[str, str]]]:
    """The tariff by code, and the rows to repair."""
    src = tmp_path / "list.csv"
    src.write_text(text, encoding=encoding)
    report = convert(src, tmp_path, lang="en")
    assert report.rows_in == report.rows_out + report.to_repair
    repair = tmp_path / "repair.csv"
    return {row["code"]: row for row in rows(tmp_path / "tariff.csv")}, rows(repair) if repair.exists() else []


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_medicine_keeps_its_price_base_and_rate(tmp_path: Path) -> None:
    tariff, _ = converted(tmp_path, SAMPLE)
    row = tariff["1111111111116"]
    assert (row["price"], row["reimbursement_base"], row["rate"]) == ("40.00", "30.00", "70%")
    assert row["category"] == "medicine"
    assert row["label_fr"] == "ATLASINE (ATLASOL) 500 MG, COMPRIME, BOITE DE 20"
    assert row["source"] == "CNOPS 2014, princeps"


def test_a_medicine_at_rate_zero_is_in_the_category_that_is_not_reimbursed(tmp_path: Path) -> None:
    tariff, _ = converted(tmp_path, SAMPLE)
    assert tariff["2222222222222"]["category"] == "medicine_not_reimbursable"


def test_a_price_of_zero_says_that_there_is_no_public_price(tmp_path: Path) -> None:
    tariff, _ = converted(tmp_path, SAMPLE)
    assert (tariff["3333333333338"]["price"], tariff["3333333333338"]["reimbursement_base"]) == ("", "1200.00")


def test_a_base_of_zero_on_a_reimbursed_medicine_is_a_doubt(tmp_path: Path) -> None:
    tariff, _ = converted(tmp_path, SAMPLE)
    assert tariff["4444444444444"]["doubt"]
    assert not tariff["2222222222222"]["doubt"]


def test_amounts_of_different_magnitude_are_said(tmp_path: Path) -> None:
    src = tmp_path / "list.csv"
    src.write_text(SAMPLE, encoding="utf-8")
    assert convert(src, tmp_path).note("far_apart") == 1


def test_accents_in_cp1252_are_read(tmp_path: Path) -> None:
    tariff, _ = converted(tmp_path, SAMPLE.replace("COMPRIME", "COMPRIMÉ"), encoding="cp1252")
    assert "COMPRIMÉ" in tariff["1111111111116"]["label_fr"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("40.00,26.20", "forty,26.20", "PPV"),
        ("40.00,26.20", "-1.00,26.20", "PPV"),
        ("40.00,26.20", "40.001,26.20", "PPV"),
        ("30.00,P,0.70", "30.00,P,1.70", "TAUX_REMBOURSEMENT"),
        ("30.00,P,0.70", "30.00,X,0.70", "PRINCEPS_GENERIQUE"),
        ("1111111111116", "ABC", "CODE"),
        ("2222222222222", "1111111111116", "CODE"),
        ("ATLASINE,", "ATLASINE,,", ""),
    ],
)
def test_a_row_that_cannot_be_understood_goes_to_repair(tmp_path: Path, before: str, after: str, field: str) -> None:
    tariff, repair = converted(tmp_path, SAMPLE.replace(before, after, 1))
    assert len(tariff) == 4
    assert len(repair) == 1
    assert repair[0]["field"] == field
    assert repair[0]["reason"] and repair[0]["way_out"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"\0\1\2binary", "binary"),
        (b"a,b\n1,2\n", "columns_missing"),
        (b"", "columns_missing"),
        (b'a,"b\n', "not_a_table"),
    ],
)
def test_a_file_that_is_not_the_list_is_refused_whole(tmp_path: Path, content: bytes, key: str) -> None:
    src = tmp_path / "list.csv"
    src.write_bytes(content)
    with pytest.raises(TableError) as refused:
        convert(src, tmp_path)
    assert refused.value.key == key
    assert all(refused.value.message(lang) and refused.value.way_out(lang) for lang in ("ar", "fr", "en"))
    assert not (tmp_path / "tariff.csv").exists()


@pytest.mark.parametrize(
    ("code", "holds"), [("6118001081646", True), ("6118001081647", False), ("5449000000996", True)]
)
def test_the_check_digit_of_a_barcode(code: str, holds: bool) -> None:
    assert barcode_holds(code) is holds


def test_the_whole_national_list(tmp_path: Path, outside_data: Callable[[str], Path]) -> None:
    report = convert(outside_data("ma/cnops_medicines_2014.csv"), tmp_path)
    assert (report.rows_in, report.rows_out, report.to_repair) == (5917, 5917, 0)
    assert report.note("not_reimbursed") == 1977
    assert report.note("price_above_base") == 477
    assert report.note("generic") == 2886
    tariff = rows(tmp_path / "tariff.csv")
    assert sum(row["category"] == "medicine" for row in tariff) == 3940
    assert max(float(row["price"] or 0) for row in tariff) == 38480.00
