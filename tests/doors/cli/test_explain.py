"""``tiwizi explain``: a decided line, rule by rule."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi, python, start


def test_a_line_is_explained_down_to_sums_that_balance(tiwizi: Tiwizi, decided: Path) -> None:
    said = tiwizi("explain", decided, "--line", "F1/1")
    assert said.code == 0
    assert "The reference price is 150.00 DH" in said.out
    assert "General assembly of 10 January 2026, resolution 3" in said.out
    assert (
        "200.00 DH billed = 120.00 DH paid + 50.00 DH recognised by no payer + 30.00 DH member's own share." in said.out
    )


@pytest.mark.parametrize(("lang", "word"), [("ar", "المفوتر"), ("fr", "facturés"), ("en", "billed")])
def test_it_is_told_in_three_languages(tiwizi: Tiwizi, decided: Path, lang: str, word: str) -> None:
    assert word in tiwizi("explain", decided, "--line", "F1/2", "--lang", lang).out


def test_a_machine_gets_amounts_and_the_trail_in_codes(tiwizi: Tiwizi, decided: Path) -> None:
    told = tiwizi("explain", decided, "--line", "F1/2", "--json").json
    assert told["state"] == "reduced" and told["unit"] == "minor"
    assert told["billed"] == sum(told["paid"].values()) + told["reductions"] + told["share"] == 45_000
    assert [(entry["reason"], entry["clause"], entry["cut"]) for entry in told["trail"]] == [
        ("rate", "medicine", 13_500),
        ("ceiling", "medicine-year", 1_500),
    ]


def test_an_explanation_agrees_with_what_was_decided_before_it_in_the_household(tiwizi: Tiwizi, decided: Path) -> None:
    """The ceiling is used up by the household's earlier file."""
    assert tiwizi("explain", decided, "--line", "F2/1", "--json").json["paid"] == {"fund": 0}


def test_a_line_in_repair_says_why_and_the_way_out(tiwizi: Tiwizi, decided: Path) -> None:
    said = tiwizi("explain", decided, "--line", "F2/2")
    assert said.code == 2 and "31/02/2026" in said.err and "2026-01-31" in said.err


@pytest.mark.parametrize("line", ["F9/1", "F1", "", "/", "F1/1/1", "../../etc/passwd"])
def test_a_line_that_is_not_there_ends_with_2(tiwizi: Tiwizi, decided: Path, line: str) -> None:
    said = tiwizi("explain", decided, "--line", line)
    assert said.code == 2 and said.err.strip()


def test_a_line_in_repair_is_found_by_whatever_its_columns_are_called(
    tiwizi: Tiwizi, village: Path, tmp_path: Path
) -> None:
    rows = (village / "lines.csv").read_text().splitlines()
    rows = [",".join([cells[1], "x" * 200_000, *cells[2:], cells[0]]) for cells in (row.split(",") for row in rows[1:])]
    (village / "lines.csv").write_text("\n".join(["ligne,remarque,person,date,code,billed,dossier", *rows]))
    assert tiwizi(
        "adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", tmp_path / "out"
    ).code == 0  # fmt: skip
    said = tiwizi("explain", tmp_path / "out", "--line", "F2/2")
    assert said.code == 2 and "31/02/2026" in said.err


def test_an_identifier_commands_no_terminal(tiwizi: Tiwizi, decided: Path) -> None:
    said = tiwizi("explain", decided, "--line", "F1/\x1b[2J\x9b31m")
    assert said.code == 2 and "\x1b" not in said.err and "\x9b" not in said.err


def test_a_folder_that_is_no_run_ends_with_2(tiwizi: Tiwizi, village: Path) -> None:
    assert tiwizi("explain", village, "--line", "F1/1").code == 2


def test_a_run_whose_inputs_are_damaged_ends_with_2(tiwizi: Tiwizi, decided: Path) -> None:
    for file in (decided / "inputs").iterdir():
        file.write_bytes(file.read_bytes()[:200])
    said = tiwizi("explain", decided, "--line", "F1/1")
    assert said.code == 2 and "Traceback" not in said.err


@pytest.mark.parametrize("verb", ["explain", "redecide"])
@pytest.mark.parametrize("harm", ["a bit", "an end", "a file"])
def test_one_bit_of_the_kept_inputs_that_turned_is_noticed(
    tiwizi: Tiwizi, decided: Path, village: Path, tmp_path: Path, harm: str, verb: str
) -> None:
    (kept,) = (decided / "inputs").iterdir()
    content = bytearray(kept.read_bytes())
    if harm == "a file":
        kept.unlink()
    elif harm == "an end":
        kept.write_bytes(content[:-1])
    else:
        content[len(content) // 2] ^= 1
        kept.write_bytes(content)
    words = {
        "explain": ("--line", "F1/1"),
        "redecide": ("--tables", village, "--out", tmp_path / "again"),
    }[verb]
    said = tiwizi(verb, decided, *words)
    assert said.code == 2 and len(said.err.strip().splitlines()) == 1
    assert "inputs" in said.err and "tiwizi adjudicate" in said.err


def test_a_line_is_explained_without_the_kernel_which_a_busy_machine_compiles_for_minutes(decided: Path) -> None:
    code = (
        "import sys\nfrom tiwizi.doors.cli.main import app\n"
        f"app(['explain', {str(decided)!r}, '--line', 'F1/2'], standalone_mode=False)\n"
        "assert 'numba' not in sys.modules, 'explain loads numba'"
    )
    said, wrong = python("-c", code).communicate(timeout=60)
    assert "The ceiling of 300.00 DH" in said and not wrong


@pytest.mark.parametrize("file", ["run.json", "totals.json", "repair.csv", "plan.toml", "inputs/inputs.arrow"])
@pytest.mark.parametrize("verb", [("explain", "--line", "F2/2"), ("summary",)])
def test_a_pipe_in_a_run_is_not_waited_for(decided: Path, file: str, verb: tuple[str, ...]) -> None:
    (decided / file).unlink()
    os.mkfifo(decided / file)
    process = start(verb[0], decided, *verb[1:])
    process.communicate(timeout=60)
    untouched = {"explain": ("totals.json",), "summary": ("repair.csv", "inputs/inputs.arrow")}[verb[0]]
    assert process.returncode == 2 or file in untouched


def test_a_receipt_that_is_nonsense_is_no_run(tiwizi: Tiwizi, decided: Path) -> None:
    for nonsense in ("", "[]", "null", json.dumps({"command": "generate"})):
        (decided / "run.json").write_text(nonsense)
        assert tiwizi("explain", decided, "--line", "F1/1").code == 2


@pytest.mark.parametrize("verb", [("explain", "--line", "F1/1"), ("summary",)])
def test_a_run_whose_plan_is_another_by_now_explains_nothing(
    tiwizi: Tiwizi, decided: Path, verb: tuple[str, ...]
) -> None:
    plan = decided / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace('rate = "80%"', 'rate = "90%"'), encoding="utf-8")
    said = tiwizi(verb[0], decided, *verb[1:])
    assert said.code == 2 and "tiwizi adjudicate" in said.err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b"table,reason\nlines,x\n", b'"'])
def test_a_repair_file_that_somebody_spoilt_ends_with_2(tiwizi: Tiwizi, decided: Path, content: bytes) -> None:
    (decided / "repair.csv").write_bytes(content)
    assert tiwizi("explain", decided, "--line", "F2/2").code == 2
