"""A claim as somebody types it -> rows beside those of the tables, and what is wrong with what was typed.

Cells are those of the tables claims and lines (docs/concepts/tables.md) and are read as those are, so that what a
preview takes or not is what entering the claim would.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tiwizi.formats.tables.claims import check_days, read_amounts, read_attributes, read_days
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.source import from_mappings
from tiwizi.records.care.basis import Basis
from tiwizi.records.care.facts import TYPED, Typed
from tiwizi.records.care.models import PriorApproval
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.period import NO_DAY, day_number
from tiwizi.rules.terms import CLAIM_ATTRIBUTES

Cells = Mapping[str, Any]
#: A claim that has no number yet comes after all that have one of the system's.
NUMBER = "N999999999"
#: A provider that the records do not know is nobody whom they know.
NEW_PROVIDER = 2**31 - 1


@dataclass(frozen=True)
class Kin:
    """Somebody of the household. ``number``: what people call them by."""

    person: int
    number: str
    birth: Any


@dataclass(frozen=True)
class Read:
    """``typed`` is None where the claim itself cannot be read. ``places``: which of the typed lines can be."""

    typed: Typed | None
    places: tuple[int, ...]
    claim: Sheet
    lines: Sheet


def read_typed(
    claim: Cells, lines: Sequence[Cells], *, household: int, people: Sequence[Kin], provider: int, by: Basis
) -> Read:
    """``provider``: the id of whom the claim names, -1 for nobody; ``by``: what the claim would be decided by."""
    digits = MINOR_DIGITS[by.plan.currency]
    claim = {"received_on": "", **claim, "claim": NUMBER, "household": str(household)}
    about = Sheet(from_mappings([claim], "claims"), digits)
    rows = _claim(about, claim, household, provider)
    blank = {"person": "", "date": "", "code": "", "billed": ""}
    numbered = [{**blank, **line, "claim": NUMBER, "line": place} for place, line in enumerate(lines, 1)]
    sheet = Sheet(from_mappings(numbered, "lines"), digits)
    columns = _lines(sheet, rows, people, by)
    if about.bad.any():
        return Read(None, (), about, sheet)
    good = sheet.good
    kept = {name: column[good] for name, column in columns.items()}
    return Read(Typed(rows, kept, _named(claim)), tuple(good.tolist()), about, sheet)


def _claim(sheet: Sheet, cells: Cells, household: int, provider: int) -> dict[str, Any]:
    attributes = read_attributes(sheet).astype(np.int64)
    care_to, received = read_days(sheet)
    rows = {name: attributes[:, at] for at, name in enumerate(CLAIM_ATTRIBUTES)}
    rows["prior_approval"] = rows["prior_approval"] * _counts(_named(cells))
    return rows | {
        "id": np.array([TYPED]), "household": np.array([household]), "number": pa.array([NUMBER]),
        "provider": np.array([provider]), "received": received,
        "care_to": care_to, "episode": pa.array([""]),
    }  # fmt: skip


def _named(cells: Cells) -> str:
    """The number of the prior approval that a claim names."""
    return str(cells.get("prior_approval") or "").strip()


def _counts(approval: str) -> int:
    """Whether an approval that is named counts: unless it is known and was not given (facts.py)."""
    return int(not (approval and PriorApproval.objects.filter(number=approval).exclude(state="approved").exists()))


def _lines(sheet: Sheet, claim: Mapping[str, Any], people: Sequence[Kin], by: Basis) -> dict[str, Any]:
    count = sheet.rows
    person, birth = _person(sheet, people)
    day, amounts, act = sheet.days("date", blank=NO_DAY), read_amounts(sheet), _act(sheet, by)
    at = np.flatnonzero((day != NO_DAY) & (birth != NO_DAY))
    received = np.repeat(claim["received"], len(at))
    dated = received != NO_DAY
    check_days(sheet, at[dated], day[at][dated], birth=birth[at][dated], received=received[dated])
    none = np.full(count, -1, np.int64)
    return {
        "id": TYPED + np.arange(count), "claim": np.full(count, TYPED), "number": np.arange(1, count + 1),
        "person": person, "day": day, "act": act, "quantity": amounts["quantity"],
        "unit_price": amounts["unit_price"], "billed": amounts["billed"],
        "session": np.maximum(sheet.numbers("session"), 0), "quantity_approved": none, "price_approved": none,
        "withdrawn": np.zeros(count, bool),
    }  # fmt: skip


def _person(sheet: Sheet, people: Sequence[Kin]) -> tuple[Column, Column]:
    """Ids and days of birth of those whom the lines name."""
    known = {kin.number: kin for kin in people}
    named = [known.get(number) for number in sheet.keys("person").to_pylist()]
    sheet.find(np.array([kin is None for kin in named], bool) & ~sheet.bad, "person", "unknown_person")
    ids = np.array([kin.person if kin else -1 for kin in named], np.int64)
    return ids, np.array([day_number(kin.birth) if kin else NO_DAY for kin in named], np.int32)


def _act(sheet: Sheet, by: Basis) -> Column:
    """Ids of the acts; a code without a price in the tariff is as unknown as one that nobody wrote down."""
    found, names = sheet.coded("code")
    acts = np.array([_act_of(name, by) for name in names.to_pylist()] + [-1], np.int64)[found]
    sheet.find((found >= 0) & (acts < 0), "code", "unknown_code")
    return acts


def _act_of(code: str, by: Basis) -> int:
    codes, start = by.tariff.codes, by.tariff.code_start
    at = bisect_left(codes, code)
    if at == len(codes) or codes[at] != code or start[at] == start[at + 1]:
        return -1
    return int(np.flatnonzero(by.code_of_act == at)[0])
