"""Files of the demo mutual that wait for a reviewer: large hip replacements, handed in over the counter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.records import world

from tiwizi.doors import clock
from tiwizi.records.care.operations.desk import decide_household
from tiwizi.records.care.operations.limit import ask_limit, confirm_limit
from tiwizi.records.intake.operations import enter_claim
from tiwizi.records.people.queries import who_acts


def by(login: str, key: str | None = None) -> Any:
    return who_acts(login, at=clock.now(), key=key)


def household(place: int = 0) -> tuple[int, str, str]:
    """(id, number, number of the member) of a household of the demo that has cover."""
    from tiwizi.records.people.models import Membership

    rows = Membership.objects.filter(role=0, until=None).select_related("household", "person").order_by("id")
    row = rows[place]
    return row.household_id, row.household.number, row.person.number


def hand_in(
    number: str, *, place: int = 0, billed: str = "70000", code: str = "PROTHESE-HANCHE", decide: bool = True,
    approval: str = "",
) -> int:  # fmt: skip
    """A file of one line, of two weeks ago; its id."""
    home, _, person = household(place)
    day = clock.today() - timedelta(days=14)
    claim = {"claim": number, "received_on": str(day), "sector": "private", "provider": "DEMO-0001"}
    claim |= {"prior_approval": approval} if approval else {}
    line = {"line": "1", "person": person, "date": str(day - timedelta(days=3)), "code": code, "quantity": "1",
            "billed": billed}  # fmt: skip
    done = enter_claim(by("imane"), household=home, claim=claim, lines=[line])
    if decide:
        decide_household(by("salma"), household=home, day=clock.today())
    return int(done["claim"])


def asked_limit(amount: int) -> int:
    """A manager has asked that above an amount two people answer a file; the number of the change."""
    return int(ask_limit(world.by("manager", user=901, at=clock.now()), amount=amount))


def limited(amount: int) -> None:
    """Another has confirmed it."""
    confirm_limit(world.by("manager", user=902, at=clock.now()), change=asked_limit(amount))
