"""Arabic in a terminal: each line is an isolate of its own."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from tiwizi.doors.cli.voice import Voice
from tiwizi.locale import money

#: Signs that take no room.
UNSEEN = dict.fromkeys(map(ord, "\u2067\u2068\u2069"))


def depths(line: str) -> tuple[int, int]:
    """The deepest unopened pop, and what is still open at the end."""
    depth = lowest = 0
    for sign in line:
        depth += (sign in "\u2067\u2068") - (sign == "\u2069")
        lowest = min(lowest, depth)
    return lowest, depth


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("width", range(24, 60, 5))
def test_an_amount_is_never_broken_over_two_lines(lang: str, width: int) -> None:
    amount = money(123_456_789, "MAD", lang)
    screen = StringIO()
    voice = Voice(lang, json=False)
    voice.out = Console(file=screen, force_terminal=True, width=width, color_system=None)
    voice.paragraph(f"mot {amount} et encore {amount}, puis {amount}, enfin {amount}.")
    lines = screen.getvalue().splitlines()
    assert len(lines) > 1 and all(len(line.translate(UNSEEN)) <= width for line in lines)
    assert sum(line.count(amount) for line in lines) == 4


def test_no_isolate_of_a_broken_cell_reaches_the_next_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    foreign = "التعاضدية \u2068General assembly of January, resolution 3\u2069 للموظفين"
    Voice("ar", json=False).table(
        "المجموع (MAD)", ["الصنف", "حصة المنخرط"], [[foreign, "\u206812.00\u2069"], ["دواء", "3.00"]]
    )
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if depths(line) != (0, 0)] == []
    assert out.strip().startswith("\u2067المجموع (MAD)\u2069")
    assert all(word in out for word in ("General", "assembly", "resolution", "12.00", "للموظفين"))
