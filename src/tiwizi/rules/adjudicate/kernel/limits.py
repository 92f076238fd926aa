"""What is left of limits and what is used up, as accumulators.py of the reference has it.

A limit by calendar year or lifetime for a person or a household runs in a slot, one figure that starts anew when its
stamp is old. Every other limit is added up from the uses of the household.
"""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months, first_of_year, period_start
from tiwizi.rules.adjudicate.kernel.registers import (
    BY_CLAIMS,
    C_LAST,
    C_STAMP,
    CHAIN_COLUMNS,
    CL_EPISODE,
    CLAIM_SCOPE,
    COVER_COLUMNS,
    CV_FROM,
    CV_PERSON,
    CV_PLAN,
    CV_SINCE,
    CV_TO,
    EPISODE_SCOPE,
    GAP_KIND,
    LINE_SCOPE,
    N_USES,
    NONE,
    PERSON_SCOPE,
    SL_STAMP,
    SL_VALUE,
    SLOT_COLUMNS,
    U_AMOUNT,
    U_BEFORE,
    U_CLAIM,
    U_CODE,
    U_DAY,
    U_EPISODE,
    U_LINE,
    U_PERIOD,
    U_PERSON,
    U_TOTAL,
    USE_COLUMNS,
    Z_PLAN_CODES,
    ZERO,
    inlined,
    part,
)
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c

ANY = np.int64(-1)


@part
def add_up(w, last, person, claim_only, episode, code, since, period, claim, running):
    """(sum, last day, whether the claim is among them) of the uses of a limit; ANY where a key does not matter.

    last: the last use of the limit, from which the chain leads back in time. running: every use carries the total up to
    it for its own keys, so the first that fits knows the sum; otherwise each within the window is added.
    """
    total, day, seen, u = ZERO, np.int64(NO_DAY), False, last
    while u >= 0 and w.s.uses[u + U_DAY] >= since:
        if (
            (person == ANY or w.s.uses[u + U_PERSON] == person)
            and (claim_only == ANY or w.s.uses[u + U_CLAIM] == claim_only)
            and (episode == ANY or w.s.uses[u + U_EPISODE] == episode)
            and (code == ANY or w.s.uses[u + U_CODE] == code)
            and (period == ANY or w.s.uses[u + U_PERIOD] == period)
        ):
            if running:
                return w.s.uses[u + U_TOTAL], w.s.uses[u + U_DAY], False
            total += w.s.uses[u + U_AMOUNT]
            day = max(day, w.s.uses[u + U_DAY])
            seen = seen or w.s.uses[u + U_CLAIM] == claim
        u = w.s.uses[u + U_BEFORE]
    return total, day, seen


@part
def since(w, unit, length, day, year):
    """The first day of the period of a limit that ends on a day."""
    if unit == c.U_YEAR:
        return first_of_year(w, year)
    if unit == c.U_MONTHS:
        return add_months(w, day, -length) + 1
    if unit == c.U_DAYS:
        return np.int64(day - length + 1)
    return np.int64(NO_DAY)


@part
def members(w, y, h, day):
    """The people of the household whom layer y covers on a day."""
    count, plans = ZERO, y * w.f.sizes[Z_PLAN_CODES]
    first, last = np.int64(w.f.cover_start[h]), np.int64(w.f.cover_start[h + 1])
    for cover in range(first, last):
        row = cover * COVER_COLUMNS
        if not w.f.layer_covers[plans + w.f.covers[row + CV_PLAN]]:
            continue
        if not w.f.covers[row + CV_SINCE] <= day < w.f.covers[row + CV_TO]:
            continue
        if w.f.covers[row + CV_PERSON] < 0:
            return np.int64(w.f.person_start[h + 1]) - np.int64(w.f.person_start[h])
        known = False
        for earlier in range(first, cover):
            other = earlier * COVER_COLUMNS
            known = known or (
                w.f.covers[other + CV_PERSON] == w.f.covers[row + CV_PERSON]
                and w.f.layer_covers[plans + w.f.covers[other + CV_PLAN]] != 0
                and w.f.covers[other + CV_SINCE] <= day < w.f.covers[other + CV_TO]
            )
        if not known:
            count += 1
    return count


@inlined
def slot_of(w, row):
    """Where the running figure of a limit is, for the person or the household of a line."""
    return w.p.limits[row + c.L_OWN] * w.here.entity + w.p.limits[row + c.L_SLOT] * SLOT_COLUMNS


@inlined
def stamp_of(w, row):
    """What marks a running figure as of this household and year; an older mark means that nothing is used."""
    return w.here.household * (c.ANY_YEAR + 1) + (w.here.year & w.p.limits[row + c.L_YEARLY])


@part
def period_of(w, row):
    """The start of the insurance period, for a limit that runs by it; else ANY."""
    if w.p.limits[row + c.L_UNIT] != c.U_INSURANCE:
        return ANY
    return np.int64(period_start(w, w.f.covers[w.here.cover + CV_FROM], w.p.asks[w.here.ask + c.A_MONTHS], w.here.day))


@part
def history_of(w, row):
    """(what is used up of a limit as seen from a line, the last day, whether its claim is among the uses)."""
    scope, chain = w.p.limits[row + c.L_SCOPE], w.p.limits[row + c.L_ID] * CHAIN_COLUMNS
    if scope == LINE_SCOPE or w.s.chains[chain + C_STAMP] != w.here.household:
        return ZERO, np.int64(NO_DAY), False
    unit = w.p.limits[row + c.L_UNIT]
    return add_up(
        w,
        w.s.chains[chain + C_LAST],
        w.here.person if scope == PERSON_SCOPE else ANY,
        w.here.claim if scope == CLAIM_SCOPE else ANY,
        w.f.claims[w.here.claim + CL_EPISODE] if scope == EPISODE_SCOPE else ANY,
        np.int64(w.f.code[w.here.line]) if w.p.limits[row + c.L_EACH_CODE] else ANY,
        since(w, unit, w.p.limits[row + c.L_LENGTH], w.here.day, w.here.year),
        period_of(w, row),
        w.here.claim,
        not (unit == c.U_MONTHS or unit == c.U_DAYS or w.p.limits[row + c.L_COUNTED] == BY_CLAIMS),
    )


@inlined
def used_of(w, row):
    """What is used up of a limit as seen from a line; of a gap, the last day, or NO_DAY."""
    if w.p.limits[row + c.L_SLOT] < 0:
        used, day, _ = history_of(w, row)
        return day if w.p.limits[row + c.L_KIND] == GAP_KIND else used
    slot, nothing = slot_of(w, row), w.p.limits[row + c.L_NOTHING]
    return w.s.slots[slot + SL_VALUE] if w.s.slots[slot + SL_STAMP] == stamp_of(w, row) else nothing


@inlined
def value_of(w, row):
    """The value of a limit, grown with the household where the plan says so."""
    value = w.p.limits[row + c.L_VALUE]
    return value if w.p.limits[row + c.L_OVER] < 0 else grown(w, row, value)


@part
def grown(w, row, value):
    """The value of a limit that grows with the household."""
    size = members(w, w.p.asks[w.here.ask + c.A_LAYER], w.here.household, w.here.day)
    value += max(ZERO, size - w.p.limits[row + c.L_OVER]) * w.p.limits[row + c.L_EXTRA]
    return min(value, w.p.limits[row + c.L_AT_MOST]) if w.p.limits[row + c.L_AT_MOST] >= 0 else value


@inlined
def use(w, row, used, amount):
    """Record what a line used up of a limit, beside what was used before (for a gap: the day)."""
    if w.p.limits[row + c.L_SLOT] >= 0:
        slot = slot_of(w, row)
        w.s.slots[slot + SL_VALUE] = w.here.day if w.p.limits[row + c.L_KIND] == GAP_KIND else used + amount
        w.s.slots[slot + SL_STAMP] = stamp_of(w, row)
    elif w.p.limits[row + c.L_SCOPE] != LINE_SCOPE:
        remember(w, row, used, amount)


@part
def remember(w, row, used, amount):
    """Add a use to the history of the household."""
    u, chain, claim = w.s.counts[N_USES] * USE_COLUMNS, w.p.limits[row + c.L_ID] * CHAIN_COLUMNS, w.here.claim
    w.s.counts[N_USES] += 1
    w.s.uses[u + U_BEFORE] = w.s.chains[chain + C_LAST] if w.s.chains[chain + C_STAMP] == w.here.household else NONE
    w.s.chains[chain + C_STAMP], w.s.chains[chain + C_LAST] = w.here.household, u
    w.s.uses[u + U_TOTAL], w.s.uses[u + U_PERSON], w.s.uses[u + U_CLAIM] = used + amount, w.here.person, claim
    w.s.uses[u + U_EPISODE], w.s.uses[u + U_CODE] = w.f.claims[claim + CL_EPISODE], w.f.code[w.here.line]
    w.s.uses[u + U_DAY], w.s.uses[u + U_AMOUNT] = w.here.day, amount
    w.s.uses[u + U_PERIOD], w.s.uses[u + U_LINE] = period_of(w, row), w.here.line
