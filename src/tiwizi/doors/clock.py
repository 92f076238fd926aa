"""The clock: the one place where the doors ask what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

#: How far back a story is told; a command of real life never sets it.
_back: ContextVar[timedelta] = ContextVar("back", default=timedelta())


def now() -> datetime:
    """This moment in the time zone of the machine (TZ), which says on which day a thing is done."""
    return datetime.now().astimezone() - _back.get()


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """For the demo, which tells in a minute what takes a mutual days."""
    before = _back.set(timedelta(days=days))
    try:
        yield
    finally:
        _back.reset(before)


def today() -> date:
    return now().date()
