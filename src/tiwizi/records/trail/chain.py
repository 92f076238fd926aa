"""The chain: each event's hash covers its row and the hash before it, so that no row changes unseen.

hash = SHA-256(previous hash + canonical JSON of [position, moment, user, verb, subject, key, request, body])

The hash before the first is 32 zero bytes. What a chain alone cannot show is that its last rows are gone; so whoever
verifies gives a head that was noted elsewhere (a backup's, a printed one) and is told whether it still stands.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection

from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.models import Event, Message

START = bytes(32)
#: Rows read at a time.
PIECE = 20_000
_COLUMNS = 'position, moment, "user", verb, subject, key, request, body, hash'


@dataclass
class Draft:
    """An event that is not yet in the chain; ``messages``: (topic, body)."""

    moment: datetime
    user: int
    verb: str
    subject: str
    body: dict[str, Any]
    messages: list[tuple[str, dict[str, Any]]]
    key: str | None = None
    request: bytes | None = None


class Head(NamedTuple):
    position: int
    hash: bytes


class Fault(NamedTuple):
    """where: the position of the row that does not follow. why: "altered", "missing" or "head"."""

    where: int
    why: str


class Verdict(NamedTuple):
    rows: int
    head: Head
    faults: tuple[Fault, ...]


def canonical(value: Any) -> str:
    """JSON in one way only: keys sorted, no spaces; days and moments as ISO 8601, bytes as hex, values by their
    fields. Raises TypeError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def head() -> Head:
    """The last event of the chain."""
    last = Event.objects.order_by("-position").values_list("position", "hash").first()
    return Head(last[0], bytes(last[1])) if last else Head(0, START)


def append(drafts: list[Draft]) -> None:
    """Add events in their order. Other writers wait from here to the end of the transaction, so it comes last in it."""
    take_turn("trail")
    position, before = head()
    rows, messages = [], []
    for draft in drafts:
        position += 1
        body = canonical(draft.body)
        moment = microseconds(draft.moment)
        request = draft.request.hex() if draft.request else None
        before = _hash(before, (position, moment, draft.user, draft.verb, draft.subject, draft.key, request, body))
        rows.append(
            Event(
                position=position, moment=moment, user=draft.user, verb=draft.verb, subject=draft.subject,
                key=draft.key, request=draft.request, body=body, hash=before,
            )
        )  # fmt: skip
        messages += [Message(event_id=position, topic=topic, body=said) for topic, said in draft.messages]
    Event.objects.bulk_create(rows)
    if messages:
        Message.objects.bulk_create(messages)


def _hash(before: bytes, row: tuple[Any, ...]) -> bytes:
    return sha256(before + json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()).digest()


@dataclass(frozen=True)
class Walk:
    """How far the chain has been walked: up to ``position``, whose hash is ``before``. ``seen``: whether the head that
    was expected has been met."""

    rows: int = 0
    position: int = 0
    before: bytes = START
    seen: bool = False
    faults: tuple[Fault, ...] = ()


def verify(expected: Head | None = None) -> Verdict:
    """Walk the whole chain and name each row that was altered, or before which rows are missing or out of order."""
    walk, goes_on = Walk(), True
    while goes_on:
        walk, goes_on = walked_on(walk, expected)
    return verdict_of(walk, expected)


def walked_on(walk: Walk, expected: Head | None) -> tuple[Walk, bool]:
    """The same walk a piece further, and whether the chain goes on from there."""
    faults, position, before, seen = list(walk.faults), walk.position, walk.before, walk.seen
    piece = _events(after=position)
    for row in piece:
        if row[0] != position + 1:
            faults.append(Fault(row[0], "missing"))
        elif _hash(before, row[:-1]) != row[-1]:
            faults.append(Fault(row[0], "altered"))
        position, before = row[0], row[-1]
        seen = seen or Head(position, before) == expected
    return Walk(walk.rows + len(piece), position, before, seen, tuple(faults)), len(piece) == PIECE


def verdict_of(walk: Walk, expected: Head | None) -> Verdict:
    """Of a walk that has come to the end of the chain."""
    is_lost = expected is not None and expected.position > 0 and not walk.seen
    lost = (Fault(expected.position, "head"),) if is_lost and expected is not None else ()
    return Verdict(walk.rows, Head(walk.position, walk.before), walk.faults + lost)


def _events(*, after: int) -> list[tuple[Any, ...]]:
    """The next events in order: (position, ..., request as hex, body, hash)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM trail_event WHERE position > %s ORDER BY position LIMIT %s", [after, PIECE]
        )
        rows = cursor.fetchall()
    return [(*row[:6], bytes(row[6]).hex() if row[6] is not None else None, row[7], bytes(row[8])) for row in rows]
