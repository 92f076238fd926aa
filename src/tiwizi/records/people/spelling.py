"""A name in the other script, as those who bear it spell it, for a clerk to accept or put right."""

from __future__ import annotations

import csv
from functools import cache

from tiwizi import packs
from tiwizi.rules import names


def in_arabic(name: str) -> str:
    """``in_arabic("Fatima Bennani") == "فاطمة بناني"``: words that a pack knows as it spells them, others by letter."""
    known = _known()[0]
    found = (known.get(names.fold(word)) or names.in_arabic(word) for word in name.split())
    return " ".join(word for word in found if word).replace("ال ", "ال")


def in_latin(name: str) -> str:
    known = _known()[1]
    found = (known.get(names.fold(word)) or names.in_latin(word) for word in name.split())
    return " ".join(word for word in found if word)


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Folded Latin word -> Arabic, and the other way, of all packs that have names; the commonest spelling of each."""
    arabic: dict[str, str] = {}
    latin: dict[str, str] = {}
    for country in packs.available():
        path = packs.folder(country) / "names.csv"
        rows = csv.DictReader(path.open(encoding="utf-8")) if path.is_file() else ()
        for row in rows:
            words = row["latin"].split(), row["arabic"].split()
            if len(words[0]) == len(words[1]):
                for one, other in zip(*words, strict=True):
                    arabic.setdefault(names.fold(one), other)
                    latin.setdefault(names.fold(other), one)
    return arabic, latin
