"""``tiwizi serve``: the desk in a browser, and a worker that does what people set off there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from tiwizi import doors
from tiwizi.doors.cli.kernel_cache import VARIABLE as KERNEL_CACHE
from tiwizi.doors.cli.open_records import open_records, refusals_as_messages, where
from tiwizi.doors.cli.secret import find_secret
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.doors.turns import AT_ONCE


@speaks
def serve(
    voice: Voice,
    *,
    database: Annotated[
        str, typer.Option("--database", metavar="DB", envvar="TIWIZI_DATABASE", help=explained("database"))
    ] = "tiwizi.sqlite3",
    host: Annotated[str, typer.Option("--host", help=explained("host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help=explained("port"))] = 8000,
    processes: Annotated[int, typer.Option("--processes", min=1, help=explained("processes"))] = 1,
    workers: Annotated[int, typer.Option("--workers", min=0, help=explained("desk_workers"))] = 1,
) -> None:
    prepare(database, host=host, port=port)
    with refusals_as_messages(voice.lang):
        _refuse_old_tables()
    gather_static()
    voice.say("serving", address=os.environ["TIWIZI_ADDRESS"], database=where())
    with crew(workers):
        answer(host=host, port=port, processes=processes)


def prepare(database: str, *, host: str, port: int) -> None:
    """The environment of the desk: its secret, its address, where its styles and fonts go. Opens the records."""
    find_secret(database)
    os.environ["TIWIZI_DATABASE"] = database
    os.environ.setdefault(
        "TIWIZI_ADDRESS", f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    )
    kept = Path(os.environ[KERNEL_CACHE]).parent
    os.environ.setdefault("TIWIZI_STATIC", str(kept / f"static-{_digest_of_static()}"))
    open_records(database)


def _refuse_old_tables() -> None:
    from tiwizi.records.database.schema import missing_migrations

    if missing := missing_migrations():
        raise Stop("tables_are_old", count=len(missing), database=where())


def _digest_of_static() -> str:
    """Of the styles, scripts and fonts: desks of other versions on the same machine have a folder of their own."""
    digest = sha256("".join(version(package) for package in ("django-allauth", "django-htmx")).encode())
    for file in sorted(Path(doors.__path__[0]).glob("*/static/**/*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def gather_static() -> None:
    """Styles, scripts and fonts under names that say their content, compressed, so that browsers keep them.

    Once for each wording of them: desks that begin at the same moment wait for the one that gathers.
    """
    from django.core.management import call_command

    folder = Path(os.environ["TIWIZI_STATIC"])
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f".{_digest_of_static()}"
    with (folder / ".gathering").open("w") as gathering:
        flock(gathering, LOCK_EX)
        if not done.exists():
            call_command("collectstatic", interactive=False, verbosity=0)
            done.touch()


@contextmanager
def crew(workers: int) -> Iterator[None]:
    """So many processes that do what people set off; they end with the desk."""
    hired = [subprocess.Popen([sys.executable, "-m", "tiwizi", "worker"]) for _ in range(workers)]
    try:
        yield
    finally:
        for worker in hired:
            worker.terminate()
        for worker in hired:
            worker.wait()


def answer(*, host: str, port: int, processes: int) -> None:
    """Answer requests until the process is told to stop."""
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()  # the processes that answer open their own
    Granian(
        "tiwizi.site.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=processes,
        blocking_threads=AT_ONCE, websockets=False, log_level=LogLevels.error, respawn_failed_workers=True,
    ).serve()  # fmt: skip
