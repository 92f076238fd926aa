"""The tables as this version of the program wants them: what is missing, and bringing them up to date."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tiwizi.records.database.guards import Guard

#: A name for PostgreSQL's advisory lock: two processes that start together change the tables one after the other.
_TURN = 0x7469_7769_7A69


def missing_migrations() -> list[str]:
    """The names of the changes that the database has not seen yet, in their order."""
    return [f"{migration.app_label}.{migration.name}" for migration, _ in _plan(MigrationExecutor(connection))]


def bring_up_to_date(advance: Callable[[float], None]) -> list[str]:
    """Make all missing changes, each whole or not at all; their names. Called again it does nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        try:
            executor = MigrationExecutor(connection, lambda action, *_: advance(action == "apply_success"))
            plan = _plan(executor)
            executor.migrate(executor.loader.graph.leaf_nodes(), plan=plan)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURN])
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _plan(executor: MigrationExecutor) -> list[tuple[Migration, bool]]:
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def guards() -> set[tuple[str, str]]:
    """The triggers that the migrations make: (table, name)."""
    migrations = MigrationLoader(connection).disk_migrations.values()
    made = [operation for migration in migrations for operation in migration.operations if isinstance(operation, Guard)]
    return {(guard.table, trigger) for guard in made for trigger in guard.triggers}


def missing_guards() -> list[str]:
    """Those that are not there any more: somebody removed them, or turned them off."""
    with connection.cursor() as cursor:
        cursor.execute({
            "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
                          " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
        }[connection.vendor])  # fmt: skip
        found = set(cursor.fetchall())
    return sorted(trigger for _, trigger in guards() - found)
