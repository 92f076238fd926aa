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
    LINE_COLUMNS,
    LN_BASE,
    LN_CARE,
    LN_NOTHING,
    LN_POSSIBLE,
    LN_PRICE,
    LN_SHARE,
    LN_VALUE,
    NONE,
    PACKAGE,
    ROW,
    T_ANAESTHESIA,
    T_COEFFICIENT,
    T_DOUBTFUL,
    T_LETTER,
    T_PRICE,
    THEATRE,
    ZERO,
    part,
    scalar,
)
from tiwizi.rules.money import MAX_PRICE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.plan import compile as c


@scalar
def by_letter(value, coefficient):
    if value < 0 or coefficient < 0 or value * coefficient > 1000 * MAX_PRICE:
        return NONE
    return np.int64(value * coefficient)


@part
def unit_price(t, e, row, sector):
    """Thousandths of a minor unit, or -1."""
    if t.rows[row + T_PRICE] >= 0:
        return 1000 * t.rows[row + T_PRICE]
    letter = t.rows[row + T_LETTER]
    if letter < 0:
        return NONE
    return by_letter(t.letter_values[e, letter, sector], t.rows[row + T_COEFFICIENT])


@part
def weigh(f, p, t, s, group, end, e):
    """What each line with a part in a session weighs: tariff price x quantity, or what is claimed without a price."""
    for g in range(end - group):
        i, ln = group + g, g * LINE_COLUMNS
        if p.care[(s.lines[ln + LN_CARE] & ROW) + c.K_ROLE] > 0 and s.lines[ln + LN_POSSIBLE]:
            row, price = s.lines[ln + LN_PRICE], NONE
            if row >= 0 and not t.rows[row + T_DOUBTFUL]:
                price = unit_price(t, e, row & ROW, f.claims[f.claim[i] + CL_SECTOR])
            if price >= 0:
                s.lines[ln + LN_VALUE] = divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, p.settings[c.ROUNDING])
            else:
                s.lines[ln + LN_VALUE] = f.allowed[i]


@part
def anaesthesia(f, p, t, s, i, best_act, e):
    """The act's own anaesthesia coefficient, or the default one, x key letter, never above the act; or -1."""
    row, session = s.lines[best_act * LINE_COLUMNS + LN_PRICE], e * c.SESSION_COLUMNS
    coefficient = t.rows[row + T_ANAESTHESIA] if row >= 0 else NONE
    if coefficient < 0:
        coefficient = p.sessions[session + c.S_DEFAULT]
    letter = p.sessions[session + c.S_LETTER]
    if letter < 0:
        return NONE
    price = by_letter(t.session_letter_values[e, letter, f.claims[f.claim[i] + CL_SECTOR]], coefficient)
    if price < 0:
        return NONE
    amount = divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, p.settings[c.ROUNDING])
    return min(amount, s.lines[best_act * LINE_COLUMNS + LN_VALUE])


@part
def share_out(f, p, t, s, group, end, e):
    """The terms of each line of a group, from the acts of its session (sessions.py says the same in words)."""
    weigh(f, p, t, s, group, end, e)
    for g in range(end - group):
        i, ln = group + g, g * LINE_COLUMNS
        care = s.lines[ln + LN_CARE] & ROW
        role, packaged = p.care[care + c.K_ROLE], p.care[care + c.K_PACKAGED]
        if (role == 0 and packaged == 0) or not s.lines[ln + LN_POSSIBLE]:
            continue
        value = s.lines[ln + LN_VALUE]
        best_act, best_consultation, rank, package = NONE, NONE, ZERO, False
        act, consultation = ZERO, ZERO
        for o in range(end - group):
            j, other_line = group + o, o * LINE_COLUMNS
            if not s.lines[other_line + LN_POSSIBLE] or f.person[j] != f.person[i] or f.session[j] != f.session[i]:
                continue
            other = p.care[(s.lines[other_line + LN_CARE] & ROW) + c.K_ROLE]
            weight = s.lines[other_line + LN_VALUE]
            if other == ACT:
                if best_act < 0 or weight > act:
                    best_act, act = np.int64(o), weight
                if weight > value or (weight == value and o < g):
                    rank += 1
            elif other == CONSULTATION:
                if best_consultation < 0 or weight > consultation:
                    best_consultation, consultation = np.int64(o), weight
            elif other == PACKAGE:
                package = True
        if packaged and package:
            s.lines[ln + LN_NOTHING] = IN_PACKAGE
            continue
        if best_act < 0 or role == 0:
            continue
        dearer = best_consultation >= 0 and consultation > act
        if role == CONSULTATION:
            if not (dearer and g == best_consultation):
                s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
        elif role == ACT:
            if dearer:
                s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
            else:
                first, last = p.care[care + c.K_SHARES], p.care[care + c.K_SHARES_END]
                s.lines[ln + LN_SHARE] = p.shares[min(first + rank, last - 1)]
        elif dearer and role in (THEATRE, ANAESTHESIA):
            s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
        elif role == THEATRE:
            share = p.sessions[e * c.SESSION_COLUMNS + c.S_THEATRE]
            s.lines[ln + LN_BASE] = divide(act * share, RATE_SCALE, p.settings[c.ROUNDING])
        elif role == ANAESTHESIA:
            s.lines[ln + LN_BASE] = anaesthesia(f, p, t, s, i, best_act, e)
