"""How far a run is, for any reader, while workers are at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from tiwizi.records.care.models import Correction, Run, Shard


@dataclass(frozen=True)
class Progress:
    """Shards and what the finished ones did. ``changed``: decisions written. Amounts are minor units of all lines that
    were decided: billed = paid + reductions + share. ``corrections`` wait to be booked."""

    run: int
    state: str
    asked_at: datetime
    finished_at: datetime | None
    shards: int
    done: int
    leased: int
    parked: int
    households: int
    claims: int
    lines: int
    changed: int
    billed: int
    paid: int
    reductions: int
    share: int
    corrections: int

    @property
    def at_an_end(self) -> bool:
        return self.state in ("done", "cancelled")


_SUMS = ("households", "claims", "lines", "changed", "billed", "paid", "reductions", "share")


def progress(run: int) -> Progress:
    """Raises Run.DoesNotExist."""
    row = Run.objects.get(pk=run)
    counts = {state: Count("id", filter=Q(state=state)) for state in ("done", "leased", "parked")}
    found = row.shards.aggregate(
        shards=Count("id"), **counts, **{f"all_{name}": Sum(name, default=0) for name in _SUMS}
    )
    return Progress(
        row.pk, row.state, row.asked_at, row.finished_at,
        corrections=Correction.objects.filter(run=row, state="waiting").count(),
        **{name.removeprefix("all_"): count for name, count in found.items()},
    )  # fmt: skip


def parked_shards(run: int) -> list[int]:
    """Parts of a run that were put aside: they failed too often."""
    return list(Shard.objects.filter(run=run, state="parked").order_by("number").values_list("pk", flat=True))


def runs_put_aside() -> dict[int, int]:
    """Runs that are not at an end since parts of them were put aside: how many of each."""
    rows = Shard.objects.filter(state="parked", run__state__in=("waiting", "working")).values_list("run")
    return dict(rows.annotate(parts=Count("pk")).order_by("run"))


def latest_run() -> int | None:
    """The number of the last run over all that waited."""
    return Run.objects.exclude(touched_upto=0).order_by("-id").values_list("id", flat=True).first()
