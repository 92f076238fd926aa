"""The same receipt twice: one number of one provider on two files. Lines of one file share a receipt, and are one."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.groups import grouped, larger, repeated
from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day
from tiwizi.rules.adjudicate.columns import Column


def find(seen: Seen) -> list[Found]:
    told = np.flatnonzero((seen.provider >= 0) & (seen.receipt >= 0))
    told = told[repeated(seen.provider[told], seen.receipt[told])]
    order, start = grouped(seen.provider[told], seen.receipt[told])
    groups = (told[group] for group in larger(order, start, 2))
    return [_found(seen, lines) for lines in groups if len(set(seen.claim[lines].tolist())) > 1]


def _found(seen: Seen, lines: Column) -> Found:
    """At stake is what the later files bill by it."""
    files = sorted(set(seen.claim[lines].tolist()))
    later = lines[seen.claim[lines] != files[0]]
    last = int(lines[np.argmax(seen.claim[lines])])
    provider, receipt = int(seen.provider[last]), str(seen.receipts[int(seen.receipt[last])].as_py())
    return Found(
        f"{provider}:{receipt}:{len(files)}", int(seen.claim[last]), None, provider, int(seen.billed[later].sum()),
        {"count": len(files), "households": len(set(seen.household[lines].tolist())), "receipt": receipt,
         "first_day": as_day(seen.day[lines].min()), "last_day": as_day(seen.day[lines].max()),
         "billed_amount": int(seen.billed[lines].sum()), "claims": files[:6]},
    )  # fmt: skip
