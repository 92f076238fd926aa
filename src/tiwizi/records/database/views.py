"""Views, as migration operations: a question that several tables answer, under one name.

A lower app may own a view that an upper one widens (``View(name, select, before=...)``), so that a guard below asks
about what only the tables above know.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class View(Operation):
    """Make a view, or put it in the place of the one of that name. ``before``: what it was until now."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, select: str, *, before: str = "") -> None:
        self.name, self.select, self.before = name, select, before

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A view changes no model."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._make(schema_editor, self.select)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._make(schema_editor, self.before)

    def describe(self) -> str:
        return f"View {self.name}"

    def _make(self, schema_editor: Any, select: str) -> None:
        schema_editor.execute(f'DROP VIEW IF EXISTS "{self.name}"')
        if select:
            schema_editor.execute(f'CREATE VIEW "{self.name}" AS {select}', params=None)
