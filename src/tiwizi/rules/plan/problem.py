"""What is wrong with a document: what, where, why, and the way out, in three languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from tiwizi import locale

ERROR, WARNING = "error", "warning"
SHOWN = 60  # characters of a value, or names of a list, are enough to recognise it


@dataclass(frozen=True)
class Problem:
    """One mistake in a document that a person wrote. ``line`` counts from 1; ``field`` is a path such as
    ``layers[amo].coverage[specialist].rate``. The texts are in locale/<lang>/plan_check.toml."""

    severity: str
    file: str
    line: int
    field: str
    key: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def message(self, lang: str) -> str:
        """What is wrong, and why that cannot stand."""
        return locale.text("plan_check", self.key, lang=lang, **self.values)

    def way_out(self, lang: str) -> str:
        """What to do about it; for a mistyped word, first the known one that it looks like (``near``)."""
        way = locale.text("plan_check", f"{self.key}_way_out", lang=lang, **self.values)
        if not self.values.get("near"):
            return way
        guess = locale.catalogue("plan_check", lang)["did_you_mean"]
        return guess.format(near=locale.isolate(self.values["near"], lang), rest=way)

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


def quoted(value: object) -> str:
    """A value with its quotation marks where it is a text: ``"60"`` is not the number 60."""
    return f'"{shown(value)}"' if isinstance(value, str) else shown(value)


def shown(value: object) -> str:
    """A value as its author wrote it, short, and without characters that a terminal would obey."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 4096:
        return "…"  # Python writes no number of so many digits
    written = value if isinstance(value, str) else str(value)
    clean = "".join(mark if mark.isprintable() else "�" for mark in written[: SHOWN + 1])
    return clean if len(clean) <= SHOWN else clean[:SHOWN] + "…"


def listed(words: Iterable[str]) -> str:
    """The words that are known, in their order: a screen line or two of them at most."""
    known = [shown(word) for word in islice(words, SHOWN + 1)]
    return (", ".join(known[:SHOWN]) + (", …" if len(known) > SHOWN else "")) or "–"


@lru_cache(maxsize=4096)
def nearest(word: str, known: tuple[str, ...]) -> str:
    """The known word that a mistyped one looks like, or ""."""
    return next(iter(get_close_matches(word[:SHOWN], known[:1000], n=1)), "")
