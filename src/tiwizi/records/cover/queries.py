"""Questions about plans, tariffs and cover."""

from __future__ import annotations

from datetime import date

from tiwizi.records.cover.models import PlanVersion, TariffVersion


def latest_tariff() -> int | None:
    """The id of the tariff that was published last; None where there is none."""
    return TariffVersion.objects.order_by("-published_on", "-id").values_list("id", flat=True).first()


def plan_in_force(plan: str, *, on: date) -> int | None:
    """The id of the published version of a plan, by its code, that is in force on a day; None where there is none."""
    versions = PlanVersion.objects.filter(plan__code=plan, published_by__isnull=False, effective_on__lte=on)
    return versions.order_by("-effective_on", "-id").values_list("id", flat=True).first()
