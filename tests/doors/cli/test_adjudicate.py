"""``tiwizi adjudicate``: a folder of tables becomes a folder of decisions, whole, or one message says why not."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.doors.cli.conftest import Said, Tiwizi, edit, start
from xlsxwriter import Workbook

from tiwizi.doors.cli import read_tables


def _adjudicate(tiwizi: Tiwizi, village: Path, *more: object) -> Said:
    return tiwizi(
        "adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", village.parent / "out", *more
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_rows_in_are_decided_or_to_repair_and_the_sums_hold(decided: Path) -> None:
    run = json.loads((decided / "run.json").read_text())
    assert run["rows"]["lines"] == {"rows": 4, "accepted": 3, "repair": 1}
    assert run["billed"] == run["paid"] + run["reductions"] + run["share"] == 71_000
    assert pq.read_table(decided / "decisions.parquet").num_rows == 3
    with (decided / "repair.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["table"], row["line_number"], row["field"]) for row in csv.DictReader(file)] == [
            ("lines", "5", "date")
        ]


def test_an_output_keeps_what_it_was_decided_by(decided: Path, village: Path) -> None:
    assert (decided / "plan.toml").read_bytes() == (village / "plan.toml").read_bytes()
    assert {path.name for path in decided.iterdir()} == {
        "decisions.parquet", "repair.csv", "run.json", "totals.json", "plan.toml", "inputs",
    }  # fmt: skip


def test_a_plan_of_a_pack_keeps_its_law_and_tariffs(tiwizi: Tiwizi, tmp_path: Path) -> None:
    assert tiwizi("generate", "--members", 30, "--files", 60, "--out", tmp_path / "tables").code == 0
    said = tiwizi("adjudicate", "--plan", "ma/public", "--tables", tmp_path / "tables", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert (tmp_path / "out" / "law.toml").is_file() and len(list((tmp_path / "out" / "tariffs").iterdir())) == 4


def test_a_machine_gets_the_counts_and_nothing_else(tiwizi: Tiwizi, village: Path) -> None:
    said = _adjudicate(tiwizi, village, "--json")
    assert said.json["states"] == {"reduced": 3} and said.json["unit"] == "minor" and said.err == ""


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_result_is_told_in_three_languages(tiwizi: Tiwizi, village: Path, lang: str) -> None:
    said = _adjudicate(tiwizi, village, "--lang", lang)
    assert {"ar": "الصندوق", "fr": "La caisse", "en": "The fund"}[lang] in said.out


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_decisions_come_as_csv_or_spreadsheet_on_request(tiwizi: Tiwizi, village: Path, format: str) -> None:
    assert _adjudicate(tiwizi, village, "--format", format).code == 0
    file = village.parent / "out" / f"decisions.{format}"
    assert zipfile.is_zipfile(file) if format == "xlsx" else len(file.read_text().splitlines()) == 4
    assert (village.parent / "out" / "repair.xlsx").exists() == (format == "xlsx")


def test_two_runs_give_the_same_bytes(tiwizi: Tiwizi, village: Path, decided: Path) -> None:
    assert _adjudicate(tiwizi, village, "--threads", 2).code == 0
    assert _files(village.parent / "out") == _files(decided)


def test_two_processes_give_the_bytes_of_one(tiwizi: Tiwizi, tmp_path: Path) -> None:
    tiwizi("generate", "--members", 40, "--files", 80, "--out", tmp_path / "tables")
    words = ("adjudicate", "--plan", "ma/public", "--tables", tmp_path / "tables", "--out")
    assert tiwizi(*words, tmp_path / "one").code == 0
    assert tiwizi(*words, tmp_path / "two", "--workers", 2).code == 0
    assert _files(tmp_path / "two") == _files(tmp_path / "one")


def test_an_output_that_is_there_is_refused_unless_forced(tiwizi: Tiwizi, village: Path) -> None:
    assert _adjudicate(tiwizi, village).code == 0
    said = _adjudicate(tiwizi, village)
    assert said.code == 2 and "--force" in said.err
    edit(village / "lines.csv", "CONS,200.00", "CONS,100.00")
    assert _adjudicate(tiwizi, village, "--force").code == 0
    assert json.loads((village.parent / "out/run.json").read_text())["billed"] == 61_000


# Mistakes of a person: one message, no traceback, nothing written


def test_a_plan_with_errors_ends_with_1(tiwizi: Tiwizi, village: Path) -> None:
    edit(village / "plan.toml", 'rate = "80%"', 'rate = "180%"')
    said = _adjudicate(tiwizi, village)
    assert said.code == 1 and "plan.toml:" in said.err and not (village.parent / "out").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--format", "pdf"), ("--engine", "steam"), ("--workers", "0"), ("--threads", "-1"), ("--amounts-in", "euros")],
)
def test_an_option_out_of_range_ends_with_2_and_says_what_it_may_be(
    tiwizi: Tiwizi, village: Path, option: str, value: str
) -> None:
    said = _adjudicate(tiwizi, village, option, value)
    assert said.code == 2 and option in said.err and not (village.parent / "out").exists()


def test_a_folder_that_is_not_there_ends_with_2(tiwizi: Tiwizi, village: Path) -> None:
    said = tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", "nowhere", "--out", village.parent / "out")
    assert said.code == 2 and "nowhere" in said.err


def test_a_missing_table_ends_with_2_and_is_named(tiwizi: Tiwizi, village: Path) -> None:
    (village / "cover.csv").unlink()
    said = _adjudicate(tiwizi, village)
    assert said.code == 2 and "cover" in said.err


HOSTILE = {
    "empty": b"",
    "zeros": bytes(5_000),
    "noise": bytes(np.random.default_rng(1).integers(0, 256, 20_000, dtype=np.uint8)),
    "a spreadsheet": b"PK\x03\x04" + bytes(200),
    "parquet cut short": b"PAR1" + bytes(100),
    "one endless line": b"claim,line," + b"x" * 3_000_000,
    "headings only of another": b"a,b,c\n1,2,3\n",
    "a quote that never ends": b'claim,line,person,date,code,billed\n"F1,1,fatima,2026-03-02,CONS,1\n' * 50,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_whatever_a_table_holds_it_gets_one_message_or_goes_to_repair(
    tiwizi: Tiwizi, village: Path, content: bytes, ending: str
) -> None:
    (village / "lines.csv").unlink()
    (village / f"lines.{ending}").write_bytes(content)
    said = _adjudicate(tiwizi, village)
    if said.code == 0:
        counts = json.loads((village.parent / "out/run.json").read_text())["rows"]["lines"]
        assert counts["rows"] == counts["accepted"] + counts["repair"]
    else:
        assert said.code == 2 and said.err.strip() and "Traceback" not in said.err
        assert not (village.parent / "out").exists()


def test_a_table_is_decided_alike_as_csv_and_as_workbook(tiwizi: Tiwizi, village: Path) -> None:
    before = _adjudicate(tiwizi, village, "--json").json
    with (village / "lines.csv").open(encoding="utf-8", newline="") as file, Workbook(village / "lines.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(csv.reader(file)):
            sheet.write_row(at, 0, row)
    (village / "lines.csv").unlink()
    after = _adjudicate(tiwizi, village, "--json", "--force").json
    assert {"billed", "lines"} & set(after)
    assert {k: v for k, v in after.items() if k != "seconds"} == {k: v for k, v in before.items() if k != "seconds"}


# Amounts in the wrong magnitude


def _in_centimes(village: Path) -> None:
    rows = ["claim,line,person,date,code,billed", *(f"F1,{n},fatima,2026-03-02,CONS,15000" for n in range(1, 13))]
    (village / "lines.csv").write_text("\n".join(rows) + "\n")


def test_centimes_read_as_dirhams_end_with_3_where_nobody_can_be_asked(tiwizi: Tiwizi, village: Path) -> None:
    _in_centimes(village)
    said = _adjudicate(tiwizi, village)
    assert said.code == 3 and "--amounts-in minor" in said.err and not (village.parent / "out").exists()


@pytest.mark.parametrize(("unit", "billed"), [("minor", 180_000), ("major", 18_000_000)])
def test_the_option_answers_the_question(tiwizi: Tiwizi, village: Path, unit: str, billed: int) -> None:
    _in_centimes(village)
    assert _adjudicate(tiwizi, village, "--amounts-in", unit, "--json").json["billed"] == billed


def test_at_a_terminal_the_question_is_asked_until_it_is_answered(
    tiwizi: Tiwizi, village: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_centimes(village)
    monkeypatch.setattr(read_tables, "someone_is_there", lambda: True)
    said = tiwizi(
        "adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", village.parent / "out",
        input="dollars\nminor\n",
    )  # fmt: skip
    assert said.code == 0
    assert json.loads((village.parent / "out/run.json").read_text())["billed"] == 180_000


# Interruptions


@pytest.fixture
def large(village: Path) -> Path:
    """So many lines that a run lasts long enough to be stopped."""
    n = 300_000
    pq.write_table(
        pa.table(
            {
                "claim": pa.array(["F1"] * n),
                "line": pa.array([str(i) for i in range(n)]),
                "person": pa.array(["fatima"] * n),
                "date": pa.array(["2026-03-02"] * n),
                "code": pa.array(["CONS"] * n),
                "billed": pa.array(["200.00"] * n),
            }
        ),
        village / "lines.parquet",
    )
    (village / "lines.csv").unlink()
    return village


STOPS = {signal.SIGINT: (130, -2), signal.SIGTERM: (130, -15), signal.SIGKILL: (-9,)}


@pytest.mark.parametrize("how", STOPS)
def test_a_run_that_is_stopped_while_it_reads_writes_nothing(large: Path, how: signal.Signals) -> None:
    run = _start(large)
    time.sleep(1)
    run.send_signal(how)
    run.communicate(timeout=60)
    assert run.returncode in STOPS[how]
    assert not (large.parent / "out").exists()


@pytest.mark.parametrize("how", STOPS)
def test_a_run_that_is_stopped_while_it_writes_leaves_nothing_under_its_name(large: Path, how: signal.Signals) -> None:
    run = _start(large)
    while run.poll() is None and not list(large.parent.glob(".out.partial-*/*")):
        time.sleep(0.005)
    run.send_signal(how)
    _, err = run.communicate(timeout=60)
    assert run.returncode == STOPS[how][0] and "Traceback" not in err
    assert not (large.parent / "out").exists()
    if how != signal.SIGKILL:
        assert "Nothing was written" in err and not list(large.parent.glob(".out*"))


def _start(large: Path) -> subprocess.Popen[str]:
    out = large.parent / "out"
    return start("adjudicate", "--plan", large / "plan.toml", "--tables", large, "--out", out, "--format", "csv")
