"""Runs for those who start and watch them: all of them, one as it goes on, what it put aside, and who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from tiwizi.records.care.models import Correction, Run, Shard, Touch, Worker
from tiwizi.records.care.queries.progress import Progress, progress
from tiwizi.records.care.worker import MISSED
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.queries import history
from tiwizi.rules.terms import STATES

#: Parts by which the speed of a run is told.
LATEST = 20


@dataclass(frozen=True)
class RunRow:
    """A run over all that waited. ``lines``: of its finished parts; amounts in minor units."""

    run: int
    day: date
    state: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    plan: str
    parts: int
    done: int
    parked: int
    lines: int
    paid: int
    corrections: int


def runs(*, limit: int = 500) -> list[RunRow]:
    """The latest first; without those that decided one household at the desk."""
    rows = list(
        Run.objects.exclude(touched_upto=0, state="done").select_related("plan_version__plan").order_by("-id")[:limit]
    )
    sums: dict[int, Any] = {
        row["run"]: row
        for row in Shard.objects.filter(run__in=rows).values("run").annotate(
            parts=Count("id"), done=Count("id", filter=Q(state="done")), parked=Count("id", filter=Q(state="parked")),
            all_lines=Sum("lines"), all_paid=Sum("paid"),
        )
    }  # fmt: skip
    names = user_names(row.asked_by for row in rows)
    waiting = dict(
        Correction.objects.filter(run__in=rows, state="waiting").values_list("run").annotate(count=Count("id"))
    )
    none: dict[str, int] = {}
    return [
        RunRow(
            row.pk, row.day, row.state, names.get(row.asked_by, ""), row.asked_at, row.finished_at,
            row.plan_version.plan.code, corrections=waiting.get(row.pk, 0),
            **{
                name.removeprefix("all_"): sums.get(row.pk, none).get(name) or 0
                for name in ("parts", "done", "parked", "all_lines", "all_paid")
            },
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Parked:
    """A part that failed so often that it was put aside. ``households``: how many it has."""

    shard: int
    number: int
    households: int
    tries: int
    worker: str


@dataclass(frozen=True)
class Watched:
    """A run as whoever watches sees it. ``households``: done, of ``all_households``; ``states``: lines of the finished
    parts by state; ``speed``: lines a second, None before two parts are done; ``seconds_left`` by it."""

    told: Progress
    all_households: int
    states: dict[str, int]
    speed: int | None
    seconds_left: int | None
    parked: tuple[Parked, ...]
    workers: int

    @property
    def per_cent(self) -> int:
        if self.told.state == "done":
            return 100
        return self.told.households * 100 // self.all_households if self.all_households else 0


def is_run(run: int) -> bool:
    return Run.objects.filter(pk=run).exclude(touched_upto=0, state="done").exists()


def watched(run: int, *, now: datetime) -> Watched:
    """Raises Run.DoesNotExist."""
    told = progress(run)
    households = _households(run)
    speed = _lines_a_second(run) if told.done else None
    left = None
    if speed and told.lines and told.households and not told.at_an_end:
        left = (households - told.households) * told.lines // told.households // speed
    counts = Shard.objects.filter(run=run).aggregate(**{state: Sum(f"lines_{state}", default=0) for state in STATES})
    return Watched(told, households, counts, speed, left, _parked(run), workers_seen(now))


def workers_seen(now: datetime) -> int:
    """Workers that said within the last minute that they are there."""
    return Worker.objects.filter(seen_at__gt=now - MISSED).count()


def to_decide() -> int:
    """Households that something touched since the last run that is done."""
    last = Run.objects.filter(state="done", touched_upto__gt=0).order_by("-id").first()
    after = last.touched_upto if last else 0
    return Touch.objects.filter(id__gt=after).values("household").distinct().count()


def unfinished() -> int | None:
    """The run that is not at an end."""
    return Run.objects.filter(state__in=("waiting", "working")).values_list("id", flat=True).first()


def left_of(run: int) -> tuple[int, int]:
    """(parts, households) that nobody has done yet: what cancelling leaves to the next run."""
    rows = Shard.objects.filter(run=run).exclude(state="done")
    return rows.count(), _households(run, only="AND state <> 'done'")


def _households(run: int, *, only: str = "") -> int:
    """Members lie as int64 in one blob."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(LENGTH(members)), 0) FROM care_shard WHERE run_id = %s {only}", [run])
        return int(cursor.fetchone()[0]) // 8


def _parked(run: int) -> tuple[Parked, ...]:
    rows = Shard.objects.filter(run=run, state="parked").order_by("number")
    return tuple(Parked(row.pk, row.number, len(row.members) // 8, row.tries, row.worker) for row in rows[:100])


def _lines_a_second(run: int) -> int | None:
    """By the latest parts as the trail tells when each was done; None where there were too few."""
    done = [one for one in history("run", run, limit=3 * LATEST) if one.verb == "care.decide_shard"][:LATEST]
    if not done:
        return None
    began = Run.objects.values_list("asked_at", flat=True).get(pk=run) if len(done) < 2 else done[-1].at
    counted = done if len(done) < 2 else done[:-1]
    took = done[0].at - began.astimezone(UTC)
    if took <= timedelta():
        return None
    return int(sum(one.body["answer"]["lines"] for one in counted) / took.total_seconds())
