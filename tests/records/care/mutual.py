"""Mutuals to be decided: a village fund whose figures can be reckoned by hand, and a made-up one of the Moroccan pack.

The fund pays 70 % of medicine, at most 300.00 a year for a household; above 1,000.00 billed a person looks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from tests.records import world
from tests.records.intake.mutual import bring_in, folder

from tiwizi.records.care.models import ClaimLine, Run
from tiwizi.records.care.operations.corrections import book_corrections
from tiwizi.records.care.operations.run import start_run
from tiwizi.records.care.queries.corrections import waiting
from tiwizi.records.care.standing import read_standing
from tiwizi.records.care.worker import work
from tiwizi.records.cover.operations import propose_plan, publish_plan, publish_tariff
from tiwizi.records.cover.queries import unsigned_tariffs
from tiwizi.records.money.models import Account, Book, Transfer
from tiwizi.records.trail.gate import By
from tiwizi.rules.terms import TO_REVIEW

VILLAGE = """
categories = [{ id = "medicine", name = { en = "Medicine" } }]

[plan]
id = "village"
name = { en = "Village fund" }
currency = "MAD"

[[sources]]
id = "assembly"
title = "General assembly"
status = "D"

[[layers]]
id = "fund"
name = { en = "The fund" }
step = 1
covers = ["VILLAGE"]

[[layers.coverage]]
id = "medicine"
for = ["medicine"]
base = "claim"
rate = "70%"
effective = 2026-01-01
source = "assembly"

[[layers.limits]]
id = "medicine-year"
kind = "ceiling"
for = ["medicine"]
per = "household"
period = "year"
value = "300.00"
effective = 2026-01-01
source = "assembly"

[[review_above]]
id = "large"
billed = "1000.00"
effective = 2026-01-01
source = "assembly"
"""
ROLES = ("benefits", "members_payable", "providers_payable")
DAY = date(2026, 5, 4)
_number = count(1)


def open_village(at: Path, households: Sequence[str] = ("H1",), *, plan: str = VILLAGE) -> None:
    """The plan, the fund's book, and households with a member and a child each."""
    book = Book.objects.create(code="fund", name={}, currency="MAD", layers="fund")
    for code, role in enumerate(ROLES, 6100):
        kind = "expense" if role == "benefits" else "liability"
        Account.objects.create(book=book, code=str(code), kind=kind, roles=role, name={})
    publish(plan)
    people = [
        {"person": f"{home}-{role}", "household": home, "role": role, "birth_date": birth, "sex": "M"}
        for home in households
        for role, birth in (("member", "1985-09-20"), ("child", "2015-09-20"))
    ]
    cover = [{"household": home, "plan": "VILLAGE", "start": "2026-01-01"} for home in households]
    tariff = [{"code": "SYRUP", "category": "medicine"}]
    hand_in(at, people=people, cover=cover, tariff=tariff)


def publish(plan: str, *, on: date = date(2026, 1, 1)) -> int:
    version = propose_plan(world.by("manager", user=31), text=plan, effective_on=on)
    return int(publish_plan(world.by("manager", user=32), version=version, on=on))


def hand_in(at: Path, **tables: list[dict[str, Any]]) -> None:
    """Tables that come in together; a tariff among them is signed by somebody else."""
    bring_in(folder(at / f"arrival-{next(_number)}", tables), on=DAY)
    sign_tariffs()


def sign_tariffs(*, on: date = DAY) -> None:
    for version in unsigned_tariffs():
        publish_tariff(world.by("manager", user=32), version=version, on=on)


def file(number: str, *lines: tuple[str, str], home: str = "H1", received: str = "", **more: str) -> dict[str, Any]:
    """A file of medicine as rows: lines of (day, amount billed)."""
    claim = {"claim": number, "household": home, "received_on": received or max(day for day, _ in lines)} | more
    rows = [
        {"claim": number, "line": str(n), "person": f"{home}-child", "date": day, "code": "SYRUP", "billed": billed}
        for n, (day, billed) in enumerate(lines, 1)
    ]
    return {"claims": [claim], "lines": rows}


def together(files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {table: [row for each in files for row in each[table]] for table in ("claims", "lines")}


def clock(after: int = 0) -> Any:
    """A clock that stands still, so many seconds after noon of the tests."""
    return lambda: world.NOW + timedelta(seconds=after)


def started(**how: Any) -> int:
    return int(start_run(world.by("adjudicator", user=41), day=DAY, **how))


def decided(**how: Any) -> int:
    """A run from its start to its end, by one worker."""
    run = started(**how)
    work(run=run, worker="w", clock=clock())
    assert Run.objects.get(pk=run).state == "done"
    return run


def corrected(run: int) -> int:
    """Book what a run corrects, as it was shown."""
    count, difference = waiting(run)
    by = world.by("adjudicator", user=42)
    return int(book_corrections(by, run=run, count=count, difference=difference, day=DAY))


def paid() -> dict[str, int]:
    """What the funds pay for each line by the decision that stands, once nobody has to look at it: "F1/1" -> minor
    units."""
    names = {i: f"{claim}/{n}" for i, claim, n in ClaimLine.objects.values_list("id", "claim__number", "number")}
    rows = read_standing(np.array(sorted(names), np.int64))
    sums = sum(rows[f"paid_{step}"] for step in range(1, 5)) * (rows["state"] != TO_REVIEW)
    return {names[line]: int(amount) for line, amount in zip(rows["line"].tolist(), sums, strict=True)}


def owed() -> dict[str, int]:
    """What each household's member is owed: "H1" -> minor units."""
    found: dict[str, int] = {}
    for transfer in Transfer.objects.select_related("debit", "credit", "payee__person"):
        assert transfer.payee is not None and transfer.payee.person is not None
        home = transfer.payee.person.number.rpartition("-")[0]
        sign = 1 if "payable" in transfer.credit.roles else -1
        found[home] = found.get(home, 0) + sign * transfer.amount
    return found


def booked() -> int:
    """What all benefits accounts were debited, net."""
    sums = [t.amount if "benefits" in t.debit.roles else -t.amount
            for t in Transfer.objects.select_related("debit")]  # fmt: skip
    return sum(sums)


def at(moment: datetime, role: str = "adjudicator", **who: Any) -> By:
    return world.by(role, at=moment, **who)
