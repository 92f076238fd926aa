"""Contents of letters -> one PDF, by Typst: tagged (PDF/UA-1), with a bookmark a letter, the same bytes each time."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst

_ROOM = Path(str(files("tiwizi.reports.letters")))
#: Of a process that lays out letters and ends: one thread, for each core has a worker, and memory in large pieces.
_FRUGAL = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": str(64 << 20)}
#: A compiler is not for two threads at once.
_turn = Lock()


def printed(letters: Sequence[Mapping[str, Any]], *, template: str = "letter", logo: bytes | None = None) -> bytes:
    """One PDF of some letters (or cards: ``template="card"``), in their order. ``logo``: a JPEG. Its date of making is
    the day that the first letter bears, so that a letter printed again is the same to the byte.
    """
    inputs = {"letters": json.dumps(list(letters), ensure_ascii=False)}
    if logo:
        inputs["logo"] = json.dumps(list(logo))
    day = datetime.fromisoformat(letters[0]["day"]).replace(tzinfo=UTC)
    with _turn:
        made = _compiler(template).compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=day)
    assert isinstance(made, bytes)
    return made


def printed_apart(letters: Sequence[Mapping[str, Any]], *, logo: bytes | None = None) -> bytes:
    """The same in a process of its own, which gives its memory back: Typst keeps what it has laid out (7 MB a letter).
    Raises CalledProcessError."""
    request = {"letters": list(letters), "logo": base64.b64encode(logo).decode() if logo else ""}
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.defpath, **_FRUGAL}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tiwizi.reports.letters.print"], input=json.dumps(request).encode(),
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def _answer() -> None:
    request = json.load(sys.stdin.buffer)
    logo = base64.b64decode(request["logo"]) or None
    sys.stdout.buffer.write(printed(request["letters"], logo=logo))


@cache
def _compiler(template: str) -> typst.Compiler:
    """Fonts are read once a process; nothing of the machine's own is used, so that a letter looks alike everywhere."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_ROOM / "fonts")])
    root = _ROOM / "templates"
    return typst.Compiler(str(root / f"{template}.typ"), root=str(root), font_paths=fonts)


if __name__ == "__main__":
    _answer()
