"""Providers who are far from their peers: those most of whose lines are of the same kind of act.

Prices: what a provider billed beside what the same acts in the same number would cost at the median price of each act
among all providers, so that who does dearer acts is not dear for that. Lines: how many a provider bills for each
person they saw.
"""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.groups import distinct, dominant, grouped, medians, spreads, sums
from tiwizi.records.care.queries.watch.seen import Found, Seen
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import QUANTITY_SCALE

#: What peers who are all alike are still believed to differ by: 5 % of a price, a fifth of a line a person.
LEAST_OF_PRICE, LEAST_OF_LINES = 500.0, 0.2


def find_prices(seen: Seen) -> list[Found]:
    lines = np.flatnonzero((seen.provider >= 0) & (seen.billed > 0) & (seen.category >= 0))
    each = seen.billed[lines] * QUANTITY_SCALE // np.maximum(seen.quantity[lines], 1)
    of_act, _ = medians(each, seen.act[lines], int(seen.act.max(initial=0)) + 1)
    usual = of_act[seen.act[lines]] * seen.quantity[lines] // QUANTITY_SCALE
    order, start = grouped(seen.provider[lines])
    billed, expected = sums(seen.billed[lines], order, start), sums(usual, order, start)
    ratio = billed * 10_000 / np.maximum(expected, 1)  # basis points
    return _far(seen, lines, order, start, ratio, LEAST_OF_PRICE, np.maximum(billed - expected, 0), "bp")


def find_lines(seen: Seen) -> list[Found]:
    lines = np.flatnonzero((seen.provider >= 0) & (seen.category >= 0))
    lines = lines[np.lexsort((seen.person[lines], seen.provider[lines]))]
    order, start = grouped(seen.provider[lines])  # keeps the order of people within each
    each = np.diff(start) / np.maximum(distinct(seen.person[lines], order, start), 1)
    return _far(seen, lines, order, start, each, LEAST_OF_LINES, sums(seen.billed[lines], order, start), "")


def _far(
    seen: Seen, lines: Column, order: Column, start: Column, value: Column, least: float, stake: Column, unit: str
) -> list[Found]:
    """Groups of lines, one a provider ascending, whose value lies far above that of their peers."""
    limits = seen.watch.limits
    count = np.diff(start)
    if len(count) == 0 or len(lines) == 0:
        return []
    enough = np.flatnonzero(count >= limits["fewest_lines"])
    if len(enough) == 0:
        return []
    _, kind = dominant(seen.provider[lines], seen.category[lines], np.ones(len(lines), np.int64))
    score, middle, peers = spreads(value[enough], kind[enough], len(seen.categories), least=least)
    far = np.flatnonzero((score > limits["spreads"]) & (peers >= limits["fewest_peers"]))
    found = []
    for at in far.tolist():
        own = lines[order[start[enough[at]] : start[enough[at] + 1]]]
        dearest = int(own[np.argmax(seen.billed[own])])
        provider = int(seen.provider[dearest])
        found.append(
            Found(
                f"{provider}:{_size(len(own))}", int(seen.claim[dearest]), None, provider, int(stake[enough[at]]),
                {"lines": len(own), "category": seen.categories[int(kind[enough[at]])], "peers": int(peers[at]) - 1,
                 "spreads": round(float(score[at]), 1), **_told(float(value[enough[at]]), float(middle[at]), unit)},
            )
        )  # fmt: skip
    return found


def _told(value: float, middle: float, unit: str) -> dict[str, float | int]:
    if unit == "bp":
        return {"value_bp": round(value), "middle_bp": round(middle)}
    return {"value": round(value, 1), "middle": round(middle, 1)}


def _size(count: int) -> int:
    """The power of two below: a provider who was looked at is told of again once they have twice as many lines."""
    return count.bit_length()
