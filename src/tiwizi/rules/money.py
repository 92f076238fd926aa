"""Money: whole minor units of one currency, and the named roundings that a plan may choose."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

#: Minor digits by currency (ISO 4217). An amount is held as a whole number of these units.
MINOR_DIGITS = {
    "MAD": 2, "EUR": 2, "USD": 2, "TND": 3, "DZD": 2, "XOF": 0, "XAF": 0, "MRU": 2, "KES": 2, "TZS": 2, "NPR": 2,
}  # fmt: skip

#: Largest amount on one line, in minor units (a thousand million major units at two digits).
MAX_AMOUNT = 10**11
#: Largest unit price, in minor units.
MAX_PRICE = 10**9
#: Quantities and coefficients are held in thousandths: 1.5 is 1500.
QUANTITY_SCALE = 1000
MAX_QUANTITY = 9_000 * QUANTITY_SCALE
#: Rates are held in basis points: 80 % is 8000.
RATE_SCALE = 10_000
#: The value of a point is held in millionths: 0.8731 is 873100; at most 9.
POINT_SCALE = 1_000_000
MOST_POINT_VALUE = 9 * POINT_SCALE

# The products that the engines form stay below 2**63 (checked by tests/rules/test_money.py):
#   unit price in thousandths x quantity in thousandths  = 10**12 * 9*10**6 = 9*10**18
#   amount x quantity in thousandths                     = 10**11 * 9*10**6 = 9*10**17
#   amount x point value                                 = 10**11 * 9*10**6 = 9*10**17

ROUNDINGS = ("half_up", "half_even", "down", "up")
HALF_UP, HALF_EVEN, DOWN, UP = range(4)


def divide(numerator: int, denominator: int, rounding: int = HALF_UP) -> int:
    """The whole quotient of two whole numbers, numerator >= 0 and denominator > 0, under a named rounding."""
    quotient, rest = divmod(numerator, denominator)
    if rounding == DOWN or rest == 0:
        return quotient
    if rounding == UP:
        return quotient + 1
    twice = 2 * rest
    if twice > denominator or (twice == denominator and (rounding == HALF_UP or quotient % 2 == 1)):
        return quotient + 1
    return quotient


def minor(text: str, currency: str) -> int:
    """The whole minor units of an amount written in major units: ``minor("144.00", "MAD") == 14400``.

    Raises ValueError for what is not a plain decimal number, or has more decimals than the currency.
    """
    return _scaled(text, 10 ** MINOR_DIGITS[currency])


def basis_points(text: str) -> int:
    """``basis_points("80%") == 8000``. Raises ValueError when it is not a percentage or finer than 0.01 %."""
    if not text.strip().endswith("%"):
        raise ValueError(f"{text!r} is not a percentage such as '80%'")
    return _scaled(text.strip()[:-1], RATE_SCALE // 100)


def thousandths(text: str) -> int:
    """A quantity or coefficient in thousandths: ``thousandths("22.5") == 22500``. Raises ValueError."""
    return _scaled(text, QUANTITY_SCALE)


def millionths(text: str) -> int:
    """The value of a point in millionths: ``millionths("0.8731") == 873100``. Raises ValueError."""
    return _scaled(text, POINT_SCALE)


def major(amount: int, currency: str) -> str:
    """An amount in major units, as plain text: ``major(14400, "MAD") == "144.00"``."""
    digits = MINOR_DIGITS[currency]
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"


_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _scaled(text: str, scale: int) -> int:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a plain decimal number such as '150.00'")
    value = Fraction(text) * scale  # a Decimal product would be rounded to 28 digits
    if value.denominator != 1:
        raise ValueError(f"{text!r} has more decimals than the unit holds")
    return value.numerator
