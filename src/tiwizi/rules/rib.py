"""The number of a Moroccan bank account (RIB): 24 digits, which are bank 3, place 3, account 16, key 2.

The key is 97 - (first 22 digits x 100 mod 97), so that the 24 digits are a multiple of 97: one wrong digit, or two
neighbours in each other's place, are always found. As an IBAN (ISO 13616) the account is MA, two check digits, RIB.
"""

from __future__ import annotations

import re
import unicodedata

from tiwizi.rules.mistake import Mistake

LENGTH = 24
_DIGITS = re.compile(r"[0-9]+")
_IBAN = re.compile(r"([A-Z]{2})([0-9]{2})([0-9A-Z]*)")
#: The country MA in digits (M = 22, A = 10), and room for the two check digits.
_MA = "221000"


def read_rib(text: str) -> str | Mistake:
    """The 24 digits of an account that is written as RIB or as Moroccan IBAN, with whatever spaces and dashes.

    Mistakes: ``rib_*`` of locale/<lang>/bank.toml, field "rib".
    """
    written = text if _DIGITS.fullmatch(text) else _closed_up(text)
    if not written:
        return _mistake("rib_blank")
    iban = _IBAN.fullmatch(written)
    if iban is not None:
        return _from_iban(country=iban[1], check=iban[2], rest=iban[3])
    return _checked(written)


def key_of(first: str) -> str:
    """The key, two digits, of the first 22 digits of a RIB."""
    assert len(first) == LENGTH - 2, "a key is that of 22 digits"
    return f"{97 - int(first) * 100 % 97:02d}"


def iban_of(rib: str) -> str:
    """A RIB as IBAN: 28 characters."""
    return f"MA{_iban_check(rib)}{rib}"


def bank_of(rib: str) -> str:
    """The three digits that name the bank."""
    return rib[:3]


def spaced(rib: str) -> str:
    """A RIB as people read it: ``011 810 0000123456789012 34``."""
    return f"{rib[:3]} {rib[3:6]} {rib[6:22]} {rib[22:]}"


def _closed_up(text: str) -> str:
    """Without spaces, dashes, points and marks of direction; digits as 0 to 9, letters as capitals."""
    kept = []
    for letter in text:
        digit = unicodedata.decimal(letter, None)
        if digit is not None:
            kept.append(str(digit))
        elif unicodedata.category(letter) not in ("Zs", "Cf", "Cc", "Pd", "Po"):
            kept.append(letter.upper())
    return "".join(kept)


def _from_iban(*, country: str, check: str, rest: str) -> str | Mistake:
    if country != "MA":
        return _mistake("rib_country", country=country)
    rib = _checked(rest)
    if isinstance(rib, str) and check != _iban_check(rib):
        return _mistake("rib_iban_check", check=check)
    return rib


def _checked(digits: str) -> str | Mistake:
    if not _DIGITS.fullmatch(digits):
        return _mistake("rib_not_digits", value=digits[:60])
    if len(digits) != LENGTH:
        return _mistake("rib_length", count=len(digits))
    if digits[22:] != key_of(digits[:22]):
        # The key that would fit is not told: typed in blindly it would send the money to a stranger.
        return _mistake("rib_key", given=digits[22:])
    return digits


def _iban_check(rib: str) -> str:
    return f"{98 - int(rib + _MA) % 97:02d}"


def _mistake(key: str, /, **values: object) -> Mistake:
    return Mistake("bank", key, values, field="rib")
