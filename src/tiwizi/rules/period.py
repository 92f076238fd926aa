"""Days and half-open periods.

Inside the engines a day is its proleptic ordinal counted from 1970-01-01 (numpy's datetime64[D]); NEVER stands for
"no end" and NO_DAY for "not given".
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
NO_DAY = -(2**31)
NEVER = 2**31 - 1
#: Days outside these years are not accepted in a table or a form (they are typing mistakes).
FIRST_YEAR, LAST_YEAR = 1900, 2199


def iso_day(text: str) -> date:
    """A day as a browser sends it. Raises ValueError for what is no day, or of a year that nobody means."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


def day_number(day: date) -> int:
    """The whole number of days since 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + EPOCH)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_in_years(birth: date, on: date) -> int:
    """Completed years. Who is born on 29 February turns a year older on 1 March of a common year."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def period_start(anchor: date, months: int, on: date) -> date:
    """The start of the period of so many months, counted from the anchor, in which a day lies (on >= anchor)."""
    elapsed = (on.year - anchor.year) * 12 + on.month - anchor.month
    count = elapsed // months
    start = add_months(anchor, count * months)
    return start if start <= on else add_months(anchor, (count - 1) * months)
