"""``tiwizi points``: from decided files and the money of a period to a block of the plan that pays just that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi, edit

ARGUMENTS = ("--layer", "fund", "--period", "2026-Q1", "--money", "200.00")


@pytest.fixture
def in_points(tiwizi: Tiwizi, village: Path) -> Path:
    """The village's files, decided by a plan that counts medicine in points: 300.00 of them in March 2026."""
    edit(village / "plan.toml", 'rate = "70%"', 'rate = "70%"\nrelative = true')
    out = village.parent / "decided"
    assert tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", out).code == 0
    return out


def test_the_block_that_it_gives_makes_the_plan_pay_what_it_said(
    tiwizi: Tiwizi, in_points: Path, village: Path
) -> None:
    found = tiwizi("points", in_points, *ARGUMENTS, "--source", "assembly", "--json").json
    assert (found["points"], found["money"], found["paid"], found["left"]) == (30_000, 20_000, 20_000, 0)
    assert (found["index"], found["value"]) == ("2/3", "0.666666")
    plan = village / "plan.toml"
    plan.write_text(f"{plan.read_text(encoding='utf-8')}\n{found['block']}\n", encoding="utf-8")
    assert tiwizi("plan", "check", plan).code == 0
    out = village.parent / "again"
    again = tiwizi("redecide", in_points, "--plan", plan, "--tables", village, "--out", out, "--json").json
    more = [after - before for line in again["corrected"] for before, after in line["paid"].values()]
    assert sum(more) == found["paid"]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "There is 60.00 DH for 300.00 DH in points: a point is worth 0.2."),
        ("fr", "60,00 DH sont disponibles pour 300,00 DH en points : le point vaut 0,2."),
        ("ar", "المبلغ المتوفر 60,00 درهم مقابل 300,00 درهم بالنقط: قيمة النقطة 0,2."),
    ],
)
def test_it_is_told_in_three_languages(tiwizi: Tiwizi, in_points: Path, lang: str, sentence: str) -> None:
    said = tiwizi("points", in_points, *ARGUMENTS, "--share", "30%", "--source", "assembly", "--lang", lang)
    plain = said.out.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")
    assert said.code == 0 and sentence in plain
    assert '[[layers.points]]\nid = "points-2026-q1"\nvalue = "0.200000"\neffective = 2026-01-01' in plain


def test_points_of_some_care_are_named_in_the_block(tiwizi: Tiwizi, in_points: Path) -> None:
    case = ("--when", "overnight=no", "--when", "visit=ordinary,referral", "--source", "assembly")
    block = tiwizi("points", in_points, *ARGUMENTS, *case, "--json").json["block"]
    assert 'when = { overnight = "no", visit = ["ordinary", "referral"] }' in block


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (("--layer", "nobody"), "fund"),
        (("--period", "2026-Q5"), "2026-Q4"),
        (("--period", "2026-13"), "2026-Q4"),
        (("--period", "2024"), "2024"),
        (("--money", "twelve"), "MAD"),
        (("--money", "-1.00"), "MAD"),
        (("--share", "120%"), "30%"),
        (("--when", "colour=red"), "overnight"),
        (("--when", "overnight=perhaps"), "yes"),
        (("--source", "hearsay"), "assembly"),
    ],
)
def test_what_it_cannot_use_ends_with_one_message_and_2(
    tiwizi: Tiwizi, in_points: Path, more: tuple[str, str], word: str
) -> None:
    said = tiwizi("points", in_points, *ARGUMENTS, *(() if "--source" in more else ("--source", "assembly")), *more)
    assert said.code == 2 and word in said.err


def test_a_layer_without_a_value_yet_needs_a_source_for_the_block(tiwizi: Tiwizi, in_points: Path) -> None:
    said = tiwizi("points", in_points, *ARGUMENTS)
    assert said.code == 2 and "--source" in said.err and "assembly" in said.err
