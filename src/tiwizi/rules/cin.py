"""The number of a Moroccan identity card (CIN): one or two letters, then one to six digits; it has no check digit.

The syntax as it is commonly described (S); no official text was read.
"""

from __future__ import annotations

import re

from tiwizi.rules.mistake import Mistake

_CIN = re.compile(r"([A-Z]{1,2})([0-9]{1,6})")


def read_cin(text: str) -> str | Mistake:
    """A card's number in capitals, without spaces: ``read_cin("bk 123456") == "BK123456"``; field "cin"."""
    written = "".join(letter for letter in text.upper() if letter.isalnum())
    if not written:
        return Mistake("bank", "cin_blank", field="cin")
    if not _CIN.fullmatch(written):
        return Mistake("bank", "cin_syntax", {"value": text.strip()[:60]}, field="cin")
    return written
