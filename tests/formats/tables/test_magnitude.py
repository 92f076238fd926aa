"""Amounts that look 100 times too large or too small are asked about, never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.formats.tables.sample import Tables, book, tables

from tiwizi.locale import LANGUAGES


def _lines(prices: list[str]) -> Tables:
    rows = tables()
    line = rows["lines"][3]
    rows["lines"] = [line | {"line": str(n), "unit_price": p, "billed": p} for n, p in enumerate(prices)]
    return rows


CENTIMES, DIRHAMS = ["15000", "14000", "20000"] * 4, ["150.00", "140.00", "200"] * 4


@pytest.mark.parametrize(
    "prices, amounts_in, asked",
    [
        (CENTIMES, None, "amounts_too_large"),
        (CENTIMES, "minor", None),
        (DIRHAMS, None, None),
        ([*CENTIMES[:-1], "150.50"], None, None),
        (CENTIMES[:6], None, None),
        (["150", "140", "200"] * 4, "minor", "amounts_too_small"),
        (["1.50", "1.40", "2"] * 4, None, "amounts_too_small"),
    ],
    ids=[
        "centimes",
        "centimes, said",
        "dirhams",
        "one with decimals",
        "too few",
        "dirhams called centimes",
        "hundredths",
    ],
)
def test_the_question_is_asked_where_it_must_be(prices: list[str], amounts_in: Any, asked: str | None) -> None:
    question = book(_lines(prices), amounts_in=amounts_in).question
    assert (question.key if question else None) == asked
    for lang in LANGUAGES:
        assert question is None or ("100" in question.message(lang) and question.way_out(lang))
