"""Turns: who writes after whom."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeVar

from django.db import connection, models

T = TypeVar("T")
#: Seconds: who waits for SQLite's one writer asks anew at least so often.
ASKS_ANEW = 0.1


def giving_way(parts: Iterable[T]) -> Iterator[T]:
    """Each of some parts, to be done in a transaction of its own; between them whoever else wants to write comes in.

    PostgreSQL queues its writers. SQLite does not: who has just written would begin again before the others ask anew.
    """
    for number, part in enumerate(parts):
        if number and connection.vendor == "sqlite" and not connection.in_atomic_block:
            time.sleep(ASKS_ANEW)
        yield part


def take_turn(name: str) -> None:
    """Hold a name until the transaction ends; another transaction that asks for it waits.

    On SQLite there is one writer at a time in any case, since transactions are IMMEDIATE.
    """
    _hold("pg_advisory_xact_lock", name)


def share_turn(name: str) -> None:
    """The same for any number that share it; who takes it waits for all of them, and they for who took it."""
    _hold("pg_advisory_xact_lock_shared", name)


def _hold(function: str, name: str) -> None:
    assert connection.in_atomic_block, f"a turn ({name}) is held until a transaction ends, and none is open"
    if connection.vendor == "postgresql":
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [number])


def wait_for_writers(model: type[models.Model]) -> None:
    """Until the transaction ends nobody else adds to a table, and nobody is about to: the highest id is the last.

    A sequence gives ids before their rows are committed, so without this a lower id may still appear.
    """
    assert connection.in_atomic_block
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE MODE')
