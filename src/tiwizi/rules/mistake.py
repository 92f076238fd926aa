"""A mistake of a user as a value: what is wrong, where, and the way out, in the words of a locale subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tiwizi.locale import text


@dataclass(frozen=True)
class Mistake:
    """Texts ``<key>`` and ``<key>_way_out`` of locale/<lang>/<subject>.toml, and the names to fill in.

    Where: the name of a file, a line that counts from 1, a field as its file names it; blank and 0 where there is none.
    """

    subject: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    field: str = ""

    def message(self, lang: str) -> str:
        """What is wrong, and why that cannot stand."""
        return text(self.subject, self.key, lang=lang, **self.values)

    def way_out(self, lang: str) -> str:
        """What to do about it."""
        return text(self.subject, f"{self.key}_way_out", lang=lang, **self.values)

    def at(self, *, file: str = "", line: int = 0, field: str = "") -> Mistake:
        """The same mistake with a better word for where it stands."""
        return replace(self, file=file or self.file, line=line or self.line, field=field or self.field)
