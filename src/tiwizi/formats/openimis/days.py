"""Days and amounts as PostgreSQL writes them: "2019-01-22", "2019-01-22 00:00:00+00"; "150.00"."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation


def day(value: str) -> date | None:
    """The day of a date or a moment; None when there is none."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def written(value: date | None) -> str:
    return value.isoformat() if value is not None else ""


def day_after(value: date) -> date:
    """openIMIS's last day is inside; ours is outside."""
    return value + timedelta(days=1) if value < date.max else value


def decimal(value: str) -> Decimal | None:
    """An exact number; None when there is none."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def plain(number: Decimal) -> str:
    """Without useless zeros: "12.5" for 12.50, "100" for 100.00."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
