"""A disk that is full, or may not be written, ends an act with a plain message and no half of it; then it goes on (F6).

The limit is one on the size of files, which the system sets a process as a quota does.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from tests.databases import as_whom, new_server, start_server
from tests.soak.conftest import many
from tests.soak.crew import CHECKOUT
from tests.soak.test_postgresql_stops import CAREFUL

from tiwizi.doors.cli.voice import UNUSABLE

_DO = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from tiwizi.doors.cli.main import run
run()
"""


PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
#: Bytes of a file of PostgreSQL's log of changes.
WAL = 16 << 20


def tiwizi(
    word: str, *words: str, room: int = resource.RLIM_INFINITY, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, in a process whose files may not grow beyond ``room`` bytes."""
    environment = os.environ | {"TIWIZI_DATABASE": word, "PYTHONPATH": str(CHECKOUT / "src"), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-c", _DO, str(room), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=before,
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


def test_a_database_that_may_not_be_written_is_said(sqlite: str) -> None:
    """Root, to whom every file may be written, does this without that right of its."""
    assert tiwizi(sqlite, "user", "first", "anna", "idir").returncode == 0
    with closing(sqlite3.connect(sqlite)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    Path(sqlite).chmod(stat.S_IRUSR)
    said = tiwizi(sqlite, "user", "create", "u", "--name", "U", "--as", "anna", before=_as_anybody)
    assert said.returncode == UNUSABLE and "Traceback" not in said.stderr, said.stderr
    assert _sound(sqlite) == 2


def _as_anybody() -> None:
    """What is started from here on asks the permissions of files, also where root starts it."""
    if os.geteuid() == 0:
        for right in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, right, 0, 0, 0) == 0


def test_a_full_disk_leaves_no_half_of_an_act_on_postgresql(tmp_path: Path) -> None:
    """The server's processes may write no further: where that is its log of changes, it stops, is started again, as
    whoever runs it does once there is room, and recovers."""
    server = Server()
    word = f"postgresql://tiwizi@/mutual?host={server.folder}"
    try:
        server.ask("postgres", "CREATE DATABASE mutual")
        assert tiwizi(word, "migrate").returncode == 0
        assert tiwizi(word, "user", "first", "anna", "idir").returncode == 0
        done, points = 2, many(test=2, soak=30)
        for point in range(points):
            server.limit(str(WAL * point // points))
            said = tiwizi(word, "user", "create", f"u{point}", "--name", "U", "--as", "anna")
            assert said.returncode in (0, UNUSABLE) and "Traceback" not in said.stderr, said.stderr
            done += said.returncode == 0
            server.limit("unlimited")
            assert server.users() == done
        assert tiwizi(word, "user", "create", "after", "--name", "A", "--as", "anna").returncode == 0
        assert server.users() == done + 1
        assert tiwizi(word, "verify").returncode == 0
        print(f"{points + 2 - done} of {points} acts met a full disk, the server stopped {server.stops} times")
        assert done < points + 2, "no act met a full disk"
    finally:
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(30)


class Server:
    """A PostgreSQL whose processes may be kept from writing, and that is started again where that ends it."""

    def __init__(self) -> None:
        self.folder = new_server()
        self.process = start_server(self.folder, CAREFUL)
        self.stops = 0

    def limit(self, room: str) -> None:
        """How far the processes that it starts from here on may write; told by whom it runs as."""
        words = ["prlimit", f"--pid={self.process.pid}", f"--fsize={room}:unlimited"]
        if self.process.poll() is None:
            subprocess.run(words, check=False, capture_output=True, **as_whom())

    def ask(self, name: str, question: str) -> Any:
        with psycopg.connect(host=str(self.folder), user="tiwizi", dbname=name, autocommit=True) as server:
            cursor = server.execute(question.encode())
            return cursor.fetchone() if cursor.description else None

    def users(self) -> int:
        """How many there are, once it answers; the trail says the same."""
        problem: Exception | None = None
        for _ in range(300):
            if self.process.poll() is not None:
                self.process, self.stops = start_server(self.folder, CAREFUL), self.stops + 1
            try:
                users, events = self.ask("mutual", _COUNTS)
                assert users == events + 1  # the first event is of two
                return int(users)
            except psycopg.OperationalError as unanswered:
                problem = unanswered
                time.sleep(0.1)
        raise AssertionError(f"{problem}\n{(self.folder / 'log').read_text()}")


_COUNTS = "SELECT (SELECT COUNT(*) FROM people_user), (SELECT COUNT(*) FROM trail_event)"


def _sound(word: str) -> int:
    """How many users there are, in a database whose pages hang together and whose trail says the same."""
    with closing(sqlite3.connect(word)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        users = int(database.execute("SELECT COUNT(*) FROM people_user").fetchone()[0])
        events = int(database.execute("SELECT COUNT(*) FROM trail_event").fetchone()[0])
    assert users == events + 1  # the first event is of two
    return users
