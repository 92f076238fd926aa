"""A stranger's picture or PDF, opened by a process that can only harm itself: little memory, little time.

A picture of a few kilobytes can ask for gigabytes, and the libraries that read pictures have had holes. So each file is
read by a process of its own (child.py), which inherits neither secrets nor open files, writes the pages into a folder,
and ends. Whatever happens to it, this side has pages or a PaperError.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tiwizi.locale import text


@dataclass(frozen=True)
class Limits:
    """What a paper may be and cost: bytes, pages, pixels; the longest side of a page that is kept, in pixels; bytes of
    memory, seconds of processor and of clock."""

    size: int = 10_000_000
    pages: int = 30
    pixels: int = 50_000_000
    side: int = 2_400
    memory: int = 1 << 30
    seconds: int = 30
    longest: float = 60


class PaperError(Exception):
    """Why a file is not taken: a key of locale/<lang>/papers.toml and its values."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, values)
        self.key, self.values = key, values

    def message(self, lang: str) -> str:
        return text("papers", self.key, lang=lang, **self.values)

    def way_out(self, lang: str) -> str:
        return text("papers", f"{self.key}_way_out", lang=lang, **self.values)


def clean(path: Path, limits: Limits = Limits()) -> list[bytes]:  # noqa: B008
    """The pages of a paper as JPEG, upright, at most ``limits.side`` pixels long. Raises PaperError, OSError."""
    size = path.stat().st_size
    if size == 0:
        raise PaperError("empty")
    if size > limits.size:
        raise PaperError("too_large", most=limits.size // 1_000_000)
    with tempfile.TemporaryDirectory(prefix="tiwizi-paper-") as folder:
        said = _ask(path, Path(folder), limits)
        if said["key"]:
            raise PaperError(said["key"], **said["values"])
        pages = [page.read_bytes() for page in sorted(Path(folder).glob("*.jpg"))]
    if not pages:
        raise PaperError("damaged")
    return pages


def _ask(path: Path, folder: Path, limits: Limits) -> dict[str, Any]:
    request = json.dumps({"path": str(path.absolute()), "folder": str(folder), "limits": asdict(limits)})
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tiwizi.formats.papers.child"],
            input=request.encode(), capture_output=True, timeout=limits.longest, env=_environment(), cwd=folder,
        )  # fmt: skip
        said: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return {"key": "too_much", "values": {}}  # it was ended: by the clock, or by what it asked for
    return said


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code lies."""
    code = os.pathsep.join(path for path in sys.path if path)
    return {"PYTHONPATH": code, "PATH": os.defpath, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
