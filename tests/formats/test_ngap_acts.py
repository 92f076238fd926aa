"""The act list becomes a tariff that keeps every doubt, and prices nothing in doubt until a person has confirmed it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tiwizi.formats.ngap_acts import CHAPTERS, convert
from tiwizi.formats.report import Report

ACTS = """code,label_fr,key_letter,coefficient,anaesthesia_coefficient,chapter
A138,"Astragale, calcanéum",K,80,35,A
A121,* Deux phalanges,K,40,,A
A104,,K,40,,A
M212,Surveillance,K,,,M
D269,Greffe,K,100,110,D
T214,Transit,K,85,,T
"""
FLAGS = "code,flag\nA104,label_missing_in_source\nA121,suspicious\nA121,label_fragment\n"


def converted(
    tmp_path: Path, *, acts: str = ACTS, flags: str = FLAGS, confirmed: str = ""
) -> tuple[Report, dict[str, dict[str, str]]]:
    """The report, and the tariff by code."""
    paths = {"acts": acts, "acts_flags": flags, "confirmed": confirmed}
    for name, text in paths.items():
        if text:
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    by = tmp_path / "confirmed.csv" if confirmed else None
    report = convert(tmp_path / "acts.csv", tmp_path, confirmed=by, lang="en")
    return report, {row["code"]: row for row in rows(tmp_path / "tariff.csv")}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_act_without_doubt_keeps_its_letter_and_coefficients(tmp_path: Path) -> None:
    act = converted(tmp_path)[1]["A138"]
    assert (act["letter"], act["coefficient"], act["anaesthesia_coefficient"], act["doubt"]) == ("K", "80", "35", "")


def test_an_act_with_anaesthesia_is_surgery_and_one_without_is_a_specialists(tmp_path: Path) -> None:
    tariff = converted(tmp_path)[1]
    assert (tariff["A138"]["category"], tariff["A121"]["category"]) == ("surgery", "specialist_act")


def test_every_flag_of_an_act_stands_in_its_doubt(tmp_path: Path) -> None:
    assert converted(tmp_path)[1]["A121"]["doubt"] == "suspicious; label_fragment"


def test_doubts_that_can_be_seen_need_no_flag(tmp_path: Path) -> None:
    tariff = converted(tmp_path, flags="code,flag\n")[1]
    assert tariff["A104"]["doubt"] == "label_missing_in_source"
    assert tariff["M212"]["doubt"] == "coefficient_missing_in_source"
    assert tariff["D269"]["doubt"] == "secondary_greater_than_coefficient"


def test_an_act_written_in_k_in_a_chapter_of_another_letter_is_in_doubt(tmp_path: Path) -> None:
    report, tariff = converted(tmp_path)
    assert tariff["T214"]["category"] == "radiology"
    assert tariff["T214"]["letter"] == "K"
    assert tariff["T214"]["doubt"] == "letter: K in the source, Z in this chapter"
    assert report.note("letter_in_doubt") == 1


def test_a_confirmation_clears_the_doubts_of_its_act_and_says_by_whom(tmp_path: Path) -> None:
    report, tariff = converted(tmp_path, confirmed="code,confirmed_by,on\nA121,Dr Amal,2026-10-01\n")
    assert tariff["A121"]["doubt"] == ""
    assert tariff["A121"]["source"].endswith("Dr Amal, 2026-10-01")
    assert tariff["A104"]["doubt"]
    assert report.note("confirmed") == 1


def test_a_confirmation_may_correct_the_letter_and_the_coefficients(tmp_path: Path) -> None:
    confirmed = "code,confirmed_by,on,letter,coefficient,anaesthesia_coefficient\nT214,Dr Amal,2026-10-01,Z,85.5,20\n"
    act = converted(tmp_path, confirmed=confirmed)[1]["T214"]
    assert (act["letter"], act["coefficient"], act["anaesthesia_coefficient"], act["doubt"]) == ("Z", "85.5", "20", "")


def test_a_doubtful_letter_or_a_missing_coefficient_is_cleared_only_by_writing_it(tmp_path: Path) -> None:
    confirmed = "code,confirmed_by,on\nT214,Dr Amal,2026-10-01\nM212,Dr Amal,2026-10-01\n"
    tariff = converted(tmp_path, confirmed=confirmed)[1]
    assert tariff["T214"]["doubt"].startswith("letter:")
    assert tariff["M212"]["doubt"] == "coefficient_missing_in_source"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("A999,Dr Amal,2026-10-01,,", "code"),
        ("A104,,2026-10-01,,", "confirmed_by"),
        ("A104,Dr Amal,yesterday,,", "on"),
        ("A104,Dr Amal,2026-10-01,7,", "letter"),
        ("A104,Dr Amal,2026-10-01,,minus one", "coefficient"),
    ],
)
def test_a_confirmation_that_cannot_be_understood_confirms_nothing(tmp_path: Path, row: str, field: str) -> None:
    report, tariff = converted(tmp_path, confirmed=f"code,confirmed_by,on,letter,coefficient\n{row}\n")
    assert [bad["field"] for bad in rows(tmp_path / "repair_confirmed.csv")] == [field]
    assert tariff["A104"]["doubt"]
    assert report.to_repair == 1


def test_a_flag_about_an_act_that_is_not_there_is_not_lost(tmp_path: Path) -> None:
    report, _ = converted(tmp_path, flags=FLAGS + "Q999,suspicious\n")
    assert [bad["code"] for bad in rows(tmp_path / "repair_flags.csv")] == ["Q999"]
    assert report.to_repair == 1


def test_an_act_said_twice_goes_to_repair(tmp_path: Path) -> None:
    report, tariff = converted(tmp_path, acts=ACTS + "A138,Again,K,10,,A\n")
    assert tariff["A138"]["coefficient"] == "80"
    assert (report.rows_in, report.to_repair) == (7 + 3, 1)


def test_the_chapters_do_not_overlap() -> None:
    assert all(chapter.first <= chapter.last for chapter in CHAPTERS)
    ordered = sorted(CHAPTERS)
    assert all(one.last < next_.first for one, next_ in zip(ordered, ordered[1:], strict=False))


def test_the_whole_act_list(tmp_path: Path, outside_data: Callable[[str], Path]) -> None:
    flags = outside_data("ma/ngap_acts_flags.csv")
    report = convert(outside_data("ma/ngap_acts.csv"), tmp_path)
    tariff = rows(tmp_path / "tariff.csv")
    assert len(tariff) == 2314
    assert report.to_repair == 0
    assert report.note("flagged") == 895
    doubted = {row["code"] for row in tariff if row["doubt"]}
    assert {row["code"] for row in rows(flags)} <= doubted
    assert report.note("still_in_doubt") == len(doubted) == 895 + report.note("letter_in_doubt")
    assert all(row["coefficient"] and row["label_fr"] for row in tariff if not row["doubt"])


def test_confirming_every_act_of_the_list_leaves_no_doubt(tmp_path: Path, outside_data: Callable[[str], Path]) -> None:
    acts = rows(outside_data("ma/ngap_acts.csv"))
    confirmed = tmp_path / "confirmed.csv"
    lines = [f"{act['code']},Dr Amal,2026-10-01,KC,{act['coefficient'] or '10'}" for act in acts]
    confirmed.write_text("\n".join(["code,confirmed_by,on,letter,coefficient", *lines]), encoding="utf-8")
    report = convert(outside_data("ma/ngap_acts.csv"), tmp_path, confirmed=confirmed)
    assert (report.note("confirmed"), report.note("still_in_doubt")) == (2314, 0)
