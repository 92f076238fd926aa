"""Amounts as the books write them: major units, in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tiwizi.locale import number
from tiwizi.rules.money import MINOR_DIGITS

if TYPE_CHECKING:
    from tiwizi.doors.cli.voice import Voice


def major(minor: int, voice: Voice, *, currency: str = "MAD") -> str:
    """``major(12000, voice) == "120.00"``: without the currency's name, which the heading has."""
    digits = MINOR_DIGITS[currency]
    return number(Decimal(minor).scaleb(-digits), voice.lang, decimals=digits)
