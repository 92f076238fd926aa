"""Questions about what was done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tiwizi.records.trail.models import Event, Message


@dataclass(frozen=True)
class Done:
    """One event as people read it."""

    position: int
    at: datetime
    user: int
    verb: str
    subject: str
    body: dict[str, Any]


def history(kind: str, number: int | str, *, limit: int = 100) -> list[Done]:
    """What was done about something, the latest first."""
    events = Event.objects.filter(subject=f"{kind}:{number}").order_by("-position")[:limit]
    return [done(event) for event in events]


def last_acts(user: int, *, limit: int = 8) -> list[Done]:
    """The last things that somebody did, the latest first, without what they only looked at."""
    events = Event.objects.filter(user=user).exclude(verb="people.looked").order_by("-position")[:limit]
    return [done(event) for event in events]


def waiting_messages(*, limit: int = 100, most_attempts: int = 5) -> QuerySet[Message]:
    """Messages that are not sent yet, the oldest first, without those that were tried too often."""
    return Message.objects.filter(sent_at=None, attempts__lt=most_attempts).order_by("id")[:limit]


def done(event: Event) -> Done:
    """A row as people read it."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.moment)
    return Done(event.position, at, event.user, event.verb, event.subject, json.loads(event.body))
