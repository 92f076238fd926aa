"""Care that is asked for before it is given, and answered by a deadline."""

from __future__ import annotations

from datetime import date

from tiwizi.records.care.lifecycles import APPROVAL
from tiwizi.records.care.models import Claim, PriorApproval, Provider
from tiwizi.records.cover.models import Act as CoveredAct
from tiwizi.records.database.columns import reserve_ids
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import Membership
from tiwizi.records.people.reach import reach_household, touch
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused, one_of


@operation("care.ask_approval", need="care.receive")
def ask_approval(
    act: Act,
    *,
    household: int,
    person: int,
    deadline: date,
    code: str | None = None,
    provider: str | None = None,
    quantity: int | None = None,
    amount: int | None = None,
    number: str | None = None,
) -> dict[str, object]:
    """Ask for care to be approved: {"approval": id, "number"}, the number that the claim will name. Until ``deadline``
    somebody answers. quantity: thousandths; amount: minor units. The number may be left to the system."""
    reach_household(act, household)
    if not Membership.objects.filter(household_id=household, person_id=person).exists():
        raise Refused("of_another_household", number=person)
    if deadline < act.day:
        raise Refused("deadline_past", deadline=deadline)
    if number is not None and PriorApproval.objects.filter(number=number).exists():
        raise Refused("number_taken", number=number)
    named = number or f"A{reserve_ids(PriorApproval, 1):09d}"
    asked = PriorApproval.objects.create(
        number=named, household_id=household, person_id=person, provider_id=_provider(provider), act_id=_act(code),
        quantity=quantity, amount=amount, asked_on=act.day, deadline=deadline,
    )  # fmt: skip
    act.about("approval", asked.id)
    act.say("approval.asked", approval=asked.id, deadline=deadline)
    return {"approval": asked.id, "number": named}


@operation("care.decide_approval", need="care.approve_care")
def decide_approval(
    act: Act, *, approval: int, approved: bool, since: date | None = None, until: date | None = None,
    quantity: int | None = None, amount: int | None = None, answer: str | None = None,
) -> str:  # fmt: skip
    """Approve care for a time, or refuse it; its state. Claims that name the approval are decided again.

    quantity, amount: less than what was asked; the amount, or the one that was asked for, is the most that is paid on
    it. answer: in words, for the letter. Refused: approved_above_asked.
    """
    asked = _held(act, approval)
    for granted, wanted in ((quantity, asked.quantity), (amount, asked.amount)):
        if granted is not None and wanted is not None and granted > wanted:
            raise Refused("approved_above_asked")
    if since is not None and until is not None and until <= since:
        raise Refused("ends_before_it_began", since=since)
    asked.state = after(APPROVAL, asked.state, "approve" if approved else "refuse")
    asked.since, asked.until = (since, until) if approved else (None, None)
    asked.quantity_approved, asked.amount_approved = (quantity, amount) if approved else (None, None)
    asked.answer = answer[:200] if answer else None
    return _decided(act, asked)


@operation("care.withdraw_approval", need="care.approve_care")
def withdraw_approval(act: Act, *, approval: int) -> str:
    """Take an approval back; its state."""
    asked = _held(act, approval)
    asked.state = after(APPROVAL, asked.state, "withdraw")
    return _decided(act, asked)


@operation("care.expire_approvals", need="care.decide")
def expire_approvals(act: Act) -> list[int]:
    """What nobody answered by its deadline has expired, and somebody is told; the ids. The clock's verb."""
    act.within(None)
    late = list(PriorApproval.objects.filter(state="asked", deadline__lt=act.day).values_list("id", flat=True))
    for approval in late:
        PriorApproval.objects.filter(id=approval).update(state="expired")
        act.say("approval.expired", approval=approval)
    return late


def _held(act: Act, approval: int) -> PriorApproval:
    take_turn(f"approval:{approval}")
    asked = one_of(PriorApproval.objects.filter(id=approval), "approval", approval)
    reach_household(act, asked.household_id)
    act.about("approval", approval)
    return asked


def _decided(act: Act, asked: PriorApproval) -> str:
    asked.decided_by, asked.decided_at = act.by.user, act.at
    asked.save(update_fields=[
        "state", "since", "until", "decided_by", "decided_at", "quantity_approved", "amount_approved", "answer",
    ])  # fmt: skip
    for household in Claim.objects.filter(approval=asked.number).values_list("household_id", flat=True).distinct():
        touch(household, f"approval:{asked.id}")
    act.say("approval.decided", approval=asked.id, state=asked.state)
    return asked.state


def _provider(number: str | None) -> int | None:
    if number is None:
        return None
    found = one_of(Provider.objects.filter(number=number).values_list("id", flat=True), "provider", number)
    return found


def _act(code: str | None) -> int | None:
    if code is None:
        return None
    found = one_of(CoveredAct.objects.filter(code=code).values_list("id", flat=True), "code", code)
    return found
