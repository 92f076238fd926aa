"""What takes long to make and is only read: the first process of a run makes it, the others find it.

    demo = made_once("demo", make_demo)  # make_demo(path) makes a file or a folder at this path

It lies in one folder, which the processes that pytest-xdist starts inherit from the one that started them.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_VARIABLE = "TIWIZI_TESTS_ONCE"


def folder() -> Path:
    """Of this run; it goes when the process that asked first ends."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="tiwizi-once-")
        atexit.register(shutil.rmtree, os.environ[_VARIABLE], ignore_errors=True)
    return Path(os.environ[_VARIABLE])


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Whoever comes while it is being made waits for it."""
    made = folder() / name
    with (folder() / f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not made.exists():
            half_made = Path(tempfile.mkdtemp(dir=folder())) / name
            make(half_made)
            half_made.rename(made)
    return made
