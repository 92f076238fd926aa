"""Steps 1 to 5, as rulings.py of the reference has them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.calendar import add_months, year_month_day
from tiwizi.rules.adjudicate.kernel.registers import (
    AGE,
    AGE_BITS,
    APPROVAL_BIT,
    CL_CARE_TO,
    CL_PROVIDER,
    CL_RECEIVED,
    CL_SECTOR,
    CL_WORD,
    CONTEXT,
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
    KIND_BIT,
    LATE_FILING,
    LN_POSSIBLE,
    LN_PRICE,
    LN_WORD,
    MAX_KINDS,
    NO_APPROVAL,
    NO_COVER,
    NONE,
    NOT_COVERED,
    NOT_ELIGIBLE,
    NOT_IN_TARIFF,
    NOT_PAID_UP,
    OLDEST,
    P_BIRTH,
    P_WORD,
    SEX,
    SEX_BITS,
    ST_BIT,
    ST_FROM,
    ST_TO,
    STAGE_BIT,
    T_FROM,
    T_PROVIDER,
    T_SECTOR,
    T_TO,
    WAITING,
    ZERO,
    part,
)
from tiwizi.rules.plan import compile as c
from tiwizi.rules.terms import REFUSED

#: The cover of a layer that is not asked, so that nobody has looked for it.
UNKNOWN = np.int64(-2)


@part
def cover_of(f, y, h, person, day):
    """The row of the cover in force, or -1: the person's own before the household's, then the one that started last."""
    best, best_own, best_from = -1, False, 0
    for row in range(f.cover_start[h], f.cover_start[h + 1]):
        own = f.covers[row, CV_PERSON] == person
        if not f.layer_covers[y, f.covers[row, CV_PLAN]] or (f.covers[row, CV_PERSON] >= 0 and not own):
            continue
        start = f.covers[row, CV_FROM]
        if max(start, f.covers[row, CV_JOINED]) <= day < f.covers[row, CV_TO] and (
            best < 0 or (own and not best_own) or (own == best_own and start > best_from)
        ):
            best, best_own, best_from = row, own, start
    return best


@part
def price_row_of(f, t, i, day):
    """The tariff row that prices a line, or -1."""
    code, claim = f.code[i], f.claim[i]
    for row in range(t.code_start[code], t.code_start[code + 1]):
        if (
            t.rows[row, T_FROM] <= day < t.rows[row, T_TO]
            and (t.rows[row, T_SECTOR] < 0 or t.rows[row, T_SECTOR] == f.claims[claim, CL_SECTOR])
            and (t.rows[row, T_PROVIDER] < 0 or t.rows[row, T_PROVIDER] == f.claims[claim, CL_PROVIDER])
        ):
            return row
    return -1


@part
def same_care(f, i, j):
    return (
        f.person[i] == f.person[j]
        and f.code[i] == f.code[j]
        and f.claims[f.claim[i], CL_PROVIDER] == f.claims[f.claim[j], CL_PROVIDER]
    )


@part
def is_duplicate(f, s, out, i, group, first_of_day):
    """Whether a line of the day that stands asks for the same care."""
    for j in range(first_of_day, group):
        if out.state[j] != REFUSED and same_care(f, i, j):
            return True
    for j in range(group, i):  # noqa: SIM110
        if s.lines[j - group, LN_POSSIBLE] and same_care(f, i, j):
            return True
    return False


@part
def word_of(f, p, s, h, i, day, year, month_day):
    """The context of a line, without the stage of a cover."""
    person, claim = f.person[i], f.claim[i]
    word = f.claims[claim, CL_WORD] | f.people[person, P_WORD]
    for row in range(f.status_start[person], f.status_start[person + 1]):
        if f.statuses[row, ST_FROM] <= day < f.statuses[row, ST_TO]:
            bit = f.statuses[row, ST_BIT]
            word = (word & ~(np.int64(1) << bit)) | (np.int64(2) << bit)
    birth_year, birth_month, birth_day = year_month_day(f.people[person, P_BIRTH])
    age = year - birth_year - (1 if month_day < birth_month * 32 + birth_day else 0)
    word |= p.band_of_age[min(max(age, 0), OLDEST)]
    return word | s.kind_bits[claim - f.claim_start[h]]


@part
def mark_kinds(f, p, t, s, h):
    """The kind of each claim of a household, as its bit."""
    first, last = f.claim_start[h], f.claim_start[h + 1]
    kinds = len(p.kind_when)
    for claim in range(first, last):
        s.kind_bits[claim - first] = p.kind_anyway[0]
    if kinds > 0:
        for i in range(f.line_start[h], f.line_start[h + 1]):
            s.kind_bits[f.claim[i] - first] |= p.kind_of_class[t.class_of[f.code[i]]]
    for claim in range(first, last):
        found = MAX_KINDS
        for k in range(kinds):
            fits = (s.kind_bits[claim - first] >> k) & 1 == 1
            if fits and f.claims[claim, CL_WORD] & p.kind_when[k] == f.claims[claim, CL_WORD]:
                found = k
                break
        s.kind_bits[claim - first] = np.int64(1) << (KIND_BIT + found)


@part
def refusal_of(f, p, s, i, g, y, e, day):
    """(reason, clause) that refuses a line before any limit, or (-1, 0). Steps 2 to 5."""
    cover = s.rulings[g, y, G_COVER]
    if cover < 0:
        return NO_COVER, ZERO
    if p.reported[y]:
        return NONE, ZERO
    if day >= f.covers[cover, CV_PAID_UNTIL]:
        return NOT_PAID_UP, ZERO
    word = s.rulings[g, y, G_WORD]
    first, last = p.eligibility_range[e, y, 0], p.eligibility_range[e, y, 1]
    eligible = first == last
    for row in range(first, last):
        eligible = eligible or word & p.eligibility[row] == word
    if not eligible:
        return NOT_ELIGIBLE, ZERO
    claim = f.claim[i]
    if (
        p.filing[e, y, 0] >= 0
        and f.claims[claim, CL_RECEIVED] - max(day, f.claims[claim, CL_CARE_TO]) > p.filing[e, y, 0]
    ):
        return LATE_FILING, np.int64(p.filing[e, y, 1])
    if s.lines[g, LN_PRICE] < 0:
        return NOT_IN_TARIFF, ZERO
    rule = s.rulings[g, y, G_RULE]
    if rule < 0:
        return NOT_COVERED, ZERO
    clause, flags = p.rules[rule, c.R_CLAUSE], p.rules[rule, c.R_FLAGS]
    if flags & c.F_REFUSE:
        return EXCLUDED, clause
    failing = word & ~p.rules[rule, c.R_ONLY]
    if failing:
        if failing & ~(AGE_BITS | SEX_BITS):
            return CONTEXT, clause
        return (AGE if failing & AGE_BITS else SEX), clause
    if flags & c.F_APPROVAL and (word >> APPROVAL_BIT) & 1:
        return NO_APPROVAL, clause
    months = p.rules[rule, c.R_WAITING]
    if months > 0 and f.covers[cover, CV_STAGE] == 0:
        waived = word & p.rules[rule, c.R_WAIVED] == word
        if not waived and day < add_months(f.covers[cover, CV_JOINED], months):
            return WAITING, clause
    return NONE, ZERO


@part
def rule_lines(f, p, t, s, out, h, i, group, first_of_day, e, day, year, month_day):
    """What is known of a line before any limit, for every layer."""
    g = i - group
    s.lines[g, LN_PRICE] = price_row_of(f, t, i, day)
    # The lines of one visit mostly are one person's: what is known of the person is known already.
    same = g > 0 and f.person[i] == f.person[i - 1]
    word = s.lines[g - 1, LN_WORD] if same else word_of(f, p, s, h, i, day, year, month_day)
    s.lines[g, LN_WORD] = word
    duplicate = is_duplicate(f, s, out, i, group, first_of_day)
    care = t.class_of[f.code[i]]
    possible = False
    for y in range(len(p.reported)):
        s.rulings[g, y, G_COVER], s.rulings[g, y, G_RULE] = UNKNOWN, -1
        if not p.cells[e, y, care, c.C_ASKED]:
            continue
        cover = s.rulings[g - 1, y, G_COVER] if same else UNKNOWN
        if cover == UNKNOWN:
            cover = cover_of(f, y, h, f.person[i], day)
        s.rulings[g, y, G_COVER] = cover
        if cover >= 0:
            with_stage = word | (np.int64(1) << (STAGE_BIT + f.covers[cover, CV_STAGE]))
            s.rulings[g, y, G_WORD] = with_stage
            for rule in range(p.cells[e, y, care, c.C_RULES], p.cells[e, y, care, c.C_RULES_END]):
                if with_stage & p.rules[rule, c.R_WHEN] == with_stage:
                    s.rulings[g, y, G_RULE] = rule
                    break
        if duplicate:
            s.rulings[g, y, G_REFUSAL], s.rulings[g, y, G_CLAUSE] = DUPLICATE, ZERO
        else:
            s.rulings[g, y, G_REFUSAL], s.rulings[g, y, G_CLAUSE] = refusal_of(f, p, s, i, g, y, e, day)
        possible = possible or s.rulings[g, y, G_REFUSAL] < 0
    s.lines[g, LN_POSSIBLE] = possible
