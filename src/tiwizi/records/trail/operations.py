"""Verbs of the trail itself."""

from __future__ import annotations

from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.chain import START, Head, head
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.models import Verification
from tiwizi.records.trail.refusal import Refused


@operation("trail.verify", need="trail.verify")
def verify_trail(act: Act, *, expected: Head | None = None) -> int:
    """Have the whole chain walked by a worker (walking.py), one such walk at a time; its number. expected: a head that
    was noted elsewhere. Refused: verification_goes_on."""
    act.within(None)
    take_turn("trail.verify")
    if Verification.objects.filter(ended_at=None).exists():
        raise Refused("verification_goes_on")
    said = f"{expected.position} {expected.hash.hex()}" if expected else ""
    asked = Verification.objects.create(
        asked_by=act.by.user, asked_at=act.at, expected=said, upto=head().position, before=START
    )
    act.about("trail", asked.pk)
    return asked.pk
