"""What is left of limits and what is used up, as accumulators.py of the reference has it."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months, period_start, year_month_day
from tiwizi.rules.adjudicate.kernel.registers import (
    BY_CLAIMS,
    CL_EPISODE,
    CLAIM_SCOPE,
    CV_FROM,
    EPISODE_SCOPE,
    GAP_KIND,
    HOUSEHOLD_SCOPE,
    LINE_SCOPE,
    N_USES,
    PERSON_SCOPE,
    SL_STAMP,
    SL_VALUE,
    U_AMOUNT,
    U_CLAIM,
    U_CODE,
    U_DAY,
    U_EPISODE,
    U_LIMIT,
    U_PERIOD,
    U_PERSON,
    part,
)
from tiwizi.rules.adjudicate.kernel.rulings import members
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c


@part
def in_scope(f, p, s, u, row, i, y, day, year, period):
    """Whether entry u of the household's history counts against a limit, as seen from line i."""
    if s.uses[u, U_LIMIT] != p.limits[row, c.L_ID]:
        return False
    scope = p.limits[row, c.L_SCOPE]
    if scope == PERSON_SCOPE and s.uses[u, U_PERSON] != f.person[i]:
        return False
    if scope == CLAIM_SCOPE and s.uses[u, U_CLAIM] != f.claim[i]:
        return False
    if scope == EPISODE_SCOPE and s.uses[u, U_EPISODE] != f.claims[f.claim[i], CL_EPISODE]:
        return False
    if p.limits[row, c.L_EACH_CODE] and s.uses[u, U_CODE] != f.code[i]:
        return False
    unit = p.limits[row, c.L_UNIT]
    if unit == c.U_YEAR:
        other, _, _ = year_month_day(s.uses[u, U_DAY])
        return other == year
    if unit == c.U_INSURANCE:
        return s.uses[u, U_PERIOD] == period
    if unit == c.U_MONTHS:
        return s.uses[u, U_DAY] > add_months(day, -p.limits[row, c.L_LENGTH])
    if unit == c.U_DAYS:
        return s.uses[u, U_DAY] > day - p.limits[row, c.L_LENGTH]
    return True


@part
def slot_of(f, p, row, h, i):
    """Position of the running figure of a limit for the person or the household of a line."""
    entity = 0 if p.limits[row, c.L_SCOPE] == HOUSEHOLD_SCOPE else f.person[i] - f.person_start[h] + 1
    return entity * p.settings[3] + p.limits[row, c.L_SLOT]


@part
def stamp_of(p, row, h, year):
    """What marks a running figure as of this household and year; an older mark means that nothing is used."""
    return h * 4096 + (year if p.limits[row, c.L_UNIT] == c.U_YEAR else 0)


@part
def insurance_period(f, p, y, cover, day):
    return period_start(f.covers[cover, CV_FROM], p.insurance_months[y], day)


@part
def used_of(f, p, s, row, h, i, y, cover, day, year):
    """What is used up of a limit, as seen from a line: a sum, or for a gap the last day (NO_DAY: none)."""
    gap = p.limits[row, c.L_KIND] == GAP_KIND
    if p.limits[row, c.L_SCOPE] == LINE_SCOPE:
        return np.int64(NO_DAY) if gap else np.int64(0)
    if p.limits[row, c.L_SLOT] >= 0:
        slot = slot_of(f, p, row, h, i)
        if s.slots[slot, SL_STAMP] == stamp_of(p, row, h, year):
            return s.slots[slot, SL_VALUE]
        return np.int64(NO_DAY) if gap else np.int64(0)
    period = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    total, last = np.int64(0), np.int64(NO_DAY)
    for u in range(s.counts[N_USES]):
        if in_scope(f, p, s, u, row, i, y, day, year, period):
            total += s.uses[u, U_AMOUNT]
            last = max(last, np.int64(s.uses[u, U_DAY]))
    return last if gap else total


@part
def already_counted(f, p, s, row, i, y, cover, day, year):
    """Whether the claim of a line has been counted by a limit that counts claims."""
    if p.limits[row, c.L_COUNTED] != BY_CLAIMS:
        return False
    period = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    for u in range(s.counts[N_USES]):
        if s.uses[u, U_CLAIM] == f.claim[i] and in_scope(f, p, s, u, row, i, y, day, year, period):
            return True
    return False


@part
def left_of(f, p, s, row, h, i, y, cover, day, year):
    """What is left of a deductible, a ceiling or a count; never below zero."""
    value = p.limits[row, c.L_VALUE]
    if p.limits[row, c.L_OVER] >= 0:
        value += max(0, members(f, y, h, day) - p.limits[row, c.L_OVER]) * p.limits[row, c.L_EXTRA]
        if p.limits[row, c.L_AT_MOST] >= 0:
            value = min(value, p.limits[row, c.L_AT_MOST])
    return max(np.int64(0), value - used_of(f, p, s, row, h, i, y, cover, day, year))


@part
def use(f, p, s, row, h, i, y, cover, day, year, amount):
    """Record what a line used up of a limit (for a gap: the day)."""
    if p.limits[row, c.L_SCOPE] == LINE_SCOPE:
        return
    if p.limits[row, c.L_SLOT] >= 0:
        slot, stamp = slot_of(f, p, row, h, i), stamp_of(p, row, h, year)
        if p.limits[row, c.L_KIND] == GAP_KIND:
            s.slots[slot, SL_VALUE] = day
        elif s.slots[slot, SL_STAMP] == stamp:
            s.slots[slot, SL_VALUE] += amount
        else:
            s.slots[slot, SL_VALUE] = amount
        s.slots[slot, SL_STAMP] = stamp
        return
    u = s.counts[N_USES]
    s.counts[N_USES] = u + 1
    s.uses[u, U_LIMIT], s.uses[u, U_PERSON], s.uses[u, U_CLAIM] = p.limits[row, c.L_ID], f.person[i], f.claim[i]
    s.uses[u, U_EPISODE], s.uses[u, U_CODE], s.uses[u, U_DAY] = f.claims[f.claim[i], CL_EPISODE], f.code[i], day
    s.uses[u, U_PERIOD] = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    s.uses[u, U_AMOUNT] = amount
