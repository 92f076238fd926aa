"""What waits for somebody among plans, tariffs and cover: versions that a second person puts into force (S6), and
covers that were asked for at the counter."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from tiwizi.records.cover.models import CoverRequest, PlanVersion, TariffVersion
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, waits


def plans_to_publish(by: By) -> Waits:
    """Versions that somebody else proposed; ``due``: the first day on which one is to take effect."""
    proposed = PlanVersion.objects.filter(published_by=None).exclude(proposed_by=by.user)
    return replace(waits(proposed, since="effective_on", due="effective_on"), oldest=None)


def tariffs_to_confirm(by: By) -> Waits:
    """Tariffs that somebody else brought in and nobody has signed."""
    others = Q(proposed_by=None) | ~Q(proposed_by=by.user)
    return waits(TariffVersion.objects.filter(others, signature=None), since="published_on")


def covers_to_start(by: By) -> Waits:
    """Covers that the counter asked for and nobody has answered."""
    return waits(CoverRequest.objects.filter(answered_at=None), since="asked_at")
