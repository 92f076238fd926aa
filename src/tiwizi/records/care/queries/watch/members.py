"""People with far more lines within a year than others of their age."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.groups import grouped, spreads, sums
from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day

#: Years of age at which a band begins; peers are of one band.
BANDS = (0, 6, 18, 46, 65)
YEAR = 365
#: Peers are believed to differ by that many lines a year.
LEAST = 2.0


def find(seen: Seen) -> list[Found]:
    limits = seen.watch.limits
    until = int(seen.day.max(initial=0))
    lines = np.flatnonzero((seen.day > until - YEAR) & (seen.category >= 0))
    order, start = grouped(seen.person[lines])
    if len(lines) == 0:
        return []
    count = np.diff(start)
    head = lines[order[start[:-1]]]
    band = np.searchsorted(BANDS, np.maximum(seen.age[head], 0), side="right") - 1
    score, middle, peers = spreads(count.astype(np.float64), band, len(BANDS), least=LEAST)
    far = (score > limits["spreads"]) & (peers >= limits["fewest_peers"])
    far &= count >= limits["fewest_lines_of_a_person"]
    billed = sums(seen.billed[lines], order, start)
    found = []
    for at in np.flatnonzero(far).tolist():
        own = lines[order[start[at] : start[at + 1]]]
        dearest = int(own[np.argmax(seen.billed[own])])
        found.append(
            Found(
                f"{seen.person[dearest]}:{as_day(until)[:4]}", int(seen.claim[dearest]), int(seen.person[dearest]),
                None, int(billed[at]),
                {"lines": int(count[at]), "middle": int(middle[at]), "peers": int(peers[at]) - 1,
                 "spreads": round(float(score[at]), 1), "from_age": BANDS[int(band[at])], "until_day": as_day(until)},
            )
        )  # fmt: skip
    return found
