"""Questions about plans, tariffs and cover."""

from __future__ import annotations

from datetime import date

from django.db import connection

from tiwizi.records.cover.models import PlanVersion, TariffVersion
from tiwizi.records.trail.refusal import Refused


def latest_tariff() -> int | None:
    """The id of the tariff that was published last; None where there is none."""
    return TariffVersion.objects.order_by("-published_on", "-id").values_list("id", flat=True).first()


def currency() -> str | None:
    """That of the tariff that was published last; None where there is none."""
    return TariffVersion.objects.order_by("-published_on", "-id").values_list("currency", flat=True).first()


def plan_in_force(plan: str, *, on: date) -> int | None:
    """The id of the published version of a plan, by its code, that is in force on a day; None where there is none."""
    versions = PlanVersion.objects.filter(plan__code=plan, published_by__isnull=False, effective_on__lte=on)
    return versions.order_by("-effective_on", "-id").values_list("id", flat=True).first()


def in_force(on: date) -> tuple[int, int]:
    """The versions of plan and tariff by which claims are decided on a day: the latest that is published and has begun.
    Raises Refused where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT id FROM cover_planversion WHERE published_by IS NOT NULL AND published_on <= %s
                       AND effective_on <= %s ORDER BY effective_on DESC, id DESC LIMIT 1),
                      (SELECT id FROM cover_tariffversion WHERE published_on <= %s
                       ORDER BY published_on DESC, id DESC LIMIT 1)""",
            [on, on, on],
        )
        plan_version, tariff_version = cursor.fetchone()
    if plan_version is None:
        raise Refused("no_plan_in_force", day=on)
    if tariff_version is None:
        raise Refused("no_tariff_in_force", day=on)
    return plan_version, tariff_version
