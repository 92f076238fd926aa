"""A run: all that waits, decided in shards that workers lease, each done once and whole.

start_run cuts the households that something touched into shards; decide_shard does one in one transaction; finish_run
ends the run once all are done. A worker that dies leaves a lease that runs out, and nothing else (worker.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db.models import Max

from tiwizi.records.care import booking
from tiwizi.records.care.basis import Basis, basis
from tiwizi.records.care.deciding import Outcome, decide_and_keep
from tiwizi.records.care.lifecycles import RUN, SHARD
from tiwizi.records.care.models import Run, Shard, Touch
from tiwizi.records.care.touched import affected, touched_between
from tiwizi.records.cover.queries import in_force
from tiwizi.records.database.columns import among, read_columns, write_columns
from tiwizi.records.database.locks import take_turn, wait_for_writers
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.terms import STATES

#: Claims that one transaction decides: 50,000 lines and a second of work, which a killed worker loses, and the desk
#: waits for on SQLite.
CLAIMS_PER_SHARD = 20_000
#: Held by who starts a run, and shared by who decides one household: neither overlooks the other.
TURN = "care.run"


@operation("care.start_run", need="care.decide")
def start_run(
    act: Act, *, day: date, plan_version: int | None = None, tariff_version: int | None = None,
    claims_per_shard: int = CLAIMS_PER_SHARD,
) -> int:  # fmt: skip
    """A run over the households that something touched since the last one, by the plan and tariff in force on ``day``,
    or by other versions; another version than the last run's touches those that it may decide otherwise. Its number.

    day: when it books. Raises Refused while another run is not finished, or where no book pays a layer of the plan.
    """
    act.within(None)
    if plan_version is None or tariff_version is None:
        plan_now, tariff_now = in_force(day)
        plan_version, tariff_version = plan_version or plan_now, tariff_version or tariff_now
    by = basis(plan_version, tariff_version)
    booking.books_of(by.plan)
    if (unfinished := Run.objects.filter(state__in=("waiting", "working")).first()) is not None:
        raise Refused("run_unfinished", run=unfinished.pk)
    last = Run.objects.filter(state="done", touched_upto__gt=0).order_by("-id").first()
    if last is not None:
        _touch_affected(basis(last.plan_version_id, last.tariff_version_id), by)
    take_turn(TURN)  # not before: looking whom a new version touches takes a while, and the desk waits
    wait_for_writers(Touch)
    touched_after = last.touched_upto if last else 0
    touched_upto = Touch.objects.aggregate(last=Max("id"))["last"] or 0
    households = touched_between(touched_after, touched_upto)
    run = Run.objects.create(
        plan_version_id=plan_version, tariff_version_id=tariff_version, day=day, touched_after=touched_after,
        touched_upto=touched_upto, asked_by=act.by.user, asked_at=act.at,
    )  # fmt: skip
    shards = _cut(households, claims_per_shard)
    Shard.objects.bulk_create(
        Shard(run=run, number=number, first_household=own[0], last_household=own[-1], members=own.tobytes())
        for number, own in enumerate(shards, 1)
    )
    act.about("run", run.pk)
    act.note(households=len(households), shards=len(shards))
    return run.pk


def _touch_affected(before: Basis, now: Basis) -> None:
    """Another version of plan or tariff touches the households that it may decide otherwise."""
    versions = (now.plan_version, now.tariff_version)
    if versions == (before.plan_version, before.tariff_version):
        return
    households = affected(before, now)
    cause = f"basis:{versions[0]}/{versions[1]}"
    if len(households):
        write_columns(Touch, {"household": households, "cause": pa.array([cause] * len(households), pa.string())})


def _cut(households: Column, claims_per_shard: int) -> list[Column]:
    """Households, ascending, in pieces of about so many claims."""
    if len(households) == 0:
        return []
    rows = read_columns(
        "SELECT household_id AS household, COUNT(*) AS claims FROM care_claim"
        f" WHERE {among('household_id', households)} GROUP BY household_id",
        {"household": "int", "claims": "int"},
    )
    weight = np.ones(len(households), np.int64)
    own = np.isin(rows["household"], households)
    weight[np.searchsorted(households, rows["household"][own])] = rows["claims"][own]
    piece = (np.cumsum(weight) - weight) // claims_per_shard
    return np.split(households, np.flatnonzero(np.diff(piece)) + 1)


@operation("care.decide_shard", need="care.decide")
def decide_shard(act: Act, *, shard: int, worker: str, threads: int = 1) -> dict[str, Any]:
    """Decide the households of a shard that a worker holds; what was done. Raises Refused where another holds it."""
    act.within(None)
    row = Shard.objects.select_for_update(of=("self",)).select_related("run").get(pk=shard)
    if (row.state, row.worker) != ("leased", worker) or row.run.state != "working":
        raise Refused("shard_not_held", shard=shard)
    found = decide_and_keep(
        np.frombuffer(row.members, np.int64), basis(row.run.plan_version_id, row.run.tariff_version_id),
        run=row.run_id, day=row.run.day, threads=threads,
    )  # fmt: skip
    tell(row, found)
    row.state = after(SHARD, row.state, "finish")
    row.save()
    act.about("run", row.run_id)
    act.note(shard=row.number, digest=found.digest)
    return said(found)


def tell(row: Shard, found: Outcome) -> None:
    """Put what was done on its shard."""
    for name in ("households", "claims", "lines", "changed", "billed", "paid", "reductions", "share", "digest"):
        setattr(row, name, getattr(found, name))
    for state, count in zip(STATES, found.states, strict=True):
        setattr(row, f"lines_{state}", count)


def said(found: Outcome) -> dict[str, Any]:
    return {
        name: getattr(found, name)
        for name in ("claims", "lines", "changed", "billed", "paid", "reductions", "share", "transfers", "corrections")
    }


@operation("care.finish_run", need="care.decide")
def finish_run(act: Act, *, run: int) -> bool:
    """End a run whose shards are all done; whether it is at an end."""
    act.within(None)
    act.about("run", run)
    row = Run.objects.select_for_update().get(pk=run)
    if row.state == "done":
        return True
    if row.state not in ("waiting", "working") or row.shards.exclude(state="done").exists():
        return False
    if row.state == "waiting":  # a run without households
        Run.objects.filter(pk=run).update(state=after(RUN, row.state, "start"))
    Run.objects.filter(pk=run).update(state=after(RUN, "working", "finish"), finished_at=act.at)
    return True


@operation("care.cancel_run", need="care.decide")
def cancel_run(act: Act, *, run: int) -> None:
    """Leave the shards that nobody has done yet; the next run takes all households again that this one was to take."""
    act.within(None)
    act.about("run", run)
    row = Run.objects.select_for_update().get(pk=run)
    row.state = after(RUN, row.state, "cancel")
    row.finished_at = act.at
    row.save(update_fields=["state", "finished_at"])


@operation("care.retry_shard", need="care.decide")
def retry_shard(act: Act, *, shard: int) -> None:
    """Let workers try again what failed so often that it was put aside."""
    act.within(None)
    row = Shard.objects.select_for_update().get(pk=shard)
    act.about("run", row.run_id)
    row.state, row.tries = after(SHARD, row.state, "retry"), 0
    row.save(update_fields=["state", "tries"])
