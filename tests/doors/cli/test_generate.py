"""``tiwizi generate`` and ``tiwizi demo``: a made-up mutual, the same from the same seed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi, start
from tests.doors.desk.conftest import demo_records

__all__ = ["demo_records"]


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


def demo(*words: object) -> tuple[int, str]:
    """In a process of its own: it opens records of its own."""
    process = start("demo", *words)
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return process.returncode, out


def test_the_demo_goes_from_nothing_to_the_books_in_three_languages(tmp_path: Path) -> None:
    code, out = demo("--members", 150, "--files", 400, "--out", tmp_path / "demo", "--once")
    assert code == 0
    assert all(word in out for word in ("المفوتر", "facturés", "billed", "Complementary layer", "handed to the bank"))
    verify = start("verify", "--database", tmp_path / "demo" / "records.sqlite3", "--json")
    checks = {check["name"]: check for check in json.loads(verify.communicate()[0])["checks"]}
    assert verify.returncode == 0
    assert checks["line_balance"]["rows"] > 800 and checks["transfers"]["rows"] > 800


def test_the_demo_can_be_seen_again(demo_records: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_records.parent, tmp_path / "demo")
    words = ("--members", 60, "--files", 150, "--out", tmp_path / "demo", "--json")
    assert demo(*words)[0] == 2
    code, out = demo(*words, "--force")
    told = json.loads(out)
    assert code == 0 and set(told["trial"].values()) == {0} and told["orders_returned"] >= 1
    assert told["run"]["billed"] == told["run"]["paid"] + told["run"]["reductions"] + told["run"]["share"] > 0
