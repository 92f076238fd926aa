"""``tiwizi generate`` and ``tiwizi demo``: a made-up mutual, the same from the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_the_same_seed_makes_the_same_bytes(tiwizi: Tiwizi, tmp_path: Path, format: str) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        words = ("--members", 40, "--files", 90, "--seed", seed, "--format", format, "--out", tmp_path / name)
        assert tiwizi("generate", *words).code == 0
    a, b, c = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b and a != c and {f"{table}.{format}" for table in ("people", "cover", "claims", "lines")} <= set(a)


def test_a_machine_gets_the_figures(tiwizi: Tiwizi, tmp_path: Path) -> None:
    told = tiwizi("generate", "--members", 40, "--files", 90, "--out", tmp_path / "a", "--json").json
    assert told["rows"]["claims"] >= 90 and told["rows"]["people"] >= 40


@pytest.mark.parametrize("words", [("--members", 0), ("--files", -1), ("--seed", -5), ("--format", "ods")])
def test_a_number_out_of_range_ends_with_2(tiwizi: Tiwizi, tmp_path: Path, words: tuple[object, ...]) -> None:
    given = {"--members": 5, "--files": 5, "--out": tmp_path / "a", words[0]: words[1]}
    said = tiwizi("generate", *(word for pair in given.items() for word in pair))
    assert said.code == 2 and str(words[0]) in said.err and not (tmp_path / "a").exists()


def test_the_demo_goes_the_whole_way_in_three_languages(tiwizi: Tiwizi, tmp_path: Path) -> None:
    said = tiwizi("demo", "--members", 150, "--files", 400, "--out", tmp_path / "demo")
    assert said.code == 0, said.err
    assert all(word in said.out for word in ("المفوتر", "facturés", "billed"))
    run = json.loads((tmp_path / "demo" / "decided" / "run.json").read_text())
    assert run["billed"] == run["paid"] + run["reductions"] + run["share"] > 0


def test_the_demo_can_be_seen_again(tiwizi: Tiwizi, tmp_path: Path) -> None:
    words = ("demo", "--members", 60, "--files", 150, "--out", tmp_path / "demo")
    assert tiwizi(*words).code == 0
    assert tiwizi(*words).code == 2
    assert tiwizi(*words, "--force").code == 0
