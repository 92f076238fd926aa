"""What a reviewer leaves of a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from tiwizi.records.care.models import Claim, ClaimLine, Review
from tiwizi.records.care.reviewing import CAUSES
from tiwizi.records.people.reach import reach_household, touch
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of
from tiwizi.rules.money import QUANTITY_SCALE


@operation("care.review_line", need="care.review")
def review_line(
    act: Act, *, line: int, reason: str, quantity: int | None = None, price: int | None = None, cause: str | None = None
) -> int:
    """Approve a quantity (thousandths), a price (minor units) or both instead of those claimed; neither: as claimed
    again. ``cause``: one of reviewing.CAUSES, for the letter. How many times the line has been reviewed now. Refused:
    approved_above_billed, withdrawn. A step of review_file, which holds the limit of a single reviewer."""
    held = _reached(act, line)
    if held.withdrawn:
        raise Refused("withdrawn", number=line)
    if not reason.strip():
        raise Refused("no_reason")
    if cause is not None and cause not in CAUSES:
        raise Refused("no_such_word", what="cause", word=cause, known=", ".join(CAUSES))
    _check_approved(held, quantity, price)
    left = {"line": line, "quantity": quantity, "price": price, "reason": reason, "cause": cause}
    number = keep_review(left, by=act.by.user, at=act.at)
    ClaimLine.objects.filter(id=line).update(quantity_approved=quantity, price_approved=price)
    touch(held.claim.household_id, f"claim:{held.claim_id}")
    act.note(line=line, quantity=quantity, price=price, cause=cause)
    return number


def keep_review(left: Mapping[str, Any], *, by: int, at: datetime) -> int:
    """Write down what somebody left of a line; how many times it has been reviewed now."""
    last = Review.objects.filter(line=left["line"]).aggregate(last=Max("number"))["last"] or 0
    Review.objects.create(
        line_id=left["line"], number=last + 1, quantity=left["quantity"], price=left["price"],
        reason=left["reason"][:200], cause=left["cause"], by=by, at=at,
    )  # fmt: skip
    return last + 1


def _reached(act: Act, line: int) -> ClaimLine:
    held = one_of(
        ClaimLine.objects.select_for_update(of=("self",)).select_related("claim").filter(id=line), "line", line
    )
    reach_household(act, held.claim.household_id)
    act.about("claim", held.claim_id)
    return held


def _check_approved(line: ClaimLine, quantity: int | None, price: int | None) -> None:
    """Nobody approves more than was billed, or nothing at all where it was not asked."""
    left = line.quantity if quantity is None else quantity
    if left < 0 or (price is not None and price < 0):
        raise Refused("approved_above_billed")
    if price is not None or line.unit_price is not None:
        each = line.unit_price if price is None else price
        above = (each or 0) * left >= (line.billed + 1) * QUANTITY_SCALE
    else:
        above = left > line.quantity
    if above:
        raise Refused("approved_above_billed")


def household_of(claim: int) -> int:
    """The household of a claim. Raises Refused where there is no such claim."""
    found = one_of(Claim.objects.filter(id=claim).values_list("household_id", flat=True), "claim", claim)
    return found
