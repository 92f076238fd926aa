"""The folder that an SMS provider's program takes messages from: one JSON file a message, whole and once.

    {"id": 4711, "to": "+212612345678", "language": "ar", "text": "..."}

A file is named by the number of its message, which there can be only one of; whoever takes it moves it away or leaves
it, but does not take a number twice.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from tiwizi.records.care.queries.addressee import Addressee


def send(folder: Path, *, number: int, to: Addressee, text: str) -> None:
    """Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    place, part = folder / f"{number:010d}.json", folder / f".{number:010d}.{os.getpid()}.part"
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump({"id": number, "to": to.phone, "language": to.language, "text": text}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # it was sent, and whoever sent it died before it said so
            os.link(part, place)
    finally:
        part.unlink(missing_ok=True)
