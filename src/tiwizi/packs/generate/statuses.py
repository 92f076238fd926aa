"""Dated statuses: long-term illness, disability, schooling, pensioner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.packs.generate.draw import Rng, between, cumulative, happens, pick_by_group
from tiwizi.packs.generate.people import CHILD, FEMALE, ORPHAN, People
from tiwizi.packs.generate.settings import DAYS_A_YEAR, Settings, Table, years_later
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NEVER, day_number, day_of
from tiwizi.rules.terms import STATUSES

ILLNESS, DISABILITY, SCHOOLING, PENSIONER = range(len(STATUSES))
RENEWED_AFTER = 5  # years


@dataclass(frozen=True)
class Statuses:
    """Rows by person; ``end`` is NEVER where the status still stands."""

    person: Column
    status: Column
    start: Column
    end: Column
    code: Column  # of str, "" where there is none


def draw_statuses(rng: Rng, people: People, settings: Settings) -> Statuses:
    """Every status of these people, person after person."""
    table = settings["statuses"]
    rows = [
        _illnesses(rng, people, settings, table),
        _disabilities(rng, people, settings, table),
        _schooling(rng, people, settings, table),
        _pensions(people),
    ]
    person, status, start, end, code = (np.concatenate(columns) for columns in zip(*rows, strict=True))
    order = np.lexsort((start, status, person))
    return Statuses(person[order], status[order], start[order], end[order], code[order])


Rows = tuple[Column, Column, Column, Column, Column]


def _rows(person: Column, status: int, start: Column, end: Column, code: Column | None = None) -> Rows:
    return person, np.full(len(person), status), start, end, np.full(len(person), "", "U8") if code is None else code


def _illnesses(rng: Rng, people: People, settings: Settings, table: Table) -> Rows:
    """Exactly the share asked for, drawn without replacement; the older, the likelier."""
    weight = np.array(table["illness_by_age"])[settings.band(people.birth, settings.until)]
    weight = np.where(people.death == NEVER, weight, 1e-12)
    wanted = round(table["long_term_illness"] * len(people))
    key = rng.exponential(size=len(people)) / weight  # the smallest keys: a weighted draw (Efraimidis and Spirakis)
    person = np.sort(np.argsort(key, kind="stable")[:wanted])
    birth = people.birth[person]
    start = np.maximum(settings.until - between(rng, (20, 14 * DAYS_A_YEAR), wanted).astype(np.int64), birth + 30)
    start = np.minimum(start, settings.until)
    terms = (settings.until - start) // (RENEWED_AFTER * 365) + 1
    end = np.where(happens(rng, table["lifelong"], wanted), NEVER, years_later(start, terms * RENEWED_AFTER))
    return _rows(person, ILLNESS, start, end, _illness_codes(rng, people, settings, person))


def _illness_codes(rng: Rng, people: People, settings: Settings, person: Column) -> Column:
    illnesses = settings["illnesses"]
    age = (settings.until - people.birth[person]) / DAYS_A_YEAR
    fits = np.array([(age >= i.get("from", 0)) & (age < i.get("to", 200)) for i in illnesses])
    sex = np.where(people.sex[person] == FEMALE, "F", "M")
    fits &= np.array([sex == i["sex"] if "sex" in i else np.ones(len(sex), bool) for i in illnesses])
    weights = fits.T * np.array([float(i["weight"]) for i in illnesses])
    chosen = pick_by_group(cumulative(weights), np.arange(len(person)), rng.random(len(person)))
    return np.array([i["code"] for i in illnesses], "U8")[chosen]


def _disabilities(rng: Rng, people: People, settings: Settings, table: Table) -> Rows:
    person = np.flatnonzero(happens(rng, table["disability"], len(people)) & (people.death == NEVER))
    since = between(rng, (0, 20 * DAYS_A_YEAR), len(person)).astype(np.int64)
    start = np.minimum(np.maximum(settings.until - since, people.birth[person]), settings.until)
    code = np.array(table["disability_codes"], "U8")[rng.integers(0, len(table["disability_codes"]), len(person))]
    return _rows(person, DISABILITY, start, np.full(len(person), NEVER), code)


def _schooling(rng: Rng, people: People, settings: Settings, table: Table) -> Rows:
    """A certificate for each school year in which it is needed, where the family brought it."""
    needed_from = {CHILD: table["schooling_from"]["child"], ORPHAN: table["schooling_from"]["orphan"]}
    pupils = np.flatnonzero(np.isin(people.role, list(needed_from)))
    pupils = pupils[happens(rng, table["studies"], len(pupils))]
    from_age = np.where(people.role[pupils] == CHILD, needed_from[CHILD], needed_from[ORPHAN])
    month, day = table["school_year"]
    person, starts, ends = [], [], []
    for year in range(day_of(settings.first).year - 1, day_of(settings.until).year + 1):
        start, end = day_number(date(year, month, day)), day_number(date(year + 1, month, day))
        age_at_end, age_at_start = ((at - people.birth[pupils]) / DAYS_A_YEAR for at in (end, start))
        brought = (age_at_end > from_age) & (age_at_start < 26) & (start <= settings.until)
        brought &= happens(rng, table["certificate_brought"], len(pupils))
        person.append(pupils[brought])
        starts.append(np.full(int(brought.sum()), start))
        ends.append(np.full(int(brought.sum()), end))
    return _rows(np.concatenate(person), SCHOOLING, np.concatenate(starts), np.concatenate(ends))


def _pensions(people: People) -> Rows:
    household = np.flatnonzero(people.retired != NEVER)
    return _rows(people.start[household], PENSIONER, people.retired[household], np.full(len(household), NEVER))
