"""``tiwizi backup`` and ``tiwizi restore``: all records of one moment in a file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tiwizi.doors.cli.open_records import new_records, records, where
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks

Target = Annotated[Path, typer.Argument(metavar="FILE", help=explained("backup_file"))]


@speaks
@records
def backup(voice: Voice, file: Target) -> None:
    from tiwizi.records.database.backup import back_up

    with _failures(file), voice.progress("backing_up"):
        position, hash = back_up(file)
    _tell(voice, "backed_up", file, position, hash)


@speaks
@new_records
def restore(voice: Voice, file: Target) -> None:
    from tiwizi.records.database import backup as copies

    with _failures(file), voice.progress("restoring"):
        position, hash = copies.restore(file)
    _tell(voice, "restored", file, position, hash)


def _tell(voice: Voice, key: str, file: Path, position: int, hash: bytes) -> None:
    """``head``: the end of the trail, to be noted on paper: ``verify --head`` asks for it."""
    head = f"{position}:{hash.hex()}"
    voice.say(key, file=file, database=where(), head=head)
    voice.answer({"file": str(file), "database": where(), "head": head, "bytes": file.stat().st_size})


@contextmanager
def _failures(file: Path) -> Iterator[None]:
    from tiwizi.records.database.backup import BackupFails

    try:
        yield
    except BackupFails as problem:
        raise Stop(f"backup_{problem.key}", file=file, database=where(), why=problem.why) from None
    except FileExistsError:
        raise Stop("backup_exists", file=file) from None
    except OSError as problem:
        raise Stop("backup_unwritable", file=problem.filename or file, why=problem.strerror or problem) from None
