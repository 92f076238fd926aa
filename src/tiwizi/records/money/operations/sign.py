"""A batch is approved, by two where it is large, and released: by people who are all different (S1, S7)."""

from __future__ import annotations

from typing import Any

from tiwizi.records.money.lifecycles import BATCH
from tiwizi.records.money.models import PaymentBatch, PaymentItem
from tiwizi.records.money.queries.signatures import ended_accounts, hindrance, needs_second
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused


@operation("money.approve", need="money.approve")
def approve(act: Act, *, batch: int) -> dict[str, Any]:
    """Approve a batch; the second time, by another, as its second approver. {"state", "second": one is still needed}.

    Refused: who prepared or approved it, who decided anything in it or is of a family in it, who changed an account
    that has its first payment in it.
    """
    signing = locked(batch)
    if signing.state == "approved" and needs_second(signing):
        _assert_may_sign(act, signing)
        signing.second_approved_by, signing.second_approved_at = act.by.user, act.at
    else:
        signing.state = after(BATCH, signing.state, "approve")
        _assert_may_sign(act, signing)
        signing.approved_by, signing.approved_at = act.by.user, act.at
    signing.save()
    return {"state": signing.state, "second": needs_second(signing)}


@operation("money.release", need="money.release")
def release(act: Act, *, batch: int) -> str:
    """Let an approved batch go to the bank; its state. From here on it is paid, and nothing leaves it."""
    signing = locked(batch)
    state = after(BATCH, signing.state, "release")
    if needs_second(signing):
        raise Refused("second_approval", batch=batch)
    if ended := ended_accounts(signing):
        raise Refused("ended_account", batch=batch, orders=ended)
    _assert_may_sign(act, signing)
    signing.state, signing.released_by, signing.released_at = state, act.by.user, act.at
    signing.save()
    return state


@operation("money.cancel", need="money.prepare")
def cancel(act: Act, *, batch: int) -> int:
    """Give up a batch that was not released: what it would have paid is open again. How many transfers those are."""
    given_up = locked(batch)
    state = after(BATCH, given_up.state, "cancel")
    act.about("batch", batch)
    freed, _ = PaymentItem.objects.filter(order__batch=given_up).delete()
    given_up.state = state
    given_up.save()
    return freed


def locked(batch: int) -> PaymentBatch:
    """A batch that nobody else signs meanwhile."""
    found = PaymentBatch.objects.select_for_update(of=("self",)).select_related("book").filter(id=batch).first()
    if found is None:
        raise Refused("no_such_batch", number=batch)
    return found


def _assert_may_sign(act: Act, batch: PaymentBatch) -> None:
    act.about("batch", batch.id)
    if why := hindrance(batch, act.by.user):
        raise Refused(why, batch=batch.id)
