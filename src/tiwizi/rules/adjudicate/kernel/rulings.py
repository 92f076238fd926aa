"""Steps 1 to 5, as rulings.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months
from tiwizi.rules.adjudicate.kernel.registers import (
    AGE,
    AGE_BITS,
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
    CV_STAGE,
    CV_TO,
    DUPLICATE,
    EXCLUDED,
    G_CLAUSE,
    G_COVER,
    G_REFUSAL,
    G_RULE,
    G_WORD,
    H_COVER,
    H_TAG,
    KIND_BIT,
    LATE_FILING,
    LINE_COLUMNS,
    LN_BASE,
    LN_CARE,
    LN_NOTHING,
    LN_POSSIBLE,
    LN_PRICE,
    LN_SHARE,
    LN_WORD,
    M_ASK,
    M_CLAUSE,
    M_ELIGIBLE,
    M_REFUSAL,
    M_RULE,
    M_WAITING,
    M_WORD,
    MAX_KINDS,
    N_TAG,
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
    PERSON_COVER_COLUMNS,
    ROW,
    RULING_COLUMNS,
    SAID,
    SAID_COLUMNS,
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
    ZERO,
    part,
)
from tiwizi.rules.money import RATE_SCALE
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import REFUSED


@part
def cover_of(f, y, h, person, day):
    """The row of the cover in force, or -1: the person's own before the household's, then the one that started last."""
    best, best_own, best_from = NONE, False, ZERO
    for cover in range(f.cover_start[h], f.cover_start[h + 1]):
        row = np.int64(cover) * COVER_COLUMNS
        whose = f.covers[row + CV_PERSON]
        own = whose == person
        if not f.layer_covers[y, f.covers[row + CV_PLAN] & ROW] or not (own or whose < 0):
            continue
        start = f.covers[row + CV_FROM]
        if max(start, f.covers[row + CV_JOINED]) <= day < f.covers[row + CV_TO] and (
            best < 0 or (own and not best_own) or (own == best_own and start > best_from)
        ):
            best, best_own, best_from = row, own, start
    return best


@part
def price_row_of(f, t, i, day):
    """Where the tariff row starts that prices a line, or -1."""
    code, claim = f.code[i], f.claim[i]
    for number in range(t.code_start[code], t.code_start[code + 1]):
        row = np.int64(number) * TARIFF_COLUMNS
        if (
            t.rows[row + T_FROM] <= day < t.rows[row + T_TO]
            and (t.rows[row + T_SECTOR] < 0 or t.rows[row + T_SECTOR] == f.claims[claim + CL_SECTOR])
            and (t.rows[row + T_PROVIDER] < 0 or t.rows[row + T_PROVIDER] == f.claims[claim + CL_PROVIDER])
        ):
            return row
    return NONE


@part
def is_duplicate(f, s, out, i, group, first_of_day):
    """Whether a line of the day that stands asks for the same care."""
    for j in range(first_of_day, i):
        if f.code[i] == f.code[j] and f.person[i] == f.person[j]:
            stands = out.state[j] != REFUSED if j < group else s.lines[(j - group) * LINE_COLUMNS + LN_POSSIBLE] != 0
            if stands and f.claims[f.claim[i] + CL_PROVIDER] == f.claims[f.claim[j] + CL_PROVIDER]:
                return True
    return False


@part
def word_of(f, p, s, h, i, day, year, month_day):
    """The context of a line, without the stage of a cover."""
    person, claim = f.person[i], f.claim[i]
    word = f.claims[claim + CL_WORD] | f.people[person + P_WORD]
    number = person // PERSON_COLUMNS
    for status in range(f.status_start[number], f.status_start[number + 1]):
        row = np.int64(status) * STATUS_COLUMNS
        if f.statuses[row + ST_FROM] <= day < f.statuses[row + ST_TO]:
            bit = f.statuses[row + ST_BIT]
            word = (word & ~(np.int64(1) << bit)) | (np.int64(2) << bit)
    age = (year * 512 + month_day - f.people[person + P_BORN]) >> 9
    word |= p.band_of_age[min(max(age, 0), OLDEST)]
    return word | s.kind_bits[claim // CLAIM_COLUMNS - f.claim_start[h]]


@part
def mark_kinds(f, p, t, s, h):
    """The kind of each claim of a household, as its bit."""
    first, last, kinds = np.int64(f.claim_start[h]), np.int64(f.claim_start[h + 1]), len(p.kind_when)
    for claim in range(last - first):
        s.kind_bits[claim] = p.settings[c.KINDS_ANYWAY] if kinds > 0 else np.int64(1) << (KIND_BIT + MAX_KINDS)
    if kinds == 0:
        return
    for i in range(f.line_start[h], f.line_start[h + 1]):
        care = np.int64(t.class_of[f.code[i]]) * c.CARE_COLUMNS  # the same in every epoch
        s.kind_bits[f.claim[i] // CLAIM_COLUMNS - first] |= p.care[care + c.K_KINDS]
    for claim in range(last - first):
        bits, word, found = s.kind_bits[claim], f.claims[(first + claim) * CLAIM_COLUMNS + CL_WORD], MAX_KINDS
        for k in range(kinds):
            if (bits >> k) & 1 == 1 and word & p.kind_when[k] == word:
                found = k
                break
        s.kind_bits[claim] = np.int64(1) << (KIND_BIT + found)


@part
def say(p, ask, word):
    """(eligible, rule or -1, refusal or -1, its clause, months to wait) of a layer for some care in some context."""
    first, last = p.asks[ask + c.A_ELIGIBLE] & ROW, p.asks[ask + c.A_ELIGIBLE_END]
    eligible, rule = first == last, NONE
    for row in range(first, last):
        eligible = eligible or word & p.eligibility[row] == word
    for row in range(p.asks[ask + c.A_RULES] & ROW, p.asks[ask + c.A_RULES_END], c.RULE_COLUMNS):
        if word & p.rules[row + c.R_WHEN] == word:
            rule = np.int64(row)
            break
    if rule < 0:
        return eligible, NONE, NOT_COVERED, ZERO, ZERO
    clause, flags = p.rules[rule + c.R_CLAUSE], p.rules[rule + c.R_FLAGS]
    if flags & c.F_REFUSE:
        return eligible, rule, EXCLUDED, clause, ZERO
    failing = word & ~p.rules[rule + c.R_ONLY]
    if failing & ~(AGE_BITS | SEX_BITS):
        return eligible, rule, CONTEXT, clause, ZERO
    if failing:
        return eligible, rule, (AGE if failing & AGE_BITS else SEX), clause, ZERO
    if flags & c.F_APPROVAL and (word >> APPROVAL_BIT) & 1:
        return eligible, rule, NO_APPROVAL, clause, ZERO
    months = p.rules[rule + c.R_WAITING]
    waived = months == 0 or (word >> STAGE_BIT) & 1 == 0 or word & p.rules[rule + c.R_WAIVED] == word
    return eligible, rule, NONE, clause, (ZERO if waived else months)


@part
def said(p, s, ask, word):
    """Where the answer of a layer for some care in some context stands. Few contexts make up most of the lines, so
    answers are remembered, each where the next one with the same hash takes its place."""
    mixed = (word ^ (word >> 23)) * 0x9E3779B1 + ask * 0x85EBCA6B
    at = ((mixed >> 15) & (SAID - 1)) * SAID_COLUMNS
    if s.said[at + M_ASK] != ask or s.said[at + M_WORD] != word:
        eligible, rule, refusal, clause, months = say(p, ask, word)
        s.said[at + M_ASK], s.said[at + M_WORD], s.said[at + M_ELIGIBLE] = ask, word, eligible
        s.said[at + M_RULE], s.said[at + M_REFUSAL] = rule, refusal
        s.said[at + M_CLAUSE], s.said[at + M_WAITING] = clause, months
    return at


@part
def refusal_of(f, p, s, ask, i, cover, answer, price_row, day):
    """(reason, clause) that refuses a line to a covered person, or (-1, 0). Steps 2 to 5."""
    row, claim, days = cover & ROW, f.claim[i], p.asks[ask + c.A_FILING]
    if p.asks[ask + c.A_REPORTED]:
        return NONE, ZERO
    if day >= f.covers[row + CV_PAID_UNTIL]:
        return NOT_PAID_UP, ZERO
    if not s.said[answer + M_ELIGIBLE]:
        return NOT_ELIGIBLE, ZERO
    if days >= 0 and f.claims[claim + CL_RECEIVED] - max(day, f.claims[claim + CL_CARE_TO]) > days:
        return LATE_FILING, p.asks[ask + c.A_FILING_CLAUSE]
    if price_row < 0:
        return NOT_IN_TARIFF, ZERO
    if s.said[answer + M_REFUSAL] >= 0:
        return s.said[answer + M_REFUSAL], s.said[answer + M_CLAUSE]
    months = s.said[answer + M_WAITING]
    if months > 0 and day < add_months(f.covers[row + CV_JOINED], months):
        return WAITING, s.said[answer + M_CLAUSE]
    return NONE, ZERO


@part
def rule_line(f, p, t, s, out, h, i, group, first_of_day, e, day, year, month_day):
    """What is known of a line before any limit, for every layer that is asked; gives whether it plays in a session."""
    g = i - group
    ln, price_row = g * LINE_COLUMNS, price_row_of(f, t, i, day)
    care = (e * p.settings[c.CLASSES] + t.class_of[f.code[i]]) * c.CARE_COLUMNS & ROW
    # The lines of one visit mostly are one person's: what is known of the person is known already.
    same = g > 0 and f.person[i] == f.person[i - 1]
    if same:
        word = s.lines[ln - LINE_COLUMNS + LN_WORD]
    else:
        word = word_of(f, p, s, h, i, day, year, month_day)
        s.counts[N_TAG] += 1
    tag = s.counts[N_TAG]
    duplicate = p.settings[c.PAY_DUPLICATES] == 0 and is_duplicate(f, s, out, i, group, first_of_day)
    possible, at = False, g * p.settings[c.LAYERS] * RULING_COLUMNS & ROW
    for ask in range(p.care[care + c.K_ASKS] & ROW, p.care[care + c.K_ASKS_END], c.ASK_COLUMNS):
        y = p.asks[ask + c.A_LAYER] & ROW
        known = y * PERSON_COVER_COLUMNS
        if s.person_covers[known + H_TAG] != tag:
            cover = cover_of(f, y, h, np.int64(f.person[i]) // PERSON_COLUMNS, day)
            s.person_covers[known + H_TAG], s.person_covers[known + H_COVER] = tag, cover
        cover = s.person_covers[known + H_COVER]
        staged, rule, refusal, clause = word, NONE, NO_COVER, ZERO
        if cover >= 0:
            staged = word | (ONE << (STAGE_BIT + f.covers[(cover & ROW) + CV_STAGE]))
            answer = said(p, s, ask, staged)
            rule = s.said[answer + M_RULE]
            refusal, clause = refusal_of(f, p, s, ask, i, cover, answer, price_row, day)
        if duplicate:
            refusal, clause = DUPLICATE, ZERO
        possible = possible or refusal < 0
        s.rulings[at + G_COVER], s.rulings[at + G_RULE], s.rulings[at + G_WORD] = cover, rule, staged
        s.rulings[at + G_REFUSAL], s.rulings[at + G_CLAUSE] = refusal, clause
        at += RULING_COLUMNS
    s.lines[ln + LN_PRICE], s.lines[ln + LN_POSSIBLE], s.lines[ln + LN_WORD] = price_row, possible, word
    s.lines[ln + LN_CARE], s.lines[ln + LN_SHARE] = care, RATE_SCALE
    s.lines[ln + LN_BASE], s.lines[ln + LN_NOTHING] = NONE, NONE
    return p.care[care + c.K_ROLE] + p.care[care + c.K_PACKAGED] > 0
