"""Corrections: what a run decides otherwise than it is booked is shown first, and booked by who has seen it."""

from __future__ import annotations

from datetime import date

import numpy as np

from tiwizi.records.care import booking
from tiwizi.records.care.facts import heads_of
from tiwizi.records.care.models import Correction
from tiwizi.records.care.standing import owed_now
from tiwizi.records.database.columns import among, read_columns
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.columns import Column


@operation("care.book_corrections", need="care.decide")
def book_corrections(act: Act, *, run: int, count: int, difference: int, day: date) -> int:
    """Book all corrections of a run that wait: what stands is reversed, what is decided is posted. How many transfers.

    count, difference: what whoever asks was shown (queries.corrections). Raises Refused where that is so no more.
    """
    act.within(None)
    act.about("run", run)
    waiting = Correction.objects.select_for_update().filter(run=run, state="waiting").order_by("claim_id")
    rows = list(waiting.values_list("claim_id", "before", "after"))
    shown = (len(rows), sum(after - before for _, before, after in rows))
    if shown != (count, difference):
        raise Refused("corrections_changed", count=shown[0], difference=shown[1])
    if not rows:
        return 0
    claims = np.array([claim for claim, _, _ in rows], np.int64)
    transfers = _book(claims, sum(after for *_, after in rows), day)
    Correction.objects.filter(run=run, state="waiting").update(state="booked")
    return transfers


def _book(claims: Column, after: int, day: date) -> int:
    """Book claims, by id, ascending, as they are decided now; no later decision has changed what they are owed, for it
    would have taken the place of their corrections."""
    rows = read_columns(
        "SELECT id, household_id AS household, payee, provider_id AS provider FROM care_claim"
        f" WHERE {among('id', claims)} ORDER BY id",
        {name: "int" for name in ("id", "household", "payee", "provider")},
    )
    rows = {name: column[np.isin(rows["id"], claims)] for name, column in rows.items()}
    amounts, books = owed_now(claims)
    assert int(amounts.sum()) == after, "what is decided is what was shown"
    homes, home = np.unique(rows["household"], return_inverse=True)
    payees = booking.payees_of(rows["payee"], rows["provider"], heads_of(homes)[home])
    return booking.post(claims, amounts, rows["payee"], payees, booking.standing(claims, books), books, day=day)
