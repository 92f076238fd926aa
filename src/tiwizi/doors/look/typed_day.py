"""Days as people type them: "20/11/2026", "20-11", "2011", "201126", in either kind of digits."""

from __future__ import annotations

import re
from datetime import date

from tiwizi.rules.period import FIRST_YEAR, LAST_YEAR, iso_day

_DIGITS = {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}
_PARTED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{2}|\d{4}))?")
#: Of a year of two digits.
_CENTURY = 2000
_RUN = re.compile(r"(\d{2})(\d{2})(\d{2}|\d{4})?")


def western(text: str) -> str:
    """What was typed, in Western digits and without blanks around it."""
    return text.translate(_DIGITS).replace("٫", ",").strip()


def day_of(text: str) -> date:
    """A day with its year, as a person or as an address says it. Raises ValueError for what is none."""
    return iso_day(typed_day(text, today=None))


def typed_day(text: str, *, today: date | None) -> str:
    """ISO, as the tables have it; what cannot be a day is left as it was typed, for them to say so. A day without a
    year is the last such day before ``today``; where that is not known, it is no day."""
    plain = western(text)
    found = _PARTED.fullmatch(plain) or _RUN.fullmatch(plain)
    if found is None:
        return plain
    day, month, year = found.groups()
    try:
        return _in_year(int(day), int(month), year, today).isoformat()
    except ValueError:
        return plain


def _in_year(day: int, month: int, year: str | None, today: date | None) -> date:
    if year is None:
        if today is None:
            raise ValueError(f"{day}/{month} of which year?")
        this = date(today.year, month, day)
        return this if this <= today else date(today.year - 1, month, day)
    full = int(year) if len(year) == 4 else _CENTURY + int(year)
    if not FIRST_YEAR <= full <= LAST_YEAR:
        raise ValueError(year)
    return date(full, month, day)
