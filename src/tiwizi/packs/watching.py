"""What the watch of a country takes for odd: the file watch.toml of its pack."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tiwizi.packs import available, folder

#: A pack without the file watches for what needs no word of its own.
_LIMITS = {
    "visits_a_day_of_a_provider": 60, "visits_a_day_of_a_person": 4, "days_between_deliveries": 150, "fewest_lines": 30,
    "fewest_lines_of_a_person": 40, "fewest_peers": 8, "spreads": 6,
}  # fmt: skip


@dataclass(frozen=True)
class AgeRule:
    """Acts (categories or codes) that are given between two ages, in years, both included."""

    acts: tuple[str, ...]
    since: int
    until: int


@dataclass(frozen=True)
class Watch:
    """``acts``: a word of the watch -> categories or codes of the tariff."""

    acts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ages: tuple[AgeRule, ...] = ()
    limits: dict[str, int] = field(default_factory=lambda: dict(_LIMITS))


@cache
def watch(country: str) -> Watch:
    """That of a country; for one without a pack, or a pack without the file, what needs no word of its own."""
    path = folder(country) / "watch.toml" if country in available() else None
    if path is None or not path.is_file():
        return Watch()
    told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Watch(
        {word: tuple(acts) for word, acts in told.get("acts", {}).items()},
        tuple(AgeRule(tuple(rule["acts"]), rule.get("from", 0), rule.get("to", 200)) for rule in told.get("ages", ())),
        _LIMITS | told.get("limits", {}),
    )
