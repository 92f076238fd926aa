"""Steps 1 to 5, as rulings.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months
from tiwizi.rules.adjudicate.kernel.registers import (
    AGE,
    AGE_BITS,
    ANSWERS,
    APPROVAL_BIT,
    CL_CARE_TO,
    CL_PROVIDER,
    CL_RECEIVED,
    CL_SECTOR,
    CL_WORD,
    CLAIM_COLUMNS,
    CONTEXT,
    COVER_COLUMNS,
    CV_FROM,
    CV_JOINED,
    CV_PAID_UNTIL,
    CV_PERSON,
    CV_PLAN,
    CV_SINCE,
    CV_STAGE,
    CV_TO,
    DUPLICATE,
    EXCLUDED,
    G_ANSWER,
    G_CLAUSE,
    G_COVER,
    G_REFUSAL,
    H_COVER,
    H_HOUSEHOLD,
    HOME_COVER_COLUMNS,
    KIND_BIT,
    LATE_FILING,
    LAYER_SHIFT,
    LINE_COLUMNS,
    LN_CARE,
    LN_POSSIBLE,
    LN_PRICE,
    M_ASK,
    M_BASE,
    M_CEILINGS,
    M_CLAUSE,
    M_CODE,
    M_COUNTS,
    M_DEDUCTIBLES,
    M_ELIGIBLE,
    M_FILING,
    M_FIXED,
    M_FLAGS,
    M_HARD,
    M_LIMITS,
    M_RATE,
    M_REFUSAL,
    M_RULE,
    M_UNIT_CAP,
    M_WAITING,
    M_WORD,
    MAX_KINDS,
    N_ANSWERS,
    N_INDEX,
    N_WIDTH,
    NEVER_LATE,
    NO_APPROVAL,
    NO_COVER,
    NONE,
    NOT_COVERED,
    NOT_ELIGIBLE,
    NOT_IN_TARIFF,
    NOT_PAID_UP,
    OLDEST,
    ONE,
    P_BORN,
    P_WORD,
    PERSON_COLUMNS,
    RULING_COLUMNS,
    SEVERAL,
    SEX,
    SEX_BITS,
    ST_BIT,
    ST_FROM,
    ST_TO,
    STAGE_BIT,
    STATUS_COLUMNS,
    T_FROM,
    T_PROVIDER,
    T_SECTOR,
    T_TO,
    TARIFF_COLUMNS,
    WAITING,
    Z_PLAN_CODES,
    ZERO,
    inlined,
    part,
)
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import REFUSED

#: 2**64 divided by the golden ratio, odd, as a signed number: multiplying by it spreads numbers (Knuth, volume 3, 6.4).
MIX = np.int64(-7046029254386353131)


@part
def sole_cover(w, y, h):
    """The row of the only cover of a household that counts for a layer; -1 where there is none, SEVERAL of many."""
    sole, plans = NONE, y * w.f.sizes[Z_PLAN_CODES]
    for cover in range(w.f.cover_start[h], w.f.cover_start[h + 1]):
        row = np.int64(cover) * COVER_COLUMNS
        if w.f.layer_covers[plans + w.f.covers[row + CV_PLAN]]:
            if sole >= 0:
                return SEVERAL
            sole = row
    return sole


@part
def best_cover(w, y, h, person, day):
    """The row of the cover in force, or -1: the person's own before the household's, then the one that started last."""
    best, best_own, best_from, plans = NONE, False, ZERO, y * w.f.sizes[Z_PLAN_CODES]
    for cover in range(w.f.cover_start[h], w.f.cover_start[h + 1]):
        row = np.int64(cover) * COVER_COLUMNS
        whose = w.f.covers[row + CV_PERSON]
        own = whose == person
        if not w.f.layer_covers[plans + w.f.covers[row + CV_PLAN]] or not (own or whose < 0):
            continue
        start = w.f.covers[row + CV_FROM]
        if w.f.covers[row + CV_SINCE] <= day < w.f.covers[row + CV_TO] and (
            best < 0 or (own and not best_own) or (own == best_own and start > best_from)
        ):
            best, best_own, best_from = row, own, start
    return best


@inlined
def cover_of(w, y, h, person, day):
    """The row of the cover in force, or -1. Most households have one cover for a layer: it is looked for once."""
    known = y * HOME_COVER_COLUMNS
    if w.s.home_covers[known + H_HOUSEHOLD] != h:
        w.s.home_covers[known + H_HOUSEHOLD], w.s.home_covers[known + H_COVER] = h, sole_cover(w, y, h)
    cover = w.s.home_covers[known + H_COVER]
    if cover == SEVERAL:
        return best_cover(w, y, h, person, day)
    if cover < 0:
        return NONE
    whose = w.f.covers[cover + CV_PERSON]
    holds = (
        (w.f.covers[cover + CV_SINCE] <= day) & (day < w.f.covers[cover + CV_TO]) & ((whose < 0) | (whose == person))
    )
    return cover if holds else NONE


@part
def price_row_of(w, i, claim, day):
    """Where the tariff row starts that prices a line, or -1."""
    code, sector, provider = w.f.code[i], w.f.claims[claim + CL_SECTOR], w.f.claims[claim + CL_PROVIDER]
    for number in range(w.t.code_start[code], w.t.code_start[code + 1]):
        row = np.int64(number) * TARIFF_COLUMNS
        if (
            (w.t.rows[row + T_FROM] <= day)
            & (day < w.t.rows[row + T_TO])
            & ((w.t.rows[row + T_SECTOR] < 0) | (w.t.rows[row + T_SECTOR] == sector))
            & ((w.t.rows[row + T_PROVIDER] < 0) | (w.t.rows[row + T_PROVIDER] == provider))
        ):
            return row
    return NONE


@part
def is_duplicate(w, i, group, first_of_day):
    """Whether a line of the day that stands asks for the same care."""
    for j in range(first_of_day, i):
        if w.f.code[i] == w.f.code[j] and w.f.person[i] == w.f.person[j]:
            stands = (
                w.out.state[j] != REFUSED if j < group else w.s.lines[(j - group) * LINE_COLUMNS + LN_POSSIBLE] != 0
            )
            if stands and w.f.claims[w.f.claim[i] + CL_PROVIDER] == w.f.claims[w.f.claim[j] + CL_PROVIDER]:
                return True
    return False


@part
def word_of(w, h, person, claim, day, year, month_day):
    """The context of a person in a claim on a day, without the stage of a cover."""
    word = w.f.claims[claim + CL_WORD] | w.f.people[person + P_WORD]
    number = person // PERSON_COLUMNS
    for status in range(w.f.status_start[number], w.f.status_start[number + 1]):
        row = np.int64(status) * STATUS_COLUMNS
        bit = ONE << w.f.statuses[row + ST_BIT]
        if w.f.statuses[row + ST_FROM] <= day < w.f.statuses[row + ST_TO]:
            word = (word & ~bit) | (bit << 1)
    age = (year * 512 + month_day - w.f.people[person + P_BORN]) >> 9
    word |= w.p.band_of_age[min(max(age, 0), OLDEST)]
    return word | w.s.kind_bits[claim // CLAIM_COLUMNS - w.f.claim_start[h]]


@inlined
def without_approval(word):
    """The context of a line that the prior approval of its claim does not fit."""
    return (word & ~(ONE << (APPROVAL_BIT + 1))) | (ONE << APPROVAL_BIT)


@part
def mark_kinds(w, h):
    """The kind of each claim of a household, as its bit."""
    first, last, kinds = np.int64(w.f.claim_start[h]), np.int64(w.f.claim_start[h + 1]), w.p.settings[c.KINDS]
    for claim in range(last - first):
        w.s.kind_bits[claim] = w.p.settings[c.KINDS_ANYWAY] if kinds > 0 else ONE << (KIND_BIT + MAX_KINDS)
    if kinds == 0:
        return
    for i in range(w.f.line_start[h], w.f.line_start[h + 1]):
        care = np.int64(w.t.class_of[w.f.code[i]]) * c.CARE_COLUMNS  # the same in every epoch
        w.s.kind_bits[np.int64(w.f.claim[i]) // CLAIM_COLUMNS - first] |= w.p.care[care + c.K_KINDS]
    for claim in range(last - first):
        bits, word, fits = w.s.kind_bits[claim], w.f.claims[(first + claim) * CLAIM_COLUMNS + CL_WORD], ZERO
        for k in range(kinds):
            fits |= np.int64(word & w.p.kind_when[k] == word) << k
        fits = (fits & bits) | (ONE << MAX_KINDS)
        w.s.kind_bits[claim] = (fits & -fits) << KIND_BIT  # the first that fits


@part
def say(w, ask, word):
    """(eligible, rule or -1, refusal or -1, its clause, months to wait) of a layer for some care in some context."""
    first, last = w.p.asks[ask + c.A_ELIGIBLE], w.p.asks[ask + c.A_ELIGIBLE_END]
    eligible, rule = first == last, NONE
    for row in range(first, last):
        eligible = eligible or word & w.p.eligibility[row] == word
    for row in range(w.p.asks[ask + c.A_RULES], w.p.asks[ask + c.A_RULES_END], c.RULE_COLUMNS):
        if word & w.p.rules[row + c.R_WHEN] == word:
            rule = np.int64(row)
            break
    if rule < 0:
        return eligible, NONE, NOT_COVERED, ZERO, ZERO
    clause, flags = w.p.rules[rule + c.R_CLAUSE], w.p.rules[rule + c.R_FLAGS]
    if flags & c.F_REFUSE:
        return eligible, rule, EXCLUDED, clause, ZERO
    failing = word & ~w.p.rules[rule + c.R_ONLY]
    if failing & ~(AGE_BITS | SEX_BITS):
        return eligible, rule, CONTEXT, clause, ZERO
    if failing:
        return eligible, rule, (AGE if failing & AGE_BITS else SEX), clause, ZERO
    if flags & c.F_APPROVAL and (word >> APPROVAL_BIT) & 1:
        return eligible, rule, NO_APPROVAL, clause, ZERO
    months = w.p.rules[rule + c.R_WAITING]
    waived = months == 0 or (word >> STAGE_BIT) & 1 == 0 or word & w.p.rules[rule + c.R_WAIVED] == word
    return eligible, rule, NONE, clause, (ZERO if waived else months)


@part
def limits_of(w, at, ask, word):
    """Write down the limits that concern some care in some context, by kind, and how many there are of each."""
    found, first = ZERO, w.p.asks[ask + c.A_GAPS]
    for row in range(first, w.p.asks[ask + c.A_LIMITS_END], c.LIMIT_COLUMNS):
        if row == w.p.asks[ask + c.A_DEDUCTIBLES]:
            w.s.answers[at + M_COUNTS] = found
        if row == w.p.asks[ask + c.A_CEILINGS]:
            w.s.answers[at + M_DEDUCTIBLES] = found
        if word & w.p.limits[row + c.L_WHEN] == word:
            w.s.answers[at + M_LIMITS + found] = row
            found += 1
    last = w.p.asks[ask + c.A_LIMITS_END]
    if w.p.asks[ask + c.A_DEDUCTIBLES] == last:
        w.s.answers[at + M_COUNTS] = found
    if w.p.asks[ask + c.A_CEILINGS] == last:
        w.s.answers[at + M_DEDUCTIBLES] = found
    w.s.answers[at + M_CEILINGS] = found


@inlined
def answer_of(w, ask, word):
    """Where the answer of a layer for some care in some context stands.

    Few contexts make up most of the lines, so an answer is worked out once. When the room is full, all are forgotten
    (`forget`), but never while a group is decided, which points at its answers.
    """
    word &= w.p.asks[ask + c.A_RELEVANT]
    most = w.s.counts[N_INDEX] - 1
    place = np.int64((np.uint64(word + ask * MIX) * np.uint64(MIX)) >> np.uint64(40)) & most
    at = w.s.index[place]
    while at >= 0 and (w.s.answers[at + M_WORD] != word or w.s.answers[at + M_ASK] != ask):
        place = (place + 1) & most
        at = w.s.index[place]
    return at if at >= 0 else new_answer(w, ask, word, place)


@part
def new_answer(w, ask, word, place):
    """Work an answer out and put it down, with its place in the index."""
    at = w.s.counts[N_ANSWERS] * w.s.counts[N_WIDTH]
    w.s.counts[N_ANSWERS] += 1
    w.s.index[place] = at
    eligible, rule, refusal, clause, months = say(w, ask, word)
    reported, days = w.p.asks[ask + c.A_REPORTED], w.p.asks[ask + c.A_FILING]
    w.s.answers[at + M_ASK], w.s.answers[at + M_WORD], w.s.answers[at + M_RULE] = ask, word, rule
    w.s.answers[at + M_HARD] = reported != 0 or not eligible or refusal >= 0 or months > 0
    w.s.answers[at + M_FILING] = days if days >= 0 else NEVER_LATE
    w.s.answers[at + M_ELIGIBLE], w.s.answers[at + M_REFUSAL] = eligible, refusal
    w.s.answers[at + M_CLAUSE], w.s.answers[at + M_WAITING] = clause, months
    if rule >= 0:
        w.s.answers[at + M_CODE] = (w.p.asks[ask + c.A_LAYER] << LAYER_SHIFT) | w.p.rules[rule + c.R_CLAUSE]
        w.s.answers[at + M_FLAGS], w.s.answers[at + M_BASE] = w.p.rules[rule + c.R_FLAGS], w.p.rules[rule + c.R_BASE]
        w.s.answers[at + M_RATE], w.s.answers[at + M_FIXED] = w.p.rules[rule + c.R_RATE], w.p.rules[rule + c.R_FIXED]
        w.s.answers[at + M_UNIT_CAP] = w.p.rules[rule + c.R_UNIT_CAP]
        limits_of(w, at, ask, word)
    return at


@part
def forget(w):
    """Forget all answers where their room is nearly full."""
    if w.s.counts[N_ANSWERS] > ANSWERS:
        for place in range(w.s.counts[N_INDEX]):
            w.s.index[place] = NONE
        w.s.counts[N_ANSWERS] = 0


@part
def refusal_of(w, ask, answer, cover, price_row, day, late):
    """(reason, clause) that refuses a line to a covered person, or (-1, 0). Steps 2 to 5. late: days after the care."""
    if w.p.asks[ask + c.A_REPORTED]:
        return NONE, ZERO
    if day >= w.f.covers[cover + CV_PAID_UNTIL]:
        return NOT_PAID_UP, ZERO
    if not w.s.answers[answer + M_ELIGIBLE]:
        return NOT_ELIGIBLE, ZERO
    if late > w.s.answers[answer + M_FILING]:
        return LATE_FILING, w.p.asks[ask + c.A_FILING_CLAUSE]
    if price_row < 0:
        return NOT_IN_TARIFF, ZERO
    if w.s.answers[answer + M_REFUSAL] >= 0:
        return w.s.answers[answer + M_REFUSAL], w.s.answers[answer + M_CLAUSE]
    months = w.s.answers[answer + M_WAITING]
    if months > 0 and day < add_months(w, w.f.covers[cover + CV_JOINED], months):
        return WAITING, w.s.answers[answer + M_CLAUSE]
    return NONE, ZERO


@part
def rule_line(w, h, i, claim, word, group, first_of_day, e, day):
    """What is known of a line before any limit, for every layer that is asked; gives how it plays in a session."""
    g, person = i - group, np.int64(w.f.person[i]) // PERSON_COLUMNS
    ln, price_row = g * LINE_COLUMNS, price_row_of(w, i, claim, day)
    care = (e * w.p.settings[c.CLASSES] + w.t.class_of[w.f.code[i]]) * c.CARE_COLUMNS
    late = w.f.claims[claim + CL_RECEIVED] - max(day, w.f.claims[claim + CL_CARE_TO])
    duplicate = w.p.settings[c.PAY_DUPLICATES] == 0 and is_duplicate(w, i, group, first_of_day)
    possible, at = False, g * w.p.settings[c.LAYERS] * RULING_COLUMNS
    ask, last = w.p.care[care + c.K_ASKS], w.p.care[care + c.K_ASKS_END]
    while ask < last:
        cover = cover_of(w, w.p.asks[ask + c.A_LAYER], h, person, day)
        answer, refusal, clause = NONE, NO_COVER, ZERO
        if cover >= 0:
            answer = answer_of(w, ask, word | (ONE << (STAGE_BIT + w.f.covers[cover + CV_STAGE])))
            refusal = NONE
            if (
                (w.s.answers[answer + M_HARD] != 0)
                | (day >= w.f.covers[cover + CV_PAID_UNTIL])
                | (late > w.s.answers[answer + M_FILING])
                | (price_row < 0)
            ):
                refusal, clause = refusal_of(w, ask, answer, cover, price_row, day, late)
        if duplicate:
            refusal, clause = DUPLICATE, ZERO
        possible |= refusal < 0
        w.s.rulings[at + G_COVER], w.s.rulings[at + G_ANSWER] = cover, answer
        w.s.rulings[at + G_REFUSAL], w.s.rulings[at + G_CLAUSE] = refusal, clause
        at += RULING_COLUMNS
        ask += c.ASK_COLUMNS
    w.s.lines[ln + LN_PRICE], w.s.lines[ln + LN_CARE], w.s.lines[ln + LN_POSSIBLE] = price_row, care, possible
    return w.p.care[care + c.K_PLAYS]
