"""The limit of a single reviewer, and answers above it that wait for a second one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiwizi.records.care.models import Claim, ClaimLine, HeldAnswer, ReviewLimit
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.two_people import Wish, wish


@dataclass(frozen=True)
class AnsweredLine:
    """What an answer leaves of a line: quantity in thousandths, price in minor units, None as claimed."""

    number: int
    code: str
    quantity: int | None
    price: int | None
    cause: str | None
    reason: str


@dataclass(frozen=True)
class Held:
    """An answer that waits for a second person: what it has paid on the file, and the limit that it exceeds."""

    claim: int
    number: str
    pays: int
    limit: int
    answered_by: int
    answered_name: str
    answered_at: datetime
    lines: tuple[AnsweredLine, ...] = ()


def review_limit() -> int | None:
    """The most that one reviewer's answer has paid on a file, in minor units; None where there is no such limit."""
    last = ReviewLimit.objects.exclude(confirmed_by=None).order_by("-confirmed_at", "-id").first()
    return last.amount if last else None


def waiting_limit() -> Wish | None:
    """The limit that somebody asked for."""
    return wish(ReviewLimit.objects.all(), "amount")


def held_answer(claim: int) -> Held | None:
    """The answer to a file that waits for a second person, line by line."""
    row = HeldAnswer.objects.filter(claim=claim, state="waiting").first()
    if row is None:
        return None
    known = {
        line.id: line for line in ClaimLine.objects.filter(id__in=[left["line"] for left in row.lines])
        .select_related("act")
    }  # fmt: skip
    lines = [
        AnsweredLine(
            known[left["line"]].number, known[left["line"]].act.code, left["quantity"], left["price"], left["cause"],
            left["reason"],
        )
        for left in row.lines
    ]  # fmt: skip
    number = Claim.objects.values_list("number", flat=True).get(pk=claim)
    return _held(row, number, tuple(sorted(lines, key=lambda line: line.number)))


def my_held_answers(by: By) -> list[Held]:
    """The answers of whoever asks that wait for a second person, the oldest first."""
    rows = list(HeldAnswer.objects.filter(answered_by=by.user, state="waiting").order_by("id"))
    numbers = dict(Claim.objects.filter(id__in=[row.claim_id for row in rows]).values_list("id", "number"))
    return [_held(row, numbers[row.claim_id], ()) for row in rows]


def _held(row: Any, number: str, lines: tuple[AnsweredLine, ...]) -> Held:
    return Held(
        row.claim_id, number, row.pays, row.limit, row.answered_by,
        user_names([row.answered_by]).get(row.answered_by, ""), row.answered_at, lines,
    )  # fmt: skip
