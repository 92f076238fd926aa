"""Household after household, line after line, step after step, as reference.py has it."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import divide, year_month_day
from tiwizi.rules.adjudicate.kernel.memory import at_address
from tiwizi.rules.adjudicate.kernel.registers import (
    G_ANSWER,
    G_COVER,
    LINE_COLUMNS,
    LN_CARE,
    LN_PRICE,
    LUMP_SUM,
    M_RULE,
    N_USES,
    NONE,
    ONE,
    PERSON_COLUMNS,
    REVIEW_ABOVE,
    RULING_COLUMNS,
    SLOT_COLUMNS,
    WORLD,
    Z_APPROVALS,
    ZERO,
    entry,
    part,
)
from tiwizi.rules.adjudicate.kernel.rulings import forget, mark_kinds, rule_line, without_approval, word_of
from tiwizi.rules.adjudicate.kernel.sessions import share_out
from tiwizi.rules.adjudicate.kernel.trail import put, split, waits_for_a_person
from tiwizi.rules.adjudicate.kernel.valuation import decide_layer, use_up
from tiwizi.rules.money import MAX_AMOUNT, QUANTITY_SCALE
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import PAID, REDUCED, REFUSED, TO_REVIEW

TWO, MOST = np.int64(2), np.int64(2**62)
world_at = at_address(WORLD)


@part
def lump_sum(w, care, ruling, billed):
    """What a line is about: what is billed, or a lump sum that is larger."""
    for _ in range(w.p.care[care + c.K_ASKS], w.p.care[care + c.K_ASKS_END], c.ASK_COLUMNS):
        answer = w.s.rulings[ruling + G_ANSWER]
        rule = w.s.answers[answer + M_RULE] if answer >= 0 else NONE
        if rule >= 0 and w.p.rules[rule + c.R_BASE] == LUMP_SUM:
            whole = w.p.rules[rule + c.R_AMOUNT] * w.f.quantity[w.here.line]
            billed = max(billed, min(divide(whole, QUANTITY_SCALE, w.p.settings[c.ROUNDING]), MAX_AMOUNT))
        ruling += RULING_COLUMNS
    return billed


@part
def choose(w, ask, ruling):
    """Of the alternatives of a step, the one that goes first, in ``here``; its trail stands at here.end as it was."""
    at, best_ask, best_ruling, best_rank, best_merit = w.here.end, NONE, ruling, ZERO, ZERO
    while True:
        if w.s.rulings[ruling + G_COVER] >= 0:
            w.here.end = at
            decide_layer(w, ask, ruling)
            rank, merit = TWO, w.here.paid
            if w.here.stop >= 0:
                rank, merit = waits_for_a_person(w.here.stop), w.here.worth
            if w.p.settings[c.BY_TERMS]:
                rank, merit = (TWO if w.here.countable else rank), w.here.by_terms
            if best_ask < 0 or rank > best_rank or (rank == best_rank and merit > best_merit):
                best_ask, best_ruling, best_rank, best_merit = ask, ruling, rank, merit
        if w.p.asks[ask + c.A_LAST]:
            break
        ask += c.ASK_COLUMNS
        ruling += RULING_COLUMNS
    w.here.end = at
    if best_ask >= 0:  # decided once more, which leaves everything as it decides it
        decide_layer(w, best_ask, best_ruling)
    return ask, ruling, best_ask >= 0


@part
def stand_on(w, i, first):
    """What is left of the prior approval of line i; gives where it is kept. first: the line that stands on it first."""
    at = first - np.int64(w.f.line_start[w.here.household])
    if i == first:
        w.s.paid_on[at] = w.s.units_on[at] = ZERO
    if w.f.approved[i] >= 0:
        w.here.promised = max(ZERO, w.f.approved[i] - w.s.paid_on[at])
    if w.f.approved_quantity[i] >= 0:
        w.here.units = max(ZERO, w.f.approved_quantity[i] - w.s.units_on[at])
    w.here.units_paid = ZERO
    return at


@part
def pay_on_approval(w, at):
    """Add what a step paid to what was paid on a prior approval. The steps share the amount, not the units."""
    w.s.paid_on[at] += w.here.paid
    w.here.promised -= w.here.paid
    if w.here.worth > 0 and w.here.quantity > w.here.units_paid:
        w.s.units_on[at] += w.here.quantity - w.here.units_paid
        w.here.units_paid = w.here.quantity


@part
def decide_line(w, i, g):
    """One line, step after step; its trail begins at here.end."""
    w.here.line, w.here.row, w.here.price_row = i, g * LINE_COLUMNS, w.s.lines[g * LINE_COLUMNS + LN_PRICE]
    ruling, steps = g * w.p.settings[c.LAYERS] * RULING_COLUMNS, w.p.settings[c.STEPS]
    care, billed = w.s.lines[w.here.row + LN_CARE], w.f.billed[i]
    if w.p.care[care + c.K_LUMP_SUM]:
        billed = lump_sum(w, care, ruling, billed)
    approved = billed - (w.f.billed[i] - w.f.allowed[i])
    w.here.billed, w.here.approved, w.here.remaining, w.here.held = billed, approved, approved, NONE
    w.here.promised, w.here.units, approval = MOST, MOST, NONE
    if w.f.sizes[Z_APPROVALS] > 0 and w.f.approval[i] >= 0:
        approval = stand_on(w, i, w.f.approval[i])
    # The part of the trail that tells what is unpaid: of the layer that recognises most of the amount.
    begin, reasons, all_stopped, told, told_end, least = w.here.end, ZERO, True, ZERO, ZERO, MOST
    ask, end = w.p.care[care + c.K_ASKS], w.p.care[care + c.K_ASKS_END]
    while ask < end:
        at, first, first_ruling = w.here.end, ask, ruling
        covered = w.s.rulings[ruling + G_COVER] >= 0
        if w.p.asks[ask + c.A_ALONE] == 0:
            ask, ruling, covered = choose(w, ask, ruling)
        elif covered:
            decide_layer(w, ask, ruling)
        if covered:
            step = i * steps + w.p.asks[ask + c.A_STEP]
            w.out.chosen[step], w.out.paid[step] = w.p.asks[w.here.ask + c.A_LAYER], w.here.paid
            # The figures of a step move only once all its alternatives have been weighed.
            if w.here.countable and w.p.asks[w.here.ask + c.A_REPORTED] == 0:
                use_up(w)
                if approval >= 0:
                    pay_on_approval(w, approval)
        else:  # somebody could pay for such care, but covers not this person
            decide_layer(w, first, first_ruling)
        if w.here.stop >= 0:
            if w.here.held < 0 and waits_for_a_person(w.here.stop):
                w.here.held = w.here.stop
        else:
            all_stopped = False
        reasons |= w.here.reasons
        cut = billed - w.here.paid - w.here.shares
        if cut < least:
            told, told_end, least = at, w.here.end, cut
        w.here.remaining -= w.here.paid
        ask += c.ASK_COLUMNS
        ruling += RULING_COLUMNS
    paid = approved - w.here.remaining
    reductions, share = split(w, told, told_end, billed - paid)
    above = w.p.review_above[2 * w.here.epoch]
    note = above >= 0 and billed > above
    if note:
        put(w, w.here.layer | w.p.review_above[2 * w.here.epoch + 1], REVIEW_ABOVE, ZERO)
        reasons |= ONE << REVIEW_ABOVE
    w.out.billed[i], w.out.reasons[i], w.out.trail_size[i] = billed, reasons, w.here.end - begin
    w.out.reductions[i], w.out.share[i] = reductions, share
    if note or w.here.held >= 0:
        w.out.state[i] = TO_REVIEW
    elif paid == 0 and share == 0 and (billed > 0 or all_stopped):
        w.out.state[i] = REFUSED
    elif reductions > 0 or (paid == 0 and billed > 0):
        w.out.state[i] = REDUCED
    else:
        w.out.state[i] = PAID


@part
def decide_household(w, h):
    """The lines of one household."""
    line, end_of_home = np.int64(w.f.line_start[h]), np.int64(w.f.line_start[h + 1])
    if line == end_of_home:
        return
    w.here.household = h
    w.s.counts[N_USES] = 0
    mark_kinds(w, h)
    first_of_day, e, first_person = line, ZERO, np.int64(w.f.person_start[h])
    entity_columns = w.p.settings[c.SLOTS] * SLOT_COLUMNS
    while line < end_of_home:
        day, claim = np.int64(w.f.day[line]), np.int64(w.f.claim[line])
        if w.f.day[first_of_day] != day:
            first_of_day = line
        end = line + 1
        while end < end_of_home and w.f.day[end] == day and w.f.claim[end] == claim:
            end += 1
        while e + 1 < w.p.settings[c.EPOCHS] and w.p.epoch_start[e + 1] <= day:
            e += 1
        forget(w)
        year, month, of_month = year_month_day(w, day)
        w.here.day, w.here.claim, w.here.year, w.here.epoch = day, claim, year, e
        players, person, word = ZERO, NONE, ZERO
        for i in range(line, end):
            # The lines of one visit mostly are one person's.
            if w.f.person[i] != person:
                person = np.int64(w.f.person[i])
                word = word_of(w, h, person, claim, day, year, month * 32 + of_month)
            fitting = word
            if w.f.sizes[Z_APPROVALS] > 0 and w.f.unfit[i] != 0:
                fitting = without_approval(word)
            players += rule_line(w, h, i, claim, fitting, line, first_of_day, e, day)
        w.here.session = players > 1
        if w.here.session:
            share_out(w, line, end, e)
        for i in range(line, end):
            person = np.int64(w.f.person[i])
            w.here.person = person
            w.here.entity = (person // PERSON_COLUMNS - first_person + 1) * entity_columns
            decide_line(w, i, i - line)
        line = end


@entry
def decide_households(first, last, world):
    """Decide the lines of households first..last; gives the number of trail entries written.

    world: the address of a WORLD, which the caller keeps alive.
    """
    w = world_at(world)
    w.here.end = 0
    for h in range(first, last):
        decide_household(w, h)
    return w.here.end
