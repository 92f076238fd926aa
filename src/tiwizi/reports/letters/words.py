"""How a letter writes: its texts, amounts, days and codes, each as a value that the template lays out.

An amount is {"n": "1 234,56", "u": "DH"}: its figure is drawn from left to right whatever is around it. A code, a phone
or a day in figures is {"c": "F000123"}. All else is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tiwizi import locale
from tiwizi.records.care.queries.letters import Recipient
from tiwizi.records.care.queries.letters_made import Head

Said = Any  # text, amount or code, as above


@dataclass(frozen=True)
class Words:
    """One language and one currency."""

    lang: str
    currency: str

    def say(self, key: str, **values: object) -> str:
        return locale.text("letters", key, lang=self.lang, **values)

    def amount(self, minor: int) -> Said:
        written = locale.money(minor, self.currency, self.lang)
        bare = written.replace(locale.FIRST_STRONG_ISOLATE, "").replace(locale.POP_ISOLATE, "")
        figure, _, unit = bare.rpartition("\u00a0" if "\u00a0" in bare else " ")
        return {"n": figure.replace("\u202f", "\u00a0"), "u": unit}  # on paper the narrow space is lost in small print

    def money(self, minor: int) -> str:
        """An amount within a sentence."""
        return locale.money(minor, self.currency, self.lang)

    def day(self, when: date) -> str:
        return locale.day(when, self.lang)

    def short_day(self, when: date) -> Said:
        return code(f"{when:%d/%m/%Y}")


def code(value: str) -> Said:
    return {"c": value}


def envelope(
    words: Words, kind: str, to: Recipient, *, head: Head, on: date, facts: list[tuple[str, Said]],
    blocks: list[dict[str, Any]], title: str = "", paper: str = "a4",
) -> dict[str, Any]:  # fmt: skip
    """A letter whole: head and foot, whom it is to, what it is about, and its ``blocks``."""
    title = title or words.say(f"{kind}_title")
    return {
        "kind": kind, "lang": words.lang, "dir": locale.direction(words.lang), "day": on.isoformat(), "paper": paper,
        "title": title, "bookmark": f"{to.number} · {title}", "head": _head(words, head),
        "to": {"name": to.name.said(words.lang), "line": words.say("member"), "number": to.number,
               "address": [_in_its_direction(line) for line in to.address]},
        "dated": words.say("dated", day=words.day(on)), "page": words.say("page"),
        "facts": [[label, value] for label, value in facts], "blocks": blocks,
        "sign": words.say("sign"), "tone": words.say("closing"),
    }  # fmt: skip


def _in_its_direction(line: str) -> str:
    """A line that somebody wrote, also within a letter that runs the other way: "12, rue des Orangers"."""
    return f"{locale.FIRST_STRONG_ISOLATE}{line}{locale.POP_ISOLATE}"


def _head(words: Words, head: Head) -> dict[str, Any]:
    arabic = words.lang == "ar"
    return {
        "name": head.name_ar if arabic else head.name_latin, "other": head.name_latin if arabic else head.name_ar,
        "address": head.address_ar if arabic else head.address_latin,
        "contact": [each for each in (head.phone, head.email, head.site) if each], "logo": head.logo,
    }  # fmt: skip


def appeal(words: Words, head: Head) -> str:
    """How to object, until when and where: data of the mutual."""
    return words.say(
        "appeal", days=locale.counted(head.appeal_days, "days", words.lang),
        to=head.appeal_to_ar if words.lang == "ar" else head.appeal_to_latin,
    )  # fmt: skip


def paragraph(text: str) -> dict[str, Any]:
    return {"t": "p", "s": text}


def heading(text: str, level: int = 2) -> dict[str, Any]:
    return {"t": "h", "s": text, "l": level}


def listed(items: list[str], *, boxes: bool = False) -> dict[str, Any]:
    return {"t": "boxes" if boxes else "list", "s": items}
