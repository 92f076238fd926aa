"""What is left of limits and what is used up, as accumulators.py of the reference has it.

A limit by calendar year or lifetime for a person or a household runs in a slot, one figure that starts anew when its
stamp is old. Every other limit is added up from the uses of the household.
"""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months, day_number, period_start
from tiwizi.rules.adjudicate.kernel.registers import (
    BY_CLAIMS,
    C_LAST,
    C_STAMP,
    CHAIN_COLUMNS,
    CL_EPISODE,
    CLAIM_SCOPE,
    COVER_COLUMNS,
    CV_FROM,
    CV_JOINED,
    CV_PERSON,
    CV_PLAN,
    CV_TO,
    EPISODE_SCOPE,
    GAP_KIND,
    LINE_SCOPE,
    N_USES,
    NONE,
    PERSON_COLUMNS,
    PERSON_SCOPE,
    ROW,
    SL_STAMP,
    SL_VALUE,
    SLOT_COLUMNS,
    U_AMOUNT,
    U_BEFORE,
    U_CLAIM,
    U_CODE,
    U_DAY,
    U_EPISODE,
    U_PERIOD,
    U_PERSON,
    U_TOTAL,
    ZERO,
    part,
    scalar,
)
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c

ANY = np.int64(-1)


@scalar
def add_up(uses, last, person, claim_only, episode, code, since, period, claim, running):
    """(sum, last day, whether the claim is among them) of the uses of a limit; ANY where a key does not matter.

    last: the last use of the limit, from which the chain leads back in time. running: every use carries the total up to
    it for its own keys, so the first that fits knows the sum; otherwise each within the window is added.
    """
    total, day, seen, u = ZERO, np.int64(NO_DAY), False, last
    while u >= 0 and uses[u, U_DAY] >= since:
        if (
            (person == ANY or uses[u, U_PERSON] == person)
            and (claim_only == ANY or uses[u, U_CLAIM] == claim_only)
            and (episode == ANY or uses[u, U_EPISODE] == episode)
            and (code == ANY or uses[u, U_CODE] == code)
            and (period == ANY or uses[u, U_PERIOD] == period)
        ):
            if running:
                return uses[u, U_TOTAL], uses[u, U_DAY], False
            total += uses[u, U_AMOUNT]
            day = max(day, uses[u, U_DAY])
            seen = seen or uses[u, U_CLAIM] == claim
        u = uses[u, U_BEFORE]
    return total, day, seen


@scalar
def since(unit, length, day, year):
    """The first day of the period of a limit that ends on a day."""
    if unit == c.U_YEAR:
        return np.int64(day_number(year, 1, 1))
    if unit == c.U_MONTHS:
        return np.int64(add_months(day, -length) + 1)
    if unit == c.U_DAYS:
        return np.int64(day - length + 1)
    return np.int64(NO_DAY)


@scalar
def members(covers, layer_covers, first, last, people, day):
    """The people of the household whom a layer covers on a day. layer_covers: by plan code, of the layer."""
    count = ZERO
    for cover in range(first, last):
        row = np.int64(cover) * COVER_COLUMNS
        if not layer_covers[covers[row + CV_PLAN]]:
            continue
        if not max(covers[row + CV_FROM], covers[row + CV_JOINED]) <= day < covers[row + CV_TO]:
            continue
        if covers[row + CV_PERSON] < 0:
            return np.int64(people)
        known = False
        for earlier in range(first, cover):
            other = np.int64(earlier) * COVER_COLUMNS
            known = known or (
                covers[other + CV_PERSON] == covers[row + CV_PERSON]
                and layer_covers[covers[other + CV_PLAN]]
                and max(covers[other + CV_FROM], covers[other + CV_JOINED]) <= day < covers[other + CV_TO]
            )
        if not known:
            count += 1
    return count


@part
def slot_of(f, p, row, h, i):
    """Where the running figure of a limit is, for the person or the household of a line."""
    entity = ZERO
    if p.limits[row + c.L_SCOPE] == PERSON_SCOPE:
        entity = np.int64(f.person[i]) // PERSON_COLUMNS - f.person_start[h] + 1
    return (entity * p.settings[c.SLOTS] + p.limits[row + c.L_SLOT]) * SLOT_COLUMNS & ROW


@part
def stamp_of(p, row, h, year):
    """What marks a running figure as of this household and year; an older mark means that nothing is used."""
    return h * 4096 + (year if p.limits[row + c.L_UNIT] == c.U_YEAR else 0)


@part
def period_of(f, p, row, ask, cover, day):
    """The start of the insurance period, for a limit that runs by it; else ANY."""
    if p.limits[row + c.L_UNIT] != c.U_INSURANCE:
        return ANY
    return np.int64(period_start(f.covers[cover + CV_FROM], p.asks[ask + c.A_MONTHS], day))


@part
def used_of(f, p, s, row, h, i, ask, cover, day, year):
    """(what is used up of a limit as seen from a line, the last day, whether its claim is among the uses)."""
    scope = p.limits[row + c.L_SCOPE]
    if p.limits[row + c.L_SLOT] >= 0:
        slot = slot_of(f, p, row, h, i)
        if s.slots[slot + SL_STAMP] == stamp_of(p, row, h, year):
            return s.slots[slot + SL_VALUE], s.slots[slot + SL_VALUE], False
        return ZERO, np.int64(NO_DAY), False
    if scope == LINE_SCOPE:
        return ZERO, np.int64(NO_DAY), False
    claim, chain = np.int64(f.claim[i]), p.limits[row + c.L_ID] * CHAIN_COLUMNS & ROW
    if s.chains[chain + C_STAMP] != h:
        return ZERO, np.int64(NO_DAY), False
    unit = p.limits[row + c.L_UNIT]
    return add_up(
        s.uses,
        s.chains[chain + C_LAST],
        np.int64(f.person[i]) if scope == PERSON_SCOPE else ANY,
        claim if scope == CLAIM_SCOPE else ANY,
        f.claims[claim + CL_EPISODE] if scope == EPISODE_SCOPE else ANY,
        np.int64(f.code[i]) if p.limits[row + c.L_EACH_CODE] else ANY,
        since(unit, p.limits[row + c.L_LENGTH], day, year),
        period_of(f, p, row, ask, cover, day),
        claim,
        not (unit == c.U_MONTHS or unit == c.U_DAYS or p.limits[row + c.L_COUNTED] == BY_CLAIMS),
    )


@part
def value_of(f, p, row, h, ask, day):
    """The value of a limit, grown with the household where the plan says so."""
    value = p.limits[row + c.L_VALUE]
    if p.limits[row + c.L_OVER] >= 0:
        people = f.person_start[h + 1] - f.person_start[h]
        covers = f.layer_covers[p.asks[ask + c.A_LAYER]]
        size = members(f.covers, covers, f.cover_start[h], f.cover_start[h + 1], people, day)
        value += max(ZERO, size - p.limits[row + c.L_OVER]) * p.limits[row + c.L_EXTRA]
        if p.limits[row + c.L_AT_MOST] >= 0:
            value = min(value, p.limits[row + c.L_AT_MOST])
    return value


@part
def use(f, p, s, row, h, i, ask, cover, day, year, amount):
    """Record what a line used up of a limit (for a gap: the day)."""
    if p.limits[row + c.L_SLOT] >= 0:
        slot, stamp = slot_of(f, p, row, h, i), stamp_of(p, row, h, year)
        if p.limits[row + c.L_KIND] == GAP_KIND:
            s.slots[slot + SL_VALUE] = day
        elif s.slots[slot + SL_STAMP] == stamp:
            s.slots[slot + SL_VALUE] += amount
        else:
            s.slots[slot + SL_VALUE] = amount
        s.slots[slot + SL_STAMP] = stamp
    elif p.limits[row + c.L_SCOPE] != LINE_SCOPE:
        before, _, _ = used_of(f, p, s, row, h, i, ask, cover, day, year)
        u, claim, chain = s.counts[N_USES], f.claim[i], p.limits[row + c.L_ID] * CHAIN_COLUMNS & ROW
        s.counts[N_USES] = u + 1
        s.uses[u, U_BEFORE] = s.chains[chain + C_LAST] if s.chains[chain + C_STAMP] == h else NONE
        s.chains[chain + C_STAMP], s.chains[chain + C_LAST] = h, u
        s.uses[u, U_TOTAL], s.uses[u, U_PERSON], s.uses[u, U_CLAIM] = before + amount, f.person[i], claim
        s.uses[u, U_EPISODE], s.uses[u, U_CODE] = f.claims[claim + CL_EPISODE], f.code[i]
        s.uses[u, U_DAY], s.uses[u, U_AMOUNT] = day, amount
        s.uses[u, U_PERIOD] = period_of(f, p, row, ask, cover, day)
