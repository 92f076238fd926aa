"""The secret of the house: what signs sessions, links and the codes on cards. Whoever has it can be anybody."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tiwizi.doors.cli.voice import Stop

VARIABLE, FILE_VARIABLE = "TIWIZI_SECRET", "TIWIZI_SECRET_FILE"


def find_secret(database: str) -> None:
    """Put it into the environment: as it is there, from the file that the environment names, else from a file beside a
    SQLite database, which is made the first time and which nobody else may read.

    Raises Stop for PostgreSQL without one: machines that share a database have to share the secret.
    """
    if os.environ.get(VARIABLE):
        return
    if named := os.environ.get(FILE_VARIABLE):
        os.environ[VARIABLE] = _read(Path(named))
    elif "://" in database:
        raise Stop("no_secret", variable=VARIABLE, file=FILE_VARIABLE)
    else:
        os.environ[VARIABLE] = _kept_beside(Path(f"{database}.secret"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise Stop("secret_unreadable", path=path, why=problem.strerror or problem) from None


def _kept_beside(path: Path) -> str:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as problem:
        raise Stop("secret_unreadable", path=path, why=problem.strerror or problem) from None
    with os.fdopen(file, "w", encoding="utf-8") as made:
        made.write(secrets.token_urlsafe(64))
    return _read(path)
