"""The account that a payee is paid to: asked for by one, confirmed by another, usable 48 hours later (S4).

Until then the payee waits, whatever account there was before; and neither of the two approves the next payment.
"""

from __future__ import annotations

from datetime import timedelta

from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import BankAccount, Membership, Payee
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.rib import read_rib

PAUSE = timedelta(hours=48)


@operation("people.request_account", need="people.request_account")
def request_account(act: Act, *, payee: int, number: str) -> int:
    """Ask for a payee to be paid to another account, or to a first one; the number of the request. number: a RIB, or a
    Moroccan IBAN. The payee is told through what is already known of them. Refused: account_number, account_waits."""
    whom = _reached(act, payee)
    rib = read_rib(number)
    if isinstance(rib, Mistake):
        raise Refused("account_number", why=rib)
    take_turn(f"payee:{payee}")
    if BankAccount.objects.filter(payee=whom, confirmed_by=None, ended_at=None).exists():
        raise Refused("account_waits", payee=payee)
    account = BankAccount.objects.create(payee=whom, number=rib, asked_by_id=act.by.user, asked_at=act.at)
    act.say("bank_account.requested", payee=payee, account=account.id)
    return account.id


@operation("people.confirm_account", need="people.confirm_account")
def confirm_account(act: Act, *, account: int, number: str | None = None) -> str:
    """Confirm what somebody else asked for; from when it is usable, 48 hours on. ``number``: read from the paper once
    more, which must say the same. Refused: two_people, account_answered, account_differs."""
    asked = _locked(account)
    _reached(act, asked.payee_id)
    if asked.confirmed_by_id is not None or asked.ended_at is not None:
        raise Refused("account_answered", account=account)
    if asked.asked_by_id == act.by.user:
        raise Refused("two_people")
    if number is not None and read_rib(number) != asked.number:
        raise Refused("account_differs")
    asked.confirmed_by_id, asked.confirmed_at, asked.usable_from = act.by.user, act.at, act.at + PAUSE
    asked.save()
    act.say("bank_account.confirmed", payee=asked.payee_id, account=account, usable_from=asked.usable_from)
    return asked.usable_from.isoformat()


@operation("people.end_account", need="people.request_account")
def end_account(act: Act, *, account: int) -> int:
    """Take an account out of use, or take back a request: the payee has the one before, where there is one."""
    ended = _locked(account)
    _reached(act, ended.payee_id)
    if ended.ended_at is not None:
        raise Refused("account_answered", account=account)
    ended.ended_at = act.at
    ended.save()
    act.say("bank_account.ended", payee=ended.payee_id, account=account)
    return account


def _locked(account: int) -> BankAccount:
    found = BankAccount.objects.select_for_update().filter(id=account).first()
    if found is None:
        raise Refused("no_such_payee_account", number=account)
    return found


def _reached(act: Act, payee: int) -> Payee:
    """A payee within the reach of who acts: of their region, and not of their own family (S3)."""
    found = Payee.objects.filter(id=payee).first()
    if found is None:
        raise Refused("no_such_payee", number=payee)
    act.about("payee", payee)
    places = Membership.objects.filter(person=found.person_id).select_related("household").order_by("-since")
    homes = list(places) if found.person_id is not None else []
    act.within(homes[0].household.region_id if homes else None)
    act.not_own(*(home.household_id for home in homes))
    return found
