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
    SECTORS,
    T_ANAESTHESIA,
    T_COEFFICIENT,
    T_DOUBTFUL,
    T_LETTER,
    T_PRICE,
    THEATRE,
    ZERO,
    part,
)
from tiwizi.rules.money import MAX_PRICE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.plan import compile as c


@part
def by_letter(value, coefficient):
    if value < 0 or coefficient < 0 or value * coefficient > 1000 * MAX_PRICE:
        return NONE
    return np.int64(value * coefficient)


@part
def unit_price(w, e, row, sector):
    """Thousandths of a minor unit, or -1."""
    if w.t.rows[row + T_PRICE] >= 0:
        return w.t.rows[row + T_PRICE]
    letter = w.t.rows[row + T_LETTER]
    if letter < 0:
        return NONE
    place = (e * w.t.letters[0] + letter) * SECTORS + sector
    return by_letter(w.t.letter_values[place], w.t.rows[row + T_COEFFICIENT])


@part
def weigh(w, group, end, e):
    """What each line with a part in a session weighs: tariff price x quantity, or what is claimed without a price."""
    for g in range(end - group):
        i, ln = group + g, g * LINE_COLUMNS
        if w.p.care[w.s.lines[ln + LN_CARE] + c.K_ROLE] > 0 and w.s.lines[ln + LN_POSSIBLE]:
            row, price = w.s.lines[ln + LN_PRICE], NONE
            if row >= 0 and not w.t.rows[row + T_DOUBTFUL]:
                price = unit_price(w, e, row, w.f.claims[w.f.claim[i] + CL_SECTOR])
            if price >= 0:
                w.s.lines[ln + LN_VALUE] = divide(
                    price * w.f.quantity[i], 1000 * QUANTITY_SCALE, w.p.settings[c.ROUNDING]
                )
            else:
                w.s.lines[ln + LN_VALUE] = w.f.allowed[i]


@part
def anaesthesia(w, i, best_act, e):
    """The act's own anaesthesia coefficient, or the default one, x key letter, never above the act; or -1."""
    row, session = w.s.lines[best_act * LINE_COLUMNS + LN_PRICE], e * c.SESSION_COLUMNS
    coefficient = w.t.rows[row + T_ANAESTHESIA] if row >= 0 else NONE
    if coefficient < 0:
        coefficient = w.p.sessions[session + c.S_DEFAULT]
    letter = w.p.sessions[session + c.S_LETTER]
    if letter < 0:
        return NONE
    place = (e * w.t.letters[1] + letter) * SECTORS + w.f.claims[w.f.claim[i] + CL_SECTOR]
    price = by_letter(w.t.session_letter_values[place], coefficient)
    if price < 0:
        return NONE
    amount = divide(price * w.f.quantity[i], 1000 * QUANTITY_SCALE, w.p.settings[c.ROUNDING])
    return min(amount, w.s.lines[best_act * LINE_COLUMNS + LN_VALUE])


@part
def share_out(w, group, end, e):
    """The terms of each line of a group, from the acts of its session (sessions.py says the same in words)."""
    for g in range(end - group):
        ln = g * LINE_COLUMNS
        w.s.lines[ln + LN_SHARE], w.s.lines[ln + LN_BASE], w.s.lines[ln + LN_NOTHING] = RATE_SCALE, NONE, NONE
    weigh(w, group, end, e)
    for g in range(end - group):
        i, ln = group + g, g * LINE_COLUMNS
        care = w.s.lines[ln + LN_CARE]
        role, packaged = w.p.care[care + c.K_ROLE], w.p.care[care + c.K_PACKAGED]
        if (role == 0 and packaged == 0) or not w.s.lines[ln + LN_POSSIBLE]:
            continue
        value = w.s.lines[ln + LN_VALUE]
        best_act, best_consultation, rank, package = NONE, NONE, ZERO, False
        act, consultation = ZERO, ZERO
        for o in range(end - group):
            j, other_line = group + o, o * LINE_COLUMNS
            together = w.f.person[j] == w.f.person[i] and w.f.session[j] == w.f.session[i]
            if not together or not w.s.lines[other_line + LN_POSSIBLE]:
                continue
            other = w.p.care[w.s.lines[other_line + LN_CARE] + c.K_ROLE]
            weight = w.s.lines[other_line + LN_VALUE]
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
            w.s.lines[ln + LN_NOTHING] = IN_PACKAGE
            continue
        if best_act < 0 or role == 0:
            continue
        dearer = best_consultation >= 0 and consultation > act
        if role == CONSULTATION:
            if not (dearer and g == best_consultation):
                w.s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
        elif role == ACT:
            if dearer:
                w.s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
            else:
                first, last = w.p.care[care + c.K_SHARES], w.p.care[care + c.K_SHARES_END]
                w.s.lines[ln + LN_SHARE] = w.p.shares[min(first + rank, last - 1)]
        elif dearer and role in (THEATRE, ANAESTHESIA):
            w.s.lines[ln + LN_NOTHING] = CONSULTATION_WITH_ACT
        elif role == THEATRE:
            share = w.p.sessions[e * c.SESSION_COLUMNS + c.S_THEATRE]
            w.s.lines[ln + LN_BASE] = divide(act * share, RATE_SCALE, w.p.settings[c.ROUNDING])
        elif role == ANAESTHESIA:
            w.s.lines[ln + LN_BASE] = anaesthesia(w, i, best_act, e)
