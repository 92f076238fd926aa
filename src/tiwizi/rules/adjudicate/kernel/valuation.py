"""Steps 6 to 13 of one layer on one line, as valuation.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide
from tiwizi.rules.adjudicate.kernel.limits import history_of, use, used_of, value_of
from tiwizi.rules.adjudicate.kernel.registers import (
    APPROVED_AMOUNT,
    APPROVED_QUANTITY,
    AWAITING_POINT_VALUE,
    AWAITING_REPORT,
    BY_CLAIMS,
    BY_QUANTITY,
    CEILING,
    CL_SECTOR,
    CLAIM_BASE,
    COORDINATION,
    COPAYMENT,
    COUNT,
    DEDUCTIBLE,
    DOUBTFUL_PRICE,
    FIXED_AMOUNT,
    G_ANSWER,
    G_CLAUSE,
    G_COVER,
    G_REFUSAL,
    GAP_KIND,
    LAYER_SHIFT,
    LN_BASE,
    LN_NOTHING,
    LN_SHARE,
    LOWER_BASE,
    LUMP_SUM,
    M_BASE,
    M_CEILINGS,
    M_CODE,
    M_COUNTS,
    M_DEDUCTIBLES,
    M_FIXED,
    M_FLAGS,
    M_LIMITS,
    M_RATE,
    M_RULE,
    M_UNIT_CAP,
    M_WORD,
    NO_PRICE,
    NONE,
    ONE,
    POINT_VALUE,
    RATE,
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
    Z_LINES,
    ZERO,
    inlined,
    part,
)
from tiwizi.rules.adjudicate.kernel.sessions import unit_price
from tiwizi.rules.adjudicate.kernel.trail import change, put
from tiwizi.rules.money import MAX_AMOUNT, POINT_SCALE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c


@inlined
def stop(w, reason):
    """The candidate pays nothing, for a reason that stands in its trail."""
    w.here.stop, w.here.paid = reason, ZERO


@inlined
def base_price(w, base):
    """Thousandths of a minor unit; 0 where the base needs no price, -1 where it needs one that is not there."""
    if (base != TARIFF_BASE and base != LOWER_BASE) or (w.here.session and w.s.lines[w.here.row + LN_BASE] >= 0):
        return ZERO
    row = w.here.price_row
    price = unit_price(w, w.here.epoch, row, w.f.claims[w.here.claim + CL_SECTOR])
    if base == LOWER_BASE and price >= 0:
        if w.t.rows[row + T_REIMBURSEMENT] >= 0:
            price = min(price, 1000 * w.t.rows[row + T_REIMBURSEMENT])
        if w.t.rows[row + T_GENERIC] >= 0:
            price = min(price, 1000 * w.t.rows[row + T_GENERIC])
    return NONE if w.t.rows[row + T_DOUBTFUL] else price


@part
def of_approved_units(w, amount):
    """Step 6: units beyond those that were approved are no part of the bill."""
    if w.here.units == 0:
        put(w, w.here.layer, APPROVED_QUANTITY, amount)
        w.here.stop = APPROVED_QUANTITY
        return amount
    fewer = divide(amount * w.here.units, w.here.quantity, w.p.settings[c.ROUNDING])
    w.here.bill, w.here.quantity = max(ZERO, w.here.bill - (amount - fewer)), w.here.units
    return change(w, w.here.layer, APPROVED_QUANTITY, amount, fewer)


@part
def counted(w, amount):
    """Step 6: the amount after gaps and counts; here.quantity and here.stop say what they leave."""
    quantity = w.here.quantity
    for n in range(w.s.answers[w.here.answer + M_COUNTS]):
        row = w.s.answers[w.here.answer + M_LIMITS + n]
        code = w.here.layer | w.p.limits[row + c.L_CLAUSE]
        if w.p.limits[row + c.L_KIND] == GAP_KIND:
            last = used_of(w, row)
            w.s.used[n] = last
            if last != NO_DAY and w.here.day - last < w.p.limits[row + c.L_VALUE]:
                put(w, code, TOO_SOON, amount)
                w.here.stop = TOO_SOON
                break
            continue
        by, already = w.p.limits[row + c.L_COUNTED], False
        if by == BY_CLAIMS:
            used, _, already = history_of(w, row)
        else:
            used = used_of(w, row)
        left = max(ZERO, value_of(w, row) - used)
        w.s.used[n], w.s.taken[n] = used, already
        if left <= 0 and not already:
            put(w, code, COUNT, amount)
            w.here.stop = COUNT
            break
        if by == BY_QUANTITY and quantity > left:
            fewer = divide(amount * left, quantity, w.p.settings[c.ROUNDING])
            amount, quantity = change(w, code, COUNT, amount, fewer), left
    w.here.quantity = quantity
    return amount


@inlined
def based(w, price, amount):
    """Step 7: the reference base."""
    answer, rounding = w.here.answer, w.p.settings[c.ROUNDING]
    code, kind, quantity = w.s.answers[answer + M_CODE], w.s.answers[answer + M_BASE], w.here.quantity
    if kind == CLAIM_BASE:
        return amount
    base, reason = divide(price * quantity, 1000 * QUANTITY_SCALE, rounding), np.int64(REFERENCE)
    if kind == LUMP_SUM:
        base = divide(w.p.rules[w.s.answers[answer + M_RULE] + c.R_AMOUNT] * quantity, QUANTITY_SCALE, rounding)
    elif kind == REMAINDER_BASE:
        base, reason = w.here.bill, np.int64(COORDINATION)
    elif w.here.session and w.s.lines[w.here.row + LN_BASE] >= 0:
        base, reason, code = w.s.lines[w.here.row + LN_BASE], np.int64(SESSION), session_code(w)
    base = min(base, MAX_AMOUNT)
    reviewed = w.f.allowed[w.here.line] < w.f.billed[w.here.line]
    if ((w.s.answers[answer + M_FLAGS] & c.F_AT_MOST_BILLED != 0) | reviewed) & (kind != LUMP_SUM):
        base = min(amount, base)
    return change(w, code, reason, amount, base)


@inlined
def session_code(w):
    """What entries of the session rules carry."""
    return w.here.layer | max(w.p.sessions[w.here.epoch * c.SESSION_COLUMNS + c.S_CLAUSE], ZERO)


@part
def in_session(w, amount):
    """Step 7: what the session makes of the base."""
    nothing, share = w.s.lines[w.here.row + LN_NOTHING], w.s.lines[w.here.row + LN_SHARE]
    if nothing >= 0:
        return change(w, session_code(w), nothing, amount, ZERO)
    return change(w, session_code(w), SESSION, amount, divide(amount * share, RATE_SCALE, w.p.settings[c.ROUNDING]))


@part
def capped(w, amount):
    """Step 8: caps and fixed amounts of each unit."""
    answer, rounding = w.here.answer, w.p.settings[c.ROUNDING]
    code, quantity = w.s.answers[answer + M_CODE], w.here.quantity
    if w.s.answers[answer + M_UNIT_CAP] >= 0:
        cap = divide(w.s.answers[answer + M_UNIT_CAP] * quantity, QUANTITY_SCALE, rounding)
        amount = change(w, code, UNIT_CAP, amount, min(amount, cap))
    if w.s.answers[answer + M_FIXED] >= 0:
        fixed = divide(w.s.answers[answer + M_FIXED] * quantity, QUANTITY_SCALE, rounding)
        amount = change(w, code, FIXED_AMOUNT, amount, min(amount, fixed))
    return amount


@part
def deducted(w, amount):
    """Step 9."""
    for n in range(w.s.answers[w.here.answer + M_COUNTS], w.s.answers[w.here.answer + M_DEDUCTIBLES]):
        row = w.s.answers[w.here.answer + M_LIMITS + n]
        used = used_of(w, row)
        within = min(amount, max(ZERO, value_of(w, row) - used))
        w.s.used[n], w.s.taken[n] = used, within
        amount = change(w, w.here.layer | w.p.limits[row + c.L_CLAUSE], DEDUCTIBLE, amount, amount - within)
    return amount


@part
def after_copayment(w, amount):
    """Step 10, what the member pays of each act or unit."""
    rule, code = w.s.answers[w.here.answer + M_RULE], w.s.answers[w.here.answer + M_CODE]
    units = np.int64(QUANTITY_SCALE) if w.p.rules[rule + c.R_COPAY_PER_LINE] else w.here.quantity
    kept = divide(w.p.rules[rule + c.R_COPAYMENT] * units, QUANTITY_SCALE, w.p.settings[c.ROUNDING])
    return change(w, code, COPAYMENT, amount, amount - min(amount, kept))


@inlined
def below_ceilings(w, amount):
    """Step 11."""
    answer = w.here.answer
    for n in range(w.s.answers[answer + M_DEDUCTIBLES], w.s.answers[answer + M_CEILINGS]):
        row = w.s.answers[answer + M_LIMITS + n]
        used = used_of(w, row)
        within = min(amount, max(ZERO, value_of(w, row) - used))
        w.s.used[n] = used
        amount = change(w, w.here.layer | w.p.limits[row + c.L_CLAUSE], CEILING, amount, within)
    return amount


@part
def in_money(w, amount):
    """What points are worth, in minor units; -1 where their value is not known yet."""
    word, ask, layer = w.s.answers[w.here.answer + M_WORD], w.here.ask, w.here.layer
    for row in range(w.p.asks[ask + c.A_POINTS], w.p.asks[ask + c.A_POINTS_END], c.POINT_COLUMNS):
        if word & w.p.points[row + c.V_WHEN] == word:
            worth = divide(amount * w.p.points[row + c.V_VALUE], POINT_SCALE, w.p.settings[c.ROUNDING])
            return change(w, layer | w.p.points[row + c.V_CLAUSE], POINT_VALUE, amount, worth)
    put(w, layer, AWAITING_POINT_VALUE, amount)
    return NONE


@inlined
def value_line(w):
    """Steps 6 to 13 of one layer on one line."""
    rounding, answer = w.p.settings[c.ROUNDING], w.here.answer
    code, flags = w.s.answers[answer + M_CODE], w.s.answers[answer + M_FLAGS]
    amount, price, rate = w.here.approved, base_price(w, w.s.answers[answer + M_BASE]), w.s.answers[answer + M_RATE]
    if rate < 0:
        rate = w.t.rows[w.here.price_row + T_RATE]
    if price < 0 or rate < 0:
        doubtful = price < 0 and w.t.rows[w.here.price_row + T_DOUBTFUL] != 0
        reason = np.int64(DOUBTFUL_PRICE) if doubtful else np.int64(NO_PRICE)
        put(w, code, reason, amount)
        return stop(w, reason)
    counts, deductibles = w.s.answers[answer + M_COUNTS], w.s.answers[answer + M_DEDUCTIBLES]
    w.here.quantity, w.here.bill = w.f.quantity[w.here.line], w.here.remaining
    if w.here.quantity > w.here.units:
        amount = of_approved_units(w, amount)
        if w.here.stop >= 0:
            return stop(w, w.here.stop)
    if counts > 0:
        amount = counted(w, amount)
        if w.here.stop >= 0:
            return stop(w, w.here.stop)
    w.here.countable = ONE
    amount = based(w, price, amount)
    if w.here.session:
        amount = in_session(w, amount)
    if flags & c.F_CAPPED:
        amount = capped(w, amount)
    if w.p.settings[c.BY_TERMS]:
        w.here.by_terms = divide(amount * rate, RATE_SCALE, rounding)
    if deductibles > counts:
        amount = deducted(w, amount)
    if flags & c.F_COPAYMENT:
        amount = after_copayment(w, amount)
    amount = change(w, code, RATE, amount, divide(amount * rate, RATE_SCALE, rounding))
    amount = below_ceilings(w, amount)
    w.here.worth = amount
    if flags & c.F_RELATIVE:
        amount = in_money(w, amount)
        if amount < 0:
            return stop(w, np.int64(AWAITING_POINT_VALUE))
    if amount > w.here.promised:
        amount = change(w, w.here.layer, APPROVED_AMOUNT, amount, w.here.promised)
    if amount > w.here.bill:
        amount = change(w, w.here.layer, COORDINATION, amount, w.here.bill)
    if w.p.settings[c.ROUND_TO] > 1:
        rounded = divide(amount, w.p.settings[c.ROUND_TO], rounding) * w.p.settings[c.ROUND_TO]
        amount = change(w, w.here.layer, ROUNDING, amount, min(rounded, w.here.bill, w.here.promised))
    if flags & c.F_RELATIVE == 0:
        w.here.worth = amount
    w.here.paid = amount


@part
def report(w):
    """A layer that its payer decides."""
    reported, lines = NONE, w.f.sizes[Z_LINES]
    if lines > 0:
        reported = w.f.reported[w.p.asks[w.here.ask + c.A_LAYER] * lines + w.here.line]
    if reported < 0:
        put(w, w.here.layer, AWAITING_REPORT, w.here.approved)
        return stop(w, np.int64(AWAITING_REPORT))
    paid = change(w, w.here.layer, REPORTED, w.here.approved, reported)
    paid = change(w, w.here.layer, COORDINATION, paid, min(paid, w.here.remaining))
    w.here.paid = w.here.worth = w.here.by_terms = paid
    w.here.countable = ONE


@part
def decide_layer(w, ask, ruling):
    """One layer on one line, whose trail begins at here.end; what it decides stands in ``here``."""
    w.here.ask, w.here.layer = ask, w.p.asks[ask + c.A_LAYER] << LAYER_SHIFT
    w.here.cover, w.here.answer = w.s.rulings[ruling + G_COVER], w.s.rulings[ruling + G_ANSWER]
    w.here.reasons = w.here.shares = w.here.worth = w.here.by_terms = w.here.countable = ZERO
    w.here.stop = NONE
    refusal = w.s.rulings[ruling + G_REFUSAL]
    if w.here.held >= 0 and refusal < 0:
        put(w, w.here.layer, w.here.held, w.here.billed)
        return stop(w, w.here.held)
    if w.here.approved != w.here.billed:
        change(w, w.here.layer, REVIEW, w.here.billed, w.here.approved)
    if refusal >= 0:
        put(w, w.here.layer | w.s.rulings[ruling + G_CLAUSE], refusal, w.here.approved)
        return stop(w, refusal)
    if w.p.asks[ask + c.A_REPORTED]:
        return report(w)
    return value_line(w)


@inlined
def use_up(w):
    """Record what the chosen candidate of a step uses up of its limits."""
    answer, worth = w.here.answer, w.here.worth
    counts, deductibles = w.s.answers[answer + M_COUNTS], w.s.answers[answer + M_DEDUCTIBLES]
    for n in range(w.s.answers[answer + M_CEILINGS]):
        row, amount = w.s.answers[answer + M_LIMITS + n], worth
        if n < counts:
            gap = w.p.limits[row + c.L_KIND] == GAP_KIND
            if worth <= 0 or (not gap and w.s.taken[n] != 0):
                continue
            amount = w.here.quantity if not gap and w.p.limits[row + c.L_COUNTED] == BY_QUANTITY else ONE
        elif n < deductibles:
            amount = w.s.taken[n]
        if amount > 0:
            use(w, row, w.s.used[n], amount)
