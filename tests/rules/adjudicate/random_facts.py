"""Random households, claims and tariffs that belong to a random plan (see random_plans.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from tests.rules.adjudicate.random_plans import COVER_PLANS, FIRST, LAST, LETTERS, LONG_AGO, Draw, codes_of

from tiwizi.rules.adjudicate.columns import Column, Facts, Tariff
from tiwizi.rules.money import MAX_AMOUNT, MAX_QUANTITY, QUANTITY_SCALE
from tiwizi.rules.period import NEVER, NO_DAY, add_months, day_number, day_of
from tiwizi.rules.plan.document import Plan, clauses
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, STATUSES

DTYPES = {
    "birth": np.int32, "role": np.int8, "sex": np.int8,
    "status": np.int8, "status_from": np.int32, "status_to": np.int32,
    "cover_plan": np.int16, "cover_from": np.int32, "cover_to": np.int32, "cover_stage": np.int8, "joined": np.int32,
    "paid_until": np.int32, "provider": np.int32, "received": np.int32, "care_to": np.int32, "day": np.int32,
    "code": np.int32, "quantity": np.int32, "session": np.int16, "claim_attributes": np.int8,
    "letter": np.int16, "coefficient": np.int32, "rate": np.int32, "valid_from": np.int32, "valid_to": np.int32,
    "sector": np.int8, "anaesthesia": np.int32, "doubtful": np.bool_,
}  # fmt: skip
#: Columns that no household may have filled: nobody had a status, or a cover.
MAY_BE_EMPTY = (
    "status", "status_from", "status_to",
    "cover_person", "cover_plan", "cover_from", "cover_to", "cover_stage", "joined", "paid_until",
)  # fmt: skip
PROVIDERS = 3


def random_facts(rng: np.random.Generator, plan: Plan, *, households: int, lines: int = 30) -> tuple[Facts, Tariff]:
    """So many households with at most so many lines each, and the tariff that prices them."""
    d = Draw(rng, plan.id)
    tariff = random_tariff(d, plan)
    book = Book(d, plan, tariff, days=turning_days(plan))
    for _ in range(households):
        book.add_household(d.whole(1, lines))
    return book.facts(), tariff


def turning_days(plan: Plan) -> list[int]:
    """The days on which some wording of the plan changes, and the days before."""
    dated = [block.dates for block in (*clauses(plan), *plan.letters) if block is not None]
    days = {
        day_number(day)
        for dates in dated
        for day in (dates.effective, dates.until)
        if day is not None and day > LONG_AGO
    }
    return sorted(days | {day - 1 for day in days}) or [day_number(FIRST)]


@cache
def months_around(day: int) -> tuple[int, ...]:
    """A day, and days that are whole months, weeks or years from it: limits and waiting periods end on such days."""
    months = [day_number(add_months(day_of(day), count)) for count in (-12, -6, -3, -1, 0, 0, 1, 3, 6, 12, 24)]
    return (*months, *(day + count for count in (1, 7, 30, 365, 730)))


def columns(rows: dict[str, list[Any]]) -> dict[str, Column]:
    return {name: np.array(values, DTYPES.get(name, np.int64)) for name, values in rows.items()}


# --- tariff -----------------------------------------------------------------------------------------------------

TARIFF_COLUMNS = (
    "letter", "coefficient", "price", "reimbursement_base", "generic_base", "rate", "valid_from", "valid_to", "sector",
    "provider", "anaesthesia", "doubtful",
)  # fmt: skip


#: A row that fits every line.
GENERAL = {"valid_from": NO_DAY, "valid_to": NEVER, "sector": -1, "provider": -1}


def random_tariff(d: Draw, plan: Plan) -> Tariff:
    """Prices for every code of the plan's categories, and for one category that the plan does not know."""
    categories = [*plan.categories, "foreign"]
    if d.chance(0.5):
        d.random.shuffle(categories)
    codes = sorted(codes_of(categories))
    rows: dict[str, list[Any]] = {name: [] for name in TARIFF_COLUMNS}
    start = [0]
    for _ in codes:
        made = [tariff_row(d) for _ in range(d.pick((1, 1, 1, 2, 3, 5)))]
        if d.chance(0.85):
            made[0] |= GENERAL
        for row in sorted(made, key=specific_first):
            for name, value in row.items():
                rows[name].append(value)
        start.append(len(rows["price"]))
    category = np.array([categories.index(code[:-1]) for code in codes], np.int32)
    letters = (*LETTERS, "unvalued")
    return Tariff(tuple(codes), tuple(categories), letters, category, np.array(start, np.int32), **columns(rows))


def specific_first(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["provider"] < 0, row["sector"] < 0, -row["valid_from"], row["provider"], row["sector"])


def tariff_row(d: Draw) -> dict[str, Any]:
    row = dict.fromkeys(TARIFF_COLUMNS, -1) | {"valid_from": NO_DAY, "valid_to": NEVER, "doubtful": d.chance(0.03)}
    way = d.random.random()
    if way < 0.65:
        row["price"] = d.price()
    elif way < 0.97:
        row |= {
            "letter": d.pick((0, 0, 0, 1, 1, 1, 1, 1, 2)),
            "coefficient": d.pick((1_000, 2_500, 22_500, 100_000, 1, 0)),
        }
    if d.chance(0.35):
        row["reimbursement_base"] = d.price()
    if d.chance(0.15):
        row["generic_base"] = d.price()
    if d.chance(0.6):
        row["rate"] = d.rate()
    if d.chance(0.25):
        row["valid_from"] = day_number(d.day())
    if d.chance(0.1):
        row["valid_to"] = max(row["valid_from"] + 1, day_number(d.day()))
    if d.chance(0.2):
        row["sector"] = d.whole(0, 2)
    if d.chance(0.2):
        row["provider"] = d.whole(0, PROVIDERS - 1)
    if d.chance(0.3):
        row["anaesthesia"] = d.pick((0, 15_000, 20_000, 500))
    return row


# --- households -------------------------------------------------------------------------------------------------


@dataclass
class Line:
    claim: int
    person: int
    day: int
    code: int
    quantity: int
    billed: int
    allowed: int
    session: int
    order: int


@dataclass
class Book:
    """The facts while they are being made up."""

    d: Draw
    plan: Plan
    tariff: Tariff
    days: list[int]
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    statuses: list[int] = field(default_factory=list)
    sizes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: Of the household that is being added: little bars it from everything; and the care that it often has.
    calm: bool = True
    usual: list[int] = field(default_factory=list)

    def add(self, **values: Any) -> int:
        """One more row of each of these columns; its number."""
        for name, value in values.items():
            self.rows[name].append(value)
        return len(self.rows[next(iter(values))]) - 1

    def day(self, near: int) -> int:
        """A day: near another, some months from it to the day, on a turning day of the plan, or anywhere."""
        way = self.d.random.random()
        if way < 0.4:
            return near + self.d.whole(0, 40)
        if way < 0.65:
            return self.d.pick(months_around(near))
        return self.d.pick(self.days) if way < 0.8 else day_number(self.d.day())

    def add_household(self, lines: int) -> None:
        near = self.day(day_number(FIRST) + self.d.whole(0, (LAST - FIRST).days))
        self.calm = self.d.chance(0.75)
        self.usual = [self.d.whole(0, len(self.tariff.codes) - 1) for _ in range(2)]
        before = {name: len(self.rows[name]) for name in ("birth", "cover_plan", "provider")}
        for _ in range(self.d.pick((1, 1, 2, 3, 4, 6))):
            self.add_person(near)
        people = range(before["birth"], len(self.rows["birth"]))
        if self.calm:
            self.add_lasting_covers(near)
        for _ in range(self.d.pick((0, 0, 0, 1, 2) if self.calm else (0, 1, 2, 3, 4))):
            self.add_cover(people, near)
        made = list(self.household_lines(people, near, lines))
        made.sort(key=lambda line: (line.day, self.rows["received"][line.claim], line.claim, line.order))
        for line in made:
            self.add(**{name: value for name, value in vars(line).items() if name != "order"})
        for part, name in (("person", "birth"), ("cover", "cover_plan"), ("claim", "provider")):
            self.sizes[part].append(len(self.rows[name]) - before[name])
        self.sizes["line"].append(len(made))

    def add_person(self, near: int) -> None:
        d = self.d
        years = d.pick((0, 1, 5, 10, 16, 18, 21, 25, 26, 30, 45, 60, 80))
        birthday = d.pick((day_of(near), day_of(self.day(near)), d.day(), date(2024, 2, 29)))
        birth = day_number(add_months(birthday, -12 * years))
        self.add(birth=birth, role=d.whole(0, len(ATTRIBUTES["role"]) - 1), sex=d.pick((0, 0, 0, 1, 1, 1, 2)))
        count = d.pick((0, 0, 0, 1, 1, 2))
        for _ in range(count):
            start = d.pick((day_number(LONG_AGO), self.day(near), self.day(near) - 200))
            end = NEVER if d.chance(0.6) else max(start, self.day(near)) + d.whole(1, 300)
            self.add(status=d.whole(0, len(STATUSES) - 1), status_from=start, status_to=end)
        self.statuses.append(count)

    def add_lasting_covers(self, near: int) -> None:
        """The household has all plans, since long: what happens next is up to the other rules."""
        start = day_number(LONG_AGO)
        for plan in range(len(COVER_PLANS)):
            if self.d.chance(0.8):
                joined = start if self.d.chance(0.5) else self.d.pick(months_around(near))
                self.add(
                    cover_person=-1, cover_plan=plan, cover_from=start, cover_to=NEVER, cover_stage=self.d.whole(0, 1)
                )
                self.add(joined=joined, paid_until=NEVER)

    def add_cover(self, people: range, near: int) -> None:
        d = self.d
        start = d.pick((day_number(LONG_AGO), near - d.whole(0, 500), near - d.whole(0, 60), self.day(near)))
        self.add(
            cover_person=d.pick(people) if d.chance(0.25) else -1,
            cover_plan=d.whole(0, len(COVER_PLANS)) if d.chance(0.1) else d.whole(0, len(COVER_PLANS) - 1),
            cover_from=start,
            cover_to=NEVER if d.chance(0.75) else max(start + 1, self.day(near) + d.whole(0, 200)),
            cover_stage=d.pick((0, 0, 1)),
            joined=start if d.chance(0.7) else start + d.pick((-400, -30, 10)),
            paid_until=NEVER if d.chance(0.85) else d.pick((*months_around(near), self.day(near))),
        )

    def household_lines(self, people: range, near: int, count: int) -> Iterator[Line]:
        made: list[Line] = []
        episode = -1
        while len(made) < count:
            latest: list[int] = []
            day, person, provider = self.day(near), self.d.pick(people), self.d.whole(-1, PROVIDERS - 1)
            twin = self.d.pick(made) if made and self.d.chance(0.15) else None
            if twin is not None:
                day, person, provider = twin.day, twin.person, self.rows["provider"][twin.claim]
            claim = self.add(provider=provider, received=0, care_to=NO_DAY, claim_attributes=self.claim_attributes())
            episode = self.rows["episode"][episode] if episode >= 0 and self.d.chance(0.4) else claim
            self.add(episode=episode)
            together = self.d.chance(0.3)
            for order in range(self.d.whole(1, min(8, count - len(made)))):
                line = (
                    self.session_line(claim, day, person, order)
                    if together
                    else self.line(claim, people, day, person, order)
                )
                if twin is not None and order == 0:
                    line.code, line.day, line.person = twin.code, twin.day, twin.person
                made.append(line)
                latest.append(line.day)
            self.receive(claim, max(latest))
        return iter(made)

    def receive(self, claim: int, latest: int) -> None:
        if self.d.chance(0.5):
            self.rows["care_to"][claim] = latest + self.d.pick((0, 0, 3, -2))
        late = 0 if self.calm and self.d.chance(0.8) else self.d.pick((1, 10, 29, 30, 59, 60, 61, 150))
        self.rows["received"][claim] = latest + late

    def claim_attributes(self) -> list[int]:
        return [0 if self.d.chance(0.4) else self.d.whole(0, len(ATTRIBUTES[name]) - 1) for name in CLAIM_ATTRIBUTES]

    def line(self, claim: int, people: range, day: int, person: int, order: int) -> Line:
        d = self.d
        code = d.pick(self.usual) if d.chance(0.5) else d.whole(0, len(self.tariff.codes) - 1)
        if self.tariff.categories[self.tariff.code_category[code]] == "foreign" and d.chance(0.8):
            code = d.whole(0, len(self.tariff.codes) - 1)
        most = d.pick((MAX_QUANTITY, 3 * QUANTITY_SCALE)) if d.magnitude == "huge" else 3 * QUANTITY_SCALE
        quantity = d.pick((QUANTITY_SCALE, QUANTITY_SCALE, 2 * QUANTITY_SCALE, 500, 1_500, 333, 0, most))
        billed = self.billed(code, quantity)
        reviewed = d.chance(0.08)
        return Line(
            claim=claim,
            person=person if d.chance(0.85) else d.pick(people),
            day=day if d.chance(0.8) else day + d.whole(1, 20),
            code=code,
            quantity=quantity // 2 if reviewed and d.chance(0.3) else quantity,
            billed=billed,
            allowed=d.whole(0, billed) if reviewed else billed,
            session=d.pick((0, 0, 0, 1)),
            order=order,
        )

    def session_line(self, claim: int, day: int, person: int, order: int) -> Line:
        """One of several acts of the same person in the same session."""
        line = self.line(claim, range(person, person + 1), day, person, order)
        code = self.d.pick(self.of_sessions) if self.of_sessions else line.code
        return replace(
            line, day=day, session=0, code=code, quantity=QUANTITY_SCALE if self.d.chance(0.7) else line.quantity
        )

    @cached_property
    def of_sessions(self) -> list[int]:
        """The codes that session rules speak of."""
        category_of = [self.tariff.categories[c] for c in self.tariff.code_category]
        return [code for code, category in enumerate(category_of) if category not in ("drug", "grant", "foreign")]

    def billed(self, code: int, quantity: int) -> int:
        """Half of the time what the first row of the tariff would ask, more or less; else anything."""
        price = int(self.tariff.price[self.tariff.code_start[code]])
        if price < 0 or self.d.chance(0.5):
            return self.d.amount()
        return min(MAX_AMOUNT, max(0, price * quantity // QUANTITY_SCALE + self.d.pick((0, 0, 1, -1, 500))))

    def facts(self) -> Facts:
        rows = {name: self.rows[name] for name in (*MAY_BE_EMPTY, *self.rows)}
        made = columns(rows)
        lines = len(made["day"])
        return Facts(
            plan_codes=(*COVER_PLANS, "unknown"),
            **{f"{part}_start": starts(self.sizes[part]) for part in ("person", "cover", "claim", "line")},
            status_start=starts(self.statuses),
            household_row=np.arange(len(self.sizes["line"])),
            claim_row=np.arange(len(made["provider"])),
            line_row=np.arange(lines),
            reported={
                layer.id: self.reported(made["billed"]) for layer in self.plan.layers if layer.decided == "reported"
            },
            **self.approvals(made["billed"], made["quantity"]),
            **made,
        )

    def approvals(self, billed: Column, quantity: Column) -> dict[str, Column]:
        """Some lines of some households stand on prior approvals of an amount or a quantity, several on each; others
        do not fit the one that their claim names."""
        d = self.d
        approval, approved, units = (np.full(len(billed), -1, np.int64) for _ in range(3))
        for first, end in pairwise(starts(self.sizes["line"])):
            for _ in range(d.pick((0, 0, 1, 2))):
                standing = [i for i in range(first, end) if approval[i] < 0 and d.chance(0.5)]
                if standing:
                    whole = int(billed[standing].sum())
                    approval[standing] = standing[0]
                    way = d.whole(0, 2)
                    if way != 1:
                        approved[standing] = min(MAX_AMOUNT, d.pick((whole // 2, whole // 5, 1_000, d.amount(), 0)))
                    if way != 0:
                        asked = int(quantity[standing].astype(np.int64).sum())
                        units[standing] = min(MAX_QUANTITY, d.pick((asked // 2, asked // 3, asked, 1_000, 1, 0)))
        unfit = np.array([d.whole(1, 15) if at < 0 and d.chance(0.1) else 0 for at in approval], np.int8)
        if not (approval >= 0).any() and not unfit.any():
            return {}
        return {"approval": approval, "approved": approved, "approved_quantity": units, "unfit": unfit}

    def reported(self, billed: Column) -> Column:
        d = self.d
        amounts = [-1 if d.chance(0.2) else d.pick((0, int(b) // 2, int(b), int(b) + 7, d.amount())) for b in billed]
        return np.minimum(np.array(amounts, np.int64), MAX_AMOUNT)


def starts(sizes: list[int]) -> Column:
    return np.array([0, *accumulate(sizes)], np.int64)
