"""What happens once and brings a file of its own: a birth, a retirement, a death, an orphan's school year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.packs.generate.draw import Rng, happens, pick
from tiwizi.packs.generate.people import CHILD, ORPHAN, People
from tiwizi.packs.generate.settings import DAYS_A_YEAR
from tiwizi.packs.generate.statuses import DISABILITY, SCHOOLING, Statuses
from tiwizi.packs.generate.world import World
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NEVER, day_number, day_of


@dataclass(frozen=True)
class Events:
    """kind: position in World.kinds, -1 for a grant, which ``grant`` then names."""

    person: Column
    day: Column
    kind: Column
    grant: Column

    def __len__(self) -> int:
        return len(self.person)


def draw_events(rng: Rng, people: People, statuses: Statuses, covered: Column, world: World, *, most: int) -> Events:
    """At most so many events of the window whose papers have been brought, on the day they happened."""
    parts = [
        *_births(rng, people, world),
        *_once(people, world),
        *_every_year(people, statuses, world),
    ]
    person, day, kind, grant = (np.concatenate(columns).astype(np.int64) for columns in zip(*parts, strict=True))
    settings = world.settings
    inside = (day >= settings.first) & (day <= settings.until - 20) & (day >= covered[people.household[person]])
    chosen = np.flatnonzero(inside & happens(rng, settings["grants"]["filed"], len(day)))
    chosen = np.sort(rng.permutation(chosen)[:most])
    return Events(person[chosen], day[chosen], kind[chosen], grant[chosen])


Part = tuple[Column, Column, Column, Column]


def _grant(person: Column, day: Column, name: str, world: World) -> list[Part]:
    """One part for each grant of this name, for the people who have the age for it."""
    parts = []
    for at, grant in enumerate(world.grants):
        if grant.name == name:
            parts.append((person, day, np.full(len(person), -1), np.full(len(person), at)))
    return parts


def _births(rng: Rng, people: People, world: World) -> list[Part]:
    """A delivery for the mother, and the grant for the member."""
    child = np.flatnonzero((people.role == CHILD) & (people.mother >= 0))
    mother, day = people.mother[child], people.birth[child]
    delivery = pick(world.kinds.birth_running, rng.random(len(child)))
    member = people.start[people.household[child]]
    return [(mother, day, delivery, np.full(len(child), -1)), *_grant(member, day, "birth", world)]


def _once(people: People, world: World) -> list[Part]:
    member = people.start[:-1]
    retired = np.flatnonzero(people.retired != NEVER)
    dead = np.flatnonzero(people.death != NEVER)
    parts = _grant(member[retired], people.retired[retired], "retirement", world)
    for name in ("death", "funeral"):
        parts += _grant(dead, people.death[dead], name, world)
    return parts


def _every_year(people: People, statuses: Statuses, world: World) -> list[Part]:
    """An orphan's school year and a disabled child's allowance are asked for each autumn."""
    parts = []
    years = range(day_of(world.settings.first).year, day_of(world.settings.until).year + 1)
    disabled = statuses.person[statuses.status == DISABILITY]
    disabled = disabled[np.isin(people.role[disabled], (CHILD, ORPHAN))]
    schooled = np.isin(np.arange(len(people)), statuses.person[statuses.status == SCHOOLING])
    died = people.death[people.start[people.household]]
    for year in years:
        day = day_number(date(year, 10, 5))
        age = np.floor((day - people.birth) / DAYS_A_YEAR)
        for at, grant in enumerate(world.grants):
            low, high = grant.ages
            if grant.name == "orphan_school":
                of_age = (age >= low) & (age <= high) & ((age < 16) | schooled)
                who = np.flatnonzero((people.role == ORPHAN) & (died < day) & of_age)
            elif grant.name == "disabled_child":
                who = disabled[age[disabled] >= 0]
            else:
                continue
            parts.append((who, np.full(len(who), day), np.full(len(who), -1), np.full(len(who), at)))
    return parts
