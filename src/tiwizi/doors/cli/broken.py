"""Words broken into lines of a terminal, never at a no-break space: "1 500,00 DH" stays whole."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

#: rich breaks at every blank that Unicode knows. While it breaks, a no-break space is a letter of nobody's.
_KEPT = {0x00A0: "\ue000", 0x202F: "\ue001"}
_GIVEN_BACK = {ord(letter): chr(space) for space, letter in _KEPT.items()}


def broken(words: str, console: Console, width: int) -> Iterator[str]:
    """The lines, without the blanks at their ends."""
    for line in Text(words.translate(_KEPT)).wrap(console, width):
        yield line.plain.translate(_GIVEN_BACK).strip(" ")
