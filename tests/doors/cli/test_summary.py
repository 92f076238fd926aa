"""``tiwizi summary``: numbers that add up, by every question, and a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi

from tiwizi.doors.cli.summary import QUESTIONS
from tiwizi.doors.cli.voice import Voice


def test_every_answer_adds_up_to_the_same_sums(tiwizi: Tiwizi, decided: Path) -> None:
    told = tiwizi("summary", decided, "--json").json
    for question in ("category", "state", "month"):
        rows = told[question]
        assert sum(row["billed"] for row in rows) == 71_000
        assert all(row["billed"] == row["paid"] + row["share"] + row["reductions"] for row in rows)
    paid = sum(row["paid"] for row in told["payer"])
    assert paid + sum(row["amount"] for row in told["reason"]) == 71_000


def test_a_question_can_be_asked_alone(tiwizi: Tiwizi, decided: Path) -> None:
    told = tiwizi("summary", decided, "--by", "month", "--json").json
    assert [row["key"] for row in told["month"]] == ["2026-03"] and "payer" not in told


@pytest.mark.parametrize("by", QUESTIONS)
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_table_is_told_in_three_languages(tiwizi: Tiwizi, decided: Path, by: str, lang: str) -> None:
    said = tiwizi("summary", decided, "--by", by, "--lang", lang)
    assert said.code == 0 and said.out.strip()


def test_a_table_of_two_payers_says_both(tiwizi: Tiwizi, tmp_path: Path) -> None:
    tiwizi("generate", "--members", 200, "--files", 500, "--out", tmp_path / "tables")
    assert (
        tiwizi("adjudicate", "--plan", "ma/public", "--tables", tmp_path / "tables", "--out", tmp_path / "out").code
        == 0
    )
    keys = [row["key"] for row in tiwizi("summary", tmp_path / "out", "--by", "payer", "--json").json["payer"]]
    assert {key.partition("/")[0] for key in keys} >= {"amo", "sm"}


def test_a_table_ends_with_what_its_rows_add_up_to(tiwizi: Tiwizi, decided: Path) -> None:
    lines = tiwizi("summary", decided, "--by", "category").out.splitlines()
    assert next(line.split()[2] for line in lines if line.split()[:1] == ["Total"]) == "710.00"
    by_reason = tiwizi("summary", decided, "--by", "reason").out.splitlines()
    assert next(line.split() for line in by_reason if line.split()[:1] == ["Total"]) == ["Total", "290.00"]


@pytest.mark.parametrize(("lang", "name"), [("fr", "Journée d'hospitalisation"), ("ar", "منحة الطفل في وضعية إعاقة")])
def test_neither_a_word_nor_a_number_is_broken_on_a_screen_of_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    heads = ["Catégorie", "Lignes", "Engagé", "Remboursé", "Part de l'adhérent", "Non reconnu"]
    numbers = ["10 765", "3 552 225,94", "2 548 604,89", "129 455,93", "874 165,12"]
    Voice(lang, json=False).table("Par catégorie", heads, [[name, *numbers]])
    out = capsys.readouterr().out
    assert all(part in out for part in (*name.split(), *numbers))


def test_numbers_are_never_cut_off_on_a_narrow_screen(
    tiwizi: Tiwizi, decided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = tiwizi("summary", decided, "--by", "category").out
    assert all(number in out for number in ("510.00", "200.00", "300.00", "120.00"))


def test_the_picture_is_written_whole(tiwizi: Tiwizi, decided: Path) -> None:
    picture = decided.parent / "where.svg"
    assert tiwizi("summary", decided, "--picture", picture, "--lang", "ar").code == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg ") and "الصندوق" in picture.read_text(encoding="utf-8")
    assert [path.name for path in picture.parent.glob("*where*")] == ["where.svg"]


def test_a_picture_that_cannot_be_written_ends_with_2(tiwizi: Tiwizi, decided: Path) -> None:
    assert tiwizi("summary", decided, "--picture", decided / "nowhere" / "where.svg").code == 2


def test_an_unknown_question_ends_with_2_and_names_those_there_are(tiwizi: Tiwizi, decided: Path) -> None:
    said = tiwizi("summary", decided, "--by", "colour")
    assert said.code == 2 and "category, payer, reason, state, month" in said.err


def test_damaged_totals_end_with_2(tiwizi: Tiwizi, decided: Path) -> None:
    (decided / "totals.json").write_text('{"lines": 3}')
    assert tiwizi("summary", decided).code == 2
