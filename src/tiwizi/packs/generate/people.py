"""Households and the people in them.

A household is drawn as one row of fixed places: the member, up to three spouses, the children of the first mother,
those of a second wife, two ascendants. The places that somebody fills become the people, household after household.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiwizi.packs.generate.draw import Rng, between, by_step, happens, normal
from tiwizi.packs.generate.names import Names
from tiwizi.packs.generate.settings import DAYS_A_YEAR, Settings, Table, years_later
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NEVER
from tiwizi.rules.terms import ATTRIBUTES

MEMBER, SPOUSE, CHILD, ORPHAN, ASCENDANT, _OTHER = range(len(ATTRIBUTES["role"]))
FEMALE, MALE = 0, 1
SPOUSES, CHILDREN, LATER_CHILDREN, ASCENDANTS = 3, 8, 4, 2
_CHILD_AT = 1 + SPOUSES
_LATER_AT = _CHILD_AT + CHILDREN
_ASCENDANT_AT = _LATER_AT + LATER_CHILDREN
PLACES = _ASCENDANT_AT + ASCENDANTS
OLDEST = 99.0


@dataclass(frozen=True)
class People:
    """People by household, days since 1970-01-01; ``mother`` is a row of these columns, -1 where she is not listed."""

    household: Column  # int64, in the batch
    start: Column  # int64, households + 1
    rank: Column  # int64, 1 for the member
    role: Column
    sex: Column
    birth: Column
    first: Column
    family: Column
    mother: Column
    death: Column  # NEVER for the living
    # by household
    recruited: Column
    retired: Column  # NEVER where the member has not retired

    def __len__(self) -> int:
        return len(self.household)


def draw_people(rng: Rng, households: int, settings: Settings, names: Names) -> People:
    """The people of some households, as they are on the last day."""
    drawn = _Places(rng, households, settings)
    drawn.name(names)
    return drawn.people()


class _Places:
    """The places of some households, filled step by step: arrays [households, PLACES], ages in years."""

    def __init__(self, rng: Rng, households: int, settings: Settings) -> None:
        self.rng, self.size, self.settings = rng, households, settings
        self.filled = np.zeros((households, PLACES), bool)
        self.age = np.zeros((households, PLACES))
        self.role = np.zeros((households, PLACES), np.int64)
        self.sex = np.zeros((households, PLACES), np.int64)
        self.sex[:, _CHILD_AT:] = rng.integers(0, 2, (households, PLACES - _CHILD_AT))
        self._members(settings["members"])
        self._spouses(settings["spouses"])
        self._children(settings["children"])
        self._ascendants(settings["ascendants"])
        self._deaths(settings["members"])

    def _members(self, members: Table) -> None:
        low, high, weight = np.array(members["ages"], dtype=float).T
        band = self.rng.choice(len(low), self.size, p=weight / weight.sum())
        self.age[:, 0] = between(self.rng, (low[band], high[band]), self.size)
        self.sex[:, 0] = np.where(happens(self.rng, members["women"], self.size), FEMALE, MALE)
        self.filled[:, 0] = True
        self.recruited_at = np.minimum(between(self.rng, members["recruited_at"], self.size), self.age[:, 0] - 0.2)
        early = (self.age[:, 0] >= 60) & happens(self.rng, members["early_retired"], self.size)
        leaves_at = between(self.rng, (60.0, np.clip(self.age[:, 0], 60.0, members["retired_at"])), self.size)
        self.retired_at = np.where(early, leaves_at, members["retired_at"])

    def _spouses(self, spouses: Table) -> None:
        rng, age, man = self.rng, self.age[:, 0], self.sex[:, 0] == MALE
        share = np.where(man, by_step(spouses["insured_wives"], age), by_step(spouses["insured_husbands"], age))
        self.married = happens(rng, share, self.size)
        gap = normal(rng, spouses["younger_wife"], self.size)
        self.age[:, 1] = np.clip(np.where(man, age - gap, age + gap), np.where(man, 19.0, 22.0), 95.0)
        second = self.married & man & (age >= spouses["second_wife_from"])
        second &= happens(rng, spouses["second_wife"], self.size)
        third = second & happens(rng, spouses["third_wife"], self.size)
        for place, there in ((1, self.married), (2, second), (3, third)):
            self.filled[:, place], self.role[:, place] = there, SPOUSE
            self.sex[:, place] = 1 - self.sex[:, 0]
            if place > 1:
                younger = normal(rng, spouses["later_wife_younger"], self.size)
                self.age[:, place] = np.clip(age - younger, 20.0, self.age[:, place - 1])

    def _children(self, children: Table) -> None:
        woman = self.sex[:, 0] == FEMALE
        parent = self.married | happens(self.rng, children["unmarried_with"], self.size)
        self._births(children, np.where(woman, self.age[:, 0], self.age[:, 1]), parent, _CHILD_AT, CHILDREN)
        self._births(children, self.age[:, 2], self.filled[:, 2], _LATER_AT, LATER_CHILDREN)

    def _births(self, children: Table, mother: Column, parent: Column, at: int, most: int) -> None:
        """Children at least ``spacing`` years apart, so that no two of a mother are born months from each other."""
        rng, shape = self.rng, (self.size, most)
        wanted = rng.poisson(by_step(children["number"], mother))
        least, mean = children["spacing"]
        apart = least + rng.gamma(2.0, mean / 2 - least / 2, shape)
        apart[:, 0] = np.clip(normal(rng, children["mothers_first"], self.size), 17.0, 43.0)
        born_at = np.cumsum(apart, axis=1)
        age = mother[:, None] - born_at
        there = (np.arange(most) < wanted[:, None]) & parent[:, None] & (born_at <= children["last_at"])
        there &= (age > 0.01) & (age <= self.age[:, :1] - 18.0)
        there &= (age < children["listed_until"]) | ((age < 33) & (rng.random(shape) < children["still_listed"]))
        self.age[:, at : at + most], self.role[:, at : at + most] = age, CHILD
        self.filled[:, at : at + most] = there

    def _ascendants(self, ascendants: Table) -> None:
        one = happens(self.rng, ascendants["share"], self.size) & (self.age[:, 0] < 62)
        both = one & happens(self.rng, ascendants["both"], self.size)
        for offset, there in enumerate((one, both)):
            place = _ASCENDANT_AT + offset
            older = between(self.rng, ascendants["older"], self.size)
            self.age[:, place], self.role[:, place] = np.minimum(self.age[:, 0] + older, OLDEST), ASCENDANT
            self.sex[:, place] = FEMALE if offset == 0 else MALE
            self.filled[:, place] = there

    def _deaths(self, members: Table) -> None:
        """Some members have died: their children are orphans, and most of these keep a parent."""
        rng, family = self.rng, slice(1, _ASCENDANT_AT)
        left_behind = self.filled[:, family].any(axis=1)
        dead = left_behind & (self.age[:, 0] >= members["deceased_from"])
        dead &= happens(rng, members["deceased"] * self.size / max(1, int(dead.sum())), self.size)
        children = slice(_CHILD_AT, _ASCENDANT_AT)
        has_children = self.filled[:, children].any(axis=1)
        alone = dead & has_children & ~happens(rng, members["one_parent_orphans"], self.size)
        self.filled[alone, 1:_CHILD_AT] = False
        self.filled[dead, _ASCENDANT_AT:] = False
        self.role[dead, children] = ORPHAN
        youngest = np.where(self.filled[:, children], self.age[:, children], OLDEST).min(axis=1)
        since = np.minimum(np.minimum(youngest, 15.0), self.age[:, 0] - 30.0)
        self.dead_for = np.where(dead, between(rng, (0.05, np.maximum(since, 0.06)), self.size), -1.0)

    def name(self, names: Names) -> None:
        """Children bear their father's family name; wives, husbands and mothers keep their own."""
        family = names.draw_family(self.rng, self.size * PLACES).reshape(self.size, PLACES)
        father = np.where(self.sex[:, 0] == MALE, family[:, 0], family[:, 1])
        family[:, _CHILD_AT:_ASCENDANT_AT] = father[:, None]
        family[:, _ASCENDANT_AT + 1] = family[:, 0]
        self.family = family
        birth = self._day(self.age)
        first = names.draw_first(self.rng, self.sex.ravel(), birth.ravel()).reshape(self.size, PLACES)
        for _ in range(4):  # no two children of a household by one name, nor one by a parent's
            again = self._namesakes(first)
            first[again] = names.draw_first(self.rng, self.sex[again], birth[again])
        self.first = first

    def _namesakes(self, first: Column) -> Column:
        shown = np.where(self.filled, first, -1 - np.arange(PLACES))
        order = np.argsort(shown, axis=1, kind="stable")
        ordered = np.take_along_axis(shown, order, axis=1)
        same = np.zeros_like(self.filled)
        same[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
        again = np.zeros_like(self.filled)
        np.put_along_axis(again, order, same, axis=1)
        return again

    def _day(self, years_ago: Column) -> Column:
        return (self.settings.until - np.floor(years_ago * DAYS_A_YEAR)).astype(np.int64)

    def people(self) -> People:
        filled, birth = self.filled, self._day(self.age)
        row = np.cumsum(filled.ravel()).reshape(filled.shape) - 1
        woman = self.sex[:, 0] == FEMALE
        mother = np.full(filled.shape, -1)
        wife = np.where(filled[:, 1], row[:, 1], -1)
        mother[:, _CHILD_AT:_LATER_AT] = np.where(woman, row[:, 0], wife)[:, None]
        mother[:, _LATER_AT:_ASCENDANT_AT] = np.where(filled[:, 2], row[:, 2], -1)[:, None]
        death = np.full(filled.shape, NEVER)
        death[:, 0] = np.where(self.dead_for >= 0, self._day(self.dead_for), NEVER)
        whole_years = np.floor(self.retired_at).astype(np.int64)
        retired = years_later(birth[:, 0], whole_years)
        retired += np.floor((self.retired_at - whole_years) * DAYS_A_YEAR).astype(np.int64)
        working = (retired > self.settings.until) | (retired >= death[:, 0])
        return People(
            household=np.repeat(np.arange(self.size), filled.sum(axis=1)),
            start=np.concatenate(([0], np.cumsum(filled.sum(axis=1)))),
            rank=np.cumsum(filled, axis=1)[filled],
            role=self.role[filled],
            sex=self.sex[filled],
            birth=birth[filled],
            first=self.first[filled],
            family=self.family[filled],
            mother=mother[filled],
            death=death[filled],
            recruited=birth[:, 0] + np.floor(self.recruited_at * DAYS_A_YEAR).astype(np.int64),
            retired=np.where(working, NEVER, retired),
        )
