"""What people type: amounts and quantities as people write them, "1 234,50" or "1234.5", in either kind of digits."""

from __future__ import annotations

from datetime import date

from tiwizi.doors.look.templatetags.look import t
from tiwizi.doors.look.typed_day import day_of
from tiwizi.rules import money

_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009\u2066\u2067\u2068\u2069\u200e\u200f"), None)
_DIGITS = {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")} | {ord("٫"): "."}


def amount(text: str, currency: str, *, most: int = money.MAX_AMOUNT) -> int | None:
    """Minor units; None where nothing was typed. Raises ValueError for what is no amount, or a negative one."""
    plain = _plain(text)
    return _not_negative(money.minor(plain, currency), most=most) if plain else None


def quantity(text: str) -> int | None:
    """Thousandths; None where nothing was typed. Raises ValueError for what is no quantity, or a negative one."""
    plain = _plain(text)
    return _not_negative(money.thousandths(plain), most=money.MAX_QUANTITY) if plain else None


def _plain(text: str) -> str:
    """With a point and nothing else; a comma is a decimal mark where it is the only mark."""
    plain = text.translate(_SPACES).translate(_DIGITS)
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain


def _not_negative(value: int, *, most: int) -> int:
    if not 0 <= value <= most:
        raise ValueError(f"{value} is out of range")
    return value


def day(text: str) -> date | None:
    """A day as addresses say it (2026-07-08) or as people write it (08/07/2026); None where nothing was typed.
    Raises ValueError for what is no day."""
    plain = text.translate(_SPACES).translate(_DIGITS)
    if not plain:
        return None
    return day_of(plain)


def day_or_fault(text: str, name: str, faults: dict[str, str], *, needed: bool = False) -> date | None:
    """A day, or what is wrong with it among the faults, by the field's name; ``needed``: so is a blank."""
    try:
        found = day(text)
    except ValueError:
        found, needed = None, True
    if found is None and needed:
        faults[name] = t("appeals:fault_day")
    return found


def day_or_none(text: str) -> date | None:
    """A day; None for what is none."""
    try:
        return day(text)
    except ValueError:
        return None


def number(text: str) -> int:
    """A number that a form carries, 0 where it is none: nothing has that number."""
    return int(text) if text.isdecimal() and len(text) < 12 else 0
