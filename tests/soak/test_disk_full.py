"""A disk that is full, or may not be written, ends an act with a plain message and no half of it; then it goes on (F6).

The limit is one on the size of files, which the system sets a process as a quota does.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.soak.conftest import many
from tests.soak.crew import CHECKOUT

from tiwizi.doors.cli.voice import UNUSABLE

_DO = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from tiwizi.doors.cli.main import run
run()
"""


def tiwizi(word: str, *words: str, room: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    """The command, in a process whose files may not grow beyond ``room`` bytes."""
    environment = os.environ | {"TIWIZI_DATABASE": word, "PYTHONPATH": str(CHECKOUT / "src"), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-c", _DO, str(room), *words], env=environment, capture_output=True, text=True, timeout=120
    )


def test_a_full_disk_leaves_no_half_of_an_act(sqlite: str) -> None:
    assert tiwizi(sqlite, "user", "first", "anna", "idir").returncode == 0
    size, done = Path(sqlite).stat().st_size, 2
    for point in range(many(test=4, soak=30)):
        room = size * point // 30 + 512 * point  # also less than is there: then nothing can be written at all
        said = tiwizi(sqlite, "user", "create", f"u{point}", "--name", "U", "--as", "anna", room=room)
        assert said.returncode in (0, UNUSABLE) and "Traceback" not in said.stderr, said.stderr
        done += said.returncode == 0
        if said.returncode:
            assert "left nothing behind" in said.stderr
        assert _sound(sqlite) == done
    assert tiwizi(sqlite, "user", "create", "after", "--name", "A", "--as", "anna").returncode == 0
    assert _sound(sqlite) == done + 1
    assert tiwizi(sqlite, "verify").returncode == 0


def test_a_backup_for_which_there_is_no_room_leaves_nothing(sqlite: str, tmp_path: Path) -> None:
    assert tiwizi(sqlite, "user", "first", "anna", "idir").returncode == 0
    size = Path(sqlite).stat().st_size
    for point in range(many(test=3, soak=30)):
        copy = tmp_path / f"copy-{point}"
        said = tiwizi(sqlite, "backup", str(copy), room=size * point // 31)
        assert said.returncode == UNUSABLE and "Traceback" not in said.stderr, said.stderr
        assert not copy.exists() and not list(tmp_path.glob(".copy-*"))
    assert tiwizi(sqlite, "backup", str(tmp_path / "copy")).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="to root every file may be written")
def test_a_database_that_may_not_be_written_is_said(sqlite: str) -> None:
    assert tiwizi(sqlite, "user", "first", "anna", "idir").returncode == 0
    Path(sqlite).chmod(stat.S_IRUSR)
    said = tiwizi(sqlite, "user", "create", "u", "--name", "U", "--as", "anna")
    assert said.returncode == UNUSABLE and "Traceback" not in said.stderr


def _sound(word: str) -> int:
    """How many users there are, in a database whose pages hang together and whose trail says the same."""
    with closing(sqlite3.connect(word)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        users = int(database.execute("SELECT COUNT(*) FROM people_user").fetchone()[0])
        events = int(database.execute("SELECT COUNT(*) FROM trail_event").fetchone()[0])
    assert users == events + 1  # the first event is of two
    return users
