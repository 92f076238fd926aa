"""Grouped bars, drawn by the server: rectangles in a box of 360 x 150, from the reader's start side to the end side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT, FOOT, HEAD, START = 360, 150, 20, 8, 42


class Bar(NamedTuple):
    """``kind``: a class of look.css."""

    kind: str
    x: int
    y: int
    width: int
    height: int


class Mark(NamedTuple):
    """A text at a place."""

    x: int
    y: int
    text: str


class Picture(NamedTuple):
    bars: list[Bar]
    names: list[Mark]
    levels: list[Mark]


def draw(groups: Sequence[tuple[str, Sequence[int]]], *, kinds: str, rtl: bool = False) -> Picture:
    """groups: (name, the value of each series); kinds: the class of each series in look.css. From right to left where
    that is how the reader reads."""
    top = _top(max((value for _, values in groups for value in values), default=0))
    ground = HEIGHT - FOOT
    step = (WIDTH - START) / max(len(groups), 1)
    bars, names = [], []
    for place, (name, values) in enumerate(groups):
        thin = step * 0.7 / max(len(values), 1)
        for number, value in enumerate(values):
            tall = round(value / top * (ground - HEAD))
            x = round(START + step * (place + 0.15) + thin * number)
            width = max(round(thin) - 2, 2)
            bars.append(Bar(kinds[number], _turned(x, width, rtl), ground - tall, width, tall))
        names.append(Mark(_turned(round(START + step * (place + 0.5)), 0, rtl), HEIGHT - 6, name))
    levels = [
        Mark(_turned(START - 5, 0, rtl), round(ground - part * (ground - HEAD)) + 4, str(round(top * part)))
        for part in (0, 0.5, 1)
    ]
    return Picture(bars, names, levels)


def _turned(x: int, width: int, rtl: bool) -> int:
    return WIDTH - x - width if rtl else x


def _top(most: int) -> int:
    """A round even number that is not below the highest bar."""
    step = 2
    while step * 5 < most:
        step *= 5 if str(step)[0] == "2" else 2
    return max(-(-most // step) * step, 2)
