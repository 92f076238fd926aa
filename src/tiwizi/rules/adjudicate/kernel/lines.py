"""Household after household, line after line, step after step, as reference.py has it."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide, year_month_day
from tiwizi.rules.adjudicate.kernel.registers import (
    COORDINATION,
    G_COVER,
    G_RULE,
    IS_REVIEW,
    IS_SHARE,
    LAYER_SHIFT,
    LINE_COLUMNS,
    LN_CARE,
    LUMP_SUM,
    N_ENTRIES,
    N_USES,
    NONE,
    ONE,
    REASON_BITS,
    REASON_SHIFT,
    REVIEW_ABOVE,
    ROW,
    RULING_COLUMNS,
    ZERO,
    entry,
    part,
)
from tiwizi.rules.adjudicate.kernel.rulings import mark_kinds, rule_line
from tiwizi.rules.adjudicate.kernel.sessions import share_out
from tiwizi.rules.adjudicate.kernel.valuation import decide_layer, refuse, use_up
from tiwizi.rules.money import MAX_AMOUNT, QUANTITY_SCALE
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import PAID, REDUCED, REFUSED, TO_REVIEW


@part
def amount_at_stake(f, p, s, i, g, care):
    """What a line is about: what is billed, or a lump sum that is larger."""
    billed = f.billed[i]
    if p.care[care + c.K_LUMP_SUM]:
        ruling = g * p.settings[c.LAYERS] * RULING_COLUMNS
        for _ in range(p.care[care + c.K_ASKS], p.care[care + c.K_ASKS_END], c.ASK_COLUMNS):
            rule = s.rulings[ruling + G_RULE]
            if rule >= 0 and p.rules[rule + c.R_BASE] == LUMP_SUM:
                lump = divide(p.rules[rule + c.R_AMOUNT] * f.quantity[i], QUANTITY_SCALE, p.settings[c.ROUNDING])
                billed = max(billed, min(lump, MAX_AMOUNT))
            ruling += RULING_COLUMNS
    return billed


TWO = np.int64(2)


@part
def waits(p, s, out, at, k):
    """1 where candidate k was stopped to wait for a person, 0 where it refuses."""
    last = out.trail_rule[at + k * p.settings[c.MOST_ENTRIES] + s.counts[N_ENTRIES + k] - 1]
    return ONE if IS_REVIEW[(last >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)] else ZERO


@part
def decide_line(f, p, t, s, out, at, h, i, g, e, day, year):
    """One line, step after step; gives where its trail ends."""
    ln = g * LINE_COLUMNS
    care = s.lines[ln + LN_CARE] & ROW
    billed = amount_at_stake(f, p, s, i, g, care)
    approved = billed - (f.billed[i] - f.allowed[i])
    paid, held, begin, reasons = ZERO, NONE, at, ZERO
    # The part of the trail that tells what is unpaid: of the layer that recognises most of the amount.
    told, told_end, least, least_cut = at, at, NONE, ZERO
    last_layer, all_stopped = ZERO, True
    ruling = g * p.settings[c.LAYERS] * RULING_COLUMNS & ROW
    ask, end = p.care[care + c.K_ASKS] & ROW, p.care[care + c.K_ASKS_END]
    while ask < end:
        step = p.asks[ask + c.A_STEP] & ROW
        best, best_ask, best_ruling, k, candidates = NONE, ask, ruling, ZERO, 0
        best_paid, best_worth, best_quantity, best_merit = ZERO, ZERO, ZERO, ZERO
        best_stopped, best_countable, best_rank = True, False, ZERO
        first_ask, first_ruling = ask, ruling
        while ask < end and p.asks[ask + c.A_STEP] == step:
            if s.rulings[ruling + G_COVER] >= 0:
                amount, stopped, worth, by_terms, countable, quantity = decide_layer(
                    f, p, t, s, out, at, k, h, i, ask, ruling, ln, e, billed, approved - paid, held, day, year
                )
                rank, merit = TWO, amount
                if stopped:
                    rank, merit = waits(p, s, out, at, k), worth
                if p.settings[c.BY_TERMS]:
                    rank, merit = (TWO if countable else rank), by_terms
                candidates += 1
                if best < 0 or rank > best_rank or (rank == best_rank and merit > best_merit):
                    best, best_ask, best_ruling, best_paid = k, ask, ruling, amount
                    best_worth, best_quantity, best_stopped = worth, quantity, stopped
                    best_countable, best_rank, best_merit = countable, rank, merit
                    k = ONE - k if candidates > 1 else ONE
            ask += c.ASK_COLUMNS
            ruling += RULING_COLUMNS
        if best < 0:  # somebody could pay for such care, but covers not this person
            best = ZERO
            refuse(f, p, s, out, at, best, i, first_ask, first_ruling, billed)
        else:
            out.chosen[i, step], out.paid[i, step] = p.asks[best_ask + c.A_LAYER], best_paid
        all_stopped = all_stopped and best_stopped
        entries, away = s.counts[N_ENTRIES + best], best * p.settings[c.MOST_ENTRIES]
        cut = ZERO
        for n in range(at, at + entries):
            rule, taken = out.trail_rule[n + away], out.trail_cut[n + away]
            if away > 0:
                out.trail_rule[n], out.trail_cut[n] = rule, taken
            reason = (rule >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)
            reasons |= ONE << reason
            if not IS_SHARE[reason]:
                cut += taken
            if held < 0 and IS_REVIEW[reason]:
                held = np.int64(reason)
        if least < 0 or cut < least_cut:
            told, told_end, least, least_cut = at, at + entries, ZERO, cut
        at += entries
        paid += best_paid
        last_layer = p.asks[best_ask + c.A_LAYER]
        # The figures of a step move only once all its alternatives have been weighed.
        if best_countable and not p.asks[best_ask + c.A_REPORTED]:
            use_up(f, p, s, best, h, i, best_ask, best_ruling, best_worth, best_quantity, day, year)
    reductions, share = split(out, told, told_end, billed - paid)
    note = p.review_above[2 * e] >= 0 and billed > p.review_above[2 * e]
    if note:
        out.trail_rule[at] = (last_layer << LAYER_SHIFT) | (REVIEW_ABOVE << REASON_SHIFT) | p.review_above[2 * e + 1]
        out.trail_cut[at] = 0
        reasons |= ONE << REVIEW_ABOVE
        at += 1
    out.billed[i], out.reasons[i], out.trail_size[i] = billed, reasons, at - begin
    out.reductions[i], out.share[i] = reductions, share
    if note or held >= 0:
        out.state[i] = TO_REVIEW
    elif paid == 0 and share == 0 and (billed > 0 or all_stopped):
        out.state[i] = REFUSED
    elif reductions > 0 or (paid == 0 and billed > 0):
        out.state[i] = REDUCED
    else:
        out.state[i] = PAID
    return at


@part
def split(out, first, last, unpaid):
    """(reductions, member's share) of what is unpaid, in the words of some entries of the trail."""
    reductions, share = ZERO, ZERO
    for n in range(first, last):
        reason = (out.trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)
        if reason == COORDINATION:
            continue
        amount = np.int64(max(ZERO, min(out.trail_cut[n], unpaid)))
        unpaid -= amount
        if IS_SHARE[reason]:
            share += amount
        else:
            reductions += amount
    return reductions, share


@entry
def decide_households(first, last, f, p, t, s, out):
    """Decide the lines of households first..last; gives the number of trail entries written."""
    at = ZERO
    s.slots[:] = NONE
    s.chains[:] = NONE
    for h in range(first, last):
        line, end_of_home = np.int64(f.line_start[h]), np.int64(f.line_start[h + 1])
        if line == end_of_home:
            continue
        s.counts[N_USES] = 0
        mark_kinds(f, p, t, s, h)
        first_of_day, e = line, ZERO
        while line < end_of_home:
            day = np.int64(f.day[line])
            if f.day[first_of_day] != day:
                first_of_day = line
            end = line + 1
            while end < end_of_home and f.day[end] == day and f.claim[end] == f.claim[line]:
                end += 1
            while e + 1 < len(p.epoch_start) and p.epoch_start[e + 1] <= day:
                e += 1
            year, month, of_month = year_month_day(day)
            session = False
            for i in range(line, end):
                plays = rule_line(f, p, t, s, out, h, i, line, first_of_day, e, day, year, month * 32 + of_month)
                session = session or plays
            if session:
                share_out(f, p, t, s, line, end, e)
            for i in range(line, end):
                at = decide_line(f, p, t, s, out, at, h, i, i - line, e, day, year)
            line = end
    return at
