"""The tables people, statuses and cover -> households with their people, statuses and covers, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.order import sorting_order, starts, text_ranks, vocabulary
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.terms import ATTRIBUTES, STATUSES

Rows = NDArray[Any]


@dataclass(frozen=True)
class People:
    """Households by identifier and, within them, people by identifier. ``person_row``: row of each in the table.

    ``lost_people``, ``lost_households``: identifiers of rows in repair.
    """

    households: Any
    people: Any
    household: Rows
    person_start: Rows
    birth: Rows
    role: Rows
    sex: Rows
    person_row: Rows
    lost_people: Any
    lost_households: Any


@dataclass(frozen=True)
class Statuses:
    start: Rows
    status: Rows
    since: Rows
    to: Rows
    row: Rows
    doubtful: Rows  # bool per person, and False for none: a status of theirs is in repair


@dataclass(frozen=True)
class Cover:
    start: Rows
    person: Rows
    plan: Rows
    plans: tuple[str, ...]
    since: Rows
    to: Rows
    stage: Rows
    joined: Rows
    paid_until: Rows
    row: Rows
    doubtful: Rows  # bool per person, and False for none: a cover of their household or their own is in repair


def read_people(sheet: Sheet) -> People:
    """Checks the table; what is wrong stays in the sheet."""
    person, household = sheet.keys("person"), sheet.keys("household")
    role = sheet.words("role", ATTRIBUTES["role"])
    birth = sheet.days("birth_date", blank=NO_DAY)
    sex = sheet.words("sex", ATTRIBUTES["sex"])
    ranks = once_each(sheet, person, "person", key="duplicate_person")
    good = sheet.good
    place, names = vocabulary(household.take(pa.array(good)))
    person_good = person.take(pa.array(good))
    order = sorting_order((place, ranks[good]))
    if order is not None:
        good, place, person_good = good[order], place[order], person_good.take(pa.array(order))
    return People(
        names, person_good, place, starts(place, len(names)), birth[good], role[good], sex[good], good,
        sheet.lost(person), sheet.lost(household),
    )  # fmt: skip


def once_each(sheet: Sheet, cells: Any, name: str, *, key: str) -> Rows:
    """The rank of each identifier; all but the first of the good rows with one identifier go to repair."""
    ranks = text_ranks(cells)
    if ranks.max(initial=-1) + 1 < len(ranks):
        sheet.refuse_duplicates(ranks, name, key=key)
    return ranks


def read_statuses(sheet: Sheet, people: People) -> Statuses:
    """Dated statuses, by person."""
    names = sheet.keys("person")
    person = sheet.match("person", names, people.people, people.lost_people, of="person")
    status = sheet.words("status", STATUSES)
    since, to = sheet.days("start", blank=NO_DAY), sheet.days("end", blank=NEVER)
    _refuse_backward(sheet, since, to)
    doubtful = np.zeros(len(people.people) + 1, bool)
    doubtful[person[sheet.bad & (person >= 0)]] = True
    rows = _sorted(sheet.good, (person, status, since, to))
    return Statuses(starts(person[rows], len(people.people)), status[rows], since[rows], to[rows], rows, doubtful)


def read_cover(sheet: Sheet, people: People) -> Cover:
    """Covers, by household."""
    household, person = _covered(sheet, people)
    plan, plans = sheet.coded("plan")
    since, to = sheet.days("start", blank=NO_DAY), sheet.days("end", blank=NEVER)
    _refuse_backward(sheet, since, to)
    stage = sheet.words("stage", ATTRIBUTES["stage"])
    joined, paid_until = sheet.days("joined_on", blank=NO_DAY), sheet.days("paid_until", blank=NEVER)
    joined = np.where(joined == NO_DAY, since, joined)
    doubtful = _doubtful_people(people, household[sheet.bad], person[sheet.bad])
    rows = _sorted(sheet.good, (household, person, plan, since, to, stage, joined, paid_until))
    return Cover(
        starts(household[rows], len(people.households)), person[rows], plan[rows].astype(np.int16),
        tuple(plans.to_pylist()), since[rows], to[rows], stage[rows], joined[rows], paid_until[rows], rows, doubtful,
    )  # fmt: skip


def _covered(sheet: Sheet, people: People) -> tuple[Rows, Rows]:
    """The household of each cover, and the person, -1 for the whole household."""
    names, own_names = sheet.keys("household"), sheet.keys("person")
    household = sheet.match("household", names, people.households, people.lost_households, of="household")
    person = sheet.match("person", own_names, people.people, people.lost_people, of="person")
    named = pc.not_equal(names, pa.scalar("")).to_numpy(zero_copy_only=False)
    own = pc.not_equal(own_names, pa.scalar("")).to_numpy(zero_copy_only=False)
    sheet.find(~named & ~own, "household", "neither_household_nor_person")
    found = person >= 0
    home = np.full(sheet.rows, -1, np.int64)
    home[found] = people.household[person[found]]
    sheet.find(found & named & (household >= 0) & (home != household), "person", "other_household")
    return np.where(named, household, home), person


def _doubtful_people(people: People, households: Rows, persons: Rows) -> Rows:
    doubtful = np.zeros(len(people.people), bool)
    doubtful[persons[persons >= 0]] = True
    whole = np.zeros(len(people.households), bool)
    whole[households[(persons < 0) & (households >= 0)]] = True
    return np.append(doubtful | whole[people.household], False)


def _refuse_backward(sheet: Sheet, since: Rows, to: Rows) -> None:
    sheet.find((to < since) & (since != NO_DAY), "end", "ends_before_start")


def _sorted(good: Rows, keys: tuple[Rows, ...]) -> Rows:
    order = sorting_order([key[good] for key in keys])
    return good if order is None else good[order]
