"""The facts of one household as plain values: what the readable engine works on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.rules.adjudicate.columns import Column, Facts, Tariff
from tiwizi.rules.period import NEVER, NO_DAY, day_of
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, STATUSES, UNFIT


@dataclass(frozen=True)
class Person:
    number: int
    birth: date
    role: str
    sex: str
    statuses: tuple[tuple[str, date, date | None], ...]

    def has(self, status: str, on: date) -> bool:
        return any(s == status and start <= on and (end is None or on < end) for s, start, end in self.statuses)


@dataclass(frozen=True)
class Cover:
    """person is None where the household as a whole is covered."""

    person: int | None
    plan: str
    start: date
    end: date | None
    stage: str
    joined: date
    paid_until: date | None

    def holds(self, day: date) -> bool:
        """In force on a day: begun, joined, and not yet ended."""
        return max(self.start, self.joined) <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Claim:
    number: int
    attributes: Mapping[str, str]
    provider: int
    received: date
    care_to: date | None
    episode: int


@dataclass(frozen=True)
class Approval:
    """A prior approval of an amount (minor units), a quantity (thousandths) or both; None where it says nothing of it.
    number: the first line that stands on it."""

    number: int
    amount: int | None
    quantity: int | None


@dataclass(frozen=True)
class Line:
    number: int
    claim: Claim
    person: Person
    day: date
    code: str
    category: str
    quantity: int
    billed: int
    allowed: int
    session: int
    price: Price | None
    reported: Mapping[str, int]
    approval: Approval | None = None
    unfit: tuple[str, ...] = ()  # of terms.UNFIT


@dataclass(frozen=True)
class Price:
    """The tariff row that prices a line. Money in minor units, coefficients in thousandths, -1 where not given."""

    letter: str
    coefficient: int
    price: int
    reimbursement_base: int
    generic_base: int
    rate: int
    anaesthesia: int
    doubtful: bool


@dataclass(frozen=True)
class Household:
    people: tuple[Person, ...]
    cover: tuple[Cover, ...]
    lines: tuple[Line, ...]


def household(facts: Facts, tariff: Tariff, number: int, claims: Collection[int] | None = None) -> Household:
    """One household of the columns as values; its lines in the order in which they are decided: all, or those of some
    claims, given by their rows."""
    people = {p: _person(facts, p) for p in _rows(facts.person_start, number)}
    cover = tuple(_cover(facts, row) for row in _rows(facts.cover_start, number))
    known = {row: _claim(facts, row) for row in (_rows(facts.claim_start, number) if claims is None else claims)}
    claim = facts.claim[facts.line_start[number] : facts.line_start[number + 1]].tolist()
    lines = tuple(
        _line(facts, tariff, row, known[of], people[int(facts.person[row])])
        for row, of in zip(_rows(facts.line_start, number), claim, strict=True)
        if of in known
    )
    return Household(tuple(people.values()), cover, lines)


def _rows(start: Column, part: int) -> range:
    return range(int(start[part]), int(start[part + 1]))


def _end(day: int) -> date | None:
    return None if day == NEVER else day_of(day)


def _person(facts: Facts, row: int) -> Person:
    statuses = tuple(
        (STATUSES[facts.status[s]], day_of(int(facts.status_from[s])), _end(int(facts.status_to[s])))
        for s in _rows(facts.status_start, row)
    )
    role, sex = ATTRIBUTES["role"][facts.role[row]], ATTRIBUTES["sex"][facts.sex[row]]
    return Person(row, day_of(int(facts.birth[row])), role, sex, statuses)


def _cover(facts: Facts, row: int) -> Cover:
    person = int(facts.cover_person[row])
    return Cover(
        person=None if person < 0 else person,
        plan=facts.plan_codes[facts.cover_plan[row]],
        start=day_of(int(facts.cover_from[row])),
        end=_end(int(facts.cover_to[row])),
        stage=ATTRIBUTES["stage"][facts.cover_stage[row]],
        joined=day_of(int(facts.joined[row])),
        paid_until=_end(int(facts.paid_until[row])),
    )


def _claim(facts: Facts, row: int) -> Claim:
    attributes = {name: ATTRIBUTES[name][facts.claim_attributes[row, c]] for c, name in enumerate(CLAIM_ATTRIBUTES)}
    care_to = int(facts.care_to[row])
    return Claim(
        number=row,
        attributes=attributes,
        provider=int(facts.provider[row]),
        received=day_of(int(facts.received[row])),
        care_to=None if care_to == NO_DAY else day_of(care_to),
        episode=int(facts.episode[row]),
    )


def _line(facts: Facts, tariff: Tariff, row: int, claim: Claim, person: Person) -> Line:
    code, day = int(facts.code[row]), int(facts.day[row])
    sector = ATTRIBUTES["sector"].index(claim.attributes["sector"])
    return Line(
        number=row,
        claim=claim,
        person=person,
        day=day_of(day),
        code=tariff.codes[code],
        category=tariff.categories[tariff.code_category[code]],
        quantity=int(facts.quantity[row]),
        billed=int(facts.billed[row]),
        allowed=int(facts.allowed[row]),
        session=int(facts.session[row]),
        price=price_of(tariff, code, day, sector=sector, provider=claim.provider),
        reported={layer: int(a[row]) for layer, a in facts.reported.items() if a[row] >= 0},
        approval=_approval(facts, row),
        unfit=_unfit(facts, row),
    )


def _approval(facts: Facts, row: int) -> Approval | None:
    if len(facts.approval) == 0 or facts.approval[row] < 0:
        return None
    amount, quantity = (int(n) if n >= 0 else None for n in (facts.approved[row], facts.approved_quantity[row]))
    return Approval(int(facts.approval[row]), amount, quantity)


def _unfit(facts: Facts, row: int) -> tuple[str, ...]:
    bits = int(facts.unfit[row]) if len(facts.unfit) else 0
    return tuple(name for bit, name in enumerate(UNFIT) if bits >> bit & 1)


def price_of(tariff: Tariff, code: int, day: int, *, sector: int, provider: int) -> Price | None:
    """The first, that is the most specific, row of the code that fits the day, the sector and the provider."""
    for row in _rows(tariff.code_start, code):
        in_force = tariff.valid_from[row] <= day < tariff.valid_to[row]
        if in_force and tariff.sector[row] in (-1, sector) and tariff.provider[row] in (-1, provider):
            letter = int(tariff.letter[row])
            return Price(
                letter=tariff.letters[letter] if letter >= 0 else "",
                coefficient=int(tariff.coefficient[row]),
                price=int(tariff.price[row]),
                reimbursement_base=int(tariff.reimbursement_base[row]),
                generic_base=int(tariff.generic_base[row]),
                rate=int(tariff.rate[row]),
                anaesthesia=int(tariff.anaesthesia[row]),
                doubtful=bool(tariff.doubtful[row]),
            )
    return None


def empty_decisions(lines: int, steps: int) -> dict[str, Column]:
    """Columns for the decisions of so many lines, without their trails."""
    return {
        "state": np.zeros(lines, np.int8),
        "reasons": np.zeros(lines, np.int64),
        "billed": np.zeros(lines, np.int64),
        "paid": np.zeros((lines, steps), np.int64),
        "chosen": np.full((lines, steps), -1, np.int8),
        "reductions": np.zeros(lines, np.int64),
        "share": np.zeros(lines, np.int64),
    }
