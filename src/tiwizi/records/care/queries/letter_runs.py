"""How far the letters of a batch are, and their parts once they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Count, Q, Sum

from tiwizi.records.care.models import LetterPart, LetterRun
from tiwizi.records.care.operations.letters import MOST_TRIES
from tiwizi.records.care.queries.papers import MEDICAL
from tiwizi.records.money.models import PaymentBatch
from tiwizi.records.trail.gate import By


@dataclass(frozen=True)
class RunOfLetters:
    """``done`` of ``letters`` are written, in ``parts_done`` of ``parts``; ``failed`` parts are put aside."""

    run: int
    batch: int
    tells_care: bool
    asked_at: datetime
    letters: int
    done: int
    parts: int
    parts_done: int
    failed: int
    size: int

    @property
    def whole(self) -> bool:
        return self.parts_done == self.parts


@dataclass(frozen=True)
class Part:
    part: int
    batch: int
    orders: list[int]
    tells_care: bool
    day: date


def run_of_letters(by: By, batch: int) -> RunOfLetters | None:
    """The run that who asks would set off; None where nobody has. A batch is nobody's region: who is bound to one has
    none."""
    if not everywhere(by, "people.write_letters"):
        return None
    row = LetterRun.objects.filter(batch=batch, tells_care=everywhere(by, MEDICAL)).first()
    if row is None:
        return None
    found = row.parts.aggregate(
        parts=Count("id"), parts_done=Count("id", filter=Q(digest__isnull=False)), done=Sum("letters", default=0),
        failed=Count("id", filter=Q(digest=None, tries__gte=MOST_TRIES)), size=Sum("size", default=0),
    )  # fmt: skip
    return RunOfLetters(row.pk, row.batch, row.tells_care, row.asked_at, row.letters, **found)


def everywhere(by: By, permission: str) -> bool:
    return any(grant.allows(permission) and grant.region is None for grant in by.grants)


def has_batch(batch: int) -> bool:
    return PaymentBatch.objects.filter(id=batch).exists()


def files_of_run(run: int) -> list[tuple[int, str]]:
    """(number of the part, digest in hex) of those that are written, in their order."""
    rows = LetterPart.objects.filter(run=run, digest__isnull=False).order_by("number")
    return [(number, bytes(digest or b"").hex()) for number, digest in rows.values_list("number", "digest")]


def part_to_write(part: int) -> Part:
    """Raises LetterPart.DoesNotExist."""
    row = LetterPart.objects.select_related("run").get(id=part)
    orders = np.frombuffer(bytes(row.orders), np.int64).tolist()
    return Part(part, row.run.batch, orders, row.run.tells_care, row.run.day)
