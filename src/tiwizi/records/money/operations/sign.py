"""A batch is approved, by two where it is large, and released: by people who are all different (S1, S7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from tiwizi.records.database.columns import read_columns
from tiwizi.records.database.locks import giving_way
from tiwizi.records.money.lifecycles import BATCH
from tiwizi.records.money.models import PaymentBatch, PaymentItem
from tiwizi.records.money.queries.signatures import ended_accounts, hindrance, needs_second
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused

#: Orders that one transaction changes: others who write wait no longer than for these.
PART = 4_000


@operation("money.approve", need="money.approve")
def approve(act: Act, *, batch: int) -> dict[str, Any]:
    """Approve a batch; the second time, by another, as its second approver. {"state", "second": one is still needed}.

    Refused: who prepared or approved it, who decided anything in it or is of a family in it, who changed an account
    that has its first payment in it.
    """
    signing = locked(batch)
    if signing.state == "preparing":
        raise Refused("being_prepared", batch=batch, book=signing.book.code)
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


def cancel(by: By, *, batch: int) -> int:
    """Give up a batch that was not released: what it would have paid is open again. How many transfers those are.

    Given up at once, it lets go of them part by part; a kill in between is made good by asking again, and by whoever
    prepares the next batch of the book.
    """
    held = _give_up(by, batch=batch)
    _let_go(replace(by, key=None), batch)
    return held


def free_what_cancelled_batches_hold(by: By, *, book: int) -> None:
    """End what somebody who gave up a batch of a book could not: for whoever prepares."""
    for batch in PaymentBatch.objects.filter(_HOLDS, book=book, state="cancelled").values_list("id", flat=True):
        _let_go(by, batch)


#: They are let go in the order of their orders, so that the last order tells whether any is left.
_HOLDS = Exists(PaymentItem.objects.filter(order=OuterRef("last_order")))


@operation("money.cancel", need="money.prepare")
def _give_up(act: Act, *, batch: int) -> int:
    given_up = locked(batch)
    act.about("batch", batch)
    if not PaymentBatch.objects.filter(_HOLDS, id=batch, state="cancelled").exists():
        given_up.state = after(BATCH, given_up.state, "cancel")
        given_up.save()
    held: int = given_up.left.get("items", 0)
    return held


def _let_go(by: By, batch: int) -> None:
    sql = "SELECT id AS id FROM money_paymentorder WHERE batch_id = %s ORDER BY id"
    orders = read_columns(sql, {"id": "int"}, [batch])["id"]
    for low in giving_way(range(0, len(orders), PART)):
        part = orders[low : low + PART]
        _let_part_go(by, batch=batch, first=int(part[0]), last=int(part[-1]))


@operation("money.cancel_part", need="money.prepare")
def _let_part_go(act: Act, *, batch: int, first: int, last: int) -> int:
    """How many transfers are open again."""
    locked(batch)
    act.about("batch", batch)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM money_paymentitem WHERE order_id IN"
            " (SELECT id FROM money_paymentorder WHERE +batch_id = %s AND id BETWEEN %s AND %s)",
            [batch, first, last],
        )
        return int(cursor.rowcount)


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
