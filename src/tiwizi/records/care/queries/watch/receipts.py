"""The same care billed twice: one provider, person, day, act and amount on two files; or two people of one birth date
and sex in different households, who may be one that is known twice. What one receipt's number tells is numbers.py's."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.groups import grouped, larger, repeated
from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day
from tiwizi.rules.adjudicate.columns import Column


def find(seen: Seen) -> list[Found]:
    keys = (seen.provider, seen.day, seen.act, seen.billed, seen.birth, seen.sex)
    told = np.flatnonzero((seen.provider >= 0) & (seen.billed > 0))
    told = told[repeated(*(key[told] for key in keys))]
    order, start = grouped(*(key[told] for key in keys))
    return [
        _found(seen, lines)
        for group in larger(order, start, 2)
        if len(set(seen.claim[lines := told[group]].tolist())) > 1
        and _is_one(seen, lines)
        and not _of_one_receipt(seen, lines)
    ]


def _of_one_receipt(seen: Seen, lines: Column) -> bool:
    return seen.receipt[lines[0]] >= 0 and bool((seen.receipt[lines] == seen.receipt[lines[0]]).all())


def _is_one(seen: Seen, lines: Column) -> bool:
    """One person under several numbers; or several people, none of whom shares a household, as twins do."""
    people, homes = set(seen.person[lines].tolist()), set(seen.household[lines].tolist())
    return len(people) < len(set(seen.claim[lines].tolist())) or len(homes) == len(people) > 1


def _found(seen: Seen, lines: Column) -> Found:
    lines = np.sort(lines)
    last = int(lines[np.argmax(seen.claim[lines])])
    people = len(set(seen.person[lines].tolist()))
    return Found(
        f"{seen.line[lines].min()}:{len(lines)}", int(seen.claim[last]), int(seen.person[last]),
        int(seen.provider[last]), int(seen.billed[last]) * (len(lines) - 1),
        {"count": len(lines), "households": len(set(seen.household[lines].tolist())), "people": people,
         "day_day": as_day(seen.day[last]), "code": seen.code_of[int(seen.act[last])],
         "billed_amount": int(seen.billed[last]), "claims": sorted(set(seen.claim[lines].tolist()))[:6]},
    )  # fmt: skip
