"""Taking time: medians, and in turn where two things are compared, so that a busy minute strikes both."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "src"


def seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def typical(work: Callable[[], Any], runs: int) -> float:
    """The median seconds of several runs, after one that does not count."""
    work()
    return median(seconds(work) for _ in range(runs))


def in_turn(works: Sequence[Callable[[], Any]], runs: int) -> list[float]:
    """The median seconds of each work: A B C, A B C, ..."""
    rounds = [[seconds(work) for work in works] for _ in range(runs)]
    return [median(of_one) for of_one in zip(*rounds, strict=True)]


@dataclass(frozen=True)
class Command:
    """What a whole command took: seconds, how large it ever was in MiB, and what it said on both channels."""

    seconds: float
    peak_mib: float
    said: str


def command(*words: object, env: Mapping[str, str] | None = None) -> Command:
    """``tiwizi`` in a process of its own, as a person starts it. Raises RuntimeError where it fails."""
    started = perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tiwizi", *map(str, words)],
            stdout=said, stderr=subprocess.STDOUT, env=environment(env),
        )  # fmt: skip
        watch = _Watch(process.pid)
        watch.start()
        code = process.wait()
        took = perf_counter() - started
        watch.join()
        said.seek(0)
        text = said.read()
    if code:
        raise RuntimeError(f"tiwizi {' '.join(map(str, words))} ended with {code}:\n{text[-2000:]}")
    return Command(took, watch.peak_mib, text)


class _Watch(threading.Thread):
    """Looks at how large a process ever was, until it ends."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak_mib = process, nan

    def run(self) -> None:
        while (peak := peak_mib(self.process)) is not None:
            self.peak_mib = peak
            sleep(0.02)


def peak_mib(process: int | None = None) -> float | None:
    """MiB that a process, or this one, ever held at once; None where it has ended.

    The system's own account at the end (getrusage) begins with the memory of the process that started it: the bench's.
    """
    try:
        lines = Path(f"/proc/{process or 'self'}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """That of this process, with this checkout's package first, and with Python keeping what it compiles."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**own, "PYTHONPATH": path, "LANG": "C.UTF-8", **(more or {})}
