"""The compiled engine: the rules of reference.py over columns, household after household.

One function interprets the plan's instruction table (rules.plan.compile), so a new plan compiles no machine code. It
holds no lock of the interpreter: threads take ranges of households. Every name and every order is that of reference.py;
tests/rules/adjudicate/test_engines_agree.py holds the two equal on random plans and claims.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Column
from tiwizi.rules.money import DOWN, HALF_UP, MAX_AMOUNT, MAX_PRICE, POINT_SCALE, QUANTITY_SCALE, RATE_SCALE, UP
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.plan import compile as c
from tiwizi.rules.plan.document import BASES, COUNTED, SCOPES, SESSION_ROLES
from tiwizi.rules.terms import PAID, REASON_CODE, REASONS, REDUCED, REFUSED, STATUSES, TO_REVIEW

# Registers as plain numbers, which the compiler folds in.
(REVIEW, DUPLICATE, NO_COVER, NOT_PAID_UP, NOT_ELIGIBLE, LATE_FILING, NOT_IN_TARIFF, NOT_COVERED, EXCLUDED, CONTEXT,
 AGE, SEX, NO_APPROVAL, WAITING, DOUBTFUL_PRICE, NO_PRICE, TOO_SOON, COUNT, REFERENCE, SESSION, CONSULTATION_WITH_ACT,
 IN_PACKAGE, UNIT_CAP, FIXED_AMOUNT, DEDUCTIBLE, COPAYMENT, RATE, CEILING, AWAITING_POINT_VALUE, POINT_VALUE,
 COORDINATION, ROUNDING, AWAITING_REPORT, REPORTED, REVIEW_ABOVE) = range(len(REASONS))  # fmt: skip
assert (REASON_CODE["no_prior_approval"], REASON_CODE["review_above"]) == (NO_APPROVAL, REVIEW_ABOVE)
IS_SHARE = np.array([reason.effect == "share" for reason in REASONS])
IS_REVIEW = np.array([reason.effect == "review" for reason in REASONS])
CLAIM_BASE, TARIFF_BASE, LOWER_BASE, REMAINDER_BASE, LUMP_SUM = range(len(BASES))
LINE_SCOPE, CLAIM_SCOPE, EPISODE_SCOPE, PERSON_SCOPE, HOUSEHOLD_SCOPE = range(len(SCOPES))
BY_QUANTITY, BY_LINES, BY_CLAIMS = range(len(COUNTED))
ACT, CONSULTATION, ANAESTHESIA, THEATRE, PACKAGE, PACKAGED = range(1, len(SESSION_ROLES) + 1)
GAP_KIND, COUNT_KIND, DEDUCTIBLE_KIND, CEILING_KIND = range(len(c.KIND_ORDER))
STATUS_BIT = np.array([context.FIRST_BIT[status] for status in STATUSES])
STAGE_BIT, APPROVAL_BIT = context.FIRST_BIT["stage"], context.FIRST_BIT["prior_approval"]
KIND_BIT, MAX_KINDS, OLDEST = context.KIND_BIT, context.MAX_KINDS, context.OLDEST
AGE_BITS, SEX_BITS = context.AGE_BITS, context.SEX_BITS
REASON_SHIFT, LAYER_SHIFT = CLAUSE_BITS, CLAUSE_BITS + REASON_BITS


class FactTables(NamedTuple):
    """The columns of Facts that the kernel reads, with conditions as words."""

    person_start: Column
    cover_start: Column
    claim_start: Column
    line_start: Column
    birth: Column
    person_word: Column
    status_start: Column
    status: Column
    status_from: Column
    status_to: Column
    cover_person: Column
    cover_plan: Column
    cover_from: Column
    cover_to: Column
    cover_stage: Column
    joined: Column
    paid_until: Column
    claim_word: Column
    sector: Column
    provider: Column
    received: Column
    care_to: Column
    episode: Column
    claim: Column
    person: Column
    day: Column
    code: Column
    quantity: Column
    billed: Column
    allowed: Column
    session: Column
    reported: Column  # int64 [layer, line], or [layer, 0] when nothing is reported
    layer_covers: Column  # bool [layer, plan code]


class TariffTables(NamedTuple):
    """The columns of Tariff that the kernel reads, with classes and the plan's letters."""

    class_of: Column
    code_start: Column
    letter: Column
    coefficient: Column
    price: Column
    reimbursement_base: Column
    generic_base: Column
    rate: Column
    valid_from: Column
    valid_to: Column
    sector: Column
    provider: Column
    anaesthesia: Column
    doubtful: Column
    letter_values: Column  # int64 [epoch, letter of the tariff, sector]
    session_letter_values: Column  # int64 [epoch, letter of the plan, sector]


class Output(NamedTuple):
    """The columns of Decisions, allocated by the caller; trail_size instead of trail_start."""

    state: Column
    reasons: Column
    billed: Column
    paid: Column
    chosen: Column
    reductions: Column
    share: Column
    trail_size: Column


class Scratch(NamedTuple):
    """The working memory of one thread: running figures, the history of a household, the rulings of a group."""

    slot_value: Column
    slot_stamp: Column
    used_limit: Column
    used_person: Column
    used_claim: Column
    used_episode: Column
    used_code: Column
    used_day: Column
    used_period: Column
    used_amount: Column
    used_count: Column  # [1]
    kind_bits: Column  # by claim of the household
    ruling_cover: Column  # [line of group, layer]
    ruling_rule: Column
    ruling_word: Column
    refusal: Column
    refusal_clause: Column
    price_row: Column  # by line of group
    possible: Column
    act_value: Column
    terms_share: Column
    terms_base: Column
    terms_nothing: Column
    trail_rule: Column  # [candidate, entry]
    trail_cut: Column
    trail_size: Column  # [candidate]
    deducted: Column  # [candidate, limit]
    step_start: Column  # where each step's entries begin in the trail of the line


def fast(function: Any) -> Any:
    """Compiled once, kept on disk, running without the interpreter's lock."""
    return njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")(function)


@fast
def divide(numerator, denominator, rounding):  # type: ignore[no-untyped-def]
    quotient = numerator // denominator
    rest = numerator - quotient * denominator
    if rest == 0 or rounding == DOWN:
        return quotient
    if rounding == UP:
        return quotient + 1
    twice = 2 * rest
    if twice > denominator or (twice == denominator and (rounding == HALF_UP or quotient & 1 == 1)):
        return quotient + 1
    return quotient


@fast
def year_month_day(day):  # type: ignore[no-untyped-def]
    """Civil date of a day number since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms")."""
    z = np.int64(day) + 719468
    era = z // 146097
    of_era = z - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * shifted + 2) // 5 + 1


@fast
def day_number(year, month, day):  # type: ignore[no-untyped-def]
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    year_of_era = y - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719468


@fast
def add_months(day, months):  # type: ignore[no-untyped-def]
    year, month, of_month = year_month_day(day)
    total = year * 12 + month - 1 + months
    year = total // 12
    month = total - year * 12 + 1
    following = total + 1
    first_of_next = day_number(following // 12, following - following // 12 * 12 + 1, 1)
    last = first_of_next - day_number(year, month, 1)
    return day_number(year, month, min(of_month, last))


@fast
def period_start(anchor, months, on):  # type: ignore[no-untyped-def]
    y0, m0, _ = year_month_day(anchor)
    y1, m1, _ = year_month_day(on)
    count = ((y1 - y0) * 12 + m1 - m0) // months
    start = add_months(anchor, count * months)
    return start if start <= on else add_months(anchor, (count - 1) * months)


@fast
def cover_of(f, y, h, person, day):  # type: ignore[no-untyped-def]
    """The row of the cover in force, or -1: the person's own before the household's, then the one that started last."""
    best, best_own, best_from = -1, False, 0
    for row in range(f.cover_start[h], f.cover_start[h + 1]):
        own = f.cover_person[row] == person
        if not f.layer_covers[y, f.cover_plan[row]] or (f.cover_person[row] >= 0 and not own):
            continue
        start = f.cover_from[row]
        if max(start, f.joined[row]) <= day < f.cover_to[row] and (
            best < 0 or (own and not best_own) or (own == best_own and start > best_from)
        ):
            best, best_own, best_from = row, own, start
    return best


@fast
def members(f, y, h, day):  # type: ignore[no-untyped-def]
    """The people of the household whom the layer covers on a day."""
    count = 0
    first, last = f.cover_start[h], f.cover_start[h + 1]
    for row in range(first, last):
        if f.layer_covers[y, f.cover_plan[row]] and max(f.cover_from[row], f.joined[row]) <= day < f.cover_to[row]:
            if f.cover_person[row] < 0:
                return f.person_start[h + 1] - f.person_start[h]
            known = False
            for other in range(first, row):
                known = known or (
                    f.cover_person[other] == f.cover_person[row]
                    and f.layer_covers[y, f.cover_plan[other]]
                    and max(f.cover_from[other], f.joined[other]) <= day < f.cover_to[other]
                )
            if not known:
                count += 1
    return count


@fast
def price_row_of(f, t, i, day):  # type: ignore[no-untyped-def]
    """The tariff row that prices a line, or -1."""
    code, claim = f.code[i], f.claim[i]
    for row in range(t.code_start[code], t.code_start[code + 1]):
        if (
            t.valid_from[row] <= day < t.valid_to[row]
            and (t.sector[row] < 0 or t.sector[row] == f.sector[claim])
            and (t.provider[row] < 0 or t.provider[row] == f.provider[claim])
        ):
            return row
    return -1


@fast
def by_letter(value, coefficient):  # type: ignore[no-untyped-def]
    if value < 0 or coefficient < 0 or value * coefficient > 1000 * MAX_PRICE:
        return np.int64(-1)
    return np.int64(value) * coefficient


@fast
def unit_price(t, e, row, sector):  # type: ignore[no-untyped-def]
    """Thousandths of a minor unit, or -1."""
    if t.price[row] >= 0:
        return 1000 * t.price[row]
    letter = t.letter[row]
    if letter < 0:
        return np.int64(-1)
    return by_letter(t.letter_values[e, letter, sector], np.int64(t.coefficient[row]))


@fast
def same_care(f, i, j):  # type: ignore[no-untyped-def]
    return f.person[i] == f.person[j] and f.code[i] == f.code[j] and f.provider[f.claim[i]] == f.provider[f.claim[j]]


@fast
def is_duplicate(f, s, out, i, group, first_of_day):  # type: ignore[no-untyped-def]
    """Whether a line of the day that stands asks for the same care."""
    for j in range(first_of_day, group):
        if out.state[j] != REFUSED and same_care(f, i, j):
            return True
    for j in range(group, i):  # noqa: SIM110
        if s.possible[j - group] and same_care(f, i, j):
            return True
    return False


@fast
def word_of(f, p, s, h, i, day, year, month_day):  # type: ignore[no-untyped-def]
    """The context of a line, without the stage of a cover."""
    person, claim = f.person[i], f.claim[i]
    word = f.claim_word[claim] | f.person_word[person]
    for row in range(f.status_start[person], f.status_start[person + 1]):
        if f.status_from[row] <= day < f.status_to[row]:
            bit = STATUS_BIT[f.status[row]]
            word = (word & ~(np.int64(1) << bit)) | (np.int64(2) << bit)
    birth_year, birth_month, birth_day = year_month_day(f.birth[person])
    age = year - birth_year - (1 if month_day < birth_month * 32 + birth_day else 0)
    word |= p.band_of_age[min(max(age, 0), OLDEST)]
    return word | s.kind_bits[claim - f.claim_start[h]]


@fast
def mark_kinds(f, p, t, s, h):  # type: ignore[no-untyped-def]
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
            if fits and f.claim_word[claim] & p.kind_when[k] == f.claim_word[claim]:
                found = k
                break
        s.kind_bits[claim - first] = np.int64(1) << (KIND_BIT + found)


@fast
def refusal_of(f, p, s, i, g, y, e, day):  # type: ignore[no-untyped-def]
    """(reason, clause) that refuses a line before any limit, or (-1, 0). Steps 2 to 5."""
    cover = s.ruling_cover[g, y]
    if cover < 0:
        return NO_COVER, 0
    if p.reported[y]:
        return -1, 0
    if day >= f.paid_until[cover]:
        return NOT_PAID_UP, 0
    word = s.ruling_word[g, y]
    first, last = p.eligibility_range[e, y, 0], p.eligibility_range[e, y, 1]
    eligible = first == last
    for row in range(first, last):
        eligible = eligible or word & p.eligibility[row] == word
    if not eligible:
        return NOT_ELIGIBLE, 0
    claim = f.claim[i]
    if p.filing[e, y, 0] >= 0 and f.received[claim] - max(day, f.care_to[claim]) > p.filing[e, y, 0]:
        return LATE_FILING, p.filing[e, y, 1]
    if s.price_row[g] < 0:
        return NOT_IN_TARIFF, 0
    rule = s.ruling_rule[g, y]
    if rule < 0:
        return NOT_COVERED, 0
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
    if months > 0 and f.cover_stage[cover] == 0:
        waived = word & p.rules[rule, c.R_WAIVED] == word
        if not waived and day < add_months(f.joined[cover], months):
            return WAITING, clause
    return -1, 0


@fast
def rule_lines(f, p, t, s, out, h, i, group, first_of_day, e, day, year, month_day):  # type: ignore[no-untyped-def]
    """What is known of a line before any limit, for every layer."""
    g = i - group
    s.price_row[g] = price_row_of(f, t, i, day)
    word = word_of(f, p, s, h, i, day, year, month_day)
    duplicate = is_duplicate(f, s, out, i, group, first_of_day)
    care = t.class_of[f.code[i]]
    possible = False
    for y in range(len(p.reported)):
        cover = cover_of(f, y, h, f.person[i], day)
        s.ruling_cover[g, y], s.ruling_rule[g, y] = cover, -1
        if cover >= 0:
            with_stage = word | (np.int64(1) << (STAGE_BIT + f.cover_stage[cover]))
            s.ruling_word[g, y] = with_stage
            cell = p.cells[e, y, care]
            for rule in range(cell[c.C_RULES], cell[c.C_RULES_END]):
                if with_stage & p.rules[rule, c.R_WHEN] == with_stage:
                    s.ruling_rule[g, y] = rule
                    break
        if duplicate:
            s.refusal[g, y], s.refusal_clause[g, y] = DUPLICATE, 0
        else:
            s.refusal[g, y], s.refusal_clause[g, y] = refusal_of(f, p, s, i, g, y, e, day)
        possible = possible or s.refusal[g, y] < 0
    s.possible[g] = possible


@fast
def share_out(f, p, t, s, group, end, e):  # type: ignore[no-untyped-def]
    """The terms of each line of a group, from the acts of its session (sessions.py says the same in words)."""
    rounding = p.settings[0]
    for g in range(end - group):
        i = group + g
        s.terms_share[g], s.terms_base[g], s.terms_nothing[g] = RATE_SCALE, -1, -1
        if p.session_role[e, t.class_of[f.code[i]]] > 0 and s.possible[g]:
            row = s.price_row[g]
            price = np.int64(-1)
            if row >= 0 and not t.doubtful[row]:
                price = unit_price(t, e, row, f.sector[f.claim[i]])
            value = divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, rounding) if price >= 0 else f.allowed[i]
            s.act_value[g] = value
    for g in range(end - group):
        i = group + g
        role = p.session_role[e, t.class_of[f.code[i]]]
        if role == 0 or not s.possible[g]:
            continue
        best_act, best_consultation, rank, package = -1, -1, 0, False
        for o in range(end - group):
            j = group + o
            if not s.possible[o] or f.person[j] != f.person[i] or f.session[j] != f.session[i]:
                continue
            other = p.session_role[e, t.class_of[f.code[j]]]
            if other == ACT:
                if best_act < 0 or s.act_value[o] > s.act_value[best_act]:
                    best_act = o
                if s.act_value[o] > s.act_value[g] or (s.act_value[o] == s.act_value[g] and o < g):
                    rank += 1
            elif other == CONSULTATION:
                if best_consultation < 0 or s.act_value[o] > s.act_value[best_consultation]:
                    best_consultation = o
            elif other == PACKAGE:
                package = True
        if role == PACKAGED:
            if package:
                s.terms_nothing[g] = IN_PACKAGE
            continue
        if best_act < 0:
            continue
        act = s.act_value[best_act]
        dearer = best_consultation >= 0 and s.act_value[best_consultation] > act
        if role == CONSULTATION:
            if not (dearer and g == best_consultation):
                s.terms_nothing[g] = CONSULTATION_WITH_ACT
        elif role == ACT:
            if dearer:
                s.terms_nothing[g] = CONSULTATION_WITH_ACT
            else:
                care = t.class_of[f.code[i]]
                first, last = p.exception[e, care, 0], p.exception[e, care, 1]
                if first < 0:
                    first, last = p.sessions[e, c.S_SHARES], p.sessions[e, c.S_SHARES_END]
                s.terms_share[g] = p.shares[min(first + rank, last - 1)]
        elif role == THEATRE:
            s.terms_base[g] = divide(act * p.sessions[e, c.S_THEATRE], RATE_SCALE, rounding)
        elif role == ANAESTHESIA:
            row = s.price_row[best_act]
            coefficient = np.int64(t.anaesthesia[row]) if row >= 0 else np.int64(-1)
            if coefficient < 0:
                coefficient = p.sessions[e, c.S_DEFAULT]
            letter = p.sessions[e, c.S_LETTER]
            value = t.session_letter_values[e, letter, f.sector[f.claim[i]]] if letter >= 0 else np.int64(-1)
            price = by_letter(value, coefficient)
            if price >= 0:
                s.terms_base[g] = min(divide(price * f.quantity[i], 1000 * QUANTITY_SCALE, rounding), act)


@fast
def in_scope(f, p, s, u, row, i, y, day, year, period):  # type: ignore[no-untyped-def]
    """Whether entry u of the household's history counts against a limit, as seen from line i."""
    if s.used_limit[u] != p.limits[row, c.L_ID]:
        return False
    scope = p.limits[row, c.L_SCOPE]
    if scope == PERSON_SCOPE and s.used_person[u] != f.person[i]:
        return False
    if scope == CLAIM_SCOPE and s.used_claim[u] != f.claim[i]:
        return False
    if scope == EPISODE_SCOPE and s.used_episode[u] != f.episode[f.claim[i]]:
        return False
    if p.limits[row, c.L_EACH_CODE] and s.used_code[u] != f.code[i]:
        return False
    unit = p.limits[row, c.L_UNIT]
    if unit == c.U_YEAR:
        other, _, _ = year_month_day(s.used_day[u])
        return other == year
    if unit == c.U_INSURANCE:
        return s.used_period[u] == period
    if unit == c.U_MONTHS:
        return s.used_day[u] > add_months(day, -p.limits[row, c.L_LENGTH])
    if unit == c.U_DAYS:
        return s.used_day[u] > day - p.limits[row, c.L_LENGTH]
    return True


@fast
def slot_of(f, p, row, h, i):  # type: ignore[no-untyped-def]
    """Position of the running figure of a limit for the person or the household of a line."""
    entity = 0 if p.limits[row, c.L_SCOPE] == HOUSEHOLD_SCOPE else f.person[i] - f.person_start[h] + 1
    return entity * p.settings[3] + p.limits[row, c.L_SLOT]


@fast
def stamp_of(p, row, h, year):  # type: ignore[no-untyped-def]
    """What marks a running figure as of this household and year; an older mark means that nothing is used."""
    return h * 4096 + (year if p.limits[row, c.L_UNIT] == c.U_YEAR else 0)


@fast
def insurance_period(f, p, y, cover, day):  # type: ignore[no-untyped-def]
    return period_start(f.cover_from[cover], p.insurance_months[y], day)


@fast
def used_of(f, p, s, row, h, i, y, cover, day, year):  # type: ignore[no-untyped-def]
    """What is used up of a limit, as seen from a line: a sum, or for a gap the last day (NO_DAY: none)."""
    gap = p.limits[row, c.L_KIND] == GAP_KIND
    if p.limits[row, c.L_SCOPE] == LINE_SCOPE:
        return np.int64(NO_DAY) if gap else np.int64(0)
    if p.limits[row, c.L_SLOT] >= 0:
        slot = slot_of(f, p, row, h, i)
        if s.slot_stamp[slot] == stamp_of(p, row, h, year):
            return s.slot_value[slot]
        return np.int64(NO_DAY) if gap else np.int64(0)
    period = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    total, last = np.int64(0), np.int64(NO_DAY)
    for u in range(s.used_count[0]):
        if in_scope(f, p, s, u, row, i, y, day, year, period):
            total += s.used_amount[u]
            last = max(last, np.int64(s.used_day[u]))
    return last if gap else total


@fast
def already_counted(f, p, s, row, i, y, cover, day, year):  # type: ignore[no-untyped-def]
    """Whether the claim of a line has been counted by a limit that counts claims."""
    if p.limits[row, c.L_COUNTED] != BY_CLAIMS:
        return False
    period = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    for u in range(s.used_count[0]):
        if s.used_claim[u] == f.claim[i] and in_scope(f, p, s, u, row, i, y, day, year, period):
            return True
    return False


@fast
def left_of(f, p, s, row, h, i, y, cover, day, year):  # type: ignore[no-untyped-def]
    """What is left of a deductible, a ceiling or a count; never below zero."""
    value = p.limits[row, c.L_VALUE]
    if p.limits[row, c.L_OVER] >= 0:
        value += max(0, members(f, y, h, day) - p.limits[row, c.L_OVER]) * p.limits[row, c.L_EXTRA]
        if p.limits[row, c.L_AT_MOST] >= 0:
            value = min(value, p.limits[row, c.L_AT_MOST])
    return max(np.int64(0), value - used_of(f, p, s, row, h, i, y, cover, day, year))


@fast
def use(f, p, s, row, h, i, y, cover, day, year, amount):  # type: ignore[no-untyped-def]
    """Record what a line used up of a limit (for a gap: the day)."""
    if p.limits[row, c.L_SCOPE] == LINE_SCOPE:
        return
    if p.limits[row, c.L_SLOT] >= 0:
        slot, stamp = slot_of(f, p, row, h, i), stamp_of(p, row, h, year)
        if p.limits[row, c.L_KIND] == GAP_KIND:
            s.slot_value[slot] = day
        elif s.slot_stamp[slot] == stamp:
            s.slot_value[slot] += amount
        else:
            s.slot_value[slot] = amount
        s.slot_stamp[slot] = stamp
        return
    u = s.used_count[0]
    s.used_count[0] = u + 1
    s.used_limit[u], s.used_person[u], s.used_claim[u] = p.limits[row, c.L_ID], f.person[i], f.claim[i]
    s.used_episode[u], s.used_code[u], s.used_day[u] = f.episode[f.claim[i]], f.code[i], day
    s.used_period[u] = insurance_period(f, p, y, cover, day) if p.limits[row, c.L_UNIT] == c.U_INSURANCE else 0
    s.used_amount[u] = amount


@fast
def put(s, k, y, reason, clause, cut):  # type: ignore[no-untyped-def]
    """One entry in the trail of candidate k."""
    n = s.trail_size[k]
    s.trail_rule[k, n] = (y << LAYER_SHIFT) | (reason << REASON_SHIFT) | clause
    s.trail_cut[k, n] = cut
    s.trail_size[k] = n + 1


@fast
def change(s, k, y, reason, clause, amount, value):  # type: ignore[no-untyped-def]
    """Let a rule change the amount of a candidate."""
    if value != amount:
        put(s, k, y, reason, clause, amount - value)
    return value


@fast
def base_price(f, p, t, s, i, g, e, rule):  # type: ignore[no-untyped-def]
    """Thousandths of a minor unit; 0 where the base needs no price, -1 where it needs one that is not there."""
    base = p.rules[rule, c.R_BASE]
    if (base != TARIFF_BASE and base != LOWER_BASE) or s.terms_base[g] >= 0:
        return np.int64(0)
    row = s.price_row[g]
    if t.doubtful[row]:
        return np.int64(-1)
    price = unit_price(t, e, row, f.sector[f.claim[i]])
    if price >= 0 and base == LOWER_BASE:
        if t.reimbursement_base[row] >= 0:
            price = min(price, 1000 * t.reimbursement_base[row])
        if t.generic_base[row] >= 0:
            price = min(price, 1000 * t.generic_base[row])
    return price


@fast
def counted_quantity(f, p, s, k, h, i, g, y, cell, amount, day, year):  # type: ignore[no-untyped-def]
    """Step 6: (quantity left, amount, stopped)."""
    word, cover, quantity = s.ruling_word[g, y], s.ruling_cover[g, y], np.int64(f.quantity[i])
    for row in range(cell[c.C_GAPS], cell[c.C_DEDUCTIBLES]):
        if word & p.limits[row, c.L_WHEN] != word:
            continue
        clause = p.limits[row, c.L_CLAUSE]
        if row < cell[c.C_COUNTS]:
            last = used_of(f, p, s, row, h, i, y, cover, day, year)
            if last != NO_DAY and day - last < p.limits[row, c.L_VALUE]:
                put(s, k, y, TOO_SOON, clause, amount)
                return np.int64(0), np.int64(0), True
            continue
        left = left_of(f, p, s, row, h, i, y, cover, day, year)
        if left <= 0 and not already_counted(f, p, s, row, i, y, cover, day, year):
            put(s, k, y, COUNT, clause, amount)
            return np.int64(0), np.int64(0), True
        if p.limits[row, c.L_COUNTED] == BY_QUANTITY and quantity > left:
            amount = change(s, k, y, COUNT, clause, amount, divide(amount * left, quantity, p.settings[0]))
            quantity = left
    return quantity, amount, False


@fast
def value_line(f, p, t, s, k, h, i, g, y, e, billed, earlier, day, year):  # type: ignore[no-untyped-def]
    """Steps 6 to 13 of one layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    rounding = p.settings[0]
    rule, word, cover = s.ruling_rule[g, y], s.ruling_word[g, y], s.ruling_cover[g, y]
    clause, price_row = p.rules[rule, c.R_CLAUSE], s.price_row[g]
    cell = p.cells[e, y, t.class_of[f.code[i]]]
    zero = np.int64(0)
    amount = change(s, k, y, REVIEW, 0, billed, billed - (f.billed[i] - f.allowed[i]))
    price = base_price(f, p, t, s, i, g, e, rule)
    rate = p.rules[rule, c.R_RATE]
    if rate < 0:
        rate = np.int64(t.rate[price_row])
    if price < 0 or rate < 0:
        put(s, k, y, DOUBTFUL_PRICE if price < 0 and t.doubtful[price_row] else NO_PRICE, clause, amount)
        return zero, True, zero, zero, False, zero
    quantity, amount, stopped = counted_quantity(f, p, s, k, h, i, g, y, cell, amount, day, year)
    if stopped:
        return zero, True, zero, zero, False, zero
    base_kind = p.rules[rule, c.R_BASE]
    if base_kind != CLAIM_BASE:
        reason, base, base_clause = REFERENCE, zero, clause
        if base_kind == LUMP_SUM:
            base = divide(p.rules[rule, c.R_AMOUNT] * quantity, QUANTITY_SCALE, rounding)
        elif base_kind == REMAINDER_BASE:
            base = billed - earlier
        elif s.terms_base[g] >= 0:
            base, reason, base_clause = s.terms_base[g], SESSION, p.sessions[e, c.S_CLAUSE]
        else:
            base = divide(price * quantity, 1000 * QUANTITY_SCALE, rounding)
        base = min(base, MAX_AMOUNT)
        if p.rules[rule, c.R_FLAGS] & c.F_AT_MOST_BILLED and base_kind != LUMP_SUM:
            base = min(amount, base)
        amount = change(s, k, y, reason, base_clause, amount, base)
    session_clause = max(p.sessions[e, c.S_CLAUSE], 0)
    if s.terms_nothing[g] >= 0:
        amount = change(s, k, y, s.terms_nothing[g], session_clause, amount, 0)
    elif s.terms_share[g] != RATE_SCALE:
        shared = divide(amount * s.terms_share[g], RATE_SCALE, rounding)
        amount = change(s, k, y, SESSION, session_clause, amount, shared)
    if p.rules[rule, c.R_UNIT_CAP] >= 0:
        cap = divide(p.rules[rule, c.R_UNIT_CAP] * quantity, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, UNIT_CAP, clause, amount, min(amount, cap))
    if p.rules[rule, c.R_FIXED] >= 0:
        fixed = divide(p.rules[rule, c.R_FIXED] * quantity, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, FIXED_AMOUNT, clause, amount, min(amount, fixed))
    by_terms = divide(amount * rate, RATE_SCALE, rounding)
    for row in range(cell[c.C_DEDUCTIBLES], cell[c.C_CEILINGS]):
        s.deducted[k, row - cell[c.C_DEDUCTIBLES]] = 0
        if word & p.limits[row, c.L_WHEN] == word:
            taken = min(amount, left_of(f, p, s, row, h, i, y, cover, day, year))
            amount = change(s, k, y, DEDUCTIBLE, p.limits[row, c.L_CLAUSE], amount, amount - taken)
            s.deducted[k, row - cell[c.C_DEDUCTIBLES]] = taken
    if p.rules[rule, c.R_COPAYMENT] > 0:
        units = np.int64(QUANTITY_SCALE) if p.rules[rule, c.R_COPAY_PER_LINE] else quantity
        copayment = divide(p.rules[rule, c.R_COPAYMENT] * units, QUANTITY_SCALE, rounding)
        amount = change(s, k, y, COPAYMENT, clause, amount, amount - min(amount, copayment))
    amount = change(s, k, y, RATE, clause, amount, divide(amount * rate, RATE_SCALE, rounding))
    for row in range(cell[c.C_CEILINGS], cell[c.C_LIMITS_END]):
        if word & p.limits[row, c.L_WHEN] == word:
            left = left_of(f, p, s, row, h, i, y, cover, day, year)
            amount = change(s, k, y, CEILING, p.limits[row, c.L_CLAUSE], amount, min(amount, left))
    valued, relative = amount, p.rules[rule, c.R_FLAGS] & c.F_RELATIVE != 0
    if relative:
        if p.points[e, y, 0] < 0:
            put(s, k, y, AWAITING_POINT_VALUE, 0, amount)
            return zero, True, valued, by_terms, True, quantity
        worth = divide(amount * p.points[e, y, 0], POINT_SCALE, rounding)
        amount = change(s, k, y, POINT_VALUE, p.points[e, y, 1], amount, worth)
    amount = change(s, k, y, COORDINATION, 0, amount, min(amount, billed - earlier))
    rounded = divide(amount, p.settings[1], rounding) * p.settings[1]
    amount = change(s, k, y, ROUNDING, 0, amount, min(rounded, billed - earlier))
    return amount, False, valued if relative else amount, by_terms, True, quantity


@fast
def decide_layer(f, p, t, s, k, h, i, g, y, e, billed, earlier, held, day, year):  # type: ignore[no-untyped-def]
    """One layer on one line, as candidate k: (paid, stopped, worth, by_terms, countable, quantity)."""
    zero = np.int64(0)
    s.trail_size[k] = 0
    if s.refusal[g, y] >= 0:
        amount = change(s, k, y, REVIEW, 0, billed, billed - (f.billed[i] - f.allowed[i]))
        put(s, k, y, s.refusal[g, y], s.refusal_clause[g, y], amount)
        return zero, True, zero, zero, False, zero
    if held >= 0:
        put(s, k, y, held, 0, billed)
        return zero, True, zero, zero, False, zero
    if p.reported[y]:
        reported = f.reported[y, i] if f.reported.shape[1] > 0 else np.int64(-1)
        if reported < 0:
            put(s, k, y, AWAITING_REPORT, 0, billed)
            return zero, True, zero, zero, False, zero
        amount = change(s, k, y, REPORTED, 0, billed, reported)
        amount = change(s, k, y, COORDINATION, 0, amount, min(amount, billed - earlier))
        return amount, False, amount, amount, True, zero
    return value_line(f, p, t, s, k, h, i, g, y, e, billed, earlier, day, year)


@fast
def use_up(f, p, t, s, k, h, i, g, y, e, worth, quantity, day, year):  # type: ignore[no-untyped-def]
    """Record what the chosen candidate of a step uses up of its limits."""
    if s.refusal[g, y] >= 0 or p.reported[y]:
        return
    cell, word, cover = p.cells[e, y, t.class_of[f.code[i]]], s.ruling_word[g, y], s.ruling_cover[g, y]
    for row in range(cell[c.C_GAPS], cell[c.C_LIMITS_END]):
        if word & p.limits[row, c.L_WHEN] != word:
            continue
        kind = p.limits[row, c.L_KIND]
        if kind == DEDUCTIBLE_KIND:
            taken = s.deducted[k, row - cell[c.C_DEDUCTIBLES]]
            if taken > 0:
                use(f, p, s, row, h, i, y, cover, day, year, taken)
        elif worth > 0:
            if kind == CEILING_KIND:
                use(f, p, s, row, h, i, y, cover, day, year, worth)
            elif kind == GAP_KIND:
                use(f, p, s, row, h, i, y, cover, day, year, np.int64(0))
            elif not already_counted(f, p, s, row, i, y, cover, day, year):
                amount = quantity if p.limits[row, c.L_COUNTED] == BY_QUANTITY else np.int64(1)
                use(f, p, s, row, h, i, y, cover, day, year, amount)


@fast
def amount_at_stake(f, p, s, i, g):  # type: ignore[no-untyped-def]
    """What a line is about: what is billed, or a lump sum that is larger."""
    billed = f.billed[i]
    for y in range(len(p.reported)):
        rule = s.ruling_rule[g, y]
        if rule >= 0 and p.rules[rule, c.R_BASE] == LUMP_SUM:
            lump = divide(p.rules[rule, c.R_AMOUNT] * f.quantity[i], QUANTITY_SCALE, p.settings[0])
            billed = max(billed, min(lump, MAX_AMOUNT))
    return billed


@fast
def decide_line(f, p, t, s, out, trail_rule, trail_cut, at, h, i, g, e, day, year):  # type: ignore[no-untyped-def]
    """One line, step after step; gives where its trail ends."""
    billed = amount_at_stake(f, p, s, i, g)
    by_terms_only = p.settings[2] != 0
    earlier, held, begin, reasons = np.int64(0), -1, at, np.int64(0)
    all_stopped, steps, last_layer = True, len(p.step_start) - 1, 0
    for step in range(steps):
        first, last = p.step_start[step], p.step_start[step + 1]
        best, best_y, k, candidates = -1, p.step_layers[first], 0, 0
        best_paid, best_worth, best_quantity = np.int64(0), np.int64(0), np.int64(0)
        best_stopped, best_countable, best_rank, best_merit = True, False, False, np.int64(0)
        for position in range(first, last):
            y = p.step_layers[position]
            if s.ruling_cover[g, y] < 0:
                continue
            paid, stopped, worth, by_terms, countable, quantity = decide_layer(
                f, p, t, s, k, h, i, g, y, e, billed, earlier, held, day, year
            )
            rank, merit = (countable, by_terms) if by_terms_only else (not stopped, worth)
            candidates += 1
            if best < 0 or (rank and not best_rank) or (rank == best_rank and merit > best_merit):
                best, best_y, best_paid, best_worth, best_quantity = k, y, paid, worth, quantity
                best_stopped, best_countable, best_rank, best_merit = stopped, countable, rank, merit
                k = 1 - k if candidates > 1 else 1
        if candidates == 0:
            best = 0
            decide_layer(f, p, t, s, 0, h, i, g, best_y, e, billed, earlier, held, day, year)
        out.chosen[i, step] = best_y if candidates > 0 else -1
        out.paid[i, step] = best_paid
        all_stopped = all_stopped and best_stopped
        s.step_start[step] = at
        for n in range(s.trail_size[best]):
            rule = s.trail_rule[best, n]
            reason = (rule >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)
            trail_rule[at], trail_cut[at] = rule, s.trail_cut[best, n]
            reasons |= np.int64(1) << reason
            if held < 0 and IS_REVIEW[reason]:
                held = reason
            at += 1
        earlier += best_paid
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


@fast
def three_sums(s, out, trail_rule, trail_cut, i, steps, billed, paid):  # type: ignore[no-untyped-def]
    """Split what is unpaid into reductions and the member's share, in the words of the layer that recognises most."""
    best, best_cut = 0, np.int64(0)
    for step in range(steps):
        cut = np.int64(0)
        for n in range(s.step_start[step], s.step_start[step + 1]):
            if not IS_SHARE[(trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)]:
                cut += trail_cut[n]
        if step == 0 or cut < best_cut:
            best, best_cut = step, cut
    unpaid, share = billed - paid, np.int64(0)
    reductions = np.int64(0)
    for n in range(s.step_start[best], s.step_start[best + 1]):
        part = np.int64(max(0, min(trail_cut[n], unpaid)))
        unpaid -= part
        if IS_SHARE[(trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)]:
            share += part
        else:
            reductions += part
    out.reductions[i], out.share[i] = reductions, share


@fast
def decide_households(first, last, f, p, t, s, out, trail_rule, trail_cut):  # type: ignore[no-untyped-def]
    """Decide the lines of households first..last; gives the number of trail entries written."""
    at = 0
    for h in range(first, last):
        line, end_of_home = f.line_start[h], f.line_start[h + 1]
        if line == end_of_home:
            continue
        s.used_count[0] = 0
        mark_kinds(f, p, t, s, h)
        first_of_day, e = line, 0
        while line < end_of_home:
            day = f.day[line]
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
