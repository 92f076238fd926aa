"""Questions about plans, tariffs and cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from tiwizi.records.cover.models import PlanVersion, TariffVersion
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.people.models import User
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.plan.document import Plan


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


@dataclass(frozen=True)
class VersionShown:
    """A version of a plan with its days and the people who signed it. ``in_force``: claims are decided by it today."""

    version: int
    plan: str
    voted_on: date | None
    approved_on: date | None
    published_on: date | None
    effective_on: date
    proposed_by: int
    proposed_name: str
    published_name: str
    in_force: bool

    @property
    def state(self) -> str:
        if self.in_force:
            return "in_force"
        return "proposed" if self.published_on is None else "published"


def plan_versions(*, on: date) -> list[VersionShown]:
    """Every version of every plan, plan by plan, the latest first."""
    rows = list(PlanVersion.objects.select_related("plan").defer("text", "law").order_by("plan__code", "-id"))
    names = dict(User.objects.values_list("id", "name")) if rows else {}
    try:
        now = in_force(on)[0]
    except Refused:
        now = None
    return [
        VersionShown(
            row.id, row.plan.code, row.voted_on, row.approved_on, row.published_on, row.effective_on, row.proposed_by,
            names.get(row.proposed_by, ""), names.get(row.published_by or -1, ""), row.id == now,
        )
        for row in rows
    ]  # fmt: skip


def plan_of_version(version: int) -> tuple[Plan, str] | None:
    """(the plan, its text) of a version; None where there is none."""
    text = PlanVersion.objects.filter(id=version).values_list("text", flat=True).first()
    return None if text is None else (open_plan(version), text)
