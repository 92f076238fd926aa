"""Letters that were made, as who may read them sees them, and the mutual as they say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from tiwizi.records.people.looks import reads_care, within_reach
from tiwizi.records.people.models import Letter, Mutual
from tiwizi.records.people.operations.letters import unpacked
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By


class Made(NamedTuple):
    """``readable``: whether who asks may open it: what names the care is for who may read that."""

    id: int
    household: str
    kind: str
    subject: str
    language: str
    made_at: datetime
    made_by: str
    way: str
    sent_at: datetime | None
    readable: bool


@dataclass(frozen=True)
class Head:
    """The mutual, as its letters say. ``logo``: the digest of a picture, or None."""

    name_ar: str
    name_latin: str
    address_ar: str
    address_latin: str
    phone: str
    email: str
    site: str
    appeal_days: int
    appeal_to_ar: str
    appeal_to_latin: str
    logo: str | None


def mutual() -> Head | None:
    """Who the mutual is now; None until somebody has said so."""
    row = Mutual.objects.order_by("-id").first()
    if row is None:
        return None
    names = [name for name in Head.__dataclass_fields__ if name != "logo"]
    return Head(**{name: getattr(row, name) for name in names}, logo=bytes(row.logo).hex() if row.logo else None)


def letters_of(by: By, households: Sequence[int], *, limit: int = 100) -> list[Made]:
    """The latest letters to some households, as far as they are within the reach of who asks."""
    return _told(by, _within_reach(by).filter(household__in=households).order_by("-id")[:limit])


def letters_page(
    by: By, asked: Mapping[str, Any], *, descending: bool, after: str, size: int
) -> tuple[list[Made], str, int]:
    """The letters within reach from one on, in the order in which they were made: (letters, what to ask for those after
    them, "" at the end, how many there are in all). ``asked``: ``household`` (a number), ``kind``, ``way`` (or "here"),
    ``made`` (from a day to a day)."""
    rows = _within_reach(by)
    if "household" in asked:
        rows = rows.filter(household__number=asked["household"])
    if "kind" in asked:
        rows = rows.filter(kind=asked["kind"])
    if "way" in asked:
        rows = rows.filter(way="" if asked["way"] == "here" else asked["way"])
    since, until = asked.get("made", (None, None))
    rows = rows.filter(made_at__date__gte=since) if since else rows
    rows = rows.filter(made_at__date__lte=until) if until else rows
    count = rows.count()
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(id__lt=int(after)) if descending else rows.filter(id__gt=int(after))
    found = _told(by, rows.order_by("-id" if descending else "id")[: size + 1])
    return found[:size], str(found[size - 1].id) if len(found) > size else "", count


def _within_reach(by: By) -> QuerySet[Letter]:
    rows = Letter.objects.select_related("household").defer("content")
    regions = {grant.region for grant in by.grants if grant.allows("people.write_letters")}
    return rows if None in regions else rows.filter(household__region__in=regions)


def _told(by: By, rows: Iterable[Letter]) -> list[Made]:
    found = list(rows)
    names = user_names(row.made_by for row in found)
    return [
        Made(
            row.pk, row.household.number, row.kind, row.subject, row.language, row.made_at,
            names.get(row.made_by, ""), row.way, row.sent_at, _readable(by, row),
        )
        for row in found
    ]  # fmt: skip


def letter(by: By, number: int) -> tuple[dict[str, Any], str, int] | None:
    """(what a letter says, its kind, its household); None where there is none for who asks."""
    row = Letter.objects.filter(id=number).select_related("household").first()
    if row is None or not within_reach(by, "people.write_letters", row.household.region_id) or not _readable(by, row):
        return None
    return unpacked(bytes(row.content)), row.kind, row.household_id


def _readable(by: By, row: Letter) -> bool:
    return not row.tells_care or reads_care(by, row.household_id, row.household.region_id)
