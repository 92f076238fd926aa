"""``tiwizi redecide``: decide again the households that something new touches; what changes is a correction."""

from __future__ import annotations

from tiwizi.doors.cli.voice import Voice, speaks


@speaks
def redecide(voice: Voice) -> None: ...
