"""Turns: who writes after whom."""

from __future__ import annotations

from hashlib import blake2b

from django.db import connection


def take_turn(name: str) -> None:
    """Hold a name until the transaction ends; another transaction that asks for it waits.

    On SQLite there is one writer at a time in any case, since transactions are IMMEDIATE.
    """
    assert connection.in_atomic_block, f"a turn ({name}) is held until a transaction ends, and none is open"
    if connection.vendor == "postgresql":
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
