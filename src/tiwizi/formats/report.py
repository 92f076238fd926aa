"""What a conversion did: rows in, rows carried over, rows to repair, rows that have no meaning here, and notes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tiwizi.locale import money, number, text


@dataclass(frozen=True)
class Count:
    """One file read. ``left``: rows that are no part of what a plan decides; they are listed, not lost."""

    file: str
    rows_in: int
    carried: int
    to_repair: int = 0
    left: int = 0

    def __post_init__(self) -> None:
        assert self.rows_in == self.carried + self.to_repair + self.left, f"the rows of {self.file} do not add up"

    def line(self, lang: str) -> str:
        key = "count_left" if self.left else "count"
        numbers = {name: number(value, lang) for name, value in asdict(self).items() if name != "file"}
        return text("importers", key, lang=lang, file=self.file, **numbers)


@dataclass(frozen=True)
class Note:
    """Something to know about so many rows, and the minor units that they amount to where that is worth saying.

    The text is ``note_<key>`` of locale/<lang>/importers.toml.
    """

    key: str
    count: int
    amount: int = 0
    currency: str = ""

    def line(self, lang: str) -> str:
        amount = {"amount": money(self.amount, self.currency, lang)} if self.currency else {}
        return text("importers", f"note_{self.key}", lang=lang, count=number(self.count, lang), **amount)


@dataclass(frozen=True)
class Report:
    kind: str
    counts: tuple[Count, ...]
    notes: tuple[Note, ...]
    files: tuple[str, ...]

    @property
    def rows_in(self) -> int:
        return sum(count.rows_in for count in self.counts)

    @property
    def rows_out(self) -> int:
        return sum(count.carried for count in self.counts)

    @property
    def to_repair(self) -> int:
        return sum(count.to_repair for count in self.counts)

    def note(self, key: str) -> int:
        """The rows of which a note speaks; none where it was not made."""
        return sum(note.count for note in self.notes if note.key == key)

    def lines(self, lang: str) -> list[str]:
        """The report as sentences: a line a file, then the notes, then what was written."""
        files = [count.line(lang) for count in self.counts]
        notes = [note.line(lang) for note in self.notes if note.count]
        return [*files, *notes, text("importers", "written", lang=lang, files=", ".join(self.files))]

    def json(self) -> dict[str, Any]:
        sums = {"rows_in": self.rows_in, "rows_out": self.rows_out, "to_repair": self.to_repair}
        return {"kind": self.kind} | sums | {
            "counts": [asdict(count) for count in self.counts],
            "notes": [asdict(note) for note in self.notes],
            "files": list(self.files),
        }  # fmt: skip
