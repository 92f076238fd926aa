"""What waits for somebody among files: the reviewers' queue, approvals and appeals with their deadlines, runs,
corrections. Whoever is bound to a region is told of that region alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Abs, TruncWeek

from tiwizi.records.care.models import Appeal, Claim, Correction, PriorApproval, Run, Shard, Touch
from tiwizi.records.care.queries.review import how_many
from tiwizi.records.people.looks import regions_within
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, waits


def files_to_review(by: By) -> Waits:
    """Files of the reviewers' queue that a look can settle, since they came in, and what their waiting lines bill."""
    return how_many(by, held=False)


def files_lacking_a_fact(by: By) -> Waits:
    """Those of the queue that wait for a price, a point value or another body's answer."""
    return how_many(by, held=True)


def _reached(rows: QuerySet[Any], by: By, need: str, household: str) -> QuerySet[Any]:
    own = regions_within(by, need)
    return rows if own is None else rows.filter(**{f"{household}__region__in": own})


def approvals_to_answer(by: By) -> Waits:
    """Care that was asked for and not answered; ``due``: the first deadline."""
    asked = PriorApproval.objects.filter(state="asked")
    return waits(
        _reached(asked, by, "care.approve_care", "household"), since="asked_on", amount="amount", due="deadline"
    )


def appeals_to_answer(by: By) -> Waits:
    raised = Appeal.objects.filter(state="raised")
    return waits(_reached(raised, by, "care.review", "claim__household"), since="raised_on", due="deadline")


def corrections_to_book(by: By) -> Waits:
    """Files that are decided otherwise than they are booked; ``amount``: by how much in all, whichever way."""
    waiting = Correction.objects.filter(state="waiting").annotate(by_how_much=Abs(F("after") - F("before")))
    return waits(waiting, since="run__day", amount="by_how_much")


def households_to_decide(by: By) -> Waits:
    """Households that something touched since the last run."""
    done = Run.objects.exclude(state="cancelled").aggregate(last=Max("touched_upto"))["last"] or 0
    return Waits(Touch.objects.filter(id__gt=done).aggregate(n=Count("household", distinct=True))["n"])


def shards_put_aside(by: By) -> Waits:
    """Parts of runs that failed so often that somebody has to look."""
    return waits(Shard.objects.filter(state="parked", run__state="working"), since="run__day")


class Week(NamedTuple):
    """Files that came in and files that were decided, again or the first time, in the seven days from a Monday on."""

    monday: date
    received: int
    decided: int


def weeks(*, until: date, count: int = 8) -> list[Week]:
    """The last ``count`` weeks, the first one first; the last is that of the day ``until``."""
    last = until - timedelta(days=until.weekday())
    mondays = [last - timedelta(weeks=back) for back in reversed(range(count))]
    received = _by_week(Claim.objects.filter(received__gte=mondays[0], received__lte=until), "received", Count("id"))
    decided = _by_week(Shard.objects.filter(run__day__gte=mondays[0], state="done"), "run__day", Sum("claims"))
    alone = Run.objects.filter(day__gte=mondays[0], touched_upto=0, state="done")
    at_the_desk = _by_week(alone, "day", Count("id"))
    return [Week(d, received.get(d, 0), decided.get(d, 0) + at_the_desk.get(d, 0)) for d in mondays]


def _by_week(rows: QuerySet[Any], day: str, what: Any) -> dict[date, int]:
    found = rows.annotate(monday=TruncWeek(day)).values("monday").annotate(n=what).values_list("monday", "n")
    return {monday: int(n or 0) for monday, n in found.order_by()}
