"""Looking through the trail: who did what about whom when, the latest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from tiwizi.records.trail.chain import microseconds
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.queries import Done, done
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import TECHNICAL


@dataclass(frozen=True)
class Sought:
    """What is looked for; None is no matter. ``subjects``: any of these ("household:81"). Days are both included, in
    the time zone ``zone`` (UTC)."""

    user: int | None = None
    verb: str | None = None
    subjects: Collection[str] | None = None
    since: date | None = None
    until: date | None = None
    zone: tzinfo | None = None


def search(by: By, sought: Sought, *, after: str = "", size: int = 50) -> tuple[Sequence[Done], str]:
    """(events, where those after them begin or ""). Who may read technical events only, sees no other. Raises Refused.

    Ordered by moment and position: each of user, verb and days has an index in that order, and a subject has few.
    """
    if not by.may("trail.read_technical"):
        raise Refused("not_allowed", verb="trail.search", permission="trail.read")
    meant = _meant(sought)
    if not by.may("trail.read"):
        meant &= Q(verb__in=TECHNICAL)
    if (place := _place(after)) is not None:
        moment, position = place
        meant &= Q(moment__lte=moment) & (Q(moment__lt=moment) | Q(position__lt=position))
    found = list(Event.objects.filter(meant).order_by("-moment", "-position")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return [done(event) for event in found[:size]], f"{last.moment}.{last.position}" if last else ""


def _meant(sought: Sought) -> Q:
    meant = Q()
    if sought.user is not None:
        meant &= Q(user=sought.user)
    if sought.verb is not None:
        meant &= Q(verb=sought.verb)
    if sought.subjects is not None:
        meant &= Q(subject__in=sought.subjects)
    if sought.since is not None:
        meant &= Q(moment__gte=_begins(sought.since, sought.zone))
    if sought.until is not None:
        meant &= Q(moment__lt=_begins(sought.until + timedelta(days=1), sought.zone))
    return meant


def _begins(day: date, zone: tzinfo | None) -> int:
    """The first moment of a day, in microseconds since 1970."""
    return microseconds(datetime.combine(day, time(), zone or UTC))


def _place(after: str) -> tuple[int, int] | None:
    moment, _, position = after.partition(".")
    fits = all(part.removeprefix("-").isdecimal() and len(part) < 19 for part in (moment, position))
    return (int(moment), int(position)) if fits else None
