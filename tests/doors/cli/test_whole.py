"""An output folder is there whole, or not at all."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.doors.cli.conftest import python

from tiwizi.doors.cli.voice import Stop
from tiwizi.doors.cli.whole import read_receipt, whole_folder, write_receipt


def _write(out: Path, words: str, *, force: bool = False) -> None:
    with whole_folder(out, force=force) as folder:
        (folder / "words.txt").write_text(words)
        write_receipt(folder, {"command": "test"})


def test_a_folder_appears_under_its_name_once_it_is_complete(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out", force=False) as folder:
        (folder / "a.txt").write_text("a")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "a.txt"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out", force=False) as folder:
        (folder / "a.txt").write_text("a")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_refused_unless_forced(tmp_path: Path) -> None:
    _write(tmp_path / "out", "first")
    with pytest.raises(Stop, match="out_exists"):
        _write(tmp_path / "out", "second")
    assert (tmp_path / "out/words.txt").read_text() == "first"
    _write(tmp_path / "out", "second", force=True)
    assert (tmp_path / "out/words.txt").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_no_command_made_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    with pytest.raises(Stop, match="out_is_not_ours"):
        _write(tmp_path / "home", "x", force=True)
    assert (tmp_path / "home/letter.txt").read_text() == "dear"


@pytest.mark.parametrize("receipt", ["", "{}", "[]", '{"command": 1}', "[" * 100_000])
def test_a_file_that_is_only_called_as_our_receipt_makes_no_folder_ours(tmp_path: Path, receipt: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/run.json").write_text(receipt)
    with pytest.raises(Stop, match="out_is_not_ours"):
        _write(tmp_path / "home", "x", force=True)
    with pytest.raises(Stop, match="not_an_output"):
        read_receipt(tmp_path / "home", of=("adjudicate",))


def test_work_goes_where_a_link_leads_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("far")
    _write(tmp_path / "link", "first")
    _write(tmp_path / "link", "second", force=True)
    assert (tmp_path / "far/words.txt").read_text() == "second" and (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["far", "link"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    _write(tmp_path / "out", "first")
    assert (tmp_path / "out/words.txt").read_text() == "first"


def test_a_failure_keeps_what_was_to_be_replaced(tmp_path: Path) -> None:
    _write(tmp_path / "out", "first")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out", force=True):
        raise RuntimeError
    assert (tmp_path / "out/words.txt").read_text() == "first"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match="cannot_write"):
        _write(tmp_path / "file" / "out", "x")


def test_a_receipt_of_another_command_is_not_taken_for_this_one(tmp_path: Path) -> None:
    _write(tmp_path / "out", "first")
    assert read_receipt(tmp_path / "out", of=("test",))["command"] == "test"
    with pytest.raises(Stop, match="not_an_output"):
        read_receipt(tmp_path / "out", of=("adjudicate",))


KILLED = """
import sys, time
from pathlib import Path
from tiwizi.doors.cli.whole import whole_folder
with whole_folder(Path(sys.argv[1]), force=True) as folder:
    (folder / "half.txt").write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_killed_run_leaves_no_output_and_the_next_one_sweeps_its_remains(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = python("-c", KILLED, out)
    assert run.stdout is not None and run.stdout.readline() == "writing\n"
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not out.exists()
    assert len(list(tmp_path.iterdir())) == 1, "the hidden remains of the killed run"
    _write(out, "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_that_is_still_writing_is_not_swept_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = python("-c", KILLED, out)
    try:
        assert run.stdout is not None and run.stdout.readline() == "writing\n"
        _write(out, "whole")
        assert len(list(tmp_path.glob(".out.partial-*"))) == 1
    finally:
        run.kill()
        run.wait()
