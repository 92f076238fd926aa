"""Synthea's folder becomes tables and a plan, and what insurers paid comes out as it went in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tiwizi.formats.report import Report
from tiwizi.formats.synthea import convert
from tiwizi.formats.synthea.register import REGISTER
from tiwizi.formats.tables import TableError, read_folder
from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions, Facts
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.read import read_plan
from tiwizi.rules.terms import REASON_CODE

SAMPLE = {
    "patients": "Id,BIRTHDATE,FIRST,LAST,GENDER\np1,2011-03-18,Ada1,Moss2,F\np2,1987-04-27,Bo3,Lane4,M\n",
    "payers": "Id,NAME\nA,Alpha\nB,Beta\nN,NO_INSURANCE\n",
    "payer_transitions": (
        "PATIENT,MEMBERID,START_DATE,END_DATE,PAYER,SECONDARY_PAYER\n"
        "p1,m1,2014-01-01T18:34:30Z,2015-01-01T18:34:30Z,A,\n"
        "p2,m2,2014-01-01T18:34:30Z,2015-01-01T18:34:30Z,A,B\n"
        "p2,m3,2015-01-01T18:34:30Z,2016-01-01T18:34:30Z,N,\n"
    ),
    "encounters": (
        "Id,START,STOP,ENCOUNTERCLASS,CODE\n"
        "e1,2014-05-06T08:34:30Z,2014-05-06T08:49:30Z,ambulatory,visit\n"
        "e2,2014-06-01T23:50:00Z,2014-06-03T10:00:00Z,inpatient,stay\n"
    ),
    "procedures": "CODE,DESCRIPTION\ncast,Cast\n",
    "claims": (
        "Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,APPOINTMENTID,SERVICEDATE,"
        "LASTBILLEDDATE1\n"
        "c1,p1,doc,A,,e1,2014-05-06T08:34:30Z,2014-05-06T08:49:30Z\n"
        "c2,p2,doc,A,B,e2,2014-06-01T23:50:00Z,2014-06-01T23:55:00Z\n"
    ),
    "claims_transactions": (
        "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,PROCEDURECODE,UNITS,NOTES,UNITAMOUNT,TRANSFERTYPE,PAYMENTS\n"
        "1,c1,0,p1,CHARGE,85.55,,2014-05-06T08:34:30Z,visit,1,A visit,85.55,1,0.00\n"
        "2,c1,1,p1,PAYMENT,,COPAY,2014-05-06T08:34:30Z,visit,1,A visit,0.00,,50.00\n"
        "3,c1,2,p1,PAYMENT,,ECHECK,2014-05-06T08:34:30Z,visit,1,A visit,0.00,,35.55\n"
        "4,c2,0,p2,CHARGE,100.00,,2014-06-01T23:50:00Z,stay,1,A stay,100.00,1,0.00\n"
        "5,c2,1,p2,PAYMENT,,ECHECK,2014-06-01T23:50:00Z,stay,1,A stay,0.00,,70.00\n"
        "6,c2,2,p2,TRANSFEROUT,,,2014-06-01T23:50:00Z,stay,1,A stay,0.00,,0.00\n"
        "7,c2,3,p2,TRANSFERIN,30.00,,2014-06-01T23:50:00Z,stay,1,A stay,0.00,2,0.00\n"
        "8,c2,4,p2,PAYMENT,,ECHECK,2014-06-01T23:50:00Z,stay,1,A stay,0.00,,20.00\n"
        "9,c2,5,p2,CHARGE,40.00,,2014-06-02T00:10:00Z,cast,1,A cast,40.00,1,0.00\n"
    ),
    "observations": "DATE,PATIENT,CODE,VALUE,MOOD\n2014-05-06,p1,height,101.8,good\n",
}


@pytest.fixture
def src(tmp_path: Path) -> Path:
    folder = tmp_path / "synthea"
    folder.mkdir()
    for name, text in SAMPLE.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def change(src: Path, name: str, before: str, after: str) -> None:
    path = src / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def decided(out: Path) -> tuple[Facts, Decisions, Decisions]:
    """The facts of the folder as it is, and what both engines say of them."""
    plan, problems = read_plan((out / "plan.toml").read_text(encoding="utf-8"), file="plan.toml")
    assert plan is not None and problems == []
    book = read_folder(out, currency=plan.currency)
    fast = engine.decide(compile_plan(plan, book.tariff), book.facts, book.tariff)
    return book.facts, fast, reference.decide(plan, book.facts, book.tariff)


def test_each_charge_is_a_line_and_each_patient_a_household(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    assert [(line["claim"], line["line"], line["billed"]) for line in rows(tmp_path / "lines.csv")] == [
        ("c1", "0", "85.55"),
        ("c2", "0", "100.00"),
        ("c2", "5", "40.00"),
    ]
    assert [person["household"] for person in rows(tmp_path / "people.csv")] == ["p1", "p2"]


def test_insurers_payments_are_reported_by_layer_and_the_patients_are_not(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    assert [tuple(row.values()) for row in rows(tmp_path / "reported.csv")] == [
        ("c1", "0", "primary", "35.55"),
        ("c2", "0", "primary", "70.00"),
        ("c2", "0", "secondary", "20.00"),
        ("c2", "5", "primary", "0.00"),
        ("c2", "5", "secondary", "0.00"),
    ]


def test_a_second_payer_is_a_cover_of_its_own_and_no_insurance_is_none(src: Path, tmp_path: Path) -> None:
    report = convert(src, tmp_path)
    assert [(row["person"], row["plan"]) for row in rows(tmp_path / "cover.csv")] == [
        ("p1", "Alpha"),
        ("p2", "Alpha"),
        ("p2", "Beta (secondary)"),
    ]
    assert report.note("uninsured") == 1


def test_a_stay_is_in_hospital_overnight_and_is_not_received_before_its_last_charge(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    stay = rows(tmp_path / "claims.csv")[1]
    assert (stay["setting"], stay["overnight"], stay["received_on"]) == ("hospital", "yes", "2014-06-02")


def test_a_code_is_what_the_first_file_that_lists_it_says(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    tariff = {row["code"]: row["category"] for row in rows(tmp_path / "tariff.csv")}
    assert tariff == {"visit": "encounter", "stay": "encounter", "cast": "procedure"}


def test_the_rows_of_every_file_add_up(src: Path, tmp_path: Path) -> None:
    report = convert(src, tmp_path)
    counts = {count.file: count for count in report.counts}
    assert set(counts) == {f"{name}.csv" for name in SAMPLE}
    transactions = counts["claims_transactions.csv"]
    assert (transactions.rows_in, transactions.carried, transactions.left) == (9, 6, 3)
    assert (counts["observations.csv"].carried, counts["observations.csv"].left) == (0, 1)


def test_every_column_is_carried_or_listed_with_its_reason(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    listed = {(row["file"], row["column"]): row for row in rows(tmp_path / "report.csv")}
    for name, text in SAMPLE.items():
        for column in text.split("\n", 1)[0].split(","):
            row = listed[f"{name}.csv", column]
            assert row["becomes"] or row["why"], (name, column)
    assert listed["observations.csv", "MOOD"]["why"] == "not known here, not used"
    assert listed["supplies.csv", "CODE"]["why"] == "absent from this folder"


def test_no_column_is_both_carried_and_left() -> None:
    for name, use in REGISTER.items():
        assert len(set(use.columns)) == len(use.columns), name


@pytest.mark.parametrize(
    ("file", "before", "after", "field"),
    [
        ("claims_transactions", "1,c1,0,p1,CHARGE,85.55", "1,c1,0,p1,CHARGE,lots", "AMOUNT"),
        ("claims_transactions", "1,c1,0,p1,CHARGE", "1,c9,0,p1,CHARGE", "CLAIMID"),
        ("claims_transactions", "1,c1,0,p1,CHARGE", "1,c1,0,p9,CHARGE", "PATIENTID"),
        ("claims_transactions", "1,c1,0,p1,CHARGE", "1,c1,0,p1,GIFT", "TYPE"),
        ("claims_transactions", "1,c1,0,p1", "1,c1,zero,p1", "CHARGEID"),
        ("claims_transactions", "2014-05-06T08:34:30Z,visit", "2014-05-36T08:34:30Z,visit", "FROMDATE"),
        ("claims_transactions", "visit,1,A visit", "visit,few,A visit", "UNITS"),
        ("claims_transactions", "visit,1,A visit", ",1,A visit", "PROCEDURECODE"),
        ("payer_transitions", "2015-01-01T18:34:30Z,A,\n", "2013-01-01T18:34:30Z,A,\n", "END_DATE"),
        ("payer_transitions", "2015-01-01T18:34:30Z,A,\n", "2015-01-01T18:34:30Z,Z,\n", "PAYER"),
        ("claims", "doc,A,,e1", "doc,A,,e9", "APPOINTMENTID"),
        ("patients", "2011-03-18", "never", "BIRTHDATE"),
        ("encounters", "e2,2014", "e1,2014", "Id"),
    ],
)
def test_a_row_that_cannot_be_understood_goes_to_repair(
    src: Path, tmp_path: Path, file: str, before: str, after: str, field: str
) -> None:
    change(src, file, before, after)
    report = convert(src, tmp_path)
    bad = rows(tmp_path / f"repair_{file}.csv")
    assert bad[0]["field"] == field
    assert bad[0]["reason"] and bad[0]["way_out"]
    assert sum(count.to_repair for count in report.counts if count.file == f"{file}.csv") == len(bad)


def test_a_payment_with_no_charge_before_it_is_said(src: Path, tmp_path: Path) -> None:
    change(src, "claims_transactions", "3,c1,2,p1", "3,c1,2,p9")
    change(src, "claims_transactions", "4,c2,0,p2,CHARGE", "4,c2,0,p9,CHARGE")
    assert convert(src, tmp_path).note("stray_payments") == 2


@pytest.mark.parametrize("missing", ["claims", "patients", "payer_transitions"])
def test_a_folder_without_what_is_needed_is_refused(src: Path, tmp_path: Path, missing: str) -> None:
    (src / f"{missing}.csv").unlink()
    with pytest.raises(TableError, match=f"{missing}.csv"):
        convert(src, tmp_path)
    assert not (tmp_path / "lines.csv").exists()


@pytest.mark.parametrize("file", ["claims", "claims_transactions", "patients", "encounters"])
def test_a_file_that_ends_in_the_middle_of_a_row_is_refused(src: Path, tmp_path: Path, file: str) -> None:
    whole = (src / f"{file}.csv").read_text(encoding="utf-8")
    (src / f"{file}.csv").write_text(whole[: whole.rindex(",") - 5], encoding="utf-8")
    with pytest.raises(TableError) as raised:
        convert(src, tmp_path)
    assert raised.value.key in ("truncated", "not_a_table")
    (src / f"{file}.csv").write_text(whole.rstrip("\n"), encoding="utf-8")
    assert convert(src, tmp_path).note("households")


def test_claims_whose_transactions_are_lost_are_said(src: Path, tmp_path: Path) -> None:
    assert convert(src, tmp_path).note("claims_without_charge") == 0
    table = src / "claims_transactions.csv"
    heading, *charges = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([heading, *(row for row in charges if ",c2," not in row)]), encoding="utf-8")
    assert convert(src, tmp_path).note("claims_without_charge") == 1


def test_the_tables_are_decided_as_they_are(src: Path, tmp_path: Path) -> None:
    convert(src, tmp_path)
    for decisions in decided(tmp_path)[1:]:
        assert sorted(map(tuple, decisions.paid.tolist())) == [(0, 0), (3555, 0), (7000, 2000)]
        assert decisions.balanced()


def test_the_whole_folder_pays_what_synthea_says(tmp_path: Path, outside_data: Callable[[str], Path]) -> None:
    """All that insurers paid comes out again, but for the lines outside any cover and one line that stands twice."""
    report = convert(outside_data("synthea"), tmp_path)
    assert report.to_repair == 0
    assert len(rows(tmp_path / "lines.csv")) == 1579
    facts, fast, slow = decided(tmp_path)
    assert fast.paid.tolist() == slow.paid.tolist()
    twice = fast.reasons >> REASON_CODE["duplicate"] & 1 == 1
    assert int(twice.sum()) == 1
    paid_twice = int(facts.reported["primary"][twice].sum())
    assert int(fast.paid.sum()) + amount(report, "outside_cover") + paid_twice == amount(report, "insurer_payments")
    assert amount(report, "insurer_payments") == 102_070_284


def amount(report: Report, key: str) -> int:
    return sum(note.amount for note in report.notes if note.key == key)


def test_the_report_speaks_three_languages(src: Path, tmp_path: Path) -> None:
    report = convert(src, tmp_path)
    said = {lang: report.lines(lang) for lang in ("ar", "fr", "en")}
    assert len({len(lines) for lines in said.values()}) == 1
    assert len({"\n".join(lines) for lines in said.values()}) == 3
    assert report.json()["rows_in"] == sum(count["rows_in"] for count in report.json()["counts"])
