"""``tiwizi backup`` and ``tiwizi restore``: all records of one moment in a file, papers beside it, and back.

The papers are copied after the records: each lies on the disk before a row names it, so none that the copy names is
missing. A folder that has some already (``--files`` of every night's backup) is given only what is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tiwizi.doors.cli.open_records import new_records, records, where
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks

Target = Annotated[Path, typer.Argument(metavar="FILE", help=explained("backup_file"))]
Files = Annotated[Path | None, typer.Option("--files", metavar="DIR", help=explained("backup_files"))]


@speaks
@records
def backup(voice: Voice, file: Target, *, files: Files = None) -> None:
    from tiwizi.records.database.backup import back_up
    from tiwizi.records.database.files import copy_to

    with _failures(file), voice.progress("backing_up"):
        position, hash = back_up(file)
        papers, _ = copy_to(files or _beside(file))
    _tell(voice, "backed_up", file, position, hash, papers)


@speaks
@new_records
def restore(voice: Voice, file: Target, *, files: Files = None) -> None:
    from tiwizi.records.care.queries.papers import missing_files
    from tiwizi.records.database import backup as copies
    from tiwizi.records.database.files import copy_back
    from tiwizi.records.database.schema import missing_migrations

    with _failures(file), voice.progress("restoring"):
        position, hash = copies.restore(file)
        papers, _ = copy_back(files or _beside(file))
    _tell(voice, "restored", file, position, hash, papers)
    if not missing_migrations() and (missing := missing_files()):  # an older version's tables are asked once migrated
        raise Stop("papers_missing", count=len(missing), folder=files or _beside(file))


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.files")


def _tell(voice: Voice, key: str, file: Path, position: int, hash: bytes, papers: int) -> None:
    """``head``: the end of the trail, to be noted on paper: ``verify --head`` asks for it."""
    head = f"{position}:{hash.hex()}"
    voice.say(key, file=file, database=where(), head=head)
    voice.answer({"file": str(file), "database": where(), "head": head, "bytes": file.stat().st_size, "papers": papers})


@contextmanager
def _failures(file: Path) -> Iterator[None]:
    from tiwizi.records.database.backup import BackupFails

    try:
        yield
    except BackupFails as problem:
        raise Stop(f"backup_{problem.key}", file=file, database=where(), why=problem.why) from None
    except ValueError as problem:
        raise Stop("backup_damaged", file=file, why=problem) from None
    except FileExistsError:
        raise Stop("backup_exists", file=file) from None
    except OSError as problem:
        raise Stop("backup_unwritable", file=problem.filename or file, why=problem.strerror or problem) from None
