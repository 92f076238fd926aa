"""The control of the kills: send an order, then mark it as sent. Whoever is killed in between sends it again."""

from __future__ import annotations

import os


def warm_up() -> None:
    """Nothing is needed."""


def send_then_mark(*, file: str) -> None:
    from django.db import connection

    with open(file, "a") as bank:
        while True:
            with connection.cursor() as cursor:
                cursor.execute("SELECT MIN(id) FROM naive WHERE sent = 0")
                (order,) = cursor.fetchone()
                if order is None:
                    return
                bank.write(f"{order}\n")
                bank.flush()
                os.fsync(bank.fileno())
                cursor.execute("UPDATE naive SET sent = 1 WHERE id = %s", [order])
