"""Every guard that a migration made stands in the database, also after the migrations that came later."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tiwizi.records.database.guards import Guard


def test_every_guard_stands() -> None:
    migrations = MigrationLoader(connection).disk_migrations.values()
    guards = [
        operation for migration in migrations for operation in migration.operations if isinstance(operation, Guard)
    ]
    wanted = {(guard.table, trigger) for guard in guards for trigger in guard.triggers}
    with connection.cursor() as cursor:
        cursor.execute({
            "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
        }[connection.vendor])  # fmt: skip
        found = set(cursor.fetchall())
    assert wanted
    assert wanted <= found, wanted - found
