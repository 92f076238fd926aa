"""Care outside while somebody lay in hospital elsewhere: on a day between the first and the last of a stay."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day
from tiwizi.rules.terms import ATTRIBUTES

HOSPITAL = ATTRIBUTES["setting"].index("hospital")


def find(seen: Seen) -> list[Found]:
    inside = (seen.setting == HOSPITAL) & (seen.stay_from >= 0) & (seen.stay_to > seen.stay_from + 1)
    stays = {}
    for line in np.flatnonzero(inside).tolist():
        stays[int(seen.claim[line])] = line
    lying = np.isin(seen.person, seen.person[list(stays.values())]) if stays else np.zeros(len(seen.line), bool)
    outside = np.flatnonzero(lying & (seen.setting != HOSPITAL) & (seen.provider >= 0))
    outside = outside[np.argsort(seen.person[outside], kind="stable")]
    people = seen.person[outside]
    found: dict[int, Found] = {}
    for stay in stays.values():
        low, high = np.searchsorted(people, [seen.person[stay], seen.person[stay] + 1])
        for line in outside[low:high].tolist():
            is_within = seen.stay_from[stay] < seen.day[line] < seen.stay_to[stay]
            if is_within and seen.provider[line] != seen.provider[stay]:
                found[line] = _found(seen, line, stay)
    return list(found.values())


def _found(seen: Seen, line: int, stay: int) -> Found:
    return Found(
        str(seen.line[line]), int(seen.claim[line]), int(seen.person[line]), int(seen.provider[line]),
        int(seen.billed[line]),
        {"day_day": as_day(seen.day[line]), "code": seen.code_of[int(seen.act[line])],
         "from_day": as_day(seen.stay_from[stay]), "to_day": as_day(seen.stay_to[stay]),
         "claims": sorted({int(seen.claim[line]), int(seen.claim[stay])})},
    )  # fmt: skip
