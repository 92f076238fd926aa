"""Bars: as long as their amounts, from the reading edge, and told in words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tiwizi.doors.cli.picture import Bar, Chart, Part, svg, terminal_bar

SVG = "{http://www.w3.org/2000/svg}"


def _chart(lang: str, *bars: Bar) -> Chart:
    legend = (Part("A & B", "#111111", "A & B – 3.00"), Part("C", "#222222", "C – 1.00"))
    return Chart("Title <1>", "Bars.", legend, bars, lang)


def _boxes(chart: Chart) -> list[dict[str, str]]:
    root = ElementTree.fromstring(svg(chart))
    return [box.attrib for box in root.findall(f"{SVG}rect") if box.attrib.get("height") == "18"]


def test_the_longest_bar_fills_the_room_and_the_others_are_in_proportion() -> None:
    chart = _chart("en", Bar("one", (300, 100), "4.00"), Bar("two", (0, 200), "2.00"))
    widths = [int(box["width"]) for box in _boxes(chart)]
    assert widths[0] + widths[1] == 2 * widths[2] == 480


def test_in_arabic_bars_grow_from_the_right() -> None:
    left = _boxes(_chart("en", Bar("one", (300, 100), "4.00")))
    right = _boxes(_chart("ar", Bar("واحد", (300, 100), "4.00")))
    assert [860 - int(box["x"]) - int(box["width"]) for box in left] == [int(box["x"]) for box in right]


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_picture_is_well_formed_and_says_in_words_what_it_shows(lang: str) -> None:
    root = ElementTree.fromstring(svg(_chart(lang, Bar("<script>alert(1)</script>", (1, 2), "0.03"))))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == "Title <1>"
    assert (
        description is not None and description.text == "Bars. A & B – 3.00; C – 1.00; <script>alert(1)</script>: 0.03"
    )
    assert root.attrib["direction"] == ("rtl" if lang == "ar" else "ltr")
    assert not root.findall(f".//{SVG}script")


def test_nothing_at_all_is_a_picture_too() -> None:
    assert _boxes(_chart("en")) == [] and _boxes(_chart("en", Bar("none", (0, 0), "0.00"))) == []


def test_a_terminal_bar_runs_in_the_direction_of_reading() -> None:
    bar = Bar("one", (3, 1), "4")
    spans = {lang: terminal_bar(_chart(lang, bar), bar, 8).spans for lang in ("en", "ar")}
    assert [(s.end - s.start, s.style) for s in spans["en"]] == [(6, "#111111"), (2, "#222222")]
    assert [(s.end - s.start, s.style) for s in spans["ar"]] == [(2, "#222222"), (6, "#111111")]
