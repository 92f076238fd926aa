"""The lines of the files: which acts, how many, on which day, and what was asked for them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from tiwizi.packs.generate.draw import Rng, happens, ragged, steady, steady_normal, whole
from tiwizi.packs.generate.files import Files
from tiwizi.packs.generate.people import People
from tiwizi.packs.generate.settings import DAYS_A_YEAR, Table
from tiwizi.packs.generate.statuses import ILLNESS, Statuses
from tiwizi.packs.generate.world import World
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import minor
from tiwizi.rules.terms import ATTRIBUTES

PRIVATE = ATTRIBUTES["sector"].index("private")
#: How many medicines a person with a long-term illness takes all the time.
LONG_TERM_MEDICINES = 5


@dataclass(frozen=True)
class Lines:
    """Lines in the order of their files. Money in minor units, quantities in thousandths; approved -1: not reviewed."""

    file: Column
    code: Column
    quantity: Column
    day: Column
    session: Column
    unit_price: Column
    billed: Column
    approved: Column

    def __len__(self) -> int:
        return len(self.file)

    def take(self, rows: Column) -> Lines:
        return Lines(**{field.name: getattr(self, field.name)[rows] for field in fields(Lines)})


@dataclass
class _Drawn:
    """Lines before their prices: file, place in the file, code, quantity in thousandths, day, session."""

    file: Column
    place: Column
    code: Column
    quantity: Column
    day: Column
    session: Column


def draw_lines(rng: Rng, files: Files, people: People, statuses: Statuses, world: World) -> Lines:
    """The lines of every file; a file that files again has the very lines of the first."""
    ill = np.zeros(len(people), bool)
    ill[statuses.person[statuses.status == ILLNESS]] = True
    drawn = [_grant_lines(files, world)]
    originals = files.copy_of < 0
    for kind, table in enumerate(world.kinds.tables):
        chosen = np.flatnonzero(originals & (files.kind == kind))
        drawn += _lines_of_kind(rng, chosen, table, files, people, ill, world)
    lines = _priced(rng, _once_each(drawn), files, world)
    return _with_copies(lines, files)


def _grant_lines(files: Files, world: World) -> _Drawn:
    chosen = np.flatnonzero(files.grant >= 0)
    code = np.array([grant.code for grant in world.grants])[files.grant[chosen]]
    zero, one = np.zeros(len(chosen), np.int64), np.full(len(chosen), 1000)
    return _Drawn(chosen, zero, code, one, files.care_from[chosen], zero)


def _lines_of_kind(
    rng: Rng, chosen: Column, table: Table, files: Files, people: People, ill: Column, world: World
) -> list[_Drawn]:
    slots = table["lines"]
    age = (files.care_from[chosen] - people.birth[files.person[chosen]]) / DAYS_A_YEAR
    present = np.array([happens(rng, slot.get("share", 1.0), len(chosen)) & _of_age(slot, age) for slot in slots])
    present[0] |= ~present.any(axis=0)  # a file has a line at least
    drawn = []
    for place, slot in enumerate(slots):
        some = chosen[present[place]]
        many = whole(rng, slot.get("many", (1, 1)), len(some))
        file = np.repeat(some, many)
        nth = ragged(np.zeros(len(some), np.int64), many)
        code = _codes(rng, slot, file, nth, files, people, ill, world)
        drawn.append(
            _Drawn(
                file=file,
                place=np.full(len(file), place),
                code=code,
                quantity=_quantities(rng, slot, code, file, files, world),
                day=_days(rng, slot, file, files),
                session=np.full(len(file), slot.get("session", 0)),
            )
        )
    return drawn


def _of_age(slot: Table, age: Column) -> Column:
    low, high = slot.get("ages", (-1, 200))
    return np.asarray((age >= low) & (age < high + 1))


def _codes(
    rng: Rng, slot: Table, file: Column, nth: Column, files: Files, people: People, ill: Column, world: World
) -> Column:
    if slot.get("code") in world.catalogue.codes:
        return np.full(len(file), world.catalogue.codes.index(slot["code"]))
    person = files.person[file]
    uniform = rng.random(len(file))
    if slot["of"] == "medicine":
        own = ill[person] & happens(rng, world.settings["codes"]["chronic"], len(file))
        ever = steady(person, people.birth[person], nth % LONG_TERM_MEDICINES)
        uniform = np.where(own, ever, uniform)
    group = 2 * world.settings.band(people.birth[person], files.care_from[file]) + people.sex[person]
    return world.catalogue.draw(slot["of"], group, uniform)


def _quantities(rng: Rng, slot: Table, code: Column, file: Column, files: Files, world: World) -> Column:
    """Thousandths; where the code is a bare key letter, the act's coefficient."""
    wanted = slot.get("quantity", (1, 1))
    if wanted == "nights":
        return np.asarray(1000 * np.maximum(files.care_to[file] - files.care_from[file], 1))
    low, high, step = world.catalogue.coefficients[code].T
    steps = np.where(step > 0, (high - low) // np.maximum(step, 1), 0)
    coefficient = low + step * np.floor((steps + 1) * rng.random(len(code)) ** 2).astype(np.int64)
    return np.where(step > 0, coefficient, 1000 * whole(rng, wanted, len(code)))


def _days(rng: Rng, slot: Table, file: Column, files: Files) -> Column:
    """Acts of the visit on the first day, purchases on the last, the rest in between."""
    first, last = files.care_from[file], files.care_to[file]
    if slot.get("at") == "end":
        return last
    if "session" in slot or slot.get("at") == "start":
        return first
    return first + np.floor((last - first + 1) * rng.random(len(file)) ** 2).astype(np.int64)


def _once_each(parts: list[_Drawn]) -> _Drawn:
    """All lines in the order of files; of two lines of one file with the same code, the first."""
    columns = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Drawn)]
    order = np.lexsort((columns[1], columns[0]))
    file, place, code, quantity, day, session = (column[order] for column in columns)
    _, first = np.unique(file * (int(code.max(initial=0)) + 1) + code, return_index=True)
    kept = np.sort(first)
    return _Drawn(file[kept], place[kept], code[kept], quantity[kept], day[kept], session[kept])


def _priced(rng: Rng, drawn: _Drawn, files: Files, world: World) -> Lines:
    sector = files.sector[drawn.file]
    tariff = world.catalogue.price_of(drawn.code, sector, drawn.day)
    asked = _asked(drawn, tariff, files, world)
    cut = happens(rng, world.settings["filing"]["reviewed"], len(asked)) & (asked > tariff) & (tariff > 0)
    return Lines(
        file=drawn.file,
        code=drawn.code,
        quantity=drawn.quantity,
        day=drawn.day,
        session=drawn.session,
        unit_price=asked,
        billed=(asked * drawn.quantity + 500) // 1000,
        approved=np.where(cut, tariff, -1),
    )


def _asked(drawn: _Drawn, tariff: Column, files: Files, world: World) -> Column:
    """Minor units for one unit: the tariff in the public sector; in the private one, what this provider asks for it."""
    table = world.settings["asked"]
    terms = [_terms(table.get(name, table["default"]), world.currency) for name in world.catalogue.category]
    median, spread, unit = np.array(terms).T
    provider = files.provider[drawn.file]
    # A doctor asks everybody the same for the same act; a fifth of the spread is from one patient to another.
    own = steady_normal(provider + 1, drawn.code)
    patient = steady_normal(files.person[drawn.file], files.care_from[drawn.file], drawn.code)
    factor = median[drawn.code] * np.exp(spread[drawn.code] * (0.98 * own + 0.2 * patient))
    step = np.where(drawn.quantity % 1000 == 0, unit[drawn.code], 1.0)
    step = np.where(world.catalogue.coefficients[drawn.code, 2] > 0, minor("0.05", world.currency), step)
    private = np.maximum(step, np.round(tariff * factor / step) * step).astype(np.int64)
    asked = np.where(files.sector[drawn.file] == PRIVATE, private, tariff)
    grant = files.grant[drawn.file]
    return np.where(grant >= 0, np.array([g.claimed for g in world.grants])[grant], np.maximum(asked, 1))


def _terms(table: Table, currency: str) -> tuple[float, float, float]:
    return (*table["private"], float(minor(table["round"], currency)))


def _with_copies(lines: Lines, files: Files) -> Lines:
    size = np.bincount(lines.file, minlength=len(files))
    start = np.concatenate(([0], np.cumsum(size)[:-1]))
    copies = np.flatnonzero(files.copy_of >= 0)
    first = files.copy_of[copies]
    rows = ragged(start[first], size[first])
    again = np.repeat(copies, size[first])
    file = np.concatenate((lines.file, again))
    order = np.argsort(file, kind="stable")
    joined = lines.take(np.concatenate((np.arange(len(lines)), rows))[order])
    return Lines(**{**joined.__dict__, "file": file[order]})
