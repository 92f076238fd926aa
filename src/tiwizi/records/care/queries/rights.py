"""What is left of each ceiling of a household on a day: what a desk answers when somebody asks for glasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.records.care.basis import basis
from tiwizi.records.care.facts import read_known
from tiwizi.records.cover.queries import in_force
from tiwizi.records.people.models import Membership
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.facts import household as as_values
from tiwizi.rules.adjudicate.remains import Right, rights
from tiwizi.rules.plan.wording import Wording


@dataclass(frozen=True)
class Left:
    """A limit in words. ``person``: id of who has it, None where the household shares it. ``used``, ``whole``: figures
    for a bar, in one unit; ``left_said``, ``whole_said``: in words. ``again``: the first day on which there is room
    again; ``until``: the first day of the next period. ``kind``: ceiling, deductible, count or gap. ``code``: of the
    care where each has its own, which only those may see who may see the care."""

    person: int | None
    layer: str
    name: str
    per: str
    kind: str
    code: str
    used: int
    whole: int
    left: int
    left_said: str
    whole_said: str
    again: date | None
    until: date | None

    @property
    def is_touched(self) -> bool:
        return self.used > 0 or self.again is not None


def what_is_left(household: int, day: date, lang: str) -> list[Left]:
    """Of a household, by the plan that is in force on the day; empty where none is."""
    try:
        by = basis(*in_force(day))
    except Refused:
        return []
    known = read_known(np.array([household], np.int64), by)
    home = as_values(known.facts, by.tariff, 0, claims=())
    used = by.histories(known.facts, by.tariff).after(known.facts.lines, home)
    # The facts have the people of a household by their ids.
    people = sorted(set(Membership.objects.filter(household=household).values_list("person_id", flat=True)))
    words = Wording(by.plan, lang)
    return [_told(right, words, people) for right in rights(by.plan, home, used, day)]


def _told(right: Right, words: Wording, people: list[int]) -> Left:
    found, layer = right.remains, words.plan.layers[right.layer]
    limit = found.limit
    return Left(
        None if right.person is None else people[right.person], words.name(layer.name, layer.id),
        words.name(limit.name) or words.care(limit.targets, limit.excepted), words.per(limit.scope, limit.period),
        limit.kind, right.code, found.whole - found.left, found.whole, found.left, words.limit_value(limit, found.left),
        words.limit_value(limit, found.whole), found.again, found.until,
    )  # fmt: skip
