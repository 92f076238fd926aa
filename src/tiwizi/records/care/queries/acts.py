"""Acts and medicines of the tariff in force, by code or by word in any language, with what they are worth.

What can be found lies in memory, once a process and tariff: some thousands of names are read faster than asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from tiwizi.formats.tables.schema import fold
from tiwizi.records.care.basis import Basis, basis
from tiwizi.records.cover.queries import in_force
from tiwizi.rules.adjudicate.facts import Price, price_of
from tiwizi.rules.money import QUANTITY_SCALE, divide
from tiwizi.rules.period import day_number
from tiwizi.rules.plan.compile import letter_value
from tiwizi.rules.terms import ATTRIBUTES

#: Of a provider, the last files whose acts are offered first, and how many acts.
LAST_FILES, USUAL = 40, 8
_LONGEST = 100


@dataclass(frozen=True)
class ActFound:
    """``letter`` and ``coefficient`` (thousandths) make its worth with ``letter_value``; ``worth``: what one unit is
    worth by the tariff, minor units, None where the tariff does not say; ``usual``: the provider's own habit."""

    code: str
    label: str
    category: str
    letter: str
    coefficient: int | None
    letter_value: int | None
    worth: int | None
    usual: bool


class Entry(NamedTuple):
    code: str
    folded: str
    words: str
    labels: dict[str, str]


def find_acts(
    asked: str, *, lang: str, on: date, sector: str = "other", provider: str = "", most: int = 12
) -> list[ActFound]:
    """The best answers first: the code itself, codes and words that begin so, words that hold it; among equals what the
    provider has filed before. With nothing asked, what the provider files most. Raises Refused: no_plan_in_force,
    no_tariff_in_force."""
    by = basis(*in_force(on))
    usual = usual_acts(provider) if provider else []
    folded = fold(asked[:_LONGEST])
    entries = _entries(by)
    if folded:
        scored = [(score, entry) for entry in entries.values() if (score := _score(entry, folded)) is not None]
        rank = {code: place for place, code in enumerate(usual)}
        scored.sort(key=lambda found: (found[0], rank.get(found[1].code, len(rank)), found[1].code))
        chosen = [entry for _, entry in scored[:most]]
    else:
        chosen = [entries[code] for code in usual if code in entries][:most]
    return [_found(entry, by, lang=lang, on=on, sector=sector, usual=entry.code in usual) for entry in chosen]


def acts_of(typed: Collection[str], *, lang: str, on: date, sector: str = "other") -> dict[str, ActFound]:
    """Those acts whose codes were typed, in small letters or large, by what was typed."""
    return acts_by(basis(*in_force(on)), typed, lang=lang, on=on, sector=sector)


def acts_by(by: Basis, typed: Collection[str], *, lang: str, on: date, sector: str) -> dict[str, ActFound]:
    """The same, of the tariff that one has at hand."""
    entries, found = _entries(by), {}
    for code in set(typed):
        entry = entries.get(code) or _by_folded(by).get(fold(code)) if code else None
        if entry is not None:
            found[code] = _found(entry, by, lang=lang, on=on, sector=sector, usual=False)
    return found


def usual_acts(provider: str) -> list[str]:
    """The codes that a provider filed most in the last files, by the provider's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.code FROM (SELECT c.id FROM care_claim c JOIN care_provider p ON p.id = c.provider_id
                   WHERE p.number = %s ORDER BY c.id DESC LIMIT %s) f
               JOIN care_line l ON l.claim_id = f.id JOIN cover_act a ON a.id = l.act_id
               GROUP BY a.code ORDER BY COUNT(*) DESC, a.code LIMIT %s""",
            [provider, LAST_FILES, USUAL],
        )
        return [code for (code,) in cursor.fetchall()]


def _entries(by: Basis) -> dict[str, Entry]:
    return _read_entries(str(connection.settings_dict["NAME"]), by.tariff_version, len(by.tariff.codes))


def _by_folded(by: Basis) -> dict[str, Entry]:
    """By their codes without case or marks; where two are alike, neither."""
    return _fold_entries(str(connection.settings_dict["NAME"]), by.tariff_version, len(by.tariff.codes))


@lru_cache(maxsize=4)
def _fold_entries(database: str, version: int, codes: int) -> dict[str, Entry]:
    entries = list(_read_entries(database, version, codes).values())
    times = Counter(entry.folded for entry in entries)
    return {entry.folded: entry for entry in entries if times[entry.folded] == 1}


@lru_cache(maxsize=4)
def _read_entries(_database: str, version: int, _codes: int) -> dict[str, Entry]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.code, a.label_ar, a.label_fr, a.label_en FROM cover_act a WHERE EXISTS
               (SELECT 1 FROM cover_tariffrow r WHERE r.act_id = a.id AND r.version_id = %s) ORDER BY a.code""",
            [version],
        )
        rows = cursor.fetchall()
    return {
        code: Entry(code, fold(code), " " + fold(" ".join((code, ar, fr, en))), {"ar": ar, "fr": fr, "en": en})
        for code, ar, fr, en in rows
    }


def _score(entry: Entry, asked: str) -> int | None:
    """How well an act answers, 0 the best; None: not at all."""
    if entry.folded == asked:
        return 0
    if entry.folded.startswith(asked):
        return 1
    words = asked.split()
    if all(f" {word}" in entry.words for word in words):
        return 2
    return 3 if all(word in entry.words for word in words) else None


def _found(entry: Entry, by: Basis, *, lang: str, on: date, sector: str, usual: bool) -> ActFound:
    at = ATTRIBUTES["sector"].index(sector) if sector in ATTRIBUTES["sector"] else len(ATTRIBUTES["sector"]) - 1
    code = bisect_left(by.tariff.codes, entry.code)
    price = price_of(by.tariff, code, day_number(on), sector=at, provider=-1)
    label = next(filter(None, (entry.labels[known] for known in (lang, "fr", "ar", "en"))), entry.code)
    category = by.tariff.categories[by.tariff.code_category[code]]
    letter = price.letter if price and price.coefficient >= 0 else ""
    value = letter_value(by.plan, letter, sector, on) if letter else -1
    return ActFound(
        entry.code, label, category, letter, price.coefficient if price and letter else None,
        value if value >= 0 else None, _worth(price, value), usual,
    )  # fmt: skip


def _worth(price: Price | None, letter: int) -> int | None:
    """The tariff's own price of a unit, or coefficient x key letter."""
    if price is None:
        return None
    if price.price >= 0:
        return price.price
    return divide(price.coefficient * letter, QUANTITY_SCALE) if letter >= 0 else None
