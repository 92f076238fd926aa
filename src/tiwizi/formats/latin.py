"""The characters that banks pass on: ISO 20022 in the Latin set that all of them take (EPC217-08, section 6.2).

An accent falls away, as in a machine-readable identity card. Nothing is transliterated: a name in Arabic letters has a
Latin form on the identity card, and only that one is the member's.
"""

from __future__ import annotations

import re
import unicodedata

_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
_IDENTIFIER = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!/)")
_ACCENT = re.compile("[\u0300-\u036f]")
_SAME = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‘": "'", "ʼ": "'", "–": "-", "‐": "-"})


def latin(text: str) -> str | None:
    """A text in the banks' characters, its spaces single; None where it has others than accented Latin letters."""
    plain = " ".join(text.split())
    if not _ALLOWED.fullmatch(plain):
        spread = unicodedata.normalize("NFKD", plain.translate(_SAME))
        plain = " ".join(_ACCENT.sub("", spread).split())
    return plain if _ALLOWED.fullmatch(plain) else None


def is_identifier(text: str) -> bool:
    """Whether banks pass an identifier on unchanged: 1 to 35 characters, no slash at an end and no two together."""
    return _IDENTIFIER.fullmatch(text) is not None and text == text.strip()
