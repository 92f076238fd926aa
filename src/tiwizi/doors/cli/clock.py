"""The clock: the one place where a command asks what time it is."""

from __future__ import annotations

from datetime import date, datetime


def now() -> datetime:
    """This moment in the time zone of the machine (TZ), which says on which day a thing is done."""
    return datetime.now().astimezone()


def today() -> date:
    return now().date()
