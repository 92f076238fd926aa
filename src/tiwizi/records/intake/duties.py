"""What waits for somebody among imports, and what a mutual that opens has still to do."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from tiwizi.records.intake.models import Import
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, waits


def imports_to_accept(by: By) -> Waits:
    """What arrived and nobody has accepted yet."""
    return waits(Import.objects.filter(state="seen"), since="seen_at")


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
    EXISTS (SELECT 1 FROM cover_tariffversion),
    EXISTS (SELECT 1 FROM money_book),
    EXISTS (SELECT 1 FROM people_household),
    EXISTS (SELECT 1 FROM care_claim),
    EXISTS (SELECT 1 FROM care_run WHERE state = 'done')"""


def opening() -> Opening:
    with connection.cursor() as cursor:
        cursor.execute(_OPENING)
        return Opening(*map(bool, cursor.fetchone()))
