"""One word of the environment -> what Django needs to know of a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: Seconds that a writer waits for another on SQLite.
PATIENCE = 20

#: WAL lets readers read while one writes. FULL means that what was committed survives a power cut, also in WAL.
#: With recursive triggers, INSERT OR REPLACE asks the triggers that refuse a deletion; without, it passes them by.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
    "PRAGMA cache_size=-262144; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824;"
)


def database(word: str, *, password_file: str | None = None) -> dict[str, Any]:
    """``database("postgresql://anna@localhost/tiwizi")``, or the path of a SQLite file, as an entry of DATABASES.

    Raises ValueError for an address that is neither, OSError for a file that cannot be read.
    """
    if word.startswith(("postgresql://", "postgres://")):
        secret = {"PASSWORD": Path(password_file).read_text(encoding="utf-8").strip()} if password_file else {}
        return _postgresql(word) | secret
    if "://" in word and not word.startswith("sqlite://"):
        raise ValueError(f"TIWIZI_DATABASE is {word.split('://')[0]}://..., but is a file or postgresql://...")
    return _sqlite(word.removeprefix("sqlite://"))


def _sqlite(path: str) -> dict[str, Any]:
    """A transaction takes the right to write when it starts (IMMEDIATE): a reader that turns writer half way is
    refused at once by SQLite, and no patience helps."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(path).expanduser()),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": PATIENCE, "init_command": _PRAGMAS},
    }


def _postgresql(word: str) -> dict[str, Any]:
    """The user may also say ``?host=/run/postgresql`` (a socket), ``sslmode`` and whatever else libpq knows."""
    parts = urlsplit(word)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {"application_name": "tiwizi", **options},
    }
