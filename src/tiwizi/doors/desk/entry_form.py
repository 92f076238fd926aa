"""A sickness file as its form says it: text as typed, and the cells of the tables that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from tiwizi.doors.look.typed_day import typed_day, western
from tiwizi.records.care.queries.acts import ActFound

#: Fields of the file, and of each line; a field of a line is called "line_<name>" in the form.
FIELDS = (
    "person", "provider", "sector", "care_from", "care_to", "received_on", "receipt", "payee", "prior_approval",
    "setting", "visit",
)  # fmt: skip
LINE = ("row", "code", "date", "quantity", "unit_price", "billed", "receipt")
#: What a line has of the file, unless it says another.
_OF_LINES = ("person", "receipt")
_DAYS = ("care_from", "care_to", "received_on")
_LONGEST = 200


@dataclass(frozen=True)
class Form:
    """``lines``: also those without anything in them; ``row`` of each names its place on the page."""

    fields: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]

    @property
    def filled(self) -> list[Mapping[str, str]]:
        """The lines in which something stands."""
        return [line for line in self.lines if any(line[name] for name in LINE if name != "row")]

    def content(self) -> dict[str, Any]:
        """What a draft keeps."""
        return {"fields": dict(self.fields), "lines": [dict(line) for line in self.lines]}

    def claim(self, *, today: date) -> dict[str, str]:
        """Cells of the table claims, of what was typed alone: sent twice, they are the same."""
        cells = {name: self.fields[name] for name in FIELDS if name not in (*_DAYS, *_OF_LINES)}
        cells |= {name: typed_day(self.fields[name], today=today) for name in _DAYS}
        return cells | {"channel": "counter"}

    def cells(self, acts: Mapping[str, ActFound] | None = None, *, today: date) -> list[dict[str, str]]:
        """Cells of the table lines, of the lines in which something stands. A line without a day or a receipt
        has that of the file. ``acts``: by what was typed, those that are known."""
        care, acts = self.fields["care_from"], acts or {}
        return [
            {
                "line": str(place), "person": self.fields["person"],
                "code": acts[line["code"]].code if line["code"] in acts else line["code"],
                "date": typed_day(line["date"] or care, today=today),
                "receipt": line["receipt"] or self.fields["receipt"],
                **{name: western(line[name]) for name in ("quantity", "unit_price", "billed")},
            }
            for place, line in enumerate(self.filled, 1)
        ]  # fmt: skip


def read_form(data: Any) -> Form:
    """What a form sends (a QueryDict)."""
    fields = {name: data.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    columns = [[cell.strip()[:_LONGEST] for cell in data.getlist(f"line_{name}")] for name in LINE]
    rows = zip_longest(*columns, fillvalue="")
    return Form(fields, tuple(dict(zip(LINE, row, strict=True)) for row in rows))


def form_of(content: Mapping[str, Any]) -> Form:
    """What a draft kept."""
    fields = {name: str(content["fields"].get(name, "")) for name in FIELDS}
    return Form(fields, tuple({name: str(line.get(name, "")) for name in LINE} for line in content["lines"]))


def blank_form(*, person: str, today: date) -> Form:
    """A form that nobody has typed into: today's, for the member."""
    fields = dict.fromkeys(FIELDS, "") | {"person": person, "received_on": f"{today:%d/%m/%Y}", "payee": "member"}
    return Form(fields | {"setting": "ambulatory", "visit": "ordinary"}, with_blank(()))


def with_blank(lines: Sequence[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The lines, and one more to type in."""
    row = 1 + max((int(line["row"]) for line in lines if line["row"].isdecimal()), default=-1)
    return (*lines, dict.fromkeys(LINE, "") | {"row": str(row)})
