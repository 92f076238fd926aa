"""Two deliveries of one woman within months. Days that lie close together are one delivery, billed in parts."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day

#: Days within which several lines are one delivery.
ONE = 3


def find(seen: Seen) -> list[Found]:
    most = seen.watch.limits["days_between_deliveries"]
    births = np.flatnonzero(seen.named("deliveries"))
    births = births[np.lexsort((seen.day[births], seen.person[births]))]
    apart = np.diff(seen.day[births])
    close = np.flatnonzero((np.diff(seen.person[births]) == 0) & (apart > ONE) & (apart < most))
    return [_found(seen, int(births[at]), int(births[at + 1])) for at in close.tolist()]


def _found(seen: Seen, first: int, second: int) -> Found:
    provider = int(seen.provider[second])
    return Found(
        f"{seen.person[second]}:{as_day(seen.day[second])}", int(seen.claim[second]), int(seen.person[second]),
        provider if provider >= 0 else None, int(seen.billed[second]),
        {"first_day": as_day(seen.day[first]), "day_day": as_day(seen.day[second]),
         "days": int(seen.day[second] - seen.day[first]),
         "claims": sorted({int(seen.claim[first]), int(seen.claim[second])})},
    )  # fmt: skip
