"""The chain is walked piece by piece by whichever worker has time; one that dies leaves a lease that runs out, and
another goes on where it was. A million events take fifteen to forty-five seconds, which nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from tiwizi.records.trail.chain import Fault, Head, Verdict, Walk, verdict_of, walked_on
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.models import Verification
from tiwizi.records.trail.roles import Grant

LEASE = timedelta(seconds=60)
#: Pieces that a worker walks before it looks for what else there is to do: some seconds.
PIECES = 10
#: Of a chain that is broken in more places the first ones are kept and counted.
MOST_FAULTS = 1000


@dataclass(frozen=True)
class Verified:
    """A verification: how far it is, in per cent, and once it has ended its verdict (of the faults the first ones)."""

    asked_by: int
    asked_at: datetime
    per_cent: int
    rows: int
    ended_at: datetime | None
    verdict: Verdict


def last_verification() -> Verified | None:
    """The one that goes on, or the last that has ended."""
    row = Verification.objects.order_by("-id").first()
    if row is None:
        return None
    per_cent = 100 if row.ended_at else min(99, 100 * row.position // max(row.upto, 1))
    verdict = verdict_of(_walk(row), _expected(row))
    return Verified(row.asked_by, row.asked_at, per_cent, row.rows, row.ended_at, verdict)


def work(*, worker: str, clock: Callable[[], datetime]) -> None:
    """Walk on for some seconds, where somebody asked for it. ``worker``: a name that no other one has."""
    for _ in range(PIECES):
        row = _lease(worker, clock())
        if row is None:
            return
        walk, goes_on = walked_on(_walk(row), _expected(row))
        with transaction.atomic():
            held = Verification.objects.select_for_update().filter(pk=row.pk, worker=worker, ended_at=None).first()
            if held is None:
                return
            held.rows, held.position, held.before, held.seen = walk.rows, walk.position, walk.before, walk.seen
            held.faults = [list(fault) for fault in walk.faults[:MOST_FAULTS]]
            held.save(update_fields=["rows", "position", "before", "seen", "faults"])
            if not goes_on:
                _end(By(0, (Grant("system"),), clock()), verification=held.pk)


def _lease(worker: str, now: datetime) -> Verification | None:
    free = Q(leased_until=None) | Q(leased_until__lt=now) | Q(worker=worker)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        row = Verification.objects.select_for_update(skip_locked=skip).filter(free, ended_at=None).first()
        if row is not None:
            row.worker, row.leased_until = worker, now + LEASE
            row.save(update_fields=["worker", "leased_until"])
    return row


@operation("trail.end_verification", need="trail.walk")
def _end(act: Act, *, verification: int) -> int:
    """What came of it stands in the chain itself."""
    act.within(None)
    row = Verification.objects.get(pk=verification)
    verdict = verdict_of(_walk(row), _expected(row))
    Verification.objects.filter(pk=verification).update(ended_at=act.at)
    act.about("trail", verification)
    act.note(rows=verdict.rows, head=verdict.head.hash, faults=len(verdict.faults))
    return len(verdict.faults)


def _walk(row: Verification) -> Walk:
    faults = tuple(Fault(where, why) for where, why in row.faults)
    return Walk(row.rows, row.position, bytes(row.before), row.seen, faults)


def _expected(row: Verification) -> Head | None:
    position, _, digest = row.expected.partition(" ")
    return Head(int(position), bytes.fromhex(digest)) if digest else None
