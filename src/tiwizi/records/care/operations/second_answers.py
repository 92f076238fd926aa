"""An answer above the limit of a single reviewer (S7): it counts once a second person has kept it, too."""

from __future__ import annotations

from datetime import date
from typing import Any

from tiwizi.records.care.models import HeldAnswer, Task
from tiwizi.records.care.operations.desk import decide_now
from tiwizi.records.care.operations.reviews import household_of, keep_review, review_line
from tiwizi.records.care.operations.tasks import ask_recheck, close_rechecks_of, must_hold
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("care.keep_answer", need="care.review")
def keep_answer(act: Act, *, claim: int, day: date) -> dict[str, Any]:
    """Keep what a colleague answered to a file, as the second person, and decide its household again, as of ``day``;
    what was done (desk.decide_household). Each line then has the review of both.

    Refused: task_not_held, no_answer_waits, two_people, and what review_line refuses.
    """
    household, held = _reached(act, claim)
    if held.answered_by == act.by.user:
        raise Refused("two_people")
    _end(act, held, "kept", "")
    for left in held.lines:
        keep_review(left, by=held.answered_by, at=held.answered_at)
        review_line(act.by, **left)
    close_rechecks_of(act, claim)
    return decide_now(act, household, day)


@operation("care.return_answer", need="care.review")
def return_answer(act: Act, *, claim: int, note: str) -> int:
    """An answer that waits for a second person does not count: a colleague gives it back and says why, or who gave it
    takes it back. The file waits as it did before; the claim. Refused: task_not_held, no_answer_waits, no_reason."""
    _, held = _reached(act, claim)
    if not note.strip() and held.answered_by != act.by.user:
        raise Refused("no_reason")
    _end(act, held, "returned", note)
    return claim


def hold_answer(act: Act, claim: int, lines: list[Any], *, pays: int, limit: int) -> dict[str, Any]:
    """Keep an answer until a second person has kept it, too; what waits. One that waited before gives way to it."""
    give_way(act, claim)
    held = HeldAnswer.objects.create(
        claim_id=claim, lines=lines, pays=pays, limit=limit, answered_by=act.by.user, answered_at=act.at
    )
    ask_recheck(act, claim, f"limit:{held.id}", "")
    Task.objects.filter(claim_id=claim).delete()
    act.note(waits=held.id, pays=pays, limit=limit)
    return {"waits": held.id, "pays": pays, "limit": limit}


def give_way(act: Act, claim: int) -> None:
    """An answer that waits for a second person gives way to another answer."""
    for held in HeldAnswer.objects.filter(claim_id=claim, state="waiting"):
        _end(act, held, "returned", "")


def _reached(act: Act, claim: int) -> tuple[int, HeldAnswer]:
    household = household_of(claim)
    reach_household(act, household)
    act.about("claim", claim)
    must_hold(act, claim)
    held = HeldAnswer.objects.select_for_update(of=("self",)).filter(claim_id=claim, state="waiting").first()
    if held is None:
        raise Refused("no_answer_waits")
    return household, held


def _end(act: Act, held: HeldAnswer, state: str, note: str) -> None:
    held.state, held.note = state, note.strip()[:200]
    held.ended_by, held.ended_at = act.by.user, act.at
    held.save()
    close_rechecks_of(act, held.claim_id, cause=f"limit:{held.id}")
    Task.objects.filter(claim_id=held.claim_id).delete()
    act.note(answer=held.id, pays=held.pays)
