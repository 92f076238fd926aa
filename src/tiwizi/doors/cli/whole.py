"""All of an output folder, or none of it.

The work goes into a hidden sibling of the folder and takes its name at the very end, so that whoever stops the run,
and however, finds either the folder as it was or the folder complete.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tiwizi.doors.cli.voice import Stop

#: What marks a folder as made by one of the commands; only such a folder is ever replaced.
RECEIPT = "run.json"


@contextmanager
def whole_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into, which becomes ``out`` when the block ends well and vanishes when it does not."""
    out = Path(os.path.realpath(out))  # where a link leads, the work goes; the link stays
    refuse_what_is_there(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        partial = out.parent / f".{out.name}.partial-{os.getpid()}"
        partial.mkdir()
    except OSError as problem:
        raise Stop("cannot_write", path=out, why=problem.strerror or problem) from None
    try:
        yield partial
        _put(partial, out)
    except OSError as problem:
        raise Stop("cannot_write", path=problem.filename or out, why=problem.strerror or problem) from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_what_is_there(out: Path, *, force: bool) -> None:
    """Stop before any work where the output folder exists and may not be replaced."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out.is_dir() and _receipt(out)):
        raise Stop("out_is_not_ours", path=out)
    if not force:
        raise Stop("out_exists", path=out)


def write_receipt(folder: Path, receipt: Mapping[str, Any]) -> None:
    """Say in the folder what made it; nothing in it depends on the clock or the machine."""
    words = json.dumps(receipt, ensure_ascii=False, indent=1, default=str)
    (folder / RECEIPT).write_text(words + "\n", encoding="utf-8")


def read_receipt(folder: Path, *, of: tuple[str, ...]) -> dict[str, Any]:
    """What one of the commands ``of`` left in the folder. Raises Stop where none did."""
    receipt = _receipt(folder)
    if receipt.get("command") not in of:
        raise Stop("not_an_output", path=folder)
    return receipt


def _receipt(folder: Path) -> dict[str, Any]:
    """The receipt of a folder, empty where there is none that one of the commands wrote."""
    try:
        if not (folder / RECEIPT).is_file():  # a pipe would be waited for, for ever
            return {}
        receipt = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return receipt if isinstance(receipt, dict) and isinstance(receipt.get("command"), str) else {}


def _put(partial: Path, out: Path) -> None:
    if not out.exists():
        partial.rename(out)
    elif not _exchange(partial, out):
        if any(out.iterdir()):
            old = out.parent / f".{out.name}.partial-{os.getpid()}-old"
            out.rename(old)
            partial.rename(out)
            shutil.rmtree(old)
        else:
            partial.rename(out)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, where the system can (Linux: renameat2 with RENAME_EXCHANGE)."""
    swap = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    here, exchange = -100, 2
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _sweep(out: Path) -> None:
    """Remove what a killed run left half-done beside this folder."""
    for left in out.parent.glob(f".{out.name}.partial-*"):
        number = left.name.rpartition("partial-")[2]
        if number.isdigit() and not _alive(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    """Whether a process runs; where the system has no harmless way to ask, it counts as running."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
