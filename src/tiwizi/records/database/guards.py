"""What the database itself refuses, whoever asks: migration operations that say the same to both databases.

A guard is a trigger. Where many rows come in at once PostgreSQL asks once for all of them (a statement trigger with
its transition table), which is what lets 1.5 million rows in within seconds; SQLite asks for each row.
Every refusal is an IntegrityError that names the guard.

SQLite forgets the triggers of a table that a later migration makes anew (AlterField and its like): such a migration
ends with the table's guards again; so does one that changes a life cycle. tests/records/database/test_guards.py finds
one that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

#: The end of what has no end, where periods are compared.
FOREVER = "'9999-12-31'"
_ROW = re.compile(r"\bn\.")


class Guard(Operation):
    """Triggers to be made on a table: vendor -> its statements. ``name``: of the function that they call on PostgreSQL;
    ``triggers``: their names on both."""

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, table: str, name: str, triggers: Sequence[str], sqlite: Sequence[str], postgresql: Sequence[str]
    ) -> None:
        self.table, self.name, self.triggers = table, name, tuple(triggers)
        self.statements = {"sqlite": tuple(sqlite), "postgresql": tuple(postgresql)}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A guard changes no model."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)  # so that it can be made again
        for statement in self.statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f'DROP FUNCTION IF EXISTS "{self.name}" CASCADE')
            return
        for trigger in self.triggers:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{trigger}"')

    def describe(self) -> str:
        return f"Guard {self.table}: {', '.join(self.triggers)}"


def append_only(table: str) -> Guard:
    """Rows come in, and are never changed or removed."""
    return _refuse_statements(table, "append_only", ("UPDATE", "DELETE"), f"{table} is append-only")


def never_deleted(table: str) -> Guard:
    """Rows may change and are never removed."""
    return _refuse_statements(table, "never_deleted", ("DELETE",), f"rows of {table} are never deleted")


def fixed(table: str, columns: Iterable[str]) -> Guard:
    """Columns that keep the value they came in with."""
    changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)
    return refuse(table, "fixed", changed, on=("UPDATE",))


def lives(
    table: str, column: str, steps: Sequence[tuple[str, str, str]], *, begins: Sequence[str] = ()
) -> tuple[Guard, Guard]:
    """A column that begins and goes on as its life cycle says: steps of (before, verb, after). It begins as the first
    step does, or as ``begins`` says."""
    first = ", ".join(f"'{state}'" for state in begins or (steps[0][0],))
    allowed = " OR ".join(
        f"(OLD.\"{column}\" = '{before}' AND NEW.\"{column}\" = '{after}')" for before, _, after in steps
    )
    return (
        refuse(table, f"{column}_begins", f'NEW."{column}" NOT IN ({first})', on=("INSERT",)),
        refuse(table, f"{column}_moves", f'NEW."{column}" <> OLD."{column}" AND NOT ({allowed})', on=("UPDATE",)),
    )


def references(table: str, column: str, target: str) -> Guard:
    """A foreign key that PostgreSQL checks for all rows of a statement at once: for tables that grow by the million."""
    missing = f'n."{column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{target}" t WHERE t.id = n."{column}")'
    return refuse_rows(table, f"{column}_exists", missing)


def no_overlap(table: str, same: Sequence[str], *, only: str = "", name: str = "no_overlap") -> Guard:
    """No two rows that agree in the columns ``same`` (nulls agree with nulls) are in force on one day: from ``since``
    to ``until``, half-open, a null end is open. ``only``: a condition on both rows, {row} stands for each.

    The pairs are looked for through an index on the first of ``same``. Writers of the table wait for each other.
    """
    agree = [
        f'o."{same[0]}" = n."{same[0]}"',
        *(f'o."{column}" IS NOT DISTINCT FROM n."{column}"' for column in same[1:]),
    ]
    crossing = [f"o.since < COALESCE(n.until, {FOREVER})", f"n.since < COALESCE(o.until, {FOREVER})"]
    both = [only.format(row="o"), only.format(row="n")] if only else []
    when = " AND ".join([*agree, "o.id <> n.id", *crossing, *both])
    return refuse_rows(table, name, when, against=f'"{table}" o', on=("INSERT", "UPDATE"), alone=table)


def refuse(
    table: str, name: str, when: str, *, on: Sequence[str] = ("INSERT", "UPDATE"), sqlite_when: str = ""
) -> Guard:
    """Each row for which a condition on NEW and OLD holds; the condition may ask other tables. ``sqlite_when``: the
    condition where SQLite says it differently."""
    label, says = f"{table}_{name}", _quoted(f"{table}: refused by the guard {name}")
    sqlite_when = (sqlite_when or when).replace("IS DISTINCT FROM", "IS NOT")
    sqlite, postgresql, triggers = [], [], []
    for event in on:
        trigger = f"{label}_{event.lower()}"
        triggers.append(trigger)
        sqlite.append(
            f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" WHEN {sqlite_when} '
            f"BEGIN SELECT RAISE(ABORT, {says}); END"
        )
        postgresql.append(
            f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{label}"()'
        )
    body = f"IF ({when}) THEN {_raise(says)} END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    return Guard(table, label, triggers, sqlite, [_function(label, body), *postgresql])


def refuse_rows(
    table: str,
    name: str,
    when: str,
    *,
    against: str = "",
    on: Sequence[str] = ("INSERT",),
    alone: str = "",
    shared: str = "",
) -> Guard:
    """Each new row ``n`` for which a condition holds, with any row of the table ``against`` ("care_run o"). For tables
    that grow by the million: PostgreSQL asks once for all rows of a statement.

    There: ``alone``, a table of which no other writer comes between the question and the end of the transaction;
    ``shared``, one whose ``alone`` writers do not, while others who share may.
    """
    label, says = f"{table}_{name}", _quoted(f"{table}: refused by the guard {name}")
    of_row = _ROW.sub("NEW.", when).replace("IS NOT DISTINCT FROM", "IS")
    sqlite_when = f"EXISTS (SELECT 1 FROM {against} WHERE {of_row})" if against else of_row
    found = f"SELECT 1 FROM fresh n{', ' + against if against else ''} WHERE {when}"
    lock = _lock("pg_advisory_xact_lock", alone) + _lock("pg_advisory_xact_lock_shared", shared)
    # Planned anew each time, and counted rather than asked for the first: a plan that was made for one row, or that
    # hopes to find a row at once, compares every row with every other when a million come in.
    count = _quoted(f"SELECT COUNT(*) FROM ({found}) refused")
    body = f"{lock}EXECUTE {count} INTO refused; IF refused > 0 THEN {_raise(says)} END IF; RETURN NULL;"
    sqlite, postgresql, triggers = [], [_function(label, body, declare="DECLARE refused bigint;")], []
    for event in on:
        trigger = f"{label}_{event.lower()}"
        triggers.append(trigger)
        sqlite.append(
            f'CREATE TRIGGER "{trigger}" AFTER {event} ON "{table}" WHEN {sqlite_when} '
            f"BEGIN SELECT RAISE(ABORT, {says}); END"
        )
        postgresql.append(
            f'CREATE TRIGGER "{trigger}" AFTER {event} ON "{table}" REFERENCING NEW TABLE AS fresh '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{label}"()'
        )
    return Guard(table, label, triggers, sqlite, postgresql)


def _refuse_statements(table: str, name: str, events: Sequence[str], says: str) -> Guard:
    """Statements of a kind, and TRUNCATE, which SQLite does not know."""
    label, quoted = f"{table}_{name}", _quoted(says)
    sqlite = [
        f'CREATE TRIGGER "{label}_{event.lower()}" BEFORE {event} ON "{table}" BEGIN SELECT RAISE(ABORT, {quoted}); END'
        for event in events
    ]
    postgresql = [_function(label, f"{_raise(quoted)} RETURN NULL;")] + [
        f'CREATE TRIGGER "{label}_{event.lower()}" BEFORE {event} ON "{table}" '
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{label}"()'
        for event in (*events, "TRUNCATE")
    ]
    return Guard(table, label, [f"{label}_{event.lower()}" for event in events], sqlite, postgresql)


def _lock(function: str, table: str) -> str:
    return f"PERFORM {function}('\"{table}\"'::regclass::oid::bigint); " if table else ""


def _function(name: str, body: str, *, declare: str = "") -> str:
    code = f"$$ {declare} BEGIN {body} END $$"
    return f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS {code}'


def _raise(quoted: str) -> str:
    return f"RAISE EXCEPTION USING MESSAGE = {quoted}, ERRCODE = 'integrity_constraint_violation';"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
