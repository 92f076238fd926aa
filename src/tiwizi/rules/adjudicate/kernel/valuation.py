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
    N_ENTRIES,
    NO_PRICE,
    NONE,
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
    ROW,
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
def put(p, s, out, at, k, ask, reason, clause, cut):
    """One entry in the trail of candidate k, which grows in its own part of the room behind ``at``."""
    n = s.counts[N_ENTRIES + k]
    where = at + k * p.settings[c.MOST_ENTRIES] + n
    out.trail_rule[where] = (p.asks[ask + c.A_LAYER] << LAYER_SHIFT) | (reason << REASON_SHIFT) | clause
    out.trail_cut[where] = cut
    s.counts[N_ENTRIES + k] = n + 1


@part
def change(p, s, out, at, k, ask, reason, clause, amount, value):
    """Let a rule change the amount of a candidate."""
    if value != amount:
        put(p, s, out, at, k, ask, reason, clause, amount - value)
    return value


@part
def base_price(f, p, t, s, i, ln, e, rule):
    """Thousandths of a minor unit; 0 where the base needs no price, -1 where it needs one that is not there."""
    base = p.rules[rule + c.R_BASE]
    if (base != TARIFF_BASE and base != LOWER_BASE) or s.lines[ln + LN_BASE] >= 0:
        return ZERO
    row = s.lines[ln + LN_PRICE] & ROW
    if t.rows[row + T_DOUBTFUL]:
        return NONE
    price = unit_price(t, e, row, f.claims[f.claim[i] + CL_SECTOR])
    if price >= 0 and base == LOWER_BASE:
        if t.rows[row + T_REIMBURSEMENT] >= 0:
            price = min(price, 1000 * t.rows[row + T_REIMBURSEMENT])
        if t.rows[row + T_GENERIC] >= 0:
            price = min(price, 1000 * t.rows[row + T_GENERIC])
    return price


@part
def counted(f, p, s, out, at, k, h, i, ask, cover, word, amount, day, year):
    """Step 6: (quantity left, amount, stopped)."""
    quantity, first = np.int64(f.quantity[i]), p.asks[ask + c.A_GAPS] & ROW
    taken = k * p.settings[c.MOST_LIMITS]
    for row in range(first, p.asks[ask + c.A_DEDUCTIBLES], c.LIMIT_COLUMNS):
        mark = taken + (row - first) // c.LIMIT_COLUMNS
        s.taken[mark] = NOT_USED
        if word & p.limits[row + c.L_WHEN] != word:
            continue
        used, last, seen = used_of(f, p, s, row, h, i, ask, cover, day, year)
        if p.limits[row + c.L_KIND] == GAP_KIND:
            if last != NO_DAY and day - last < p.limits[row + c.L_VALUE]:
                put(p, s, out, at, k, ask, TOO_SOON, p.limits[row + c.L_CLAUSE], amount)
                return ZERO, ZERO, True
            s.taken[mark] = ZERO
            continue
        by = p.limits[row + c.L_COUNTED]
        left = max(ZERO, value_of(f, p, row, h, ask, day) - used)
        already = by == BY_CLAIMS and seen
        if left <= 0 and not already:
            put(p, s, out, at, k, ask, COUNT, p.limits[row + c.L_CLAUSE], amount)
            return ZERO, ZERO, True
        if by == BY_QUANTITY and quantity > left:
            fewer = divide(amount * left, quantity, p.settings[c.ROUNDING])
            amount = change(p, s, out, at, k, ask, COUNT, p.limits[row + c.L_CLAUSE], amount, fewer)
            quantity = left
        s.taken[mark] = ZERO if already else ONE
    return quantity, amount, False


@part
def limited(f, p, s, out, at, k, h, i, ask, cover, word, kind, amount, day, year):
    """Steps 9 and 11: the deductibles or the ceilings of a line; gives the amount that they leave."""
    column = c.A_DEDUCTIBLES if kind == DEDUCTIBLE_KIND else c.A_CEILINGS
    taken = k * p.settings[c.MOST_LIMITS]
    for row in range(p.asks[ask + column] & ROW, p.asks[ask + column + 1], c.LIMIT_COLUMNS):
        mark = taken + (row - p.asks[ask + c.A_GAPS]) // c.LIMIT_COLUMNS
        s.taken[mark] = NOT_USED
        if word & p.limits[row + c.L_WHEN] == word:
            used, _, _ = used_of(f, p, s, row, h, i, ask, cover, day, year)
            within = min(amount, max(ZERO, value_of(f, p, row, h, ask, day) - used))
            clause = p.limits[row + c.L_CLAUSE]
            if kind == DEDUCTIBLE_KIND:
                amount = change(p, s, out, at, k, ask, DEDUCTIBLE, clause, amount, amount - within)
            else:
                amount = change(p, s, out, at, k, ask, CEILING, clause, amount, within)
            s.taken[mark] = within
    return amount


@part
def based(f, p, s, out, at, k, i, ask, ln, e, rule, price, quantity, amount, remaining):
    """Step 7: the reference base, and what the session makes of it."""
    clause, rounding, kind = p.rules[rule + c.R_CLAUSE], p.settings[c.ROUNDING], p.rules[rule + c.R_BASE]
    session_clause = max(p.sessions[e * c.SESSION_COLUMNS + c.S_CLAUSE], ZERO)
    if kind != CLAIM_BASE:
        reason, base, base_clause = REFERENCE, ZERO, clause
        if kind == LUMP_SUM:
            base = divide(p.rules[rule + c.R_AMOUNT] * quantity, QUANTITY_SCALE, rounding)
        elif kind == REMAINDER_BASE:
            base, reason = remaining, COORDINATION
        elif s.lines[ln + LN_BASE] >= 0:
            base, reason, base_clause = s.lines[ln + LN_BASE], SESSION, session_clause
        else:
            base = divide(price * quantity, 1000 * QUANTITY_SCALE, rounding)
        base = min(base, MAX_AMOUNT)
        capped = p.rules[rule + c.R_FLAGS] & c.F_AT_MOST_BILLED != 0 or f.allowed[i] < f.billed[i]
        if capped and kind != LUMP_SUM:
            base = min(amount, base)
        amount = change(p, s, out, at, k, ask, reason, base_clause, amount, base)
    if s.lines[ln + LN_NOTHING] >= 0:
        amount = change(p, s, out, at, k, ask, s.lines[ln + LN_NOTHING], session_clause, amount, ZERO)
    elif s.lines[ln + LN_SHARE] != RATE_SCALE:
        shared = divide(amount * s.lines[ln + LN_SHARE], RATE_SCALE, rounding)
        amount = change(p, s, out, at, k, ask, SESSION, session_clause, amount, shared)
    return amount


@part
def capped(p, s, out, at, k, ask, rule, quantity, amount):
    """Step 8: caps and fixed amounts of each unit."""
    clause, rounding = p.rules[rule + c.R_CLAUSE], p.settings[c.ROUNDING]
    if p.rules[rule + c.R_UNIT_CAP] >= 0:
        cap = divide(p.rules[rule + c.R_UNIT_CAP] * quantity, QUANTITY_SCALE, rounding)
        amount = change(p, s, out, at, k, ask, UNIT_CAP, clause, amount, min(amount, cap))
    if p.rules[rule + c.R_FIXED] >= 0:
        fixed = divide(p.rules[rule + c.R_FIXED] * quantity, QUANTITY_SCALE, rounding)
        amount = change(p, s, out, at, k, ask, FIXED_AMOUNT, clause, amount, min(amount, fixed))
    return amount


@part
def in_money(p, s, out, at, k, ask, word, amount):
    """What points are worth: (minor units, whether their value is known)."""
    for row in range(p.asks[ask + c.A_POINTS] & ROW, p.asks[ask + c.A_POINTS_END], c.POINT_COLUMNS):
        if word & p.points[row + c.V_WHEN] == word:
            worth = divide(amount * p.points[row + c.V_VALUE], POINT_SCALE, p.settings[c.ROUNDING])
            return change(p, s, out, at, k, ask, POINT_VALUE, p.points[row + c.V_CLAUSE], amount, worth), True
    put(p, s, out, at, k, ask, AWAITING_POINT_VALUE, ZERO, amount)
    return ZERO, False


@part
def value_line(f, p, t, s, out, at, k, h, i, ask, ruling, ln, e, billed, remaining, day, year):
    """Steps 6 to 13 of one layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    rounding, rule = p.settings[c.ROUNDING], s.rulings[ruling + G_RULE] & ROW
    cover, word = s.rulings[ruling + G_COVER] & ROW, s.rulings[ruling + G_WORD]
    clause, price_row = p.rules[rule + c.R_CLAUSE], s.lines[ln + LN_PRICE] & ROW
    amount = change(p, s, out, at, k, ask, REVIEW, ZERO, billed, billed - (f.billed[i] - f.allowed[i]))
    price, rate = base_price(f, p, t, s, i, ln, e, rule), p.rules[rule + c.R_RATE]
    if rate < 0:
        rate = t.rows[price_row + T_RATE]
    if price < 0 or rate < 0:
        reason = DOUBTFUL_PRICE if price < 0 and t.rows[price_row + T_DOUBTFUL] else NO_PRICE
        put(p, s, out, at, k, ask, reason, clause, amount)
        return ZERO, True, ZERO, ZERO, False, ZERO
    quantity, amount, stopped = counted(f, p, s, out, at, k, h, i, ask, cover, word, amount, day, year)
    if stopped:
        return ZERO, True, ZERO, ZERO, False, ZERO
    amount = based(f, p, s, out, at, k, i, ask, ln, e, rule, price, quantity, amount, remaining)
    amount = capped(p, s, out, at, k, ask, rule, quantity, amount)
    by_terms = divide(amount * rate, RATE_SCALE, rounding) if p.settings[c.BY_TERMS] else ZERO
    amount = limited(f, p, s, out, at, k, h, i, ask, cover, word, DEDUCTIBLE_KIND, amount, day, year)
    if p.rules[rule + c.R_COPAYMENT] > 0:
        units = np.int64(QUANTITY_SCALE) if p.rules[rule + c.R_COPAY_PER_LINE] else quantity
        copayment = min(amount, divide(p.rules[rule + c.R_COPAYMENT] * units, QUANTITY_SCALE, rounding))
        amount = change(p, s, out, at, k, ask, COPAYMENT, clause, amount, amount - copayment)
    amount = change(p, s, out, at, k, ask, RATE, clause, amount, divide(amount * rate, RATE_SCALE, rounding))
    amount = limited(f, p, s, out, at, k, h, i, ask, cover, word, CEILING_KIND, amount, day, year)
    valued, relative = amount, p.rules[rule + c.R_FLAGS] & c.F_RELATIVE != 0
    if relative:
        amount, known = in_money(p, s, out, at, k, ask, word, amount)
        if not known:
            return ZERO, True, valued, by_terms, True, quantity
    amount = change(p, s, out, at, k, ask, COORDINATION, ZERO, amount, min(amount, remaining))
    if p.settings[c.ROUND_TO] > 1:
        rounded = divide(amount, p.settings[c.ROUND_TO], rounding) * p.settings[c.ROUND_TO]
        amount = change(p, s, out, at, k, ask, ROUNDING, ZERO, amount, min(rounded, remaining))
    return amount, False, valued if relative else amount, by_terms, True, quantity


@part
def refuse(f, p, s, out, at, k, i, ask, ruling, billed):
    """A layer whose ruling is a refusal, as candidate k."""
    s.counts[N_ENTRIES + k] = 0
    amount = change(p, s, out, at, k, ask, REVIEW, ZERO, billed, billed - (f.billed[i] - f.allowed[i]))
    put(p, s, out, at, k, ask, s.rulings[ruling + G_REFUSAL], s.rulings[ruling + G_CLAUSE], amount)


@part
def report(f, p, s, out, at, k, i, ask, billed, remaining):
    """A layer that its payer decides, as candidate k: (paid, whether it has reported)."""
    reported = f.reported[p.asks[ask + c.A_LAYER], i] if f.reported.shape[1] > 0 else NONE
    amount = change(p, s, out, at, k, ask, REVIEW, ZERO, billed, billed - (f.billed[i] - f.allowed[i]))
    if reported < 0:
        put(p, s, out, at, k, ask, AWAITING_REPORT, ZERO, amount)
        return ZERO, False
    amount = change(p, s, out, at, k, ask, REPORTED, ZERO, amount, reported)
    return change(p, s, out, at, k, ask, COORDINATION, ZERO, amount, min(amount, remaining)), True


@part
def decide_layer(f, p, t, s, out, at, k, h, i, ask, ruling, ln, e, billed, remaining, held, day, year):
    """One layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    s.counts[N_ENTRIES + k] = 0
    if s.rulings[ruling + G_REFUSAL] >= 0:
        refuse(f, p, s, out, at, k, i, ask, ruling, billed)
        return ZERO, True, ZERO, ZERO, False, ZERO
    if held >= 0:
        put(p, s, out, at, k, ask, held, ZERO, billed)
        return ZERO, True, ZERO, ZERO, False, ZERO
    if p.asks[ask + c.A_REPORTED]:
        paid, known = report(f, p, s, out, at, k, i, ask, billed, remaining)
        return paid, not known, paid, paid, known, ZERO
    return value_line(f, p, t, s, out, at, k, h, i, ask, ruling, ln, e, billed, remaining, day, year)


@part
def use_up(f, p, s, k, h, i, ask, ruling, worth, quantity, day, year):
    """Record what the chosen candidate of a step uses up of its limits."""
    cover, first = s.rulings[ruling + G_COVER] & ROW, p.asks[ask + c.A_GAPS] & ROW
    taken = k * p.settings[c.MOST_LIMITS]
    for row in range(first, p.asks[ask + c.A_LIMITS_END], c.LIMIT_COLUMNS):
        amount, kind = s.taken[taken + (row - first) // c.LIMIT_COLUMNS], p.limits[row + c.L_KIND]
        if amount == NOT_USED:
            continue
        nothing = amount == 0 if kind == DEDUCTIBLE_KIND else worth <= 0 or (kind == COUNT_KIND and amount == 0)
        if nothing:
            continue
        if kind == CEILING_KIND:
            amount = worth
        elif kind == COUNT_KIND and p.limits[row + c.L_COUNTED] == BY_QUANTITY:
            amount = quantity
        use(f, p, s, row, h, i, ask, cover, day, year, amount)
