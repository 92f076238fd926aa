"""A file or folder that cannot be read as tables, and what must be asked before its amounts are trusted: as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tiwizi.locale import text


@dataclass(frozen=True)
class Said:
    """Something to tell a person: a key of locale/<lang>/tables.toml and the names to fill in."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        return text("tables", self.key, lang=lang, **self.values)

    def way_out(self, lang: str) -> str:
        return text("tables", f"{self.key}_way_out", lang=lang, **self.values)


class TableError(Exception):
    """A file that cannot be a table, or a folder that lacks one. Nothing was decided and nothing was written."""

    def __init__(self, key: str, *, lang: str = "en", **values: Any) -> None:
        self.said, self.lang = Said(key, values), lang
        super().__init__(key, values)

    @property
    def key(self) -> str:
        return self.said.key

    def message(self, lang: str | None = None) -> str:
        """What is wrong, where and why."""
        return self.said.message(lang or self.lang)

    def way_out(self, lang: str | None = None) -> str:
        """What to do about it."""
        return self.said.way_out(lang or self.lang)

    def __str__(self) -> str:
        return f"{self.message()} {self.way_out()}"
