"""A member does not agree with what was decided; somebody else than who decided answers."""

from __future__ import annotations

from datetime import date

from tiwizi.records.care.lifecycles import APPEAL
from tiwizi.records.care.models import Appeal, Decision, Review
from tiwizi.records.care.operations.reviews import household_of
from tiwizi.records.care.operations.tasks import ask_recheck
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.reach import reach_household, touch
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused, one_of


@operation("care.raise_appeal", need="care.receive")
def raise_appeal(act: Act, *, claim: int, grounds: str, deadline: date) -> int:
    """A member's objection to what was decided on a claim, to be answered by ``deadline``. Its id; one at a time."""
    household = household_of(claim)
    reach_household(act, household)
    if not grounds.strip():
        raise Refused("no_reason")
    if deadline < act.day:
        raise Refused("deadline_past", deadline=deadline)
    take_turn(f"claim:{claim}")
    if Appeal.objects.filter(claim_id=claim, state="raised").exists():
        raise Refused("appeal_waits", claim=claim)
    raised = Appeal.objects.create(claim_id=claim, raised_on=act.day, deadline=deadline, grounds=grounds[:200])
    act.about("claim", claim)
    act.say("appeal.raised", appeal=raised.id, deadline=deadline)
    return raised.id


@operation("care.answer_appeal", need="care.review")
def answer_appeal(act: Act, *, appeal: int, upheld: bool, answer: str) -> str:
    """Uphold or reject it; its state. What is to be paid otherwise is then reviewed, line by line. Refused:
    own_decision, to whoever reviewed the claim or had it decided."""
    take_turn(f"appeal:{appeal}")
    held = one_of(Appeal.objects.filter(id=appeal), "appeal", appeal)
    household = household_of(held.claim_id)
    reach_household(act, household)
    act.about("claim", held.claim_id)
    if not answer.strip():
        raise Refused("no_reason")
    if act.by.user in decided_by(held.claim_id):
        raise Refused("own_decision")
    held.state = after(APPEAL, held.state, "uphold" if upheld else "reject")
    held.answer, held.decided_by, held.decided_at = answer[:200], act.by.user, act.at
    held.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    if upheld:
        touch(household, f"appeal:{appeal}")
        ask_recheck(act, held.claim_id, f"appeal:{appeal}", answer)
    act.say("appeal.answered", appeal=appeal, state=held.state)
    return held.state


@operation("care.withdraw_appeal", need="care.receive")
def withdraw_appeal(act: Act, *, appeal: int, reason: str) -> str:
    """The member takes it back; its state. ``reason``: what they said or wrote, kept as its answer."""
    take_turn(f"appeal:{appeal}")
    held = one_of(Appeal.objects.filter(id=appeal), "appeal", appeal)
    reach_household(act, household_of(held.claim_id))
    act.about("claim", held.claim_id)
    if not reason.strip():
        raise Refused("no_reason")
    held.state = after(APPEAL, held.state, "withdraw")
    held.answer, held.decided_by, held.decided_at = reason[:200], act.by.user, act.at
    held.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    act.say("appeal.withdrawn", appeal=appeal)
    return held.state


def decided_by(claim: int) -> set[int]:
    """Users who reviewed one of its lines, or asked for a run that decided one."""
    reviewers = Review.objects.filter(line__claim_id=claim).values_list("by", flat=True)
    askers = Decision.objects.filter(line__claim_id=claim).values_list("run__asked_by", flat=True)
    return {*reviewers, *askers}
