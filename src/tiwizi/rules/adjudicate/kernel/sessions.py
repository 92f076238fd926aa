"""Prices by key letter and the acts of one session, as sessions.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide
from tiwizi.rules.adjudicate.kernel.registers import (
    ACT,
    ANAESTHESIA,
    CL_SECTOR,
    CONSULTATION,
    CONSULTATION_WITH_ACT,
    IN_PACKAGE,
    LN_BASE,
    LN_NOTHING,
    LN_POSSIBLE,
    LN_PRICE,
    LN_SHARE,
    LN_VALUE,
    PACKAGE,
    PACKAGED,
    T_ANAESTHESIA,
    T_COEFFICIENT,
    T_DOUBTFUL,
    T_LETTER,
    T_PRICE,
    THEATRE,
    part,
)
from tiwizi.rules.money import MAX_PRICE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.plan import compile as c


@part
def by_letter(value, coefficient):
    if value < 0 or coefficient < 0 or value * coefficient > 1000 * MAX_PRICE:
        return np.int64(-1)
    return np.int64(value) * coefficient


@part
def unit_price(t, e, row, sector):
    """Thousandths of a minor unit, or -1."""
    if t.rows[row, T_PRICE] >= 0:
        return 1000 * t.rows[row, T_PRICE]
    letter = t.rows[row, T_LETTER]
    if letter < 0:
        return np.int64(-1)
    return by_letter(t.letter_values[e, letter, sector], np.int64(t.rows[row, T_COEFFICIENT]))


@part
def share_out(f, p, t, s, group, end, e):
    """The terms of each line of a group, from the acts of its session (sessions.py says the same in words)."""
    rounding = p.settings[0]
    for g in range(end - group):
        i = group + g
        s.lines[g, LN_SHARE], s.lines[g, LN_BASE], s.lines[g, LN_NOTHING] = RATE_SCALE, -1, -1
        if p.session_role[e, t.class_of[f.code[i]]] > 0 and s.lines[g, LN_POSSIBLE]:
            row = s.lines[g, LN_PRICE]
            price = np.int64(-1)
            if row >= 0 and not t.rows[row, T_DOUBTFUL]:
                price = unit_price(t, e, row, f.claims[f.claim[i], CL_SECTOR])
            value = divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, rounding) if price >= 0 else f.allowed[i]
            s.lines[g, LN_VALUE] = value
    for g in range(end - group):
        i = group + g
        role = p.session_role[e, t.class_of[f.code[i]]]
        if role == 0 or not s.lines[g, LN_POSSIBLE]:
            continue
        best_act, best_consultation, rank, package = -1, -1, 0, False
        for o in range(end - group):
            j = group + o
            if not s.lines[o, LN_POSSIBLE] or f.person[j] != f.person[i] or f.session[j] != f.session[i]:
                continue
            other = p.session_role[e, t.class_of[f.code[j]]]
            if other == ACT:
                if best_act < 0 or s.lines[o, LN_VALUE] > s.lines[best_act, LN_VALUE]:
                    best_act = o
                if s.lines[o, LN_VALUE] > s.lines[g, LN_VALUE] or (
                    s.lines[o, LN_VALUE] == s.lines[g, LN_VALUE] and o < g
                ):
                    rank += 1
            elif other == CONSULTATION:
                if best_consultation < 0 or s.lines[o, LN_VALUE] > s.lines[best_consultation, LN_VALUE]:
                    best_consultation = o
            elif other == PACKAGE:
                package = True
        if role == PACKAGED:
            if package:
                s.lines[g, LN_NOTHING] = IN_PACKAGE
            continue
        if best_act < 0:
            continue
        act = s.lines[best_act, LN_VALUE]
        dearer = best_consultation >= 0 and s.lines[best_consultation, LN_VALUE] > act
        if role == CONSULTATION:
            if not (dearer and g == best_consultation):
                s.lines[g, LN_NOTHING] = CONSULTATION_WITH_ACT
        elif role == ACT:
            if dearer:
                s.lines[g, LN_NOTHING] = CONSULTATION_WITH_ACT
            else:
                care = t.class_of[f.code[i]]
                first, last = p.exception[e, care, 0], p.exception[e, care, 1]
                if first < 0:
                    first, last = p.sessions[e, c.S_SHARES], p.sessions[e, c.S_SHARES_END]
                s.lines[g, LN_SHARE] = p.shares[min(first + rank, last - 1)]
        elif role == THEATRE:
            s.lines[g, LN_BASE] = divide(act * p.sessions[e, c.S_THEATRE], RATE_SCALE, rounding)
        elif role == ANAESTHESIA:
            row = s.lines[best_act, LN_PRICE]
            coefficient = np.int64(t.rows[row, T_ANAESTHESIA]) if row >= 0 else np.int64(-1)
            if coefficient < 0:
                coefficient = p.sessions[e, c.S_DEFAULT]
            letter = p.sessions[e, c.S_LETTER]
            value = t.session_letter_values[e, letter, f.claims[f.claim[i], CL_SECTOR]] if letter >= 0 else np.int64(-1)
            price = by_letter(value, coefficient)
            if price >= 0:
                s.lines[g, LN_BASE] = min(divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, rounding), act)
