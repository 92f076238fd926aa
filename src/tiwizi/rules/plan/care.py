"""What a plan's head names, and the ways in which its blocks speak of care and of who receives it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tiwizi.rules.plan.authority import Cut
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.document import ALWAYS, Category, Condition, Period, Source
from tiwizi.rules.plan.problem import nearest, shown
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES

OLDEST = 200  # the age below which everybody is
_AGE = re.compile(r"<([0-9]{1,3})|>=([0-9]{1,3})|([0-9]{1,3})\.\.([0-9]{1,3})")
_WINDOW = re.compile(r"([0-9]{1,5}) (month|day)s?")
LONGEST_WINDOW = {"month": 1200, "day": 36_500}
_PERIODS = {"year": Period("year"), "insurance period": Period("insurance"), "lifetime": Period("lifetime")}


@dataclass(frozen=True)
class Head:
    """What the blocks of a plan may name, and how they are cut by the law."""

    sources: Mapping[str, Source]
    categories: Mapping[str, Category]
    letters: frozenset[str]
    kinds: tuple[str, ...]
    adult_from: int
    cut: Cut

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(category.group for category in self.categories.values() if category.group)


def read_targets(block: Block, name: str, head: Head, *, required: bool = True) -> tuple[str, ...]:
    """Categories, "group:G", "code:C" or "*"; each that the plan does not know is reported."""
    targets = block.texts(name)
    if required:
        block.need(name)
        if block.table.get(name) == []:
            block.error(name, "names_no_care")
    for position, target in enumerate(block.table.get(name) or () if targets else ()):  # type: ignore[arg-type, var-annotated]
        if isinstance(target, str):
            _check_target(block.element(name, position), target, head)
    return targets


def _check_target(block: Block, target: str, head: Head) -> None:
    if target == "*" or target in head.categories:
        return
    if target.startswith("group:"):
        groups = [f"group:{group}" for group in sorted(head.groups)]
        if target not in groups:
            block.unknown("", "unknown_group", target, groups)
    elif not target.startswith("code:"):
        choices = [*head.categories, *(f"group:{group}" for group in sorted(head.groups))]
        block.unknown("", "unknown_category", target, choices)
    elif not target[5:].strip():
        block.error("", "empty_text")


def read_categories(block: Block, name: str, known: Mapping[str, Category]) -> frozenset[str]:
    """Categories alone, without groups and codes."""
    values = block.texts(name)
    for position, category in enumerate(block.table.get(name) or () if values else ()):  # type: ignore[arg-type, var-annotated]
        if isinstance(category, str) and category not in known:
            block.element(name, position).unknown("", "unknown_category", category, known)
    return frozenset(values)


def read_condition(block: Block, name: str, head: Head, *, of_claim: bool = False) -> Condition:
    """A table of what must be so; ``of_claim``: it may only ask what a claim has."""
    asked = block.inner(name)
    if asked is None:
        return ALWAYS
    known = CLAIM_ATTRIBUTES if of_claim else (*ATTRIBUTES, "age", "kind")
    for attribute in asked.table:
        if of_claim and attribute in (*ATTRIBUTES, "age", "kind") and attribute not in known:
            asked.error(attribute, "kind_asks_person", name=attribute)
        elif attribute not in known:
            asked.unknown(attribute, "unknown_attribute", attribute, known)
    values = {a: _words(asked, a, ATTRIBUTES[a]) for a in asked.table if a in ATTRIBUTES and a in known}
    kinds = _words(asked, "kind", head.kinds) if "kind" in asked.table and not of_claim else None
    return Condition(values, None if of_claim else _read_age(asked, head.adult_from), kinds)


def _words(block: Block, name: str, known: Collection[str]) -> frozenset[str]:
    """One word of a register or a list of them."""
    value = block.table[name]
    words = value if isinstance(value, list) else [value]
    if not words:
        block.error(name, "empty_list")
    key = "unknown_kind" if name == "kind" else "unknown_attribute_value"
    for position, word in enumerate(words):
        at = block.element(name, position) if isinstance(value, list) else block
        if isinstance(word, (dict, list)) or not isinstance(word, (str, bool)):
            at.error("" if at is not block else name, "not_text", value=shown(word))
        elif word not in known:
            said = {True: "yes", False: "no"}.get(word, "") if isinstance(word, bool) else word
            at.unknown("" if at is not block else name, key, said, known)
    return frozenset(word for word in words if isinstance(word, str))


def _read_age(block: Block, adult_from: int) -> tuple[int, int] | None:
    """``"adult"``, ``"child"``, ``"<26"``, ``">=60"`` or ``"18..25"`` as (from, below)."""
    if "age" not in block.table:
        return None
    age = block.text("age")
    if age in ("adult", "child"):
        return (adult_from, OLDEST) if age == "adult" else (0, adult_from)
    match = _AGE.fullmatch(age)
    if not match:
        if age:
            block.error("age", "not_an_age", value=shown(age))
        return None
    below, least, first, last = match.groups()
    low, high = (0, int(below)) if below else (int(least), OLDEST) if least else (int(first), int(last) + 1)
    if low >= high:
        block.error("age", "empty_age", value=shown(age))
    return low, min(high, OLDEST)


def read_period(block: Block, scope: str, kind: str) -> Period:
    """How long a limit's accumulator runs; a line, a claim and an episode have no period but themselves."""
    if kind == "gap" or scope in ("line", "claim", "episode"):
        if block.has("period"):
            block.error("period", "gap_with_period" if kind == "gap" else "period_of_scope", scope=scope)
        return Period("none")
    written = block.text("period", "year")
    match = _WINDOW.fullmatch(written)
    if match and 0 < int(match[1]) <= LONGEST_WINDOW[match[2]]:
        return Period(f"{match[2]}s", int(match[1]))
    if written not in _PERIODS and written:
        block.error("period", "unknown_period", value=shown(written), near=nearest(written, tuple(_PERIODS)))
    return _PERIODS.get(written, Period("year"))
