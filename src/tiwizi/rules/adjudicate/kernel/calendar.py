"""Exact division and civil dates, as rules.money and rules.period have them."""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.registers import part, scalar
from tiwizi.rules.money import DOWN, HALF_UP, UP


@part
def divide(numerator, denominator, rounding):
    # Both are positive, and a division of positive numbers is cheaper to say.
    if rounding == HALF_UP:
        return np.int64((np.uint64(numerator) + np.uint64(denominator >> 1)) // np.uint64(denominator))
    quotient = np.int64(np.uint64(numerator) // np.uint64(denominator))
    rest = numerator - quotient * denominator
    if rest == 0 or rounding == DOWN:
        return quotient
    if rounding == UP:
        return quotient + 1
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1 == 1):
        return quotient + 1
    return quotient


@scalar
def year_month_day(day):
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


@scalar
def day_number(year, month, day):
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    year_of_era = y - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719468


@scalar
def add_months(day, months):
    year, month, of_month = year_month_day(day)
    total = year * 12 + month - 1 + months
    year = total // 12
    month = total - year * 12 + 1
    following = total + 1
    first_of_next = day_number(following // 12, following - following // 12 * 12 + 1, 1)
    last = first_of_next - day_number(year, month, 1)
    return day_number(year, month, min(of_month, last))


@scalar
def period_start(anchor, months, on):
    y0, m0, _ = year_month_day(anchor)
    y1, m1, _ = year_month_day(on)
    count = ((y1 - y0) * 12 + m1 - m0) // months
    start = add_months(anchor, count * months)
    return start if start <= on else add_months(anchor, (count - 1) * months)
