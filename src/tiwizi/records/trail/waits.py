"""What waits for somebody: how much of it, since when. Every app answers for its own in its ``duties.py``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum


@dataclass(frozen=True)
class Waits:
    """``oldest``: since when the first of them waits. ``amount``: minor units, None where it is not about money.
    ``due``: the first deadline among them."""

    count: int
    oldest: date | None = None
    amount: int | None = None
    due: date | None = None


def waits(rows: QuerySet[Any], *, since: str, amount: str | None = None, due: str | None = None) -> Waits:
    """What some rows say, in one question. since, amount, due: names of their fields."""
    asked: dict[str, Any] = {"count": Count("pk"), "oldest": Min(since)}
    if amount is not None:
        asked["amount"] = Sum(amount, default=0)
    if due is not None:
        asked["due"] = Min(due)
    found = rows.aggregate(**asked)
    return Waits(found["count"], as_day(found["oldest"]), found.get("amount"), found.get("due"))


def as_day(when: date | datetime | None) -> date | None:
    """The day of a moment, where the machine stands."""
    return when.astimezone().date() if isinstance(when, datetime) else when
