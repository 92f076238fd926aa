"""Exact division and civil dates, as rules.money and rules.period have them."""

from __future__ import annotations

from datetime import date

import numpy as np

from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.adjudicate.kernel.registers import inlined, part
from tiwizi.rules.money import DOWN, HALF_UP, UP
from tiwizi.rules.period import day_number


@inlined
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


def months() -> Column:
    """int32: the first day of every month from January of year 1, and of the one after the last of year 9999."""
    return np.arange("0001-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)


FIRST_DAY = day_number(date.min)


@inlined
def month_of(w, day):
    """The position in the months of the one in which a day lies: guessed from the mean length, then put right."""
    month = (day - FIRST_DAY) * 4800 // 146097
    while w.months[month + 1] <= day:
        month += 1
    while w.months[month] > day:
        month -= 1
    return month


@inlined
def year_month_day(w, day):
    month = month_of(w, day)
    return month // 12 + 1, month % 12 + 1, day - w.months[month] + 1


@inlined
def first_of_year(w, year):
    return np.int64(w.months[(year - 1) * 12])


@part
def add_months(w, day, months):
    month = month_of(w, day)
    start, following = w.months[month + months], w.months[month + months + 1]
    return start + min(day - w.months[month], np.int64(following - start - 1))


@part
def period_start(w, anchor, months, on):
    count = (month_of(w, on) - month_of(w, anchor)) // months
    start = add_months(w, anchor, count * months)
    return start if start <= on else add_months(w, anchor, (count - 1) * months)
