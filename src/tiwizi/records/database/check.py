"""A promise of the records, asked of the database itself: how many rows were asked, and which do not keep it."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

#: Rows that are named; the others are counted.
NAMED = 20


class Check(NamedTuple):
    """name: a key ``check_<name>`` of locale/<lang>/cli.toml. rows: asked. broken: how many do not keep it; found: some
    of them by their numbers."""

    name: str
    rows: int
    broken: int
    found: tuple[str, ...] = ()


def check(name: str, rows: str, broken: str) -> Check:
    """Ask a query that counts, and one that gives whatever breaks the promise: its first column names it."""
    with connection.cursor() as cursor:
        cursor.execute(rows)
        count = int(cursor.fetchone()[0])
        cursor.execute(f"SELECT COUNT(*) FROM ({broken}) broken")
        found = int(cursor.fetchone()[0])
        named: list[str] = []
        if found:
            cursor.execute(f"SELECT * FROM ({broken}) broken ORDER BY 1 LIMIT {NAMED}")
            named = ["/".join(str(cell) for cell in row) for row in cursor.fetchall()]
    return Check(name, count, found, tuple(named))
