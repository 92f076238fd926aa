"""A user's mistake that ends an act: nothing of it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tiwizi.locale import text
from tiwizi.rules.mistake import Mistake

if TYPE_CHECKING:
    from django.db.models import QuerySet

R = TypeVar("R")


class Refused(Exception):
    """Why, as a key of locale/<lang>/records.toml, and the values to fill in; a value may be a mistake of the rules,
    which then speaks for itself."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(key, values)

    def message(self, lang: str) -> str:
        """What is wrong and why."""
        said = {name: v.message(lang) if isinstance(v, Mistake) else v for name, v in self.values.items()}
        return text("records", self.key, lang=lang, **said)

    def way_out(self, lang: str) -> str:
        """What to do about it."""
        said = {name: v.way_out(lang) if isinstance(v, Mistake) else v for name, v in self.values.items()}
        return text("records", f"{self.key}_way_out", lang=lang, **said)

    def __str__(self) -> str:
        return f"{self.message('en')} {self.way_out('en')}"


def one_of(rows: QuerySet[Any, R], what: str, number: object) -> R:
    """The first of some rows. Refused, where there is none: no_such."""
    found = rows.first()
    if found is None:
        raise Refused("no_such", what=what, number=number)
    return found
