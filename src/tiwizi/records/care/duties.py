"""What waits for somebody among files: lines to review, approvals and appeals with their deadlines, runs, corrections.
Whoever is bound to a region is told of that region alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Abs, TruncWeek

from tiwizi.records.care.models import Appeal, Claim, Correction, PriorApproval, Run, Shard, Touch
from tiwizi.records.people.looks import regions
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, waits
from tiwizi.rules.terms import TO_REVIEW

#: Few of many decisions wait: the partial index care_decision_to_review finds them.
_TO_REVIEW = f"""SELECT COUNT(*), MIN(c.received), COALESCE(SUM(d.billed), 0)
    FROM care_decision d JOIN care_line l ON l.id = d.line_id JOIN care_claim c ON c.id = l.claim_id{{joined}}
    WHERE d.state = {TO_REVIEW} AND NOT l.withdrawn{{within}} AND NOT EXISTS (
        SELECT 1 FROM care_decision n WHERE n.line_id = d.line_id AND n.number > d.number)"""


def lines_to_review(by: By) -> Waits:
    """Lines whose standing decision waits for a person, since their file came in, and what is billed."""
    within, values = _within(by, "care.review")
    joined = " JOIN people_household h ON h.id = c.household_id" if within else ""
    with connection.cursor() as cursor:
        cursor.execute(_TO_REVIEW.format(joined=joined, within=within), values)
        count, oldest, billed = cursor.fetchone()
    return Waits(count, date.fromisoformat(oldest) if isinstance(oldest, str) else oldest, int(billed))


def _within(by: By, need: str) -> tuple[str, list[int]]:
    own = regions(by, need)
    if own is None:
        return "", []
    return f" AND h.region_id IN ({', '.join(['%s'] * len(own)) or 'NULL'})", list(own)


def _reached(rows: QuerySet[Any], by: By, need: str, household: str) -> QuerySet[Any]:
    own = regions(by, need)
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
