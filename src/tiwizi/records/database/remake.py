"""A table that SQLite has to make anew, for it changes no constraint of one that stands: as migration operations.

It makes a new table, fills it, removes the old one and gives the new one its name. In between, triggers and views of
others speak of a table that is not there, at which a renaming stops unless it is told not to look.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class Remaking(Operation):
    """Before the changes of such a table ``Remaking()``, after them ``Remaking(ends=True)``, and then its guards."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, *, ends: bool = False) -> None:
        self.ends = ends

    def state_forwards(self, app_label: str, state: Any) -> None:
        """It changes no model."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._look(schema_editor, again=self.ends)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._look(schema_editor, again=not self.ends)

    def describe(self) -> str:
        return "A table that SQLite makes anew" if not self.ends else "It is there again"

    def _look(self, schema_editor: Any, *, again: bool) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"PRAGMA legacy_alter_table = {'OFF' if again else 'ON'}")
