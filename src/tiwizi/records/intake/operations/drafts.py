"""What somebody is typing, kept for them alone until it is sent or a week has passed.

A draft says what is the case to nobody, so that keeping one is no event: the trail begins when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tiwizi.records.intake.models import Draft
from tiwizi.records.people.looks import within_reach
from tiwizi.records.people.models import Household
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused

KEPT = timedelta(days=7)


def keep_draft(by: By, *, key: str, household: str, content: Mapping[str, Any]) -> None:
    """Keep what a form says as the draft of its key. Refused: no_such_household, alike where it is out of reach."""
    home = Household.objects.filter(number=household).values_list("region_id", flat=True)
    if not home or not within_reach(by, "care.receive", home[0]):
        raise Refused("no_such_household", number=household)
    Draft.objects.filter(saved_at__lt=by.at - KEPT).delete()
    said = {"household": household, "content": dict(content), "saved_at": by.at}
    Draft.objects.update_or_create(user=by.user, key=key, defaults=said)


def end_draft(by: By, *, key: str) -> None:
    """What was sent, or thrown away."""
    Draft.objects.filter(user=by.user, key=key).delete()
