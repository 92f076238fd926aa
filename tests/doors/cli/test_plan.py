"""``tiwizi plan check | show | test``."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi

from tiwizi import packs


def test_the_plans_of_the_packs_are_good(tiwizi: Tiwizi) -> None:
    for name in ("ma/public", "demo-community/fund"):
        said = tiwizi("plan", "check", name)
        assert said.code == 0, said.err


def test_a_plan_with_a_mistake_is_told_by_line_field_reason_and_way_out(tiwizi: Tiwizi, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    text = (packs.folder("ma") / "plans" / "public.toml").read_text(encoding="utf-8")
    plan.write_text(text.replace('rounding = "half_up"', 'rounding = "sideways"'), encoding="utf-8")
    said = tiwizi("plan", "check", plan)
    line = 1 + text[: text.index("rounding =")].count("\n")
    assert said.code == 1
    assert f"{plan}:{line}" in said.err.replace("\n", "") and "rounding" in said.err and "sideways" in said.err


def test_a_machine_gets_the_problems_as_values(tiwizi: Tiwizi, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("[plan\n", encoding="utf-8")
    said = tiwizi("plan", "check", tmp_path / "plan.toml", "--json")
    assert said.code == 1
    assert said.json["good"] is False
    assert said.json["problems"][0]["severity"] == "error" and said.json["problems"][0]["line"] >= 1


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"[[[", "قانون".encode(), b"a = 1\n" * 10_000])
def test_whatever_a_plan_file_holds_it_gets_a_message_and_no_traceback(
    tiwizi: Tiwizi, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "plan.toml").write_bytes(content)
    said = tiwizi("plan", "check", tmp_path / "plan.toml")
    assert said.code == 1 and said.err and "Traceback" not in said.err


def test_a_plan_that_is_not_there_ends_with_2_and_names_those_that_are(tiwizi: Tiwizi) -> None:
    said = tiwizi("plan", "check", "nowhere.toml")
    assert said.code == 2 and "ma/public" in said.err


def test_a_pack_path_cannot_leave_the_packs(tiwizi: Tiwizi) -> None:
    assert tiwizi("plan", "check", "../../rules/law").code == 2


def test_a_plan_is_told_as_it_stands_on_a_day(tiwizi: Tiwizi) -> None:
    told = {
        lang: tiwizi("plan", "show", "ma/public", "--on", "2026-03-01", "--lang", lang) for lang in ("ar", "fr", "en")
    }
    assert all(said.code == 0 for said in told.values())
    assert "1 March 2026" in told["en"].out and "1er mars 2026" in told["fr"].out and "فاتح مارس 2026" in told["ar"].out


def test_a_plan_without_a_day_is_told_as_it_stands_today(tiwizi: Tiwizi) -> None:
    assert tiwizi("plan", "show", "demo-community/fund", "--json").json["sections"]


def test_a_day_that_is_none_is_refused_with_the_way_to_write_it(tiwizi: Tiwizi) -> None:
    said = tiwizi("plan", "show", "ma/public", "--on", "31/02/2026")
    assert said.code == 2 and "2026-03-01" in said.err


def test_no_cases_ends_with_2(tiwizi: Tiwizi, tmp_path: Path) -> None:
    assert tiwizi("plan", "test", tmp_path).code == 2


def test_a_case_is_said_with_its_title_and_why_where_it_fails_and_where_all_are_asked_for(
    tiwizi: Tiwizi, tmp_path: Path
) -> None:
    source = packs.folder("ma") / "cases" / "ambulatory.toml"
    whole = source.read_text(encoding="utf-8")
    plan = (packs.folder("ma") / "plans" / "public.toml").as_posix()
    third = [at for at in range(len(whole)) if whole.startswith("[[cases]]", at)][2]
    file = tmp_path / "two.toml"
    two = whole[:third].replace("../plans/public.toml", plan).replace('share = "6.00"', 'share = "6.01"')
    file.write_text(two.replace('billed = "250.00"', 'billed = "250.01"'), encoding="utf-8")
    good, bad = "Un généraliste du privé demande le tarif de référence", "Un spécialiste du privé demande 250,00"
    said = tiwizi("plan", "test", file, "--lang", "fr")
    assert said.code == 1 and bad in said.out and "Loi 65-00" in said.out and good not in said.out
    every = tiwizi("plan", "test", file, "--every", "--lang", "fr")
    assert bad in every.out and good in every.out
    told = tiwizi("plan", "test", file, "--json", "--lang", "fr").json["failed"]
    assert [case["title"].startswith(bad) and "24,00" in case["why"] for case in told] == [True]
