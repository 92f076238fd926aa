"""Accounts of many at once, as when a mutual moves in: asked for by one, confirmed by another, usable 48 hours later,
as a single one is (S4)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tiwizi.records.people.models import BankAccount, Payee, Person
from tiwizi.records.people.operations.accounts import PAUSE
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.rib import read_rib

#: Rows of one act: an event and a transaction.
MOST = 5_000
_CONFIRM = """UPDATE people_bankaccount SET confirmed_by_id = %s, confirmed_at = %s, usable_from = %s
    WHERE confirmed_by_id IS NULL AND ended_at IS NULL AND asked_by_id <> %s AND id IN ({marks})"""


@operation("people.request_accounts", need="people.request_account")
def request_accounts(act: Act, *, people: list[list[str]], payees: list[list[Any]] = ()) -> dict[str, Any]:  # type: ignore[assignment]
    """Ask for the first accounts of people, (number, RIB), and of payees, (id, RIB); {"asked": how many, "known": of
    those who have one or wait for one, "wrong": whose RIB or number is none}.

    Nothing is changed of who has an account: that is asked for one by one.
    """
    act.within(None)
    act.about("accounts", "many")
    assert len(people) + len(payees) <= MOST, f"at most {MOST} in one act"
    numbers = {str(number): rib for number, rib in people}
    found = dict(Person.objects.filter(number__in=list(numbers)).values_list("number", "id"))
    wanted = {payee: numbers[number] for number, payee in _payees(found).items()} | {int(id): rib for id, rib in payees}
    there = set(BankAccount.objects.filter(payee__in=list(wanted), ended_at=None).values_list("payee_id", flat=True))
    read = {payee: read_rib(rib) for payee, rib in wanted.items() if payee not in there}
    good = {payee: rib for payee, rib in read.items() if not isinstance(rib, Mistake)}
    BankAccount.objects.bulk_create(
        BankAccount(payee_id=payee, number=rib, asked_by_id=act.by.user, asked_at=act.at) for payee, rib in good.items()
    )
    wrong = len(numbers) - len(found) + len(read) - len(good)
    return {"asked": len(good), "known": len(there), "wrong": wrong}


def _payees(people: dict[str, int]) -> dict[str, int]:
    """The payee of each person, made where there is none: number -> payee."""
    known = dict(Payee.objects.filter(person__in=people.values()).values_list("person_id", "id"))
    missing = Person.objects.filter(id__in=[person for person in people.values() if person not in known])
    Payee.objects.bulk_create(Payee(person=person, name=person.name_latin[:140]) for person in missing)
    known = dict(Payee.objects.filter(person__in=people.values()).values_list("person_id", "id"))
    return {number: known[person] for number, person in people.items()}


@operation("people.confirm_accounts", need="people.confirm_account")
def confirm_accounts(act: Act, *, accounts: list[int]) -> int:
    """Confirm what somebody else asked for; how many, usable 48 hours on."""
    act.within(None)
    act.about("accounts", "many")
    assert len(accounts) <= MOST, f"at most {MOST} in one act"
    if not accounts:
        return 0
    if BankAccount.objects.filter(id__in=accounts, asked_by=act.by.user).exists():
        raise Refused("two_people")
    field = BankAccount._meta.get_field("confirmed_at")
    at, from_then = (field.get_db_prep_value(moment, connection) for moment in (act.at, act.at + PAUSE))
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(accounts))
        cursor.execute(_CONFIRM.format(marks=marks), [act.by.user, at, from_then, act.by.user, *accounts])
        return int(cursor.rowcount)


def waiting_accounts(*, limit: int = MOST) -> list[int]:
    """Accounts that nobody has confirmed yet, the oldest first."""
    rows = BankAccount.objects.filter(confirmed_by=None, ended_at=None).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])
