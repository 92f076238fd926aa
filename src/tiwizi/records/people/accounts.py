"""Questions about the accounts that people are paid to. A number is shown by its last four digits alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiwizi.records.people.looks import regions_within
from tiwizi.records.people.models import BankAccount, Membership, Payee
from tiwizi.records.trail.gate import By

#: Requests that are listed; whoever has more is told how many.
MOST = 200
_SEES_ACCOUNTS = (
    "people.request_account", "people.confirm_account", "money.prepare", "money.approve", "people.break_glass",
)  # fmt: skip


@dataclass(frozen=True)
class AccountShown:
    """``state``: waiting (to be confirmed), pausing (confirmed, usable from ``usable_from``), in_force, before (another
    has taken its place) or ended. ``end``: the last four digits; ``bank``: the first three."""

    account: int
    payee: int
    name_ar: str
    name_latin: str
    number: str
    household: str
    bank: str
    end: str
    state: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime
    usable_from: datetime | None


def payees_of(household: int) -> list[tuple[int, str, str, str]]:
    """(payee, Arabic name, Latin name, number) of those of a household who can be paid, who are of it now first."""
    people = Membership.objects.filter(household=household).order_by("until").values_list("person_id", flat=True)
    rows = Payee.objects.filter(person__in=list(people)).select_related("person").order_by("id")
    return [(row.id, row.person.name_ar, row.person.name_latin, row.person.number) for row in rows if row.person]


def accounts_of(household: int, *, at: datetime) -> list[AccountShown]:
    """Of those who are or were of a household, the latest first."""
    people = Membership.objects.filter(household=household).values_list("person_id", flat=True)
    rows = BankAccount.objects.filter(payee__person__in=list(people)).select_related("payee__person", "asked_by")
    return _in_their_states(rows.order_by("-id"), at)


def _in_their_states(rows: Iterable[BankAccount], at: datetime) -> list[AccountShown]:
    rows = list(rows)
    force: dict[int, int] = {}
    for row in rows:
        if row.ended_at is None and row.usable_from is not None and row.usable_from <= at:
            force.setdefault(row.payee_id, row.id)
    return [_shown(row, "", _state(row, at, force)) for row in rows]


def accounts_of_payee(payee: int, *, at: datetime) -> list[AccountShown]:
    """Of one payee, the latest first: of a provider, whom third-party payments go to."""
    rows = BankAccount.objects.filter(payee=payee).select_related("payee__person", "asked_by").order_by("-id")
    return _in_their_states(rows, at)


def sees_accounts(by: By) -> bool:
    """Whether somebody may see the ends of an account's number: who asks for accounts, confirms or pays them, and who
    looks into everything (access table, column RIB)."""
    return any(by.may(permission) for permission in _SEES_ACCOUNTS)


def accounts_to_confirm(by: By) -> list[AccountShown]:
    """Requests that nobody has confirmed, the oldest first, within the reach of who may confirm them."""
    rows = BankAccount.objects.filter(confirmed_by=None, ended_at=None).select_related("payee__person", "asked_by")
    waiting = list(rows.order_by("id")[: 5 * MOST])
    places = Membership.objects.filter(person__in=[row.payee.person_id for row in waiting if row.payee.person_id])
    homes = {place.person_id: place.household for place in places.select_related("household").order_by("since")}
    regions = regions_within(by, "people.confirm_account")
    found = []
    for row in waiting:
        home = homes.get(row.payee.person_id or 0)
        if regions is None or (home is not None and home.region_id in regions):
            found.append(_shown(row, home.number if home else "", "waiting"))
    return found[:MOST]


def _state(row: BankAccount, at: datetime, force: dict[int, int]) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.usable_from is None:
        return "waiting"
    if row.usable_from > at:
        return "pausing"
    return "in_force" if force.get(row.payee_id) == row.id else "before"


def _shown(row: BankAccount, household: str, state: str) -> AccountShown:
    who: Any = row.payee.person
    arabic, latin, number = (who.name_ar, who.name_latin, who.number) if who else ("", row.payee.name, row.payee.name)
    return AccountShown(
        row.id, row.payee_id, arabic, latin, number, household, row.number[:3], row.number[-4:], state, row.asked_by_id,
        row.asked_by.name, row.asked_at, row.usable_from,
    )  # fmt: skip
