"""Contents of letters -> one PDF, by Typst: tagged (PDF/UA-1), with a bookmark a letter, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst

_ROOM = Path(str(files("tiwizi.reports.letters")))
#: A compiler is not for two threads at once.
_turn = Lock()


def printed(letters: Sequence[Mapping[str, Any]], *, template: str = "letter", logo: bytes | None = None) -> bytes:
    """One PDF of some letters (or cards: ``template="card"``), in their order. ``logo``: a JPEG. Its date of making is
    the day that the first letter bears, so that a letter printed again is the same to the byte."""
    inputs = {"letters": json.dumps(list(letters), ensure_ascii=False)}
    if logo:
        inputs["logo"] = json.dumps(list(logo))
    day = datetime.fromisoformat(letters[0]["day"]).replace(tzinfo=UTC)
    with _turn:
        made = _compiler(template).compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=day)
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(template: str) -> typst.Compiler:
    """Fonts are read once a process; nothing of the machine's own is used, so that a letter looks alike everywhere."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_ROOM / "fonts")]
    )
    root = _ROOM / "templates"
    return typst.Compiler(str(root / f"{template}.typ"), root=str(root), font_paths=fonts)
