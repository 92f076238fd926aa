"""A day that somebody typed."""

from __future__ import annotations

from datetime import date

from tiwizi.doors.cli.voice import Stop
from tiwizi.doors.clock import today


def day_asked(written: str | None) -> date:
    """The day asked for, else today. Raises Stop where it is no day."""
    if written is None:
        return today()
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Stop("not_a_day", value=written) from None
