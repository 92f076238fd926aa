"""Every guard that a migration made stands in the database, also after the migrations that came later."""

from __future__ import annotations

from django.db import connection

from tiwizi.records.database.schema import guards, missing_guards


def test_every_guard_stands() -> None:
    assert guards() and missing_guards() == []


def test_a_guard_that_somebody_removed_or_turned_off_is_missed() -> None:
    name = "trail_event_append_only_update"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE trail_event DISABLE TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name}")
    assert missing_guards() == [name]
