"""The outbox: messages that are leased, sent, and logged; each is sent once, or given up after so many attempts.

    while (message := take(now=now)) is not None:
        ...
        sent(message.number, channel="sms", at=now)

A lease that runs out because its holder died is an attempt: the message is taken again. Whoever sends names it by its
number, so that a second copy is known for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from tiwizi.records.trail.models import Message, Sending

#: How long until the next attempt, after the first, the second ...; after the last one it is given up.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
#: What is older is not sent any more: it would only bewilder.
OLDEST = timedelta(days=7)


@dataclass(frozen=True)
class Taken:
    number: int
    topic: str
    body: dict[str, Any]
    last: bool  # no further attempt follows


def take(*, now: datetime, topics: tuple[str, ...]) -> Taken | None:
    """The oldest message of some topics that is due, for this process until its next attempt would be."""
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        due = Message.objects.select_for_update(skip_locked=skip, of=("self",)).filter(
            Q(due_at=None) | Q(due_at__lte=now), sent_at=None, topic__in=topics
        )
        message = due.select_related("event").order_by("id").first()
        if message is None:
            return None
        raised = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=message.event.moment)
        if now - raised > OLDEST or message.attempts >= len(BACKOFF):
            why = "too_old" if now - raised > OLDEST else "tried_too_often"
            _end(message.pk, at=now, channel="", outcome="given_up", why=why)
        else:
            message.due_at = now + BACKOFF[message.attempts]
            message.attempts += 1
            message.save(update_fields=["due_at", "attempts"])
            return Taken(message.pk, message.topic, message.body, message.attempts == len(BACKOFF))
    return take(now=now, topics=topics)


def sent(number: int, *, channel: str, at: datetime) -> None:
    _end(number, at=at, channel=channel, outcome="sent")


def given_up(number: int, *, channel: str, at: datetime, why: str) -> None:
    """There is nobody to send it to."""
    _end(number, at=at, channel=channel, outcome="given_up", why=why)


def failed(message: Taken, *, channel: str, at: datetime, why: str) -> None:
    """It is tried again later; after the last attempt it is given up."""
    if message.last:
        given_up(message.number, channel=channel, at=at, why=why)
    else:
        Sending.objects.create(message_id=message.number, at=at, channel=channel, outcome="failed", why=why[:60])


def postpone(number: int, *, until: datetime) -> None:
    """It was no attempt: the hour is not right."""
    Message.objects.filter(pk=number).update(due_at=until, attempts=F("attempts") - 1)


def _end(number: int, *, at: datetime, channel: str, outcome: str, why: str = "") -> None:
    with transaction.atomic():
        if Message.objects.filter(pk=number, sent_at=None).update(sent_at=at):
            Sending.objects.create(message_id=number, at=at, channel=channel, outcome=outcome, why=why[:60])
