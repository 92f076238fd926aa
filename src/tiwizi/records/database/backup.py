"""A copy of all records as they were at one moment, taken while people work, and the way back from it.

SQLite: its online copy, a file that can be opened as it is. PostgreSQL: pg_dump of one snapshot, in its custom format.
Either takes its name when it is whole and on the disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

from django.db import connection, transaction

from tiwizi.records.database.files import sync

#: The end of the trail, which whoever restores is told: its position and hash. The chain is told in records/trail.
LastEvent = tuple[int, bytes]
_LAST_EVENT = "SELECT position, hash FROM trail_event ORDER BY position DESC LIMIT 1"
_OWNERLESS = ("--no-owner", "--no-privileges")  # who restores it need not be who took it
#: How a PostgreSQL backup of the custom format begins, and how a SQLite file does.
_DUMP, _SQLITE = b"PGDMP", b"SQLite format 3\0"


Why = Literal["no_tool", "tool_fails", "not_empty", "no_backup", "damaged"]


class BackupFails(Exception):
    """Why a copy could not be taken or taken back: a key of cli.toml, and what the tool said."""

    def __init__(
        self, key: Literal["no_tool", "tool_fails", "not_empty", "no_backup", "damaged"], why: str = ""
    ) -> None:
        super().__init__(key, why)
        self.key, self.why = key, why


def back_up(path: Path) -> LastEvent:
    """Write a backup; the last event of its trail, to be noted elsewhere. Raises BackupFails, OSError."""
    with _whole_file(path) as partial:
        taken = (_copy_sqlite if connection.vendor == "sqlite" else _dump_postgresql)(partial)
    return taken


def restore(path: Path) -> LastEvent:
    """Fill an empty database from a backup; the last event of its trail. Raises BackupFails, OSError."""
    with path.open("rb") as backup:
        begins = backup.read(len(_SQLITE))
    wanted = _SQLITE if connection.vendor == "sqlite" else _DUMP
    if not begins.startswith(wanted):
        raise BackupFails("no_backup")
    (_put_back_sqlite if connection.vendor == "sqlite" else _fill_postgresql)(path)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_EVENT)
        return _last_event(cursor.fetchone())


# -- SQLite --------------------------------------------------------------------------------------------------------


def _copy_sqlite(path: Path) -> LastEvent:
    """All pages in one step: in WAL a reader disturbs no writer, and is disturbed by none."""
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    except sqlite3.Error as problem:
        raise BackupFails("tool_fails", f"sqlite: {problem}") from None
    return _sound(path)


def _sound(path: Path) -> LastEvent:
    """The last event of a database whose pages hang together. Raises BackupFails."""
    try:
        with closing(sqlite3.connect(path)) as database:
            said = database.execute("PRAGMA quick_check").fetchone()[0]
            last = database.execute(_LAST_EVENT).fetchone()
    except sqlite3.DatabaseError as problem:
        raise BackupFails("damaged", str(problem)) from None
    if said != "ok":
        raise BackupFails("damaged", said)
    return _last_event(last)


def _last_event(row: tuple[int, bytes] | None) -> LastEvent:
    return (row[0], bytes(row[1])) if row else (0, bytes(32))


def _put_back_sqlite(path: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    if target.exists():
        raise BackupFails("not_empty")
    with _whole_file(target) as partial:
        shutil.copyfile(path, partial)
        _sound(partial)


# -- PostgreSQL ----------------------------------------------------------------------------------------------------


def _dump_postgresql(path: Path) -> LastEvent:
    """pg_dump reads the snapshot in which the last event was asked: what is written meanwhile is in neither."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        cursor.execute(_LAST_EVENT)
        taken = _last_event(cursor.fetchone())
        _run(
            "pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", "--file", str(path)
        )
    return taken


def _fill_postgresql(path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise BackupFails("not_empty")
    name = str(connection.settings_dict["NAME"])
    _run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "-d", name, str(path)
    )


def _run(tool: str, *words: str) -> None:
    """One of PostgreSQL's own tools, told of the database by its environment. Raises BackupFails."""
    if shutil.which(tool) is None:
        raise BackupFails("no_tool", tool)
    done = subprocess.run([tool, *words], env=_environment(connection.settings_dict), capture_output=True, text=True)
    if done.returncode:
        raise BackupFails("tool_fails", f"{tool}: {done.stderr.strip()}")


def _environment(told: Mapping[str, Any]) -> dict[str, str]:
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    named = {variable: str(told[name]) for variable, name in names.items() if told[name]}
    options = {f"PG{name.upper()}": str(value) for name, value in told["OPTIONS"].items() if name.startswith("ssl")}
    return {**os.environ, **named, **options}


# -- the file ------------------------------------------------------------------------------------------------------


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """A file to write, which takes its name once it is whole and on the disk, and never another's."""
    if path.exists():
        raise FileExistsError(17, os.strerror(17), str(path))
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds people's lives
    try:
        yield partial
        sync(partial)
        os.link(partial, path)  # refuses where somebody else has taken the name meanwhile
        sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)
