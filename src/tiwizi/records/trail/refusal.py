"""A user's mistake that ends an act: nothing of it stands."""

from __future__ import annotations

from tiwizi.locale import text


class Refused(Exception):
    """Why, as a key of locale/<lang>/records.toml, and the values to fill in."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(key, values)

    def message(self, lang: str) -> str:
        """What is wrong and why."""
        return text("records", self.key, lang=lang, **self.values)

    def way_out(self, lang: str) -> str:
        """What to do about it."""
        return text("records", f"{self.key}_way_out", lang=lang, **self.values)

    def __str__(self) -> str:
        return f"{self.message('en')} {self.way_out('en')}"
