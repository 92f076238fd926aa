"""Files of strangers, read by a process that can only harm itself: little memory, little time, no inheritance.

A workbook of 4.6 kB can ask for 549 GB and abort the process that opens it (tafia/calamine#693). So a helper process is
started once and kept (confined_child.py); for every file it splits off a process that reads this file under limits,
leaves the cells in a file, and ends. Whatever happens to it, this side has a table or a TableError.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa

from tiwizi.formats.tables import parquet_file
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.source import Cells, Source


@dataclass(frozen=True)
class Limits:
    """What the reading of one file may take: bytes of memory beyond an idle process, seconds of processor and clock."""

    memory: int = 512 << 20
    seconds: int = 10
    longest: float = 20


def read(path: Path, table: str, limits: Limits = Limits(), *, whole: bool = False) -> Source:  # noqa: B008
    """A CSV file, a workbook or a Parquet file as a table. Raises TableError, also when a limit was reached."""
    handle, name = tempfile.mkstemp(prefix="tiwizi-", suffix=".arrow")
    os.close(handle)
    cells_at = Path(name)
    try:
        said = _ask({"path": str(path.absolute()), "table": table, "cells": name, "limits": asdict(limits)})
        if said["key"]:
            raise TableError(said["key"], **(said["values"] | {"file": str(path)}))
        if path.suffix.lower() == ".parquet":  # it has been read whole without harm, and lies in columns already
            return parquet_file.read(path, table, whole=whole)
        return _cells(cells_at, said, table, str(path)).source()
    finally:
        cells_at.unlink(missing_ok=True)


def _cells(cells_at: Path, said: dict[str, Any], table: str, file: str) -> Cells:
    with pa.memory_map(str(cells_at)) as mapped:
        held = pa.ipc.open_file(mapped).read_all()
    held.validate(full=True)
    lines = held.column(held.num_columns - 1).to_numpy()
    ragged = pa.array(said["ragged"], pa.int64()).to_numpy()
    return Cells(
        table, file, said["headings"], said["names"], held.select(range(held.num_columns - 1)), lines.take, ragged
    )


# -- the helpers: one for each file that is being read at the same moment ----------------------------------------------

_idle: list[subprocess.Popen[str]] = []
_lock = Lock()


def ask(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """What a helper's child says of a file that is no table ("kind" of confined_child.KINDS). Raises TableError where
    a limit was reached."""
    said = _ask({**request, "limits": asdict(limits)})
    if said["key"]:
        raise TableError(said["key"], **(said["values"] | {"file": request["path"]}))
    return said


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    with _lock:
        helper = _idle.pop() if _idle else None
    if helper is None or helper.poll() is not None:
        helper = _start()
    assert helper.stdin is not None and helper.stdout is not None
    try:
        helper.stdin.write(json.dumps(request) + "\n")
        helper.stdin.flush()
        answer = helper.stdout.readline()
    except OSError:
        answer = ""
    if not answer:
        _end(helper)
        return {"key": "too_much_memory", "values": {}}
    with _lock:
        _idle.append(helper)
    said: dict[str, Any] = json.loads(answer)
    return said


def _start() -> subprocess.Popen[str]:
    """A helper that inherits neither the environment, with what secrets it may hold, nor open files."""
    environment = {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tiwizi.formats.tables.confined_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        encoding="utf-8",
    )


def _end(helper: subprocess.Popen[str]) -> None:
    with suppress(OSError):
        helper.kill()
        helper.communicate()


@atexit.register
def _end_all() -> None:
    while _idle:
        _end(_idle.pop())


def _forget() -> None:
    """In a process that was split off, the helpers are another's: two must not talk to one."""
    global _lock
    _lock = Lock()
    _idle.clear()


os.register_at_fork(after_in_child=_forget)
