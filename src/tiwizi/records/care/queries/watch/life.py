"""Care before somebody was born, or after they died, as a grant that was asked for on their death tells."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day

NEVER = np.iinfo(np.int64).max


def find(seen: Seen) -> list[Found]:
    early = np.flatnonzero(seen.day < seen.birth)
    deaths = seen.named("deaths")
    died = np.full(int(seen.person.max(initial=0)) + 1, NEVER, np.int64)
    np.minimum.at(died, seen.person[deaths], seen.day[deaths])
    late = np.flatnonzero((seen.day > died[seen.person]) & ~deaths)
    return [
        *(_found(seen, int(line), "birth", int(seen.birth[line])) for line in early),
        *(_found(seen, int(line), "death", int(died[seen.person[line]])) for line in late),
    ]


def _found(seen: Seen, line: int, what: str, day: int) -> Found:
    return Found(
        f"{what}:{seen.line[line]}", int(seen.claim[line]), int(seen.person[line]), _or_none(seen.provider[line]),
        int(seen.billed[line]),
        {"what": what, "day_day": as_day(seen.day[line]), "event_day": as_day(day),
         "days": abs(int(seen.day[line]) - day), "code": seen.code_of[int(seen.act[line])]},
    )  # fmt: skip


def _or_none(provider: int) -> int | None:
    return int(provider) if provider >= 0 else None
