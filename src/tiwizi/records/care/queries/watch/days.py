"""More consultations on a day than can be: of one provider, or of one person."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.groups import grouped, sums
from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import QUANTITY_SCALE


def find_of_providers(seen: Seen) -> list[Found]:
    return _find(seen, seen.provider, seen.watch.limits["visits_a_day_of_a_provider"], is_provider=True)


def find_of_people(seen: Seen) -> list[Found]:
    return _find(seen, seen.person, seen.watch.limits["visits_a_day_of_a_person"], is_provider=False)


def _find(seen: Seen, who: Column, most: int, *, is_provider: bool) -> list[Found]:
    visits = np.flatnonzero(seen.named("visits") & (who >= 0))
    order, start = grouped(who[visits], seen.day[visits])
    count = sums(seen.quantity[visits], order, start) // QUANTITY_SCALE
    return [
        _found(seen, visits[order[start[at] : start[at + 1]]], int(count[at]), most, is_provider)
        for at in np.flatnonzero(count > most).tolist()
    ]


def _found(seen: Seen, lines: Column, count: int, most: int, is_provider: bool) -> Found:
    dearest = int(lines[np.argmax(seen.billed[lines])])
    who = int(seen.provider[dearest] if is_provider else seen.person[dearest])
    return Found(
        f"{who}:{as_day(seen.day[dearest])}:{count}", int(seen.claim[dearest]), None if is_provider else who,
        who if is_provider else None, int(seen.billed[lines].sum()),
        {"count": count, "most": most, "day_day": as_day(seen.day[dearest]),
         "claims": sorted(set(seen.claim[lines].tolist()))[:6]},
    )  # fmt: skip
