"""What waits for somebody among imports, and what a mutual that opens has still to do."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, Min, OuterRef, Sum

from tiwizi.records.intake.models import Delivery
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, as_day, waits


def imports_to_accept(by: By) -> Waits:
    """Sheets that were read, or could not be, and that nobody has accepted or withdrawn."""
    return waits(Delivery.objects.filter(state__in=("seen", "failed", "stopped")), since="brought_at")


def rows_to_repair(by: By) -> Waits:
    """What one brought in oneself, of which rows went to repair that have not come back."""
    back = Delivery.objects.filter(follows=OuterRef("pk"), state="posted")
    mine = Delivery.objects.filter(~Exists(back), brought_by=by.user, state="posted", to_repair__gt=0, removed_at=None)
    found = mine.aggregate(count=Sum("to_repair", default=0), oldest=Min("brought_at"))
    return Waits(found["count"], as_day(found["oldest"]))


class Opening(NamedTuple):
    """What the records hold of what a mutual needs before its first run, in the order in which it is done."""

    users: bool
    plan: bool
    tariff: bool
    books: bool
    people: bool
    claims: bool
    run: bool


#: Two administrators come with the records; the mutual works once there are others.
_OPENING = """SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM people_user LIMIT 3) u) > 2,
    EXISTS (SELECT 1 FROM cover_planversion WHERE published_by IS NOT NULL),
    EXISTS (SELECT 1 FROM cover_tariffsignature),
    EXISTS (SELECT 1 FROM money_book),
    EXISTS (SELECT 1 FROM people_household),
    EXISTS (SELECT 1 FROM care_claim),
    EXISTS (SELECT 1 FROM care_run WHERE state = 'done')"""


def opening() -> Opening:
    with connection.cursor() as cursor:
        cursor.execute(_OPENING)
        return Opening(*map(bool, cursor.fetchone()))
