"""Right-to-left words in a terminal: every line is an isolate, so that it keeps its order and disturbs no neighbour.

A terminal orders each line by itself. An isolate that opens on one line and closes on the next would draw the cells
beside it along, so words are broken into lines first, and each line is closed and opened again on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

from tiwizi.doors.cli.broken import broken

#: U+2067 right-to-left isolate, U+2068 first strong isolate, U+2069 pop.
_RIGHT_TO_LEFT, _FIRST_STRONG, _POP = "\u2067", "\u2068", "\u2069"


@dataclass(frozen=True)
class Cell:
    """Right-to-left words that are broken into lines within the room that a table leaves them."""

    plain: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield from lines(self.plain, console, options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, Text(self.plain))


def lines(words: str, console: Console, width: int) -> Iterator[Text]:
    """Words as lines of a width, each an isolate."""
    for line in broken(words, console, width):
        yield Text(f"{_RIGHT_TO_LEFT}{_closed(line)}{_POP}")


def _closed(line: str) -> str:
    """A line whose own isolates are whole, where breaking cut one in two."""
    opened = cut = 0
    for sign in line:
        opened += sign in (_RIGHT_TO_LEFT, _FIRST_STRONG)
        if sign == _POP and opened:
            opened -= 1
        elif sign == _POP:
            cut += 1
    return _FIRST_STRONG * cut + line + _POP * opened
