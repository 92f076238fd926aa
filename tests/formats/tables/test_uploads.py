"""Whatever a stranger hands in ends soon in a table or a plain message, and harms only the process that reads it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from tests.formats.tables.workbook import HOSTILE, PEOPLE, ROWS, parts_of, write_book, zipped

from tiwizi.formats.tables import TableError, confined
from tiwizi.formats.tables.confined import Limits
from tiwizi.formats.tables.source import Source, read_source
from tiwizi.locale import LANGUAGES

#: How many spoilt files: 10,000 of each kind in ``make soak``.
MANY = 10_000 if os.environ.get("TIWIZI_SOAK") else 60
CSV = "\n".join([",".join(PEOPLE), *(",".join(row) for row in ROWS[1:])]).encode()


def _read(path: Path) -> Source | TableError:
    try:
        return read_source(path, "people", uploaded=True)
    except TableError as refused:
        assert all(refused.message(lang) and refused.way_out(lang) for lang in LANGUAGES)
        return refused


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_book(tmp_path_factory.mktemp("honest") / "people.xlsx", {"Feuil1": ROWS})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_or_read(honest: Path, tmp_path: Path, name: str) -> None:
    spoil, key = HOSTILE[name]
    path = tmp_path / "people.xlsx"
    path.write_bytes(spoil(parts_of(honest)))
    found = _read(path)
    assert found.key == key if isinstance(found, TableError) else (key, found.rows) == ("", len(ROWS) - 1)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (CSV.decode().encode("utf-16"), "utf16"),
        (b"\xef\xbb\xbf" + CSV, ""),
        (CSV.decode().encode("cp1256"), ""),
        (CSV + b"\n" * 1_000_000, ""),
        (CSV + b"\n,,,," * 1_000_000, ""),
        (zipped({"people.csv": CSV}), "workbook_as_csv"),
    ],
    ids=["utf-16", "mark", "cp1256", "a million blank lines", "a million blank rows", "archive"],
)
def test_a_csv_file_of_any_make_is_refused_or_read(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    found = _read(path)
    assert found.key == key if isinstance(found, TableError) else (key, found.rows) == ("", len(ROWS) - 1)


def spoilt(data: bytes, chance: np.random.Generator, spare: int = 0) -> bytes:
    """Bytes changed, cut out, doubled, or put in from elsewhere; the first `spare` bytes stay as they are."""
    spoilt = bytearray(data)
    for _ in range(1 + chance.poisson(2)):
        at = int(chance.integers(min(spare, len(spoilt)), len(spoilt) + 1))
        end = min(at + int(chance.integers(0, 40)), len(spoilt))
        piece = bytes(spoilt[at:end])
        other = bytes(chance.integers(0, 256, chance.integers(0, 6), dtype=np.uint8))
        spoilt[at:end] = (piece * 2, b"", other, b'"', b"\n", b"<c r='ZZ9'>")[chance.integers(0, 6)]
    return bytes(spoilt)


def _holds_together(found: Source | TableError) -> None:
    if isinstance(found, Source):
        everything = np.arange(found.rows)
        assert {len(cells) for cells in found.original(everything).values()} == {found.rows}
        assert len(set(found.lines(everything).tolist())) == found.rows


@pytest.mark.soak
def test_no_spoilt_csv_file_ends_in_anything_but_rows_or_a_message(tmp_path: Path) -> None:
    chance, path = np.random.default_rng(16), tmp_path / "people.csv"
    for _ in range(MANY):
        path.write_bytes(spoilt(CSV, chance))
        _holds_together(_read(path))


@pytest.mark.soak
def test_no_spoilt_workbook_ends_in_anything_but_rows_or_a_message(honest: Path, tmp_path: Path) -> None:
    """Half of them are spoilt within their parts, so that the archive is whole and what it holds is not."""
    chance, path, parts = np.random.default_rng(17), tmp_path / "people.xlsx", parts_of(honest)
    whole = honest.read_bytes()
    within = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
    for turn in range(MANY):
        name = within[turn // 2 % len(within)]
        path.write_bytes(zipped(parts | {name: spoilt(parts[name], chance)}) if turn % 2 else spoilt(whole, chance))
        _holds_together(_read(path))


# -- the helper ------------------------------------------------------------------------------------------------------


def _helper() -> int:
    return confined._idle[-1].pid


def test_a_helper_is_kept_and_reads_the_next_file(honest: Path) -> None:
    _read(honest)
    helper = _helper()
    for _ in range(5):
        assert isinstance(_read(honest), Source)
    assert _helper() == helper


def test_a_helper_that_was_killed_is_replaced(honest: Path) -> None:
    _read(honest)
    helper = _helper()
    os.kill(helper, signal.SIGKILL)
    os.waitpid(helper, os.WNOHANG)
    time.sleep(0.2)
    assert isinstance(_read(honest), Source)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "people.csv"
    path.write_bytes(CSV + b'\n"P\n",H1,member,1980-01-31,"Fatima"' * 900_000)
    return path


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (Limits(longest=0.3), "too_long"),
        (Limits(seconds=1), "too_long"),
        (Limits(memory=20 << 20), "too_much_memory"),
    ],
)
def test_a_file_that_takes_too_much_is_given_up(large: Path, limits: Limits, key: str) -> None:
    with pytest.raises(TableError) as refused:
        confined.read(large, "people", limits)
    assert refused.value.key == key


def test_the_process_that_reads_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, honest: Path) -> None:
    monkeypatch.setenv("TIWIZI_SECRET", "of ours")
    confined._end_all()
    _read(honest)
    environment = Path(f"/proc/{_helper()}/environ")
    if not environment.exists():
        pytest.skip("this system does not show the environment of a process")
    assert b"of ours" not in environment.read_bytes()


def test_nothing_is_left_behind(honest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    _read(honest)
    (tmp_path / "people.xlsx").write_bytes(b"PK\x03\x04")
    _read(tmp_path / "people.xlsx")
    assert list((tmp_path / "temporary").iterdir()) == []
