"""The bytes of papers and letters: files beside the database, each under the SHA-256 of what it holds.

A file is whole and on the disk before a row names it; the same bytes are one file; what is kept is never changed. A
file that no row names (somebody pulled the plug between the two) is an orphan, and `tiwizi files clean` takes it away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from django.conf import settings

#: Hexadecimal digits of a SHA-256; how a file that is being written begins.
_LENGTH, _UNFINISHED = 64, ".new-"


def keep(data: bytes) -> str:
    """Keep bytes for good; their digest, by which they are found. Raises OSError: a full disk keeps nothing."""
    digest = sha256(data).hexdigest()
    path = _path(_folder(), digest)
    if path.exists():
        os.utime(path)  # young again, lest it be cleaned away as an orphan before its new row is written
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    for folder in (path.parent, path.parent.parent):
        sync(folder)
    return digest


def read(digest: str) -> bytes | None:
    """The bytes of a digest; None where they are not there, or are no longer what they were."""
    try:
        data = _path(_folder(), digest).read_bytes()
    except FileNotFoundError:
        return None
    return data if sha256(data).hexdigest() == digest else None


def every(folder: Path | None = None) -> Iterator[tuple[str, Path]]:
    """(digest, where it lies) of all that is kept, in the order of digests."""
    for path in sorted((folder or _folder()).glob("[0-9a-f][0-9a-f]/*")):
        if len(path.name) == _LENGTH:
            yield path.name, path


def unfinished() -> Iterator[Path]:
    """What somebody began to write and did not finish."""
    yield from sorted(_folder().glob(f"[0-9a-f][0-9a-f]/{_UNFINISHED}*"))


def copy_to(target: Path) -> tuple[int, int]:
    """Copy all that is kept into a folder laid out alike, but what it has already: (how many are there, copied now).

    Taken after the copy of the database it lacks nothing that a row of that copy names, for files come first. Raises
    OSError, and ValueError where a file is no longer what its digest says.
    """
    return _copy(_folder(), target)


def copy_back(source: Path) -> tuple[int, int]:
    """The way back from ``copy_to``."""
    return _copy(source, _folder())


def _copy(source: Path, target: Path) -> tuple[int, int]:
    count = copied = 0
    for digest, path in every(source):
        count += 1
        there = _path(target, digest)
        if there.exists():
            continue
        data = path.read_bytes()
        if sha256(data).hexdigest() != digest:
            raise ValueError(f"{path} is not what was kept")
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = there.with_name(f"{_UNFINISHED}{digest[:16]}")
        with open(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, there)
        sync(there.parent)
        copied += 1
    return count, copied


def _folder() -> Path:
    return Path(settings.FILES)


def _path(folder: Path, digest: str) -> Path:
    assert len(digest) == _LENGTH and digest.isalnum(), "a digest, not a path"
    return folder / digest[:2] / digest


def sync(folder: Path) -> None:
    """What a folder lists, or a file holds, is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
