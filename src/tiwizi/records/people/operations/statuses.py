"""What is so of a person for a time: long-term illness, disability, schooling, pension."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from tiwizi.records.people.models import Status
from tiwizi.records.people.reach import reach_person, touch
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of
from tiwizi.rules.terms import STATUSES


@operation("people.add_status", need="people.write")
def add_status(act: Act, *, person: int, status: str, since: date, until: date | None = None, code: str = "") -> int:
    """A status from a day on, to before another. ``code``: of the illness. Its id. Refused: period_crosses."""
    place = reach_person(act, person)
    if status not in STATUSES:
        raise Refused("no_such_word", what="status", word=status, known=", ".join(STATUSES))
    if until is not None and until <= since:
        raise Refused("ends_before_it_began", since=since)
    kind = STATUSES.index(status)
    others = Status.objects.filter(person_id=person, status=kind).filter(Q(until=None) | Q(until__gt=since))
    if (others if until is None else others.filter(since__lt=until)).exists():
        raise Refused("period_crosses")
    added = Status.objects.create(person_id=person, status=kind, since=since, until=until, code=code)
    touch(place.household_id, f"person:{person}")
    return added.id


@operation("people.end_status", need="people.write")
def end_status(act: Act, *, status: int, until: date) -> int:
    """Let a status end earlier, or say when one that was open ends."""
    held = one_of(Status.objects.filter(id=status), "status", status)
    place = reach_person(act, held.person_id)
    if until <= held.since or (held.until is not None and until > held.until):
        raise Refused("ends_before_it_began" if until <= held.since else "ended_already", since=held.since)
    keep_former(act.by, "status", [(status, {"until": held.until})])
    Status.objects.filter(id=status).update(until=until)
    touch(place.household_id, f"person:{held.person_id}")
    return status
