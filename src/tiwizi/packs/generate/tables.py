"""A batch of households as Arrow tables, with the columns of docs/concepts/tables.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.packs.generate.cover import FUNDS, Cover
from tiwizi.packs.generate.draw import steady
from tiwizi.packs.generate.files import NOBODY, Files
from tiwizi.packs.generate.lines import Lines
from tiwizi.packs.generate.people import People
from tiwizi.packs.generate.statuses import Statuses
from tiwizi.packs.generate.world import World
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.terms import ATTRIBUTES, STATUSES

Arrow = Any  # pyarrow carries no types
WORD = pa.dictionary(pa.int32(), pa.string())
FIRST_HOUSEHOLD, HOUSEHOLD_DIGITS = 10_000_001, 8
CARD_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZA"
LEVELS, SETTINGS, PAYEES = ATTRIBUTES["level"], ATTRIBUTES["setting"], ATTRIBUTES["payee"]


@dataclass(frozen=True)
class Batch:
    """Households first_household and on, and their files first_file and on, of the whole mutual."""

    first_household: int
    first_file: int
    people: People
    statuses: Statuses
    cover: Cover
    files: Files
    lines: Lines


def arrow_tables(batch: Batch, world: World) -> dict[str, Arrow]:
    """The tables by name. ``_arrival`` (of claims and lines) is the day received: it is not written."""
    households = numbered("A", FIRST_HOUSEHOLD + batch.first_household, len(batch.people.start) - 1, HOUSEHOLD_DIGITS)
    people = batch.people
    person = joined(_at(households, people.household), _ranks(people.rank), between="-")
    claims = numbered("D", 1 + batch.first_file, len(batch.files), 9)
    return {
        "people": _people(people, households, person, batch.first_household, world),
        "statuses": _statuses(batch.statuses, person),
        "cover": _cover(batch.cover, households, world),
        "claims": _claims(batch, households, claims, world),
        "lines": _lines(batch, claims, person, world),
    }


def numbered(prefix: str, first: int, count: int, digits: int) -> Arrow:
    """The identifiers prefix + first, first + 1, ..., as text of one length."""
    numbers = pa.array(np.arange(first, first + count)).cast(pa.string())
    return joined(prefix, pc.utf8_lpad(numbers, digits, "0"))


def joined(*parts: Arrow, between: str = "") -> Arrow:
    """Text columns and constant texts, joined row by row; null where one of them is."""
    values: list[Any] = [*parts, between]
    return pc.binary_join_element_wise(*values)


def words(values: Sequence[str], positions: Column) -> Arrow:
    """A dictionary column; a negative position is null."""
    index: Arrow = pa.array(positions.astype(np.int32), mask=positions < 0)
    return pa.DictionaryArray.from_arrays(index, pa.array(values, pa.string()))


def days(numbers: Column) -> Arrow:
    """date32; NEVER and NO_DAY are null."""
    return pa.array(numbers.astype(np.int32), mask=(numbers == NEVER) | (numbers == NO_DAY)).view(pa.date32())


def decimals(units: Column, digits: int, *, mask: Column | None = None) -> Arrow:
    """decimal128 with so many digits after the point, from whole units; null where the mask is set."""
    wide: Arrow = np.empty((len(units), 2), np.int64)
    wide[:, 0], wide[:, 1] = units, units >> 63
    array = pa.Array.from_buffers(pa.decimal128(12, digits), len(units), [None, pa.py_buffer(wide)])
    return array if mask is None else pc.if_else(pa.array(~mask), array, pa.scalar(None, array.type))


def _at(values: Arrow, rows: Column) -> Arrow:
    return values.take(pa.array(rows))


def _ranks(rank: Column) -> Arrow:
    return _at(pa.array([f"{number:02d}" for number in range(int(rank.max(initial=0)) + 1)]), rank)


def _names(people: People, first: Sequence[str], family: Sequence[str]) -> Arrow:
    parts = _at(pa.array(first), people.first), _at(pa.array(family), people.family)
    return joined(*parts, between=" ")


def _people(people: People, households: Arrow, person: Arrow, first_household: int, world: World) -> Arrow:
    names = world.names
    return pa.table(
        {
            "person": person,
            "household": _at(households, people.household),
            "role": words(ATTRIBUTES["role"], people.role),
            "birth_date": days(people.birth),
            "sex": words(ATTRIBUTES["sex"], people.sex),
            "name_ar": _names(people, names.first_arabic, names.family_arabic),
            "name_latin": _names(people, names.first_latin, names.family_latin),
            **_contacts(people, first_household, world),
        }
    )


def _contacts(people: People, first_household: int, world: World) -> dict[str, Arrow]:
    """Cards of adults, phones of members and their spouses, and where the household lives: made up from its number
    alone, so that nothing else is drawn otherwise."""
    home = people.household + first_household
    adult = (people.birth < world.settings.until - 18 * 366) & (people.death == NEVER)
    serial = home * 32 + people.rank
    first, second = np.divmod(serial // 1_000_000 % 676, 26)
    letters = words([f"{one}{other}" for one in CARD_LETTERS for other in CARD_LETTERS], first * 26 + second)
    digits = pc.utf8_lpad(pa.array(serial % 1_000_000 * 7_919 % 1_000_000).cast(pa.string()), 6, "0")
    phone = pc.utf8_lpad(pa.array((home * 7_919 + 271_828) % 1_000_000).cast(pa.string()), 6, "0")
    reached = adult & (people.rank <= 2)
    shares = np.array([share for _, share in world.settings["regions"]])
    place = np.searchsorted(np.cumsum(shares / shares.sum()), home * 2_654_435_761 % 2**32 / 2**32, side="right")
    nobody = pa.scalar(None, pa.string())
    return {
        "cin": pc.if_else(pa.array(adult), joined(letters.cast(pa.string()), digits), nobody),
        "phone": pc.if_else(pa.array(reached), joined("0600", phone), nobody),
        "region": words([code for code, _ in world.settings["regions"]], np.minimum(place, len(shares) - 1)),
    }


def _statuses(statuses: Statuses, person: Arrow) -> Arrow:
    codes, position = np.unique(statuses.code, return_inverse=True)
    position = np.where(statuses.code == "", -1, position)
    return pa.table(
        {
            "person": _at(person, statuses.person),
            "status": words(STATUSES, statuses.status),
            "start": days(statuses.start),
            "end": days(statuses.end),
            "code": words(codes.tolist(), position),
        }
    )


def _cover(cover: Cover, households: Arrow, world: World) -> Arrow:
    plans = [world.settings["cover"][fund] for fund in ("basic", "complementary", "death_fund", "social_works")]
    assert len(plans) == len(FUNDS)
    return pa.table(
        {
            "household": _at(households, cover.household),
            "plan": words(plans, cover.fund),
            "start": days(cover.start),
            "end": days(cover.end),
            "stage": words(ATTRIBUTES["stage"], cover.stage),
            "joined_on": days(cover.joined),
            "paid_until": days(cover.paid_until),
        }
    )


def _claims(batch: Batch, households: Arrow, claims: Arrow, world: World) -> Arrow:
    files = batch.files
    care = files.kind >= 0
    approvals = numbered("PC", 26_000_001 + batch.first_file, len(files), 8)
    return pa.table(
        {
            "claim": claims,
            "household": _at(households, files.household),
            "provider": words(world.providers.number, np.where(files.provider == NOBODY, -1, files.provider)),
            "sector": words(ATTRIBUTES["sector"], files.sector),
            "level": words(LEVELS, files.level),
            "setting": words(SETTINGS, np.where(care & world.kinds.hospital[files.kind], 1, 0)),
            "overnight": words(ATTRIBUTES["overnight"], np.where(care & world.kinds.stay[files.kind], 1, 0)),
            "visit": words(ATTRIBUTES["visit"], files.visit),
            "payee": words(PAYEES, files.to_provider.astype(np.int64)),
            "prior_approval": pc.if_else(pa.array(files.approved), approvals, pa.scalar(None, pa.string())),
            "care_from": days(files.care_from),
            "care_to": days(files.care_to),
            "received_on": days(files.received),
            "channel": words(world.channels, files.channel),
            "_arrival": files.received.astype(np.int32),
        }
    )


def _lines(batch: Batch, claims: Arrow, person: Arrow, world: World) -> Arrow:
    lines, files = batch.lines, batch.files
    size = np.bincount(lines.file, minlength=len(files))
    nth = np.arange(len(lines)) - np.repeat(np.cumsum(size) - size, size)
    digits = MINOR_DIGITS[world.currency]
    return pa.table(
        {
            "claim": _at(claims, lines.file),
            "line": words([str(number + 1) for number in range(int(nth.max(initial=0)) + 1)], nth),
            "person": _at(person, files.person[lines.file]),
            "date": days(lines.day),
            "code": words(world.catalogue.codes, lines.code),
            "quantity": decimals(lines.quantity, 3),
            "unit_price": decimals(lines.unit_price, digits),
            "billed": decimals(lines.billed, digits),
            "session": pa.array(lines.session.astype(np.int16)),
            "receipt": _at(_receipts(batch, world), lines.file),
            "price_approved": decimals(lines.approved, digits, mask=lines.approved < 0),
            "_arrival": files.received[lines.file].astype(np.int32),
        }
    )


def _receipts(batch: Batch, world: World) -> Arrow:
    """The number of the provider's receipt, one a file: made up from the file's number alone, so that nothing else is
    drawn otherwise. Care that is filed again has the receipt that it had."""
    filing, files = world.settings["filing"], batch.files
    own = np.where(files.copy_of >= 0, files.copy_of, np.arange(len(files)))
    written = (files.provider != NOBODY) & (steady(batch.first_file + own, 3) < filing["with_receipt"])
    lent = written & (own == np.arange(len(files))) & (steady(batch.first_file + own, 4) < filing["borrowed_receipt"])
    own = np.where(files.copy_of >= 0, own, _borrowed(files, written, lent))
    numbers = numbered("F", 1 + batch.first_file, len(files), 7)
    return pc.if_else(pa.array(written), _at(numbers, own), pa.scalar(None, pa.string()))


def _borrowed(files: Files, written: Column, lent: Column) -> Column:
    """Of each file whose receipt it has: for some, the last before it that their provider gave to another household."""
    found = np.arange(len(files))
    for file in np.flatnonzero(lent).tolist():
        same = written[:file] & (files.provider[:file] == files.provider[file])
        before = np.flatnonzero(same & (files.household[:file] != files.household[file]) & ~lent[:file])
        found[file] = before[-1] if len(before) else file
    return found


def words_of(column: Arrow) -> Arrow:
    """A column with a dictionary as plain text; any other as it is."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def with_columns(table: Arrow, columns: Mapping[str, Arrow]) -> Arrow:
    """The table with some columns replaced."""
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, column)
    return table
