"""People found by what somebody types: a number, an identity card, a phone, or a name in either script.

A name is looked for word by word, in any order, the last letters left out or a letter or two wrong. Each word leads by
its keys to words that people bear (bulk/names.py), and these to people; whoever answers all words is a hit, best first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from tiwizi.records.database.columns import read_columns
from tiwizi.records.people.bulk.names import key_number
from tiwizi.records.people.looks import regions_within
from tiwizi.records.people.models import Membership, NameWord
from tiwizi.records.trail.gate import By
from tiwizi.rules.cin import read_cin
from tiwizi.rules.names import ARTICLES, NO_ANSWER, answers, asked_keys, words
from tiwizi.rules.phone import read_phone
from tiwizi.rules.terms import ATTRIBUTES

Rows = NDArray[Any]
#: Words that are looked for; words that may answer one of them; ids that are looked at in the end.
MOST_ASKED, MOST_WORDS, MOST_LOOKED_AT = 6, 400, 20_000
LONGEST_ASKED = 200
NOBODY = 255


@dataclass(frozen=True)
class Hit:
    """Somebody who answers, at their last place: ``role`` there, and the household's number. ``gone``: the day from
    which they are not of it."""

    person: int
    number: str
    name_ar: str
    name_latin: str
    cin: str
    phone: str
    birth: date
    role: str
    household: str
    gone: date | None


@dataclass(frozen=True)
class Hits:
    """The best answers; ``more``: whether there are others."""

    people: tuple[Hit, ...]
    more: bool


def find_people(by: By, *, need: str, asked: str, most: int = 20) -> Hits:
    """Those within the reach of who asks: first by what names one person, then by name."""
    asked = " ".join(asked.replace("\0", "").split())[:LONGEST_ASKED]
    exact = _by_number(by, need, asked, most)
    if exact or any(letter.isdigit() for letter in asked):
        return Hits(tuple(exact[:most]), len(exact) > most)
    return _by_name(by, need, asked, most)


def members_of(by: By, *, need: str, households: Iterable[str]) -> dict[str, Hit]:
    """Of each household within the reach of who asks, by its number, the member as they are now or were last."""
    places = _places(by, need).filter(household__number__in=set(households), role=ATTRIBUTES["role"].index("member"))
    found = places.order_by("since")
    return {place.household.number: _hit(place) for place in found}


def _places(by: By, need: str) -> Any:
    """Places in households within reach."""
    regions = regions_within(by, need)
    places = Membership.objects.select_related("person", "household")
    return places if regions is None else places.filter(household__region_id__in=regions)


def _by_number(by: By, need: str, asked: str, most: int) -> list[Hit]:
    if not any(letter.isdigit() for letter in asked):
        return []
    written = {asked, asked.upper(), asked.replace(" ", "").upper()}
    one = Q(person__number__in=written) | Q(person__cin__in=written)
    cin, phone = read_cin(asked), read_phone(asked)
    if isinstance(cin, str):
        one |= Q(person__cin=cin)
    if isinstance(phone, str):
        one |= Q(person__phone=phone)
    rows = _last_places(_places(by, need).filter(one)[: 4 * most])
    rows += [] if rows else _last_places(_places(by, need).filter(household__number__in=written)[: 4 * most])
    return [_hit(place) for place in sorted(rows, key=lambda place: (place.role, place.person.birth))]


def _last_places(places: Any) -> list[Membership]:
    """Of each person the last place."""
    last: dict[int, Membership] = {}
    for place in places:
        held = last.get(place.person_id)
        if held is None or place.since > held.since:
            last[place.person_id] = place
    return list(last.values())


def _hit(place: Membership) -> Hit:
    who = place.person
    return Hit(
        who.id, who.number, who.name_ar, who.name_latin, who.cin or "", who.phone or "", who.birth,
        ATTRIBUTES["role"][place.role], place.household.number, place.until,
    )  # fmt: skip


# -- names -----------------------------------------------------------------------------------------------------------


def _by_name(by: By, need: str, asked: str, most: int) -> Hits:
    for typed in _readings(asked):
        candidates = _candidates([word for word in typed if len(word) > 1])
        found: list[Hit] = []
        for chunk in _chunks(candidates, most):
            found += _within_reach(by, need, chunk, typed)
            if len(found) > most:
                break
        if found:
            return Hits(tuple(found[:most]), len(found) > most)
    return Hits((), False)


def _readings(asked: str) -> Iterator[list[str]]:
    """The words as they were typed, without articles; then with two of them as one ("abd el kader" is "abdelkader")."""
    typed = list(words(asked))[:MOST_ASKED]
    bare = [word for word in typed if word not in ARTICLES] or typed
    if all(len(word) < 2 for word in bare):
        return
    if bare:
        yield bare
    for at in range(len(typed) - 1):
        end = at + 3 if typed[at + 1] in ARTICLES and at + 2 < len(typed) else at + 2
        yield [*typed[:at], "".join(typed[at:end]), *typed[end:]]


def _candidates(typed: list[str]) -> Rows:
    """Ids of people whose names have a word for each that was typed, the best first."""
    cost: Rows | None = None
    for word in typed:
        own = _cost_of(word)
        if cost is None:
            cost = own
        else:
            size = min(len(cost), len(own))
            both = (cost[:size] < NOBODY) & (own[:size] < NOBODY)
            cost = np.where(both, np.minimum(cost[:size] + own[:size], NOBODY - 1), NOBODY)
    if cost is None:
        return np.zeros(0, np.int64)
    ids = np.flatnonzero(cost < NOBODY)
    return ids[np.argsort(cost[ids], kind="stable")]


def _cost_of(asked: str) -> Rows:
    """By id of person how far the nearest word of the name is from what was typed (uint16), NOBODY where none is."""
    found = _words_for(asked)
    if not found:
        return np.full(0, NOBODY, np.uint16)
    listed = ", ".join(str(word) for word in found)
    rows = read_columns(
        f"SELECT word_id AS word, people FROM people_namepeople WHERE word_id IN ({listed})",
        {"word": "int", "people": "blob"},
    )
    blobs = [np.frombuffer(blob.as_buffer(), "<u4") for blob in rows["people"]]
    cost = np.full(max((int(ids[-1]) for ids in blobs), default=-1) + 1, NOBODY, np.uint16)
    costs = [found[word] for word in rows["word"].tolist()]
    for at in sorted(range(len(blobs)), key=lambda at: -costs[at]):
        cost[blobs[at]] = costs[at]
    return cost


def _words_for(asked: str) -> dict[int, int]:
    """Words of the index that answer what was typed: id -> how far they are, the best of them."""
    listed = ", ".join(str(key_number(key)) for key in asked_keys(asked))
    with_key = f"SELECT word_id FROM people_namekey WHERE key IN ({listed})"
    rows = NameWord._default_manager.extra(where=[f"id IN ({with_key})"]).values_list("id", "word")[: MOST_WORDS * 20]
    scored = [(how, word) for word, text in rows if (how := answers(asked, text)) < NO_ANSWER]
    return {word: how for how, word in sorted(scored)[:MOST_WORDS]}


def _chunks(candidates: Rows, most: int) -> Iterator[list[int]]:
    """The best first, then more at a time: whoever is bound to a small region has to look further."""
    low, size = 0, 3 * most
    while low < min(len(candidates), MOST_LOOKED_AT):
        yield candidates[low : low + size].tolist()
        low, size = low + size, size * 8


def _within_reach(by: By, need: str, ids: list[int], typed: list[str]) -> list[Hit]:
    """Those of some people whom who asks may see, in their order, and whose name is still what the index says."""
    listed = ", ".join(map(str, ids))
    rows = _last_places(_places(by, need).extra(where=[f"people_membership.person_id IN ({listed})"]))
    order = {person: at for at, person in enumerate(ids)}
    hits = [_hit(place) for place in rows if _still(place.person, typed)]
    return sorted(hits, key=lambda hit: order[hit.person])


def _still(who: Any, typed: list[str]) -> bool:
    own = words(f"{who.name_ar} {who.name_latin}")
    pairs = ["".join(own[at : at + size]) for size in (2, 3) for at in range(len(own) - size + 1)]
    return all(any(_is_answer(word, text) for text in (*own, *pairs)) for word in typed)


def _is_answer(word: str, text: str) -> bool:
    """One letter is the beginning of a word."""
    return text.startswith(word) if len(word) < 2 else answers(word, text) < NO_ANSWER
