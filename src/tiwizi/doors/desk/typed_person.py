"""What a clerk types about people: read, and said beside the field where it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.people.spelling import in_arabic, in_latin
from tiwizi.rules.cin import read_cin
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.names import wrong_script
from tiwizi.rules.phone import read_phone

Choices = Mapping[str, Sequence[tuple[str, Any]]]
#: Fields that may stay empty.
OPTIONAL = frozenset((
    "name_ar", "name_latin", "cin", "phone", "employer", "employer_name", "employee_number", "until", "code", "region",
    "plans", "second", "postal_code",
))  # fmt: skip
#: Fields whose content is chosen.
CHOSEN = {"sex": ("F", "M"), "role": ("spouse", "child", "ascendant", "other")}
DAYS = frozenset(("birth", "on", "until"))
LONGEST = 200


@dataclass
class Entry:
    """A field of the page: ``kind``: text, day, choice or checks; ``offer``: what may be taken over by a press."""

    name: str
    kind: str
    typed: str
    optional: bool
    choices: Sequence[tuple[str, Any]] = ()
    error: str = ""
    way_out: str = ""
    offer: str = ""


@dataclass
class Form:
    """``values``: what was understood; ``seen``: a digest of it once it was looked at."""

    entries: dict[str, Entry]
    values: dict[str, Any] = field(default_factory=dict)
    seen: str = ""

    @property
    def errors(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.error]

    def take(self, name: str) -> None:
        """What was offered for a field becomes what is typed there."""
        entry = self.entries.get(name)
        if entry is not None and entry.offer:
            entry.typed, entry.offer, entry.error = entry.offer, "", ""


def read_form(
    fields: Sequence[str],
    typed: Mapping[str, str],
    choices: Choices,
    *,
    optional: frozenset[str],
    needed: frozenset[str],
) -> Form:
    """What was typed in some fields; nothing of it is lost."""
    entries = {name: _entry(name, typed.get(name, "")[:LONGEST].replace("\0", ""), choices) for name in fields}
    for name, entry in entries.items():
        entry.optional = (entry.optional or name in optional) and name not in needed
    return Form(entries)


def understand(form: Form) -> None:
    """Read what was typed: values, or what is wrong, beside each field."""
    for entry in form.entries.values():
        _read(entry, form)
    _names(form)


def _entry(name: str, typed: str, choices: Choices) -> Entry:
    kind = "checks" if name == "plans" else "choice" if name in CHOSEN or name in choices else "text"
    kind = "day" if name in DAYS else kind
    options = choices.get(name, [(word, word) for word in CHOSEN.get(name, ())])
    return Entry(name, kind, " ".join(typed.split()), name in OPTIONAL, options)


def _read(entry: Entry, form: Form) -> None:
    if entry.kind == "checks":
        return
    if not entry.typed:
        entry.error = "" if entry.optional else t("changes:blank")
        return
    if entry.kind == "choice":
        known = {code for code, _ in entry.choices}
        _keep(entry, form, entry.typed if entry.typed in known else None, t("changes:no_choice"))
    elif entry.kind == "day":
        _keep(entry, form, _day(entry.typed), t("changes:no_day"))
    elif entry.name in ("cin", "phone"):
        _mistake(entry, form, read_cin if entry.name == "cin" else read_phone)
    elif entry.name in ("name_ar", "name_latin"):
        _name(entry, form)
    else:
        form.values[entry.name] = entry.typed


def _keep(entry: Entry, form: Form, value: Any, error: str) -> None:
    if value is None:
        entry.error = error
    else:
        form.values[entry.name] = value


def _mistake(entry: Entry, form: Form, read: Callable[[str], str | Mistake]) -> None:
    found = read(entry.typed)
    if isinstance(found, Mistake):
        entry.error, entry.way_out = found.message(language()), found.way_out(language())
    else:
        form.values[entry.name] = found


def _day(text: str) -> date | None:
    """2026-11-25, or 25/11/2026."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 3 and len(parts[2]) == 4:
        parts.reverse()
    try:
        day = date(*(int(part) for part in parts))
    except (ValueError, TypeError, OverflowError):
        return None
    return day if 1900 <= day.year <= 2100 else None


def _name(entry: Entry, form: Form) -> None:
    """A name stands in its own script; one in the other is said, with a spelling to take over."""
    script = "arabic" if entry.name == "name_ar" else "latin"
    if wrong_script(entry.typed, script=script):
        entry.error = t(f"changes:not_{script}")
        entry.offer = _spelt(entry.typed, script)
    else:
        form.values[entry.name] = entry.typed


def _names(form: Form) -> None:
    """One of the two is needed; where the other is blank, a spelling is offered for it."""
    pair = [form.entries.get(name) for name in ("name_ar", "name_latin")]
    arabic, latin = pair
    if arabic is None or latin is None or arabic.error or latin.error:
        return
    if not arabic.typed and not latin.typed and "number" in form.entries:
        arabic.error = latin.error = t("changes:no_name")
    elif arabic.typed and not latin.typed:
        latin.offer = _spelt(arabic.typed, "latin")
    elif latin.typed and not arabic.typed:
        arabic.offer = _spelt(latin.typed, "arabic")


def _spelt(text: str, script: str) -> str:
    return in_arabic(text) if script == "arabic" else in_latin(text)
