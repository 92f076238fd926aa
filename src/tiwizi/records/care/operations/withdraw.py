"""What was handed in by mistake is taken back, as long as nobody was paid for it."""

from __future__ import annotations

from collections.abc import Sequence

from tiwizi.records.care.models import ClaimLine, Decision, Withdrawal
from tiwizi.records.care.operations.desk import decide_now
from tiwizi.records.care.operations.reviews import household_of
from tiwizi.records.care.operations.second_answers import give_way
from tiwizi.records.care.operations.tasks import close_rechecks_of
from tiwizi.records.care.queries.paid import order_that_pays
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.reach import reach_household, touch
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("care.withdraw_lines", need="care.receive")
def withdraw_lines(act: Act, *, claim: int, lines: Sequence[int], reason: str) -> int:
    """Lines of a claim are no longer claimed, for a reason that is kept; how many that leaves. What replaces them comes
    in under another number. Where the claim was decided its household is decided again at once: what is booked for the
    claim becomes a correction, and is not paid until that is booked. A claim without a line waits for no look any more,
    and no answer to what was the claim waits for a second person.

    Refused: no_reason, nothing_withdrawn, of_another_file, withdrawn, being_paid."""
    household = household_of(claim)
    reach_household(act, household)
    act.about("claim", claim)
    if not reason.strip():
        raise Refused("no_reason")
    take_turn(f"claim:{claim}")
    left = _left(claim, lines)
    if order := order_that_pays(claim):
        raise Refused("being_paid", order=order)
    Withdrawal.objects.bulk_create(
        Withdrawal(line_id=line, reason=reason.strip()[:200], by=act.by.user, at=act.at) for line in lines
    )
    ClaimLine.objects.filter(id__in=lines).update(withdrawn=True)
    give_way(act, claim)
    if not left:
        close_rechecks_of(act, claim)
    touch(household, f"claim:{claim}")
    act.note(lines=sorted(lines))
    if Decision.objects.filter(line__claim=claim).exists():
        decide_now(act, household, act.day)
    return left


def _left(claim: int, lines: Sequence[int]) -> int:
    """How many lines of the claim stand without those. Raises Refused where one of them is not there to withdraw."""
    own = dict(ClaimLine.objects.select_for_update().filter(claim_id=claim).values_list("id", "withdrawn"))
    if not lines:
        raise Refused("nothing_withdrawn")
    if not set(lines) <= own.keys() or len(set(lines)) < len(lines):
        raise Refused("of_another_file")
    for line in lines:
        if own[line]:
            raise Refused("withdrawn", number=line)
    return sum(not withdrawn for withdrawn in own.values()) - len(lines)
