"""Steps 6 to 13 of one layer on one line, as valuation.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide
from tiwizi.rules.adjudicate.kernel.limits import use, used_of, value_of
from tiwizi.rules.adjudicate.kernel.registers import (
    AWAITING_POINT_VALUE,
    AWAITING_REPORT,
    BY_CLAIMS,
    BY_QUANTITY,
    CEILING,
    CEILING_KIND,
    CL_SECTOR,
    CLAIM_BASE,
    COORDINATION,
    COPAYMENT,
    COUNT,
    COUNT_KIND,
    DEDUCTIBLE,
    DEDUCTIBLE_KIND,
    DOUBTFUL_PRICE,
    FIXED_AMOUNT,
    G_CLAUSE,
    G_COVER,
    G_REFUSAL,
    G_RULE,
    G_WORD,
    GAP_KIND,
    LAYER_SHIFT,
    LN_BASE,
    LN_NOTHING,
    LN_PRICE,
    LN_SHARE,
    LOWER_BASE,
    LUMP_SUM,
    N_TRAIL,
    NO_PRICE,
    NOT_USED,
    ONE,
    POINT_VALUE,
    RATE,
    REASON_SHIFT,
    REFERENCE,
    REMAINDER_BASE,
    REPORTED,
    REVIEW,
    ROUNDING,
    SESSION,
    T_DOUBTFUL,
    T_GENERIC,
    T_RATE,
    T_REIMBURSEMENT,
    TARIFF_BASE,
    TOO_SOON,
    UNIT_CAP,
    ZERO,
    part,
)
from tiwizi.rules.adjudicate.kernel.sessions import unit_price
from tiwizi.rules.money import MAX_AMOUNT, POINT_SCALE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c


@part
def put(s, k, y, reason, clause, cut):
    """One entry in the trail of candidate k."""
    n = s.counts[N_TRAIL + k]
    s.trail[k, n, 0] = (y << LAYER_SHIFT) | (reason << REASON_SHIFT) | clause
    s.trail[k, n, 1] = cut
    s.counts[N_TRAIL + k] = n + 1


@part
def change(s, k, y, reason, clause, amount, value):
    """Let a rule change the amount of a candidate."""
    if value != amount:
        put(s, k, y, reason, clause, amount - value)
    return value


@part
def base_price(f, p, t, s, i, g, e, rule):
    """Thousandths of a minor unit; 0 where the base needs no price, -1 where it needs one that is not there."""
    base = p.rules[rule, c.R_BASE]
    if (base != TARIFF_BASE and base != LOWER_BASE) or s.lines[g, LN_BASE] >= 0:
        return np.int64(0)
    row = s.lines[g, LN_PRICE]
    if t.rows[row, T_DOUBTFUL]:
        return np.int64(-1)
    price = unit_price(t, e, row, f.claims[f.claim[i], CL_SECTOR])
    if price >= 0 and base == LOWER_BASE:
        if t.rows[row, T_REIMBURSEMENT] >= 0:
            price = min(price, 1000 * t.rows[row, T_REIMBURSEMENT])
        if t.rows[row, T_GENERIC] >= 0:
            price = min(price, 1000 * t.rows[row, T_GENERIC])
    return price


@part
def counted_quantity(f, p, s, k, h, i, g, y, care, e, amount, day, year):
    """Step 6: (quantity left, amount, stopped)."""
    word, cover, quantity = s.rulings[g, y, G_WORD], s.rulings[g, y, G_COVER], np.int64(f.quantity[i])
    first = p.cells[e, y, care, c.C_GAPS]
    for row in range(first, p.cells[e, y, care, c.C_DEDUCTIBLES]):
        s.taken[k, row - first] = NOT_USED
        if word & p.limits[row, c.L_WHEN] != word:
            continue
        clause = p.limits[row, c.L_CLAUSE]
        used, last, seen = used_of(f, p, s, row, h, i, y, cover, day, year)
        if p.limits[row, c.L_KIND] == GAP_KIND:
            if last != NO_DAY and day - last < p.limits[row, c.L_VALUE]:
                put(s, k, y, TOO_SOON, clause, amount)
                return ZERO, ZERO, True
            s.taken[k, row - first] = ZERO
            continue
        counted = p.limits[row, c.L_COUNTED]
        left = max(ZERO, value_of(f, p, row, h, y, day) - used)
        already = counted == BY_CLAIMS and seen
        if left <= 0 and not already:
            put(s, k, y, COUNT, clause, amount)
            return ZERO, ZERO, True
        if counted == BY_QUANTITY and quantity > left:
            amount = change(s, k, y, COUNT, clause, amount, divide(amount * left, quantity, p.settings[0]))
            quantity = left
        s.taken[k, row - first] = ZERO if already else ONE
    return quantity, amount, False


@part
def limited(f, p, s, k, h, i, g, y, care, e, kind, amount, day, year):
    """Steps 9 and 11: the deductibles or the ceilings of a line; gives the amount that they leave."""
    word, cover, first = s.rulings[g, y, G_WORD], s.rulings[g, y, G_COVER], p.cells[e, y, care, c.C_GAPS]
    at = c.C_DEDUCTIBLES if kind == DEDUCTIBLE_KIND else c.C_CEILINGS
    for row in range(p.cells[e, y, care, at], p.cells[e, y, care, at + 1]):
        s.taken[k, row - first] = NOT_USED
        if word & p.limits[row, c.L_WHEN] == word:
            used, _, _ = used_of(f, p, s, row, h, i, y, cover, day, year)
            within = min(amount, max(ZERO, value_of(f, p, row, h, y, day) - used))
            clause = p.limits[row, c.L_CLAUSE]
            if kind == DEDUCTIBLE_KIND:
                amount = change(s, k, y, DEDUCTIBLE, clause, amount, amount - within)
            else:
                amount = change(s, k, y, CEILING, clause, amount, within)
            s.taken[k, row - first] = within
    return amount


@part
def value_line(f, p, t, s, k, h, i, g, y, e, billed, earlier, day, year):
    """Steps 6 to 13 of one layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    rounding = p.settings[0]
    rule = s.rulings[g, y, G_RULE]
    clause, price_row = p.rules[rule, c.R_CLAUSE], s.lines[g, LN_PRICE]
    care, zero = t.class_of[f.code[i]], ZERO
    amount = change(s, k, y, REVIEW, ZERO, billed, billed - (f.billed[i] - f.allowed[i]))
    price = base_price(f, p, t, s, i, g, e, rule)
    rate = p.rules[rule, c.R_RATE]
    if rate < 0:
        rate = np.int64(t.rows[price_row, T_RATE])
    if price < 0 or rate < 0:
        put(s, k, y, DOUBTFUL_PRICE if price < 0 and t.rows[price_row, T_DOUBTFUL] else NO_PRICE, clause, amount)
        return zero, True, zero, zero, False, zero
    quantity, amount, stopped = counted_quantity(f, p, s, k, h, i, g, y, care, e, amount, day, year)
    if stopped:
        return zero, True, zero, zero, False, zero
    base_kind = p.rules[rule, c.R_BASE]
    if base_kind != CLAIM_BASE:
        reason, base, base_clause = REFERENCE, zero, clause
        if base_kind == LUMP_SUM:
            base = divide(p.rules[rule, c.R_AMOUNT] * quantity, QUANTITY_SCALE, rounding)
        elif base_kind == REMAINDER_BASE:
            base = billed - earlier
        elif s.lines[g, LN_BASE] >= 0:
            base, reason, base_clause = s.lines[g, LN_BASE], SESSION, p.sessions[e, c.S_CLAUSE]
        else:
            base = divide(price * quantity, 1000 * QUANTITY_SCALE, rounding)
        base = min(base, MAX_AMOUNT)
        if p.rules[rule, c.R_FLAGS] & c.F_AT_MOST_BILLED and base_kind != LUMP_SUM:
            base = min(amount, base)
        amount = change(s, k, y, reason, base_clause, amount, base)
    session_clause = max(p.sessions[e, c.S_CLAUSE], ZERO)
    if s.lines[g, LN_NOTHING] >= 0:
        amount = change(s, k, y, s.lines[g, LN_NOTHING], session_clause, amount, ZERO)
    elif s.lines[g, LN_SHARE] != RATE_SCALE:
        shared = divide(amount * s.lines[g, LN_SHARE], RATE_SCALE, rounding)
        amount = change(s, k, y, SESSION, session_clause, amount, shared)
    if p.rules[rule, c.R_UNIT_CAP] >= 0:
        cap = divide(p.rules[rule, c.R_UNIT_CAP] * quantity, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, UNIT_CAP, clause, amount, min(amount, cap))
    if p.rules[rule, c.R_FIXED] >= 0:
        fixed = divide(p.rules[rule, c.R_FIXED] * quantity, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, FIXED_AMOUNT, clause, amount, min(amount, fixed))
    by_terms = divide(amount * rate, RATE_SCALE, rounding)
    amount = limited(f, p, s, k, h, i, g, y, care, e, DEDUCTIBLE_KIND, amount, day, year)
    if p.rules[rule, c.R_COPAYMENT] > 0:
        units = np.int64(QUANTITY_SCALE) if p.rules[rule, c.R_COPAY_PER_LINE] else quantity
        copayment = divide(p.rules[rule, c.R_COPAYMENT] * units, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, COPAYMENT, clause, amount, amount - min(amount, copayment))
    amount = change(s, k, y, RATE, clause, amount, divide(amount * rate, RATE_SCALE, rounding))
    amount = limited(f, p, s, k, h, i, g, y, care, e, CEILING_KIND, amount, day, year)
    valued, relative = amount, p.rules[rule, c.R_FLAGS] & c.F_RELATIVE != 0
    if relative:
        if p.points[e, y, 0] < 0:
            put(s, k, y, AWAITING_POINT_VALUE, ZERO, amount)
            return zero, True, valued, by_terms, True, quantity
        worth = divide(amount * p.points[e, y, 0], POINT_SCALE, rounding)
        amount = change(s, k, y, POINT_VALUE, p.points[e, y, 1], amount, worth)
    amount = change(s, k, y, COORDINATION, ZERO, amount, min(amount, billed - earlier))
    if p.settings[1] > 1:
        rounded = divide(amount, p.settings[1], rounding) * p.settings[1]
        amount = change(s, k, y, ROUNDING, ZERO, amount, min(rounded, billed - earlier))
    return amount, False, valued if relative else amount, by_terms, True, quantity


@part
def refuse(f, s, k, i, g, y, billed):
    """A layer whose ruling is a refusal, as candidate k."""
    amount = change(s, k, y, REVIEW, ZERO, billed, billed - (f.billed[i] - f.allowed[i]))
    put(s, k, y, s.rulings[g, y, G_REFUSAL], s.rulings[g, y, G_CLAUSE], amount)


@part
def decide_layer(f, p, t, s, k, h, i, g, y, e, billed, earlier, held, day, year):
    """One layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    zero = np.int64(0)
    s.counts[N_TRAIL + k] = 0
    if s.rulings[g, y, G_REFUSAL] >= 0:
        refuse(f, s, k, i, g, y, billed)
        return zero, True, zero, zero, False, zero
    if held >= 0:
        put(s, k, y, held, ZERO, billed)
        return zero, True, zero, zero, False, zero
    if p.reported[y]:
        reported = f.reported[y, i] if f.reported.shape[1] > 0 else np.int64(-1)
        if reported < 0:
            put(s, k, y, AWAITING_REPORT, ZERO, billed)
            return zero, True, zero, zero, False, zero
        amount = change(s, k, y, REPORTED, ZERO, billed, reported)
        amount = change(s, k, y, COORDINATION, ZERO, amount, min(amount, billed - earlier))
        return amount, False, amount, amount, True, zero
    return value_line(f, p, t, s, k, h, i, g, y, e, billed, earlier, day, year)


@part
def use_up(f, p, t, s, k, h, i, g, y, e, worth, quantity, day, year):
    """Record what the chosen candidate of a step uses up of its limits."""
    if p.reported[y]:
        return
    care, cover = t.class_of[f.code[i]], s.rulings[g, y, G_COVER]
    first = p.cells[e, y, care, c.C_GAPS]
    for row in range(first, p.cells[e, y, care, c.C_LIMITS_END]):
        taken, kind = s.taken[k, row - first], p.limits[row, c.L_KIND]
        if taken == NOT_USED:
            continue
        amount = taken
        if kind == CEILING_KIND:
            amount = worth
        elif kind == COUNT_KIND and p.limits[row, c.L_COUNTED] == BY_QUANTITY:
            amount = quantity
        nothing = taken == 0 if kind == DEDUCTIBLE_KIND else worth <= 0 or (kind == COUNT_KIND and taken == 0)
        if not nothing:
            use(f, p, s, row, h, i, y, cover, day, year, amount)
