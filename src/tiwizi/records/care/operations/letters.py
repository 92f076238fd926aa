"""The letters of a whole batch: asked for once, cut into parts, each leased by a worker and kept whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Q

from tiwizi.records.care.models import LetterPart, LetterRun
from tiwizi.records.care.queries.letters import orders_of_batch
from tiwizi.records.care.queries.papers import MEDICAL
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.operations.letters import keep_letters
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused

#: Letters of a part: what a process lays out at once, in some 400 MB. How long a worker may take, how often it tries.
PART, LEASE, MOST_TRIES = 50, timedelta(minutes=3), 5


@operation("care.ask_letters", need="people.write_letters")
def ask_letters(act: Act, *, batch: int) -> int:
    """Have the statements of a batch written. The run of it; asked for again it is the same. They name the care where
    who asks may read that everywhere."""
    act.about("batch", batch)
    act.within(None)
    take_turn(f"letters:{batch}")
    care = any(grant.allows(MEDICAL) and grant.region is None for grant in act.by.grants)
    known = LetterRun.objects.filter(batch=batch, tells_care=care).values_list("id", flat=True).first()
    if known is not None:
        return known
    orders = orders_of_batch(batch)
    if not orders:
        raise Refused("no_letters", batch=batch)
    run = LetterRun.objects.create(
        batch=batch, tells_care=care, day=act.day, letters=len(orders), asked_by=act.by.user, asked_at=act.at
    )
    LetterPart.objects.bulk_create(
        LetterPart(run=run, number=number, orders=np.array(orders[first : first + PART], np.int64).tobytes())
        for number, first in enumerate(range(0, len(orders), PART), 1)
    )
    act.note(letters=len(orders), tells_care=care)
    return run.id


def lease_part(now: datetime) -> int | None:
    """A part that waits, or whose worker went away; None where there is none. What failed too often is left."""
    with transaction.atomic():
        take_turn("letters")
        waits = Q(leased_until=None) | Q(leased_until__lt=now)
        part = LetterPart.objects.filter(waits, digest=None, tries__lt=MOST_TRIES).order_by("run", "number").first()
        if part is None:
            return None
        LetterPart.objects.filter(id=part.pk).update(leased_until=now + LEASE, tries=part.tries + 1)
    return part.pk


@operation("care.keep_part", need="people.write_letters")
def keep_part(
    act: Act, *, part: int, digest: str, size: int, letters: Sequence[tuple[int, str, str, bool, str, bytes]]
) -> int:
    """A part is written: its letters, and the PDF of them, which lies in the folder of files. Once."""
    row = LetterPart.objects.select_related("run").select_for_update(of=("self",)).get(id=part)
    act.about("batch", row.run.batch)
    act.within(None)
    if row.digest is None:
        keep_letters(act.by, batch=row.run.batch, first=row.number, kind="payment", letters=letters)
        LetterPart.objects.filter(id=part).update(digest=bytes.fromhex(digest), size=size, letters=len(letters))
    act.note(part=row.number, digest=digest)
    return part
