"""A reviewer's answer to a whole file: its lines as they leave them, kept and decided in one."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict

from tiwizi.records.care.models import ClaimLine, Task
from tiwizi.records.care.operations.desk import decide_now
from tiwizi.records.care.operations.reviews import household_of, review_line
from tiwizi.records.care.operations.second_answers import give_way, hold_answer
from tiwizi.records.care.operations.tasks import close_rechecks_of, must_hold
from tiwizi.records.care.queries.effect import above_limit
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


class Left(TypedDict):
    """What is left of a line: quantity in thousandths, price in minor units, None as claimed."""

    line: int
    quantity: int | None
    price: int | None
    cause: str | None
    reason: str


@operation("care.review_file", need="care.review")
def review_file(act: Act, *, claim: int, lines: list[Left], day: date) -> dict[str, Any]:
    """Keep what a reviewer leaves of some lines of a file, and decide its household again, as of ``day``; what was done
    (desk.decide_household). The file is no longer at hand, and no call for a look at it stays open.

    Where more would be paid on the file than the limit of a single reviewer, nothing of that happens: the answer waits
    for a second person ({"waits", "pays", "limit"}: its number, minor units).

    Refused: task_not_held, nothing_reviewed, of_another_file, and what review_line refuses.
    """
    household = household_of(claim)
    reach_household(act, household)
    must_hold(act, claim)
    if not lines:
        raise Refused("nothing_reviewed")
    own = set(ClaimLine.objects.filter(claim_id=claim).values_list("id", flat=True))
    if any(left["line"] not in own for left in lines):
        raise Refused("of_another_file")
    act.about("claim", claim)
    act.note(lines=len(lines))
    if (above := above_limit(claim, left_of(lines), day=day)) is not None:
        return hold_answer(act, claim, list(lines), pays=above.pays, limit=above.limit)
    give_way(act, claim)
    for left in lines:
        review_line(act.by, **left)
    close_rechecks_of(act, claim)
    Task.objects.filter(claim_id=claim).delete()
    return decide_now(act, household, day)


def left_of(lines: list[Left]) -> dict[int, tuple[int | None, int | None]]:
    """line -> (quantity, price), as effect takes them."""
    return {left["line"]: (left["quantity"], left["price"]) for left in lines}
