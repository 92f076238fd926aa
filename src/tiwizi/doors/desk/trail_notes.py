"""What an event of the trail keeps besides its answer, in the reader's words: "Montant : 20 000,00 DH · Rôle : …".

An event holds numbers, days, digests and words of registers, never names. What a later version of the program notes and
this one has no word for is shown as it stands.
"""

from __future__ import annotations

import re
from typing import Any

from tiwizi import locale
from tiwizi.doors.desk.templatetags.staff import role
from tiwizi.doors.look.templatetags.look import as_typed, language, state_word, t
from tiwizi.records.trail.roles import ROLES

#: Longer in a row is cut.
_LONGEST = 160
_AMOUNTS = ("amount", "pays", "limit", "price", "carried")
#: What is noted by part, and said as a sum.
_ROWS = ("counted", "declared", "drawn", "population", "found")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIGEST = re.compile(r"[0-9a-f]{40,}")


def noted(body: dict[str, Any], currency: str) -> str:
    """``body``: of the event. What it answered is a number inside; of what was left open there is nothing to say."""
    kept = {name: value for name, value in body.items() if name != "answer" and value not in (None, "")}
    said = " · ".join(_told(name, value, currency) for name, value in kept.items())
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def _told(name: str, value: Any, currency: str) -> str:
    shown = f"{locale.FIRST_STRONG_ISOLATE}{_written(name, value, currency)}{locale.POP_ISOLATE}"
    return t("trail:note", name=_word(f"noted_{name}", name), value=shown)


def numbered(number: str) -> str:
    """What an event is about, where that is no number: "all", "many", a day."""
    return as_typed(number) if DAY.fullmatch(number) else _word(f"number_{number}", number)


def _written(name: str, value: Any, currency: str) -> str:
    lang = language()
    if isinstance(value, bool):
        return t(f"trail:{'yes' if value else 'no'}")
    if isinstance(value, dict) and name == "lines":  # effect -> rows
        return locale.number(sum(value.values()), lang)
    if isinstance(value, dict | list):
        return locale.number(_count(name, value), lang)
    if isinstance(value, int):
        if name in _AMOUNTS:
            return locale.money(value, currency, lang)
        return locale.quantity(value, lang) if name == "quantity" else str(value)
    said = str(value)
    if name == "role" and said in ROLES:
        return role(said)
    if name == "verdict":
        return state_word(said)
    if name == "cause" and said in locale.catalogue("review", lang):
        return locale.text("review", said, lang=lang)
    if name == "kind" and said in locale.catalogue("desk/letters", lang):
        return t(f"letters:{said}")
    if name == "what":  # "review:92": at which page, of which file
        said = said.partition(":")[0]
    if DAY.fullmatch(said):
        return as_typed(said)
    return said[:8] + "…" if _DIGEST.fullmatch(said) else _word(f"{name}_{said}", said)


def _count(name: str, value: dict[str, Any] | list[Any]) -> int:
    """Rows of all tables (table -> [rows, ...]), of all kinds (kind -> rows) and of all strata; else how many."""
    inside = list(value.values()) if isinstance(value, dict) else value
    if name not in _ROWS:
        return len(inside)
    return sum(one[0] if isinstance(one, list) else one for one in inside)


def _word(key: str, otherwise: str) -> str:
    return t(f"trail:{key}") if key in locale.catalogue("desk/trail", language()) else otherwise
