"""Amounts, rates and quantities are exact, and no product of two of them outgrows 64 bits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiwizi.rules import money
from tiwizi.rules.money import basis_points, divide, major, millionths, minor, thousandths


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (lambda text: minor(text, "MAD"), "144.00", 14_400),
        (lambda text: minor(text, "MAD"), "-0.5", -50),
        (lambda text: minor(text, "TND"), "1.234", 1234),
        (lambda text: minor(text, "XOF"), "250", 250),
        (lambda text: minor(text, "MAD"), " 7 ", 700),
        (basis_points, "80%", 8000),
        (basis_points, "12.25 %", 1225),
        (thousandths, "22.5", 22_500),
        (millionths, "0.8731", 873_100),
    ],
)
def test_a_text_is_read_exactly(read: Callable[[str], int], text: str, value: int) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["", "1,5", "1 000", "1e3", ".5", "5.", "+1", "nan", "1.005", "1." + "0" * 40 + "1", "0x10", "9" * 5000]
)
def test_what_is_not_an_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        minor(text, "MAD")


@pytest.mark.parametrize("text", ["80", "0.8", "80.005%", "%"])
def test_what_is_not_an_exact_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        basis_points(text)


@given(st.integers(-(10**40), 10**40), st.sampled_from(sorted(money.MINOR_DIGITS)))
def test_an_amount_survives_being_written(amount: int, currency: str) -> None:
    if abs(amount) < 10**27:  # major() is for amounts that people have
        assert minor(major(amount, currency), currency) == amount
    assert minor(f"{amount}", "XOF") == amount


@pytest.mark.parametrize(
    ("rounding", "quotients"),
    [("half_up", (2, 3, 2)), ("half_even", (2, 2, 2)), ("down", (2, 2, 2)), ("up", (3, 3, 2))],
)
def test_a_division_is_rounded_as_named(rounding: str, quotients: tuple[int, ...]) -> None:
    code = money.ROUNDINGS.index(rounding)
    assert tuple(divide(numerator, 4, code) for numerator in (9, 10, 8)) == quotients


def test_no_product_of_the_engines_outgrows_64_bits() -> None:
    price, quantity = money.MAX_PRICE * 1000, money.MAX_QUANTITY
    assert price * quantity < 2**63
    assert money.MAX_AMOUNT * quantity < 2**63
    assert money.MAX_AMOUNT * 9 * money.POINT_SCALE < 2**63
    assert money.MAX_AMOUNT * money.RATE_SCALE < 2**63
