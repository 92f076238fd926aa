"""The number of a provider's receipt, as it is compared: what two people write of one paper is one number."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

#: In their order, on capital letters: letters and figures in groups, one dash between two, no idle noughts in front.
_STEPS = (
    (r"[^\p{L}\p{N}]+", "-"),
    (r"(\p{L})(\p{N})", r"\1-\2"),
    (r"(\p{N})(\p{L})", r"\1-\2"),
    (r"(^|-)0+(\p{N})", r"\1\2"),
    (r"^-|-$", ""),
    (r"^(?:N|NO|رقم)-(.)", r"\1"),
)
_LONGEST = 80
_FIGURES = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", "ـ")


def as_compared(texts: Any) -> Any:
    """Arrow texts as typed -> as compared: ``N° 0012/26`` and ``12-26`` are one. "" where there is neither letter nor
    figure."""
    held = texts.dictionary_encode()
    plain = held.dictionary
    if not pc.all(pc.string_is_ascii(plain)).as_py():
        plain = pa.array([_without_marks(text) for text in plain.to_pylist()], pa.string())
    plain = pc.utf8_upper(plain)
    for found, left in _STEPS:
        plain = pc.replace_substring_regex(plain, found, left)
    return pc.utf8_slice_codeunits(plain, 0, _LONGEST).take(held.indices)


def _without_marks(text: str) -> str:
    """No accents and no vowel signs, and the figures of the Maghreb."""
    spread = unicodedata.normalize("NFKD", text).translate(_FIGURES)
    return "".join(letter for letter in spread if unicodedata.category(letter) != "Mn")


def compared(text: str) -> str:
    """One number."""
    return str(as_compared(pa.array([text], pa.string()))[0].as_py())
