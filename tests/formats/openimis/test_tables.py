"""What the import writes beside the rules: people, cover, claims, lines, prices, and the report of what is left."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.formats.openimis.fund import fund

from tiwizi.formats.openimis import Report, convert
from tiwizi.formats.openimis.register import COUNTED, LISTED, register
from tiwizi.formats.openimis.report import WORTH_READING
from tiwizi.locale import LANGUAGES, catalogue
from tiwizi.rules.plan.read import read_plan

CLAIM = "2026-03-02 HOSP HEAD O: CON 1 x 50.00 = 50.00; ASP 2 x 10.00 = 20.00"


class Imported:
    """What was written, table by table."""

    def __init__(self, tmp: Path, scenario: Mapping[str, Any], lang: str = "en") -> None:
        self.out = tmp / "out"
        self.out.mkdir()
        self.report: Report = convert(fund(scenario).as_folder(tmp / "csv"), self.out, currency="USD", lang=lang)

    def __getitem__(self, table: str) -> list[dict[str, str]]:
        with (self.out / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def said(self, table: str, field: str) -> list[tuple[str, str]]:
        """(row, value) of what the report says of a field."""
        rows = [row for row in self["report"] if row["table"] == table and row["field"] == field]
        return [(row["row"], row["value"]) for row in rows]


def test_people_have_their_number_family_role_and_both_names(tmp_path: Path) -> None:
    head, wife, child = Imported(tmp_path, {})["people"]
    assert head == {
        "person": "HEAD", "household": "1", "role": "member", "birth_date": "1980-05-01", "sex": "M",
        "name_ar": "", "name_latin": "Said Amrani",
    }  # fmt: skip
    assert (wife["role"], wife["name_ar"], wife["name_latin"]) == ("spouse", "فاطمة العلمي", "")
    assert (child["role"], child["sex"]) == ("child", "F")


def test_cover_is_the_policy_and_the_insurees_part_in_it(tmp_path: Path) -> None:
    changes = {"tblPolicy 1": {"PolicyStage": "R"}, "tblInsureePolicy 2": {"EffectiveDate": "2026-06-01"}}
    head, wife, _ = Imported(tmp_path, {"set": changes})["cover"]
    assert head == {
        "person": "HEAD", "plan": "BASIC", "start": "2026-01-01", "end": "2027-01-01", "stage": "renewed",
        "joined_on": "2026-01-01",
    }  # fmt: skip
    assert (wife["start"], wife["joined_on"], wife["stage"]) == ("2026-01-01", "2026-06-01", "new")


@pytest.mark.parametrize(
    ("changes", "said", "rows"),
    [
        ({"tblPolicy 1": {"PolicyStatus": "1"}}, ("tblPolicy", "PolicyStatus", ("1", "1")), 0),
        ({"tblPolicy 1": {"PolicyStatus": "4"}}, ("tblPolicy", "PolicyStatus", ("1", "4")), 0),
        ({"tblPolicy 1": {"PolicyStatus": "16"}}, ("tblPolicy", "PolicyStatus", ("1", "16")), 0),
        ({"tblPolicy 1": {"EffectiveDate": ""}}, ("tblPolicy", "EffectiveDate", ("1", "")), 0),
        ({"tblPolicy 1": {"ProdID": "3"}}, ("tblPolicy", "ProdID", ("1", "3")), 0),
        ({"tblPolicy 1": {"ExpiryDate": "2027-06-30"}}, ("tblPolicy", "ExpiryDate", ("1", "2027-06-30")), 3),
        ({"tblInsureePolicy 1": {"EffectiveDate": ""}}, ("tblInsureePolicy", "EffectiveDate", ("1", "")), 2),
        ({"tblInsureePolicy 1": {"PolicyId": "2"}}, ("tblInsureePolicy", "PolicyId", ("1", "2")), 2),
        ({"tblInsureePolicy 1": {"InsureeID": "4"}}, ("tblInsureePolicy", "InsureeID", ("1", "4")), 2),
    ],
)
def test_what_gives_no_cover_is_listed(
    changes: dict[str, dict[str, str]], said: tuple[str, str, tuple[str, str]], rows: int, tmp_path: Path
) -> None:
    imported = Imported(tmp_path, {"set": changes})
    assert said[2] in imported.said(*said[:2])
    assert len(imported["cover"]) == rows


def test_a_claim_carries_its_facility_dates_and_guarantee(tmp_path: Path) -> None:
    scenario = {"claims": ["2026-03-02..2026-03-04 CENT WIFE E: CON 1 x 50.00 = 50.00"]}
    made = fund(scenario)
    made.change("tblClaim", "1", {"GuaranteeId": "G-17", "DateClaimed": "2026-03-09"})
    out = tmp_path / "out"
    out.mkdir()
    convert(made.as_folder(tmp_path / "csv"), out, currency="USD")
    with (out / "claims.csv").open(encoding="utf-8", newline="") as file:
        (claim,) = csv.DictReader(file)
    assert claim == {
        "claim": "C01", "household": "1", "provider": "CENT", "sector": "private", "level": "secondary",
        "setting": "hospital", "overnight": "yes", "visit": "emergency", "payee": "provider", "prior_approval": "G-17",
        "care_from": "2026-03-02", "care_to": "2026-03-04", "received_on": "2026-03-09",
    }  # fmt: skip


def test_a_line_is_dated_by_the_last_day_and_items_come_first(tmp_path: Path) -> None:
    scenario = {"claims": ["2026-03-02..2026-03-04 HOSP HEAD O: CON 1 x 50.00 = 50.00; ASP 2 x 10.00 = 20.00"]}
    item, service = Imported(tmp_path, scenario)["lines"]
    assert (item["line"], item["code"], item["quantity"], item["unit_price"]) == ("I1", "ASP", "2", "10.00")
    assert (service["line"], service["code"], service["date"]) == ("S1", "CON", "2026-03-04")


def test_a_deleted_claim_is_not_decided_and_its_lines_are_listed(tmp_path: Path) -> None:
    made = fund({"claims": [CLAIM, CLAIM]})
    made.change("tblClaim", "1", {"ValidityTo": "2026-04-01 00:00:00+00"})
    made.change("tblClaim", "2", {"ClaimCode": "KEPT"})
    out = tmp_path / "out"
    out.mkdir()
    report = convert(made.as_folder(tmp_path / "csv"), out, currency="USD")
    assert report.files["claims.csv"] == 1
    assert report.whys["claim_not_in_force"] == 2


def test_a_claim_of_an_insuree_without_a_row_is_listed_with_its_lines(tmp_path: Path) -> None:
    made = fund({"claims": [CLAIM]})
    made.change("tblClaim", "1", {"InsureeID": "77"})
    out = tmp_path / "out"
    out.mkdir()
    report = convert(made.as_folder(tmp_path / "csv"), out, currency="USD")
    assert report.whys["claim_without_insuree"] == 3
    assert report.files["lines.csv"] == 0


def test_a_deleted_insuree_is_a_household_alone(tmp_path: Path) -> None:
    changes = {"tblInsuree 3": {"ValidityTo": "2026-05-01 00:00:00+00"}}
    imported = Imported(tmp_path, {"set": changes, "claims": ["2026-03-02 HOSP CHILD O: CON 1 x 50.00 = 0.00"]})
    assert [(p["person"], p["household"]) for p in imported["people"]][-1] == ("CHILD", "insuree 3")
    assert imported["claims"][0]["household"] == "insuree 3"
    assert all(row["person"] != "CHILD" for row in imported["cover"])


def test_two_rows_of_one_code_are_told_apart(tmp_path: Path) -> None:
    imported = Imported(tmp_path, {"set": {"tblItems 2": {"ItemCode": "CON"}}})
    codes = {row["code"] for row in imported["tariff"]}
    assert {"CON", "CON (ServiceID 1)"} <= codes
    assert imported.said("tblServices", "ServCode") == [("1", "CON (ServiceID 1)")]


def test_prices_are_by_facility_and_a_code_in_no_list_has_none(tmp_path: Path) -> None:
    imported = Imported(tmp_path, {})
    prices = {(row["code"], row["provider"]): row for row in imported["tariff"]}
    assert prices["CON", "HOSP"]["price"] == "50.00"
    assert prices["CON", "DISP"]["price"] == "30.00"
    assert ("SUR", "DISP") not in prices
    assert prices["XRY", ""]["price"] == ""
    assert imported.said("tblServices", "ServiceID") == [("8", "XRY")]
    assert {row["category"] for row in imported["tariff"] if row["code"] in ("ASP", "SYR")} == {"medicine", "appliance"}


def test_what_has_no_meaning_here_is_listed_value_by_value(tmp_path: Path) -> None:
    imported = Imported(tmp_path, {"claims": [CLAIM]})
    assert imported.said("tblClaim", "ICDID") == [("1", "A00 Cholera")]
    assert imported.said("tblPremium", "Amount") == [("1", "500.00")]
    assert ("1", "ACC1") in imported.said("tblProduct", "AccCodePremiums")
    assert imported.said("tblProduct", "ValidityTo") == [("", "1 rows")]
    assert imported.said("tblUsers", "*") == [("", "1 rows")]


def test_addresses_and_telephones_are_counted_and_not_copied(tmp_path: Path) -> None:
    imported = Imported(tmp_path, {})
    assert imported.said("tblInsuree", "Phone") == [("", "1 values")]
    assert "Well road" not in (imported.out / "report.csv").read_text(encoding="utf-8")


def test_fields_and_tables_that_a_later_release_adds_are_listed(tmp_path: Path) -> None:
    made = fund()
    made.columns["tblHF"].append("Stars")
    for row in made.tables["tblHF"]:
        row["Stars"] = "4"
    made.tables["tblNew"], made.columns["tblNew"] = [{"x": "1"}], ["x"]
    out = tmp_path / "out"
    out.mkdir()
    report = convert(made.as_folder(tmp_path / "csv"), out, currency="USD")
    assert (report.whys["unknown_column"], report.whys["unknown_table"]) == (4, 1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tblProduct 1": {"MaxInsuree": "10.00", "MaxIPPolicy": "20.00"}}, "second_limit"),
        ({"tblProduct 1": {"MaxInsuree": "0.00"}}, "zero_is_no_limit"),
        ({"tblProduct 1": {"MaxAmountSurgery": "0.00"}}, "zero_is_no_limit"),
        ({"tblProduct 1": {"MaxPolicy": "9999999999.99"}}, "limits_nothing"),
        ({"tblProduct 1": {"MaxNoVisits": "9999"}}, "limits_nothing"),
        ({"tblProductItems 1": {"LimitNoAdult": "9999"}}, "limits_nothing"),
        ({"tblProductServices 1": {"LimitationType": "F", "LimitAdult": "999999999.00"}}, "limits_nothing"),
        ({"tblProductServices 1": {"ServiceID": "2"}}, "covered_twice"),
        ({"tblProductServices 1": {"LimitationTypeR": "", "LimitAdultR": ""}}, "default_terms"),
        ({"tblProductServices 1": {"LimitationType": "F", "LimitAdult": ""}}, "no_terms"),
        ({"tblProductServices 1": {"LimitAdult": "120.00"}}, "above_100"),
        ({"tblServices 1": {"ValidityTo": "2026-04-01 00:00:00+00"}}, "care_not_in_force"),
        ({"tblServices 1": {"ServPatCat": "3"}}, "nobody"),
        ({"tblHF 1": {"PLServiceID": "9"}}, "price_list_not_in_force"),
    ],
)
def test_a_product_that_does_not_say_it_all_is_listed(
    changes: dict[str, dict[str, str]], why: str, tmp_path: Path
) -> None:
    imported = Imported(tmp_path, {"set": changes})
    assert imported.report.whys[why] > 0
    plan, problems = read_plan((imported.out / "plan.toml").read_text(encoding="utf-8"), file="plan.toml")
    assert plan is not None, [problem.message("en") for problem in problems]


def test_an_index_that_is_no_value_of_a_point_is_listed(tmp_path: Path) -> None:
    index = {"ProdID": "1", "RelType": "12", "RelCareType": "I", "RelYear": "2026", "RelPeriod": "3"}
    dated = index | {"RelIndex": "0.5", "ValidityFrom": "2026-04-02 00:00:00+00"}
    other = ({}, {"RelIndex": "0.6"}, {"RelPeriod": "4", "RelIndex": ""}, {"RelCareType": "X"}, {"RelType": "1"})
    rows = [dated | changed | {"RelIndexID": str(n)} for n, changed in enumerate(other, start=1)]
    scenario = {"set": {"tblProduct 1": {"PeriodRelPricesIP": "M"}}, "add": {"tblRelIndex": rows}}
    imported = Imported(tmp_path, scenario)
    assert imported.report.whys["index_not_carried"] == 4
    assert imported.said("tblRelIndex", "RelCareType") == [("4", "X")]
    assert (imported.out / "plan.toml").read_text(encoding="utf-8").count("[[layers.points]]") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_its_text(lang: str) -> None:
    texts = catalogue("openimis", lang)
    keys = {fate.what for fields in register().values() for fate in fields.values() if fate.how in (LISTED, COUNTED)}
    assert {f"why_{key}" for key in keys | set(WORTH_READING)} <= set(texts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_speaks_the_language_asked_for(lang: str, tmp_path: Path) -> None:
    imported = Imported(tmp_path, {"set": {"tblPolicy 1": {"PolicyStatus": "4"}}}, lang)
    written = {row["why"] for row in imported["report"]}
    assert catalogue("openimis", lang)["why_policy_status"] in written
    assert len(imported.report.lines(lang)) == 5
    assert imported.report.json()["files"]["people.csv"] == 3


def test_what_is_decided_otherwise_than_documented_is_listed(tmp_path: Path) -> None:
    lines = [
        "CON 1 x 45.00 = 50.00 here 45.00",
        "LAB 1 x 20.00 approved 2 = 40.00 here 20.00",
        "LAB 2 x 20.00 approved 1 = 20.00",
        "BED 1 x 300.00 approved 1 x 250.00 = 250.00 here 200.00",
        "BED 1 x 300.00 approved 1 x 150.00 = 150.00",
        "ASP 1 x 8.00 approved 1 x 8.00 = 8.00",
    ]
    imported = Imported(tmp_path, {"claims": ["2026-03-02 HOSP HEAD O: " + "; ".join(lines)]})
    whys = imported.report.whys
    assert (whys["asked_below_list"], whys["approved_above_asked"], whys["approved_price_aside"]) == (2, 1, 2)
    assert imported.said("lines", "unit_price") == [("C01 I1", "8 < 10"), ("C01 S1", "45 < 50")]
    assert imported.said("lines", "price_approved") == [("C01 I1", "8 / 10"), ("C01 S4", "250 / 200")]
    assert imported.said("tblClaimServices", "QtyApproved/PriceApproved") == [("2", "2 x - > 1 x 20")]
    assert imported["lines"][2]["quantity_approved"] == "", "what was asked counts"


def test_a_currency_that_nobody_named_is_asked_about(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    report = convert(fund().as_folder(tmp_path / "csv"), out)
    assert report.whys["currency_assumed"] == 1
    assert 'currency = "USD"' in (out / "plan.toml").read_text(encoding="utf-8")


def test_a_currency_without_cents_rounds_to_whole_units(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    convert(fund({"set": {"tblProduct 1": {"MaxInsuree": "500.00"}}}).as_folder(tmp_path / "csv"), out, currency="XOF")
    plan, problems = read_plan((out / "plan.toml").read_text(encoding="utf-8"), file="plan.toml")
    assert plan is not None, [problem.message("en") for problem in problems]
    assert (plan.round_to, plan.layers[0].limits[0].value) == (1, 500)
