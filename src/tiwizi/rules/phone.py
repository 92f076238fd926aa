"""Moroccan phone numbers: 0 and nine digits at home, +212 and the same nine from abroad. The first of the nine is 5 for
lines and 6 or 7 for mobiles (ANRT's numbering plan, as commonly described (S); no official text was read)."""

from __future__ import annotations

import re
import unicodedata

from tiwizi.rules.mistake import Mistake

_HOME = re.compile(r"(?:\+212|00212|212)?0?([5-8][0-9]{8})")
_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]{7,14})")


def read_phone(text: str) -> str | Mistake:
    """``read_phone("06 12-34-56-78") == "+212612345678"``, as ``+212 (0)6...``, ``00212...``; numbers of elsewhere
    with +. Mistakes: phone_blank, phone_syntax of locale/<lang>/bank.toml, field "phone"."""
    written = _closed_up(text)
    if not written:
        return Mistake("bank", "phone_blank", field="phone")
    home = _HOME.fullmatch(written)
    if home is not None:
        return f"+212{home[1]}"
    abroad = _ABROAD.fullmatch(written)
    if abroad is None or abroad[1].startswith("212"):
        return Mistake("bank", "phone_syntax", {"value": text.strip()[:40]}, field="phone")
    return f"+{abroad[1]}"


def spaced_phone(phone: str) -> str:
    """As people read it: ``06 12 34 56 78``, or as it is where it is no Moroccan one."""
    home = re.fullmatch(r"\+212([0-9]{9})", phone)
    if home is None:
        return phone
    digits = "0" + home[1]
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _closed_up(text: str) -> str:
    kept = []
    for letter in text:
        digit = unicodedata.decimal(letter, None)
        if digit is not None:
            kept.append(str(digit))
        elif letter == "+" or unicodedata.category(letter) not in ("Zs", "Cf", "Cc", "Pd", "Po", "Ps", "Pe"):
            kept.append(letter)
    return "".join(kept)
