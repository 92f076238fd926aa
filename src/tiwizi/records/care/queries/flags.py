"""What the watch found, for those who review; nobody else is shown it, and no member ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Max

from tiwizi.records.care.models import Claim, Flag, Run
from tiwizi.records.cover.queries import in_force
from tiwizi.records.people.looks import rows_within, within_reach
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.refusal import Refused


@dataclass(frozen=True)
class FlagRow:
    """``claims``: numbers of the files that the flag names, the one to look at first. ``who``: the provider's or the
    person's number, whichever it is about."""

    flag: int
    kind: str
    state: str
    found_on: date
    amount: int
    claim: str
    home: int
    who: str
    provider_ar: str
    provider_latin: str
    region: str
    figures: dict[str, Any]
    claims: tuple[str, ...]
    answer: str
    answered_by: str
    answered_at: datetime | None


def flags(by: By) -> list[FlagRow]:
    """Those within reach, what waits first, the dearest before the others."""
    rows = _rows()
    rows = rows_within(by, "care.review", rows, household="claim__household")
    found = _told(list(rows))
    return sorted(found, key=lambda one: (one.state != "open", -one.amount, one.flag))


def flag(by: By, number: int) -> FlagRow | None:
    """One within reach; None where there is none."""
    row = _rows().filter(id=number).first()
    if row is None or not within_reach(by, "care.review", row.claim.household.region_id):
        return None
    return None if row.claim.household_id == by.household else _told([row])[0]


def last_look() -> datetime | None:
    """When the watch last looked."""
    moment = Event.objects.filter(verb="care.look_out").aggregate(last=Max("moment"))["last"]
    return None if moment is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)


def is_due(now: datetime) -> bool:
    """Whether the watch should look: it has not on that day, or a run came to its end since. Not without a plan and a
    tariff to look by, nor while a run is on its way."""
    if not Claim.objects.exists() or Run.objects.filter(state__in=("waiting", "working")).exists():
        return False
    try:
        in_force(now.date())
    except Refused:
        return False
    last = last_look()
    if last is None or last.astimezone(now.tzinfo).date() < now.date():
        return True
    return Run.objects.filter(touched_upto__gt=0, state="done", finished_at__gt=last).exists()


def _rows() -> Any:
    return Flag.objects.filter(claim__isnull=False).select_related("claim__household__region", "person", "provider")


def _told(rows: list[Flag]) -> list[FlagRow]:
    named = {claim for row in rows for claim in row.figures.get("claims", ())}
    numbers = dict(Claim.objects.filter(id__in=named).values_list("id", "number"))
    names = user_names(row.answered_by for row in rows)
    return [_row(row, numbers, names) for row in rows]


def _row(row: Flag, numbers: dict[int, str], names: dict[int, str]) -> FlagRow:
    claim, provider = row.claim, row.provider
    assert claim is not None
    others = [numbers[one] for one in row.figures.get("claims", ()) if one in numbers and one != row.claim_id]
    return FlagRow(
        row.id, row.kind, row.state, row.found_on, row.amount, claim.number, claim.household_id,
        provider.number if provider and not row.person else row.person.number if row.person else "",
        provider.name_ar if provider else "", provider.name_latin if provider else "",
        claim.household.region.code if claim.household.region else "", row.figures, (claim.number, *others), row.answer,
        names.get(row.answered_by or 0, ""), row.answered_at,
    )  # fmt: skip
