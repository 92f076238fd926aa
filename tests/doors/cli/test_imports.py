"""``tiwizi import``: what others wrote becomes tables that ``tiwizi adjudicate`` takes as they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi

KINDS = ("openimis", "synthea", "medicines", "acts")


@pytest.mark.parametrize(("kind", "source"), [("openimis", "openimis/demo_db.sql"), ("synthea", "synthea")])
def test_a_fund_that_moves_over_is_decided_as_it_comes(
    tiwizi: Tiwizi, tmp_path: Path, outside_data: Callable[[str], Path], kind: str, source: str
) -> None:
    brought, out = tmp_path / "brought", tmp_path / "out"
    assert tiwizi("import", kind, outside_data(source), "--out", brought).code == 0
    assert tiwizi("plan", "check", brought / "plan.toml").code == 0
    told = tiwizi("adjudicate", "--plan", brought / "plan.toml", "--tables", brought, "--out", out, "--json").json
    lines = told["rows"]["lines"]
    assert lines["rows"] == lines["accepted"] + lines["repair"] > 0
    assert told["billed"] == told["paid"] + told["reductions"] + told["share"]


@pytest.mark.parametrize(
    ("kind", "source"), [("medicines", "ma/cnops_medicines_2014.csv"), ("acts", "ma/ngap_acts.csv")]
)
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_national_list_becomes_a_tariff(
    tiwizi: Tiwizi, tmp_path: Path, outside_data: Callable[[str], Path], kind: str, source: str, lang: str
) -> None:
    said = tiwizi("import", kind, outside_data(source), "--out", tmp_path / "brought", "--lang", lang)
    assert said.code == 0 and "tariff.csv" in said.out
    assert (tmp_path / "brought" / "tariff.csv").stat().st_size > 100_000


def test_a_machine_gets_the_report(tiwizi: Tiwizi, tmp_path: Path, outside_data: Callable[[str], Path]) -> None:
    source = outside_data("ma/cnops_medicines_2014.csv")
    report = tiwizi("import", "medicines", source, "--out", tmp_path / "brought", "--json").json["report"]
    assert report["rows_in"] == report["rows_out"] + report["to_repair"] == 5_917


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [b"", b"\x00" * 999, b"PAR1", b"a;b\n1;2\n", "صندوق".encode("cp1256")])
def test_a_file_of_something_else_gets_one_message_and_writes_nothing(
    tiwizi: Tiwizi, tmp_path: Path, kind: str, content: bytes
) -> None:
    (tmp_path / "source").write_bytes(content)
    said = tiwizi("import", kind, tmp_path / "source", "--out", tmp_path / "brought")
    assert said.code == 2 and said.err.strip() and "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_folder_gets_one_message(tiwizi: Tiwizi, tmp_path: Path, kind: str) -> None:
    (tmp_path / "source").mkdir()
    assert tiwizi("import", kind, tmp_path / "source", "--out", tmp_path / "brought").code == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_is_not_there_ends_with_2(tiwizi: Tiwizi, tmp_path: Path, kind: str) -> None:
    said = tiwizi("import", kind, tmp_path / "nowhere", "--out", tmp_path / "brought")
    assert said.code == 2 and "nowhere" in said.err


def test_an_unknown_currency_is_refused(tiwizi: Tiwizi, tmp_path: Path) -> None:
    (tmp_path / "dump.sql").write_text("")
    said = tiwizi("import", "openimis", tmp_path / "dump.sql", "--currency", "gold", "--out", tmp_path / "brought")
    assert said.code == 2 and "gold" in said.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("kind", ["openimis", "synthea", "medicines", "acts"])
def test_a_pipe_is_not_waited_for(tiwizi: Tiwizi, tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = tiwizi("import", kind, tmp_path / "pipe", "--out", tmp_path / "out")
    assert said.code == 2 and not (tmp_path / "out").exists()
