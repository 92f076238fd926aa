"""A file at hand: taken by one reviewer for a while, so that two do not do the same; and second looks."""

from __future__ import annotations

from datetime import timedelta

from tiwizi.records.care.models import Recheck, Task
from tiwizi.records.care.operations.reviews import household_of
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused

#: How long a file stays with whoever took it and did nothing more; each look renews it.
LEASE = timedelta(minutes=30)


@operation("care.take_task", need="care.review")
def take_task(act: Act, *, claim: int) -> int:
    """Have a file at hand for half an hour; the claim. Refused: task_taken, while somebody else has it."""
    reach_household(act, household_of(claim))
    act.about("claim", claim)
    take_turn(f"task:{claim}")
    held = Task.objects.filter(claim_id=claim).first()
    if held is not None and held.holder != act.by.user and held.until > act.at:
        raise Refused("task_taken", minutes=int((held.until - act.at).total_seconds() // 60) + 1)
    Task.objects.update_or_create(claim_id=claim, defaults={"holder": act.by.user, "until": act.at + LEASE})
    return claim


@operation("care.leave_task", need="care.review")
def leave_task(act: Act, *, claim: int) -> int:
    """Put a file back for others; the claim. Nothing happens where somebody else has it."""
    reach_household(act, household_of(claim))
    act.about("claim", claim)
    Task.objects.filter(claim_id=claim, holder=act.by.user).delete()
    return claim


@operation("care.close_rechecks", need="care.review")
def close_rechecks(act: Act, *, claim: int, note: str) -> int:
    """The file was looked at again and stays as it is; how many calls for a look that closes. Refused: no_reason,
    task_not_held."""
    reach_household(act, household_of(claim))
    act.about("claim", claim)
    must_hold(act, claim)
    if not note.strip():
        raise Refused("no_reason")
    closed = close_rechecks_of(act, claim)
    Task.objects.filter(claim_id=claim).delete()
    return closed


def must_hold(act: Act, claim: int) -> None:
    """Raises Refused where the file is not at hand with whoever acts. Until the transaction ends nobody else takes or
    answers it: of two answers sent at once one counts."""
    take_turn(f"task:{claim}")
    if not Task.objects.filter(claim_id=claim, holder=act.by.user, until__gt=act.at).exists():
        raise Refused("task_not_held")


def close_rechecks_of(act: Act, claim: int, *, cause: str = "") -> int:
    """Close the calls for a look at a file, or that of one cause; how many. An answer that waits for a second person
    calls until it has ended."""
    calls = Recheck.objects.filter(claim_id=claim, closed_at=None)
    calls = calls.filter(cause=cause) if cause else calls.exclude(cause__startswith="limit:")
    return calls.update(closed_by=act.by.user, closed_at=act.at)


def ask_recheck(act: Act, claim: int, cause: str, reason: str) -> None:
    """Have a file looked at again: once for each cause."""
    Recheck.objects.get_or_create(
        claim_id=claim, cause=cause[:60],
        defaults={"reason": reason[:200], "asked_by": act.by.user, "asked_at": act.at},
    )  # fmt: skip
