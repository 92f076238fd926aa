"""Amounts in the wrong unit: centimes read as dirhams, or dirhams read as centimes. Noticed, and asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiwizi.formats.tables.fault import Said
from tiwizi.rules.adjudicate.columns import Tariff
from tiwizi.rules.money import MINOR_DIGITS, QUANTITY_SCALE

#: With fewer lines than this that the tariff has a price for, chance could make any ratio.
FEWEST = 10
#: So many lines, evenly spread, tell the ratio of a larger table.
LOOKED_AT = 100_000


def question(unit_price: NDArray[Any], billed: NDArray[Any], quantity: NDArray[Any], code: NDArray[Any],
             tariff: Tariff, currency: str) -> Said | None:  # fmt: skip
    """What to ask where the lines' prices are about 100 times those of the tariff, or a hundredth of them.

    unit_price: minor units, -1 where the line has none. Too large is only asked of whole amounts: who writes centimes
    writes no decimals.
    """
    unit = 10 ** MINOR_DIGITS[currency]
    some = slice(None, None, max(1, len(code) // LOOKED_AT))
    listed = _listed(tariff)[code[some]]
    price = _unit_price(unit_price[some], billed[some], quantity[some])
    fair = (listed > 0) & (price > 0)
    if unit == 1 or fair.sum() < FEWEST:
        return None
    ratio = float(np.median(price[fair] / listed[fair]))
    if unit / 2 < ratio < unit * 2 and not (billed % unit).any() and not (np.maximum(unit_price, 0) % unit).any():
        return Said("amounts_too_large", {"times": unit, "currency": currency})
    if 0.5 < ratio * unit < 2:
        return Said("amounts_too_small", {"times": unit, "currency": currency})
    return None


def _unit_price(given: NDArray[Any], billed: NDArray[Any], quantity: NDArray[Any]) -> NDArray[Any]:
    return np.where(given < 0, billed * QUANTITY_SCALE // np.maximum(quantity, 1), given)


def _listed(tariff: Tariff) -> NDArray[Any]:
    """The price of each code in its last row that has one, -1 where none has."""
    prices = np.full(len(tariff.codes) + 1, -1, np.int64)
    codes = np.repeat(np.arange(len(tariff.codes)), np.diff(tariff.code_start))
    prices[codes] = np.maximum(prices[codes], tariff.price)
    return prices
