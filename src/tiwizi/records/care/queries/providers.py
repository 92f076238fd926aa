"""Those who give care, by number or by name in either script, and what the mutual agreed on with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from tiwizi.records.care.models import Agreement, Provider
from tiwizi.rules.terms import ATTRIBUTES

#: Letters that people write in several ways.
_SAME = ("اأإآٱ", "هة", "يى", "eéèêë", "aàâ", "iîï", "oô", "uûù", "cç")
_LONGEST, _MOST_WORDS = 100, 5


@dataclass(frozen=True)
class ProviderFound:
    """``network``: "in" or "out" by an agreement in force, "" where there is none; ``third_party``: whether the mutual
    pays the provider itself."""

    id: int
    number: str
    name_ar: str
    name_latin: str
    sector: str
    level: str
    network: str
    third_party: bool


def find_providers(asked: str, *, on: date, most: int = 8) -> list[ProviderFound]:
    """Whose number begins so, or whose names have all the words."""
    asked = " ".join(asked.replace("\0", "").split())[:_LONGEST]
    if not asked:
        return []
    begins = Q(number__startswith=asked.upper()) | Q(number__startswith=asked)
    rows = list(Provider.objects.filter(begins).order_by("number")[:most])
    if len(rows) < most and any(letter.isalpha() for letter in asked):
        known = {row.id for row in rows}
        rows += [row for row in _named(asked, most) if row.id not in known][: most - len(rows)]
    return _with_agreements(rows, on)


def provider(number: str, *, on: date) -> ProviderFound | None:
    """One by number, as the agreement of a day has them; None where nobody has it."""
    found = _with_agreements(list(Provider.objects.filter(number=number)), on)
    return found[0] if found else None


def as_provider_has_it(claim: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Cells of a claim; what they leave blank of sector, level and network is what the records know of the provider."""
    return filled(claim, named_provider(claim, on=on))


def named_provider(claim: Mapping[str, Any], *, on: date) -> ProviderFound | None:
    """Whom the cells of a claim name, where the records know them."""
    number = str(claim.get("provider") or "").strip()
    return provider(number, on=on) if number else None


def filled(claim: Mapping[str, Any], found: ProviderFound | None) -> dict[str, Any]:
    """The cells, with what is known of the provider where they are blank."""
    known = {name: getattr(found, name) for name in ("sector", "level", "network")} if found else {}
    return {**known, **{name: cell for name, cell in claim.items() if cell not in (None, "")}}


def _named(asked: str, most: int) -> list[Provider]:
    return list(Provider.objects.filter(names_like(asked)).order_by("name_latin", "number")[:most])


def names_like(asked: str) -> Q:
    """Of a provider whose names, in either script, have all the words."""
    meant = Q()
    for word in asked.split()[:_MOST_WORDS]:
        pattern = _pattern(word)
        meant &= Q(name_ar__iregex=pattern) | Q(name_latin__iregex=pattern)
    return meant


def _pattern(word: str) -> str:
    """A word in which each letter stands for all the ways in which people write it."""
    same = {letter: letters for letters in _SAME for letter in letters}
    return "".join(f"[{same[letter]}]" if letter in same else re.escape(letter) for letter in word.lower())


def _with_agreements(rows: list[Provider], on: date) -> list[ProviderFound]:
    there = Q(until=None) | Q(until__gt=on)
    held = Agreement.objects.filter(there, provider__in=[row.id for row in rows], since__lte=on) if rows else []
    agreed = {one.provider_id: one for one in held}
    return [_found(row, agreed.get(row.id)) for row in rows]


def _found(row: Provider, agreed: Agreement | None) -> ProviderFound:
    return ProviderFound(
        row.id, row.number, row.name_ar, row.name_latin, ATTRIBUTES["sector"][row.sector],
        ATTRIBUTES["level"][row.level], ATTRIBUTES["network"][agreed.network] if agreed else "",
        bool(agreed and agreed.third_party_payment),
    )  # fmt: skip
