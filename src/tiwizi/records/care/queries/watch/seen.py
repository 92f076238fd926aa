"""All lines that stand, as columns: what every kind of the watch looks at, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.packs.watching import Watch
from tiwizi.records.database.columns import read_columns
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.terms import REFUSED

_LINES = """SELECT l.id AS id, l.claim_id AS claim, l.person_id AS person, l.day AS day, l.act_id AS act,
    l.quantity AS quantity, l.billed AS billed, l.receipt_compared AS receipt FROM care_line l
    WHERE NOT l.withdrawn"""
_CLAIMS = """SELECT id, household_id AS household, provider_id AS provider, setting, care_from, care_to
    FROM care_claim"""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Found:
    """Something odd. ``key`` names it within its kind. claim: the file that a person would look at first. amount: what
    is at stake, in minor units. figures: what its sentence says (locale/<lang>/desk/watch.toml, "told_<kind>"): names
    that end in _day are days, in _amount minor units, in _bp basis points."""

    key: str
    claim: int
    person: int | None
    provider: int | None
    amount: int
    figures: dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A place a line that is not refused, in no order: ids, days since 1970, thousandths, minor units. ``provider`` is
    -1 where the file names none; ``category``: a place in ``categories``, -1 for an act without one; ``receipt``: one
    in ``receipts``, numbers as they are compared, -1 for none. stay_from, stay_to: of its file. birth, sex: of its
    person. code_of: act -> code."""

    watch: Watch
    line: Column
    claim: Column
    household: Column
    person: Column
    provider: Column
    setting: Column
    day: Column
    act: Column
    quantity: Column
    billed: Column
    category: Column
    receipt: Column
    stay_from: Column
    stay_to: Column
    birth: Column
    sex: Column
    categories: tuple[str, ...]
    receipts: Any
    code_of: dict[int, str]

    def acts(self, words: tuple[str, ...]) -> Column:
        """bool a line: whether its act is one of some categories or codes."""
        wanted = [place for place, name in enumerate(self.categories) if name in words]
        ids = [act for act, code in self.code_of.items() if code in words]
        return np.isin(self.category, wanted) | np.isin(self.act, ids)

    def named(self, word: str) -> Column:
        """bool a line: whether its act is what a word of watch.toml means."""
        return self.acts(self.watch.acts.get(word, ()))

    @cached_property
    def age(self) -> Column:
        """Years on the day of the care, to a day or so: good for limits that are years apart."""
        return np.floor((self.day - self.birth) / 365.2425).astype(np.int64)


def as_day(number: int) -> str:
    return (_EPOCH + timedelta(days=int(number))).isoformat()


def read_seen(watch: Watch, tariff_version: int | None) -> Seen:
    """All lines that stand and are not refused; categories by a version of the tariff."""
    lines = read_columns(
        _LINES,
        {"id": "int", "claim": "int", "person": "int", "day": "day", "act": "int", "quantity": "int", "billed": "int",
         "receipt": "text"},
    )  # fmt: skip
    receipt, receipts = _numbered(lines.pop("receipt"))
    lines["receipt"] = receipt
    keep = ~_refused(int(lines["id"].max(initial=0)))[lines["id"]]
    lines = {name: column[keep] for name, column in lines.items()}
    claims = read_columns(
        _CLAIMS,
        {"id": "int", "household": "int", "provider": "int", "setting": "int", "care_from": "day", "care_to": "day"},
    )
    people = read_columns("SELECT id, birth, sex FROM people_person", {"id": "int", "birth": "day", "sex": "int"})
    of_claim, of_person = _places(claims["id"])[lines["claim"]], _places(people["id"])[lines["person"]]
    category, names, code_of = _acts(tariff_version)
    return Seen(
        watch, lines["id"], lines["claim"], claims["household"][of_claim], lines["person"],
        claims["provider"][of_claim], claims["setting"][of_claim], lines["day"].astype(np.int64), lines["act"],
        lines["quantity"], lines["billed"], category[lines["act"]], lines["receipt"],
        _open(claims["care_from"])[of_claim], _open(claims["care_to"])[of_claim],
        people["birth"][of_person].astype(np.int64), people["sex"][of_person], names, receipts, code_of,
    )  # fmt: skip


def _numbered(texts: Any) -> tuple[Column, Any]:
    """Texts as places among those that differ, -1 where blank; and these."""
    coded = texts.dictionary_encode()
    blank = pc.equal(coded.dictionary, pa.scalar("")).to_numpy(zero_copy_only=False)
    place = coded.indices.to_numpy().astype(np.int64)
    return np.where(np.append(blank, False)[place], -1, place), coded.dictionary


def _refused(last: int) -> Column:
    """bool by id of line: whether its last decision refuses it."""
    rows = read_columns(
        "SELECT line_id AS line, number, state FROM care_decision", {"line": "int", "number": "int", "state": "int"}
    )
    order = np.argsort(rows["number"], kind="stable")
    state = np.full(max(last, int(rows["line"].max(initial=0))) + 1, -1, np.int8)
    state[rows["line"][order]] = rows["state"][order]  # of several decisions the last one stays
    return np.asarray(state == REFUSED)


def _acts(version: int | None) -> tuple[Column, tuple[str, ...], dict[int, str]]:
    """By id of an act the place of its category, or -1; the categories; act -> code."""
    rows = read_columns(
        "SELECT a.id AS id, a.code AS code, COALESCE(MIN(r.category), '') AS category FROM cover_act a"
        " LEFT JOIN cover_tariffrow r ON r.act_id = a.id AND r.version_id = %s GROUP BY a.id, a.code",
        {"id": "int", "code": "text", "category": "text"},
        [version if version is not None else -1],
    )
    said = rows["category"].to_pylist()
    names = tuple(sorted(set(said) - {""}))
    place = {name: at for at, name in enumerate(names)}
    category = np.full(int(rows["id"].max(initial=0)) + 1, -1, np.int64)
    category[rows["id"]] = [place.get(name, -1) for name in said]
    return category, names, dict(zip(rows["id"].tolist(), rows["code"].to_pylist(), strict=True))


def _places(ids: Column) -> Column:
    """By id, where it stands."""
    found = np.full(int(ids.max(initial=0)) + 1, -1, np.int64)
    found[ids] = np.arange(len(ids))
    return found


def _open(days: Column) -> Column:
    """Days, -1 where there is none."""
    return np.where(days == NO_DAY, -1, days).astype(np.int64)
