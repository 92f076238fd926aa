"""Bars that say where the money goes, for a terminal and as SVG: no script, no font file, right to left in Arabic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from tiwizi.locale import direction

if TYPE_CHECKING:
    from rich.text import Text

#: Payers in the order of the plan, then the member, then what nobody recognises: dark to light, told apart in grey too.
PAYER_COLOURS = ("#0F5C5C", "#3C8D8A", "#7DB8B0", "#B4D6CF", "#5B6C8F", "#8FA0BF")
SHARE_COLOUR, REDUCTION_COLOUR = "#E0A526", "#C9C2B8"
INK, PAPER = "#1F2A2A", "#FFFFFF"

WIDTH, LABEL, AMOUNT, ROW, BAR, MARGIN = 860, 210, 130, 30, 18, 20


@dataclass(frozen=True)
class Bar:
    """A named row: one amount for each part of the legend, in minor units; ``written`` is its total, in words."""

    name: str
    parts: tuple[int, ...]
    written: str


class Part(NamedTuple):
    """What a colour stands for; ``told`` says it with what it adds up to over all that is billed."""

    name: str
    colour: str
    told: str


@dataclass(frozen=True)
class Chart:
    """Stacked bars, each of the parts that the legend names."""

    title: str
    description: str
    legend: tuple[Part, ...]
    bars: tuple[Bar, ...]
    lang: str

    @property
    def largest(self) -> int:
        return max((sum(bar.parts) for bar in self.bars), default=0) or 1


def colours(payers: int) -> tuple[str, ...]:
    """A colour for each payer, then those of the member's share and of what nobody recognises."""
    own = tuple(PAYER_COLOURS[at % len(PAYER_COLOURS)] for at in range(payers))
    return (*own, SHARE_COLOUR, REDUCTION_COLOUR)


def terminal_bar(chart: Chart, bar: Bar, width: int) -> Text:
    """A row of blocks, as long as its share of the largest bar; in Arabic it grows from the right."""
    from rich.text import Text

    lengths = _lengths(bar.parts, chart.largest, width)
    runs = [("█" * length, part.colour) for length, part in zip(lengths, chart.legend, strict=True)]
    if direction(chart.lang) == "rtl":
        runs.reverse()
    return Text.assemble(*runs)


def svg(chart: Chart) -> str:
    """The chart as a picture that a screen reader can tell, too."""
    legend_top = MARGIN + 48
    top = legend_top + 24 * len(chart.legend) + 8
    height = top + ROW * len(chart.bars) + MARGIN
    rtl = direction(chart.lang) == "rtl"
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="title text" xml:lang="{chart.lang}" direction="{"rtl" if rtl else "ltr"}"'
        f' font-family="IBM Plex Sans, IBM Plex Sans Arabic, Noto Sans, Noto Naskh Arabic, sans-serif" font-size="14">',
        f'<title id="title">{escape(chart.title)}</title>',
        f'<desc id="text">{escape(_told(chart))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _words(chart.title, MARGIN, MARGIN + 16, rtl, size=18, weight=600),
    ]
    for row, part in enumerate(chart.legend):
        body.append(_box(MARGIN, legend_top + 24 * row - 11, 12, 12, part.colour, rtl))
        body.append(_words(part.told, MARGIN + 20, legend_top + 24 * row, rtl))
    for row, bar in enumerate(chart.bars):
        body += _bar_row(chart, bar, top + ROW * row, rtl)
    return "\n".join([*body, "</svg>", ""])


def _bar_row(chart: Chart, bar: Bar, y: int, rtl: bool) -> list[str]:
    room = WIDTH - 2 * MARGIN - LABEL - AMOUNT
    drawn, x = [_words(bar.name, MARGIN, y + 14, rtl)], MARGIN + LABEL
    for length, part in zip(_lengths(bar.parts, chart.largest, room), chart.legend, strict=True):
        if length:
            drawn.append(_box(x, y, length, BAR, part.colour, rtl))
        x += length
    drawn.append(_words(bar.written, x + 8, y + 14, rtl))
    return drawn


def _box(x: int, y: int, width: int, height: int, colour: str, rtl: bool) -> str:
    left = WIDTH - x - width if rtl else x
    return f'<rect x="{left}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>'


def _words(words: str, x: int, y: int, rtl: bool, *, size: int = 14, weight: int = 400) -> str:
    """Words that start at x from the reading edge: in a right-to-left picture "start" is their right end."""
    at = WIDTH - x if rtl else x
    return (
        f'<text x="{at}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{INK}" text-anchor="start">'
        f"{escape(words)}</text>"
    )


def _told(chart: Chart) -> str:
    """The picture in words: what each colour adds up to, then each bar."""
    told = [part.told for part in chart.legend] + [f"{bar.name}: {bar.written}" for bar in chart.bars]
    return chart.description + " " + "; ".join(told)


def _lengths(parts: Sequence[int], largest: int, room: int) -> list[int]:
    """Whole lengths whose ends lie where the running sums do, so that the bar as a whole is right."""
    ends, total = [0], 0
    for part in parts:
        total += part
        ends.append(round(total * room / largest))
    return [end - start for start, end in zip(ends, ends[1:], strict=False)]
