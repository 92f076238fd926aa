"""A worker: leases one shard of a run after the other and decides it, until nothing is left to lease.

Any number of workers, in any number of processes, may work on a run. What a worker has not finished when it dies is
leased anew once its lease has run out; what failed five times is put aside, for somebody to look at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.db.models import Q

from tiwizi.records.care.lifecycles import RUN, SHARD
from tiwizi.records.care.models import Run, Shard, Worker
from tiwizi.records.care.operations.run import decide_shard, finish_run
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.roles import Grant

LEASE = timedelta(seconds=60)
MOST_TRIES = 5
#: A worker says so often that it is there, and is missed when it has not for so long.
BEAT, MISSED = timedelta(seconds=10), timedelta(seconds=45)
_log = logging.getLogger(__name__)


def work(*, run: int, worker: str, clock: Callable[[], datetime], threads: int = 1) -> int:
    """Do what is to be done of a run; how many shards this worker did. ``worker``: a name that no other one has.

    It comes back when no shard can be leased: all are done, put aside, or in the hands of others.
    """
    done = 0
    beat(worker, clock())
    while (shard := lease(run=run, worker=worker, now=clock())) is not None:
        done += _try(shard, worker, clock, threads)
        beat(worker, clock())
    if not Shard.objects.filter(run=run).exclude(state="done").exists():
        finish_run(_by(clock), run=run)
    return done


def _try(shard: int, worker: str, clock: Callable[[], datetime], threads: int) -> bool:
    """Whether it went well. Whatever fails is undone whole, and tried again."""
    try:
        decide_shard(_by(clock), shard=shard, worker=worker, threads=threads)
    except (Error, AssertionError, ArithmeticError, LookupError, ValueError):
        _log.exception("shard %s", shard)
        connection.close_if_unusable_or_obsolete()
        give_back(shard=shard, worker=worker)
        return False
    return True


def _by(clock: Callable[[], datetime]) -> By:
    return By(user=0, grants=(Grant("system"),), at=clock())


def lease(*, run: int, worker: str, now: datetime, lasting: timedelta = LEASE) -> int | None:
    """A shard of the run for this worker: one that waits, or whose lease has run out. None where there is none."""
    with transaction.atomic():
        waits = Q(state="waiting") | Q(state="leased", leased_until__lt=now)
        skip = connection.features.has_select_for_update_skip_locked
        shards = Shard.objects.select_for_update(skip_locked=skip, of=("self",))
        shard = shards.filter(waits, run=run, run__state__in=("waiting", "working")).order_by("number").first()
        if shard is None:
            return None
        if shard.state == "leased" and shard.tries >= MOST_TRIES:
            shard.state = after(SHARD, shard.state, "park")  # it took five workers with it
        elif shard.state == "waiting":
            shard.state = after(SHARD, shard.state, "lease")
        shard.worker, shard.leased_until, shard.tries = worker, now + lasting, shard.tries + 1
        shard.save(update_fields=["state", "worker", "leased_until", "tries"])
        Run.objects.filter(pk=run, state="waiting").update(state=after(RUN, "waiting", "start"))
    return shard.pk if shard.state == "leased" else lease(run=run, worker=worker, now=now, lasting=lasting)


def give_back(*, shard: int, worker: str) -> None:
    """Let go of a shard that could not be decided; at the fifth time, put it aside."""
    with transaction.atomic():
        row = Shard.objects.select_for_update().filter(pk=shard, worker=worker, state="leased").first()
        if row is not None:
            row.state = after(SHARD, row.state, "park" if row.tries >= MOST_TRIES else "release")
            row.save(update_fields=["state"])


#: When each worker of this process last said that it is there.
_said: dict[str, datetime] = {}


def beat(worker: str, now: datetime) -> None:
    """Say that a worker is there, at most every ten seconds, and forget those that have been gone for a day."""
    if worker in _said and now - _said[worker] < BEAT:
        return
    Worker.objects.update_or_create(name=worker, defaults={"seen_at": now})
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    _said[worker] = now
