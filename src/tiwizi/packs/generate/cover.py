"""What each household is covered by: the basic scheme and the funds of the mutual, with late joiners and lapses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiwizi.packs.generate.draw import Rng, between, happens
from tiwizi.packs.generate.people import People
from tiwizi.packs.generate.settings import Settings, Table
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NEVER, NO_DAY, day_number

FUNDS = ("basic", "complementary", "death_fund", "social_works")
BASIC, COMPLEMENTARY, DEATH_FUND, SOCIAL_WORKS = range(len(FUNDS))
NEW, RENEWED = 0, 1


@dataclass(frozen=True)
class Cover:
    """Rows by household; NEVER: no end, no condition of payment; joined NO_DAY: the start."""

    household: Column
    fund: Column
    start: Column
    end: Column
    stage: Column
    joined: Column
    paid_until: Column


def draw_cover(rng: Rng, people: People, settings: Settings) -> tuple[Cover, Column]:
    """The cover rows, and the day from which each household's care is covered at all (its basic start)."""
    table, size = settings["cover"], len(people.recruited)
    basic = np.maximum(people.recruited, day_number(table["basic_since"]))
    joined = _joined(rng, people, settings, table)
    nothing = np.full(size, NEVER)
    inside = between(rng, (settings.first, settings.until - 60), size).astype(np.int64)
    long_enough = joined < inside - 400
    lapsed = long_enough & happens(rng, table["lapsed"], size)
    left = long_enough & ~lapsed & happens(rng, table["left"], size)
    back = long_enough & ~lapsed & ~left & happens(rng, table["came_back"], size)
    unpaid = np.where(lapsed, inside, NEVER)
    end = np.where(left | back, inside, NEVER)
    again = np.minimum(inside + rng.integers(30, 240, size), settings.until - 10)
    rows = [_rows(np.arange(size), BASIC, basic, nothing, NEW, NO_DAY, nothing)]
    for fund, share in ((COMPLEMENTARY, 1.0), (DEATH_FUND, "death_fund_share"), (SOCIAL_WORKS, "social_works_share")):
        who = np.flatnonzero(happens(rng, table[share] if isinstance(share, str) else share, size))
        rows.append(_rows(who, fund, joined[who], end[who], NEW, NO_DAY, unpaid[who]))
        who = who[back[who]]
        rows.append(_rows(who, fund, again[who], nothing[who], RENEWED, joined[who], nothing[who]))
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    return Cover(*(column[order] for column in columns)), basic


def _joined(rng: Rng, people: People, settings: Settings, table: Table) -> Column:
    """Most join the mutual when they are recruited; some years later."""
    size = len(people.recruited)
    at_once = np.maximum(people.recruited, day_number(table["fund_since"]))
    later = between(rng, (at_once, np.maximum(settings.until - 30, at_once)), size).astype(np.int64)
    return np.where(happens(rng, table["late_joiners"], size), later, at_once)


Rows = tuple[Column, Column, Column, Column, Column, Column, Column]


def _rows(who: Column, fund: int, start: Column, end: Column, stage: int, joined: Column | int, paid: Column) -> Rows:
    size = len(who)
    return who, np.full(size, fund), start, end, np.full(size, stage), np.broadcast_to(joined, size), paid
