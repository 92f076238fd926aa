"""Household after household, line after line, step after step, as reference.py has it."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide, year_month_day
from tiwizi.rules.adjudicate.kernel.registers import (
    G_COVER,
    G_RULE,
    IS_REVIEW,
    IS_SHARE,
    LAYER_SHIFT,
    LUMP_SUM,
    N_TRAIL,
    N_USES,
    NONE,
    ONE,
    REASON_BITS,
    REASON_SHIFT,
    REVIEW_ABOVE,
    ZERO,
    entry,
    part,
)
from tiwizi.rules.adjudicate.kernel.rulings import UNKNOWN, mark_kinds, rule_lines
from tiwizi.rules.adjudicate.kernel.sessions import share_out
from tiwizi.rules.adjudicate.kernel.valuation import decide_layer, refuse, use_up
from tiwizi.rules.money import MAX_AMOUNT, QUANTITY_SCALE
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import PAID, REDUCED, REFUSED, TO_REVIEW


@part
def amount_at_stake(f, p, s, i, g):
    """What a line is about: what is billed, or a lump sum that is larger."""
    billed = f.billed[i]
    for y in range(len(p.reported)):
        rule = s.rulings[g, y, G_RULE]
        if rule >= 0 and p.rules[rule, c.R_BASE] == LUMP_SUM:
            lump = divide(p.rules[rule, c.R_AMOUNT] * f.quantity[i], QUANTITY_SCALE, p.settings[0])
            billed = max(billed, min(lump, MAX_AMOUNT))
    return billed


@part
def decide_line(f, p, t, s, out, trail_rule, trail_cut, at, h, i, g, e, day, year):
    """One line, step after step; gives where its trail ends."""
    billed = amount_at_stake(f, p, s, i, g)
    by_terms_only = p.settings[2] != 0
    earlier, held, begin, reasons = ZERO, NONE, at, ZERO
    all_stopped, steps, last_layer = True, len(p.step_start) - 1, 0
    for step in range(steps):
        first, last = p.step_start[step], p.step_start[step + 1]
        best, best_y, k, candidates, asked = NONE, NONE, ZERO, ZERO, NONE
        best_paid, best_worth, best_quantity = np.int64(0), np.int64(0), np.int64(0)
        best_stopped, best_countable, best_rank, best_merit = True, False, False, np.int64(0)
        for position in range(first, last):
            y = np.int64(p.step_layers[position])
            if s.rulings[g, y, G_COVER] < 0:
                if asked < 0 and s.rulings[g, y, G_COVER] != UNKNOWN:
                    asked = y
                continue
            paid, stopped, worth, by_terms, countable, quantity = decide_layer(
                f, p, t, s, k, h, i, g, y, e, billed, earlier, held, day, year
            )
            rank, merit = (countable, by_terms) if by_terms_only else (not stopped, worth)
            candidates += 1
            if best < 0 or (rank and not best_rank) or (rank == best_rank and merit > best_merit):
                best, best_y, best_paid, best_worth, best_quantity = k, y, paid, worth, quantity
                best_stopped, best_countable, best_rank, best_merit = stopped, countable, rank, merit
                k = ONE - k if candidates > 1 else ONE
        if candidates == 0:
            best = ZERO
            s.counts[N_TRAIL] = 0
            if asked >= 0:  # somebody could pay for such care, but covers not this person
                best_y = asked
                refuse(f, s, best, i, g, best_y, billed)
        out.chosen[i, step] = best_y if candidates > 0 else -1
        out.paid[i, step] = best_paid
        all_stopped = all_stopped and best_stopped
        s.step_start[step] = at
        for n in range(s.counts[N_TRAIL + best]):
            rule = s.trail[best, n, 0]
            reason = (rule >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)
            trail_rule[at], trail_cut[at] = rule, s.trail[best, n, 1]
            reasons |= np.int64(1) << reason
            if held < 0 and IS_REVIEW[reason]:
                held = reason
            at += 1
        earlier += best_paid
        if candidates > 0 or asked >= 0:
            last_layer = best_y
        # The figures of a step move only once all its alternatives have been weighed.
        if best_countable:
            use_up(f, p, t, s, best, h, i, g, best_y, e, best_worth, best_quantity, day, year)
    s.step_start[steps] = at
    note = p.review_above[e, 0] >= 0 and billed > p.review_above[e, 0]
    three_sums(s, out, trail_rule, trail_cut, i, steps, billed, earlier)
    if note:
        trail_rule[at] = (last_layer << LAYER_SHIFT) | (REVIEW_ABOVE << REASON_SHIFT) | p.review_above[e, 1]
        trail_cut[at] = 0
        reasons |= np.int64(1) << REVIEW_ABOVE
        at += 1
    out.billed[i], out.reasons[i], out.trail_size[i] = billed, reasons, at - begin
    if note or held >= 0:
        out.state[i] = TO_REVIEW
    elif earlier == 0 and out.share[i] == 0 and (billed > 0 or all_stopped):
        out.state[i] = REFUSED
    elif out.reductions[i] > 0 or (earlier == 0 and billed > 0):
        out.state[i] = REDUCED
    else:
        out.state[i] = PAID
    return at


@part
def three_sums(s, out, trail_rule, trail_cut, i, steps, billed, paid):
    """Split what is unpaid into reductions and the member's share, in the words of the layer that recognises most."""
    best, best_cut = NONE, ZERO
    for step in range(steps):
        if out.chosen[i, step] < 0 and s.step_start[step] == s.step_start[step + 1]:
            continue  # nobody in this step was asked
        cut = ZERO
        for n in range(s.step_start[step], s.step_start[step + 1]):
            if not IS_SHARE[(trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)]:
                cut += trail_cut[n]
        if best < 0 or cut < best_cut:
            best, best_cut = np.int64(step), cut
    unpaid, share, reductions = billed - paid, ZERO, ZERO
    for n in range(s.step_start[best], s.step_start[best + 1]):
        part = np.int64(max(0, min(trail_cut[n], unpaid)))
        unpaid -= part
        if IS_SHARE[(trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)]:
            share += part
        else:
            reductions += part
    out.reductions[i], out.share[i] = reductions, share


@entry
def decide_households(first, last, f, p, t, s, out, trail_rule, trail_cut):
    """Decide the lines of households first..last; gives the number of trail entries written."""
    at = ZERO
    for h in range(first, last):
        line, end_of_home = f.line_start[h], f.line_start[h + 1]
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
            month_day = month * 32 + of_month
            for i in range(line, end):
                rule_lines(f, p, t, s, out, h, i, line, first_of_day, e, day, year, month_day)
            share_out(f, p, t, s, line, end, e)
            for i in range(line, end):
                at = decide_line(f, p, t, s, out, trail_rule, trail_cut, at, h, i, i - line, e, day, year)
            line = end
    return at
