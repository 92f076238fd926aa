"""Questions about plans, tariffs and cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q

from tiwizi.records.cover.models import PlanVersion, TariffRow, TariffVersion
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.people.models import User
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.plan.document import Plan


def latest_tariff() -> int | None:
    """The id of the tariff that came in last, whether or not it is signed: what its codes are is known. None where
    there is none."""
    return TariffVersion.objects.order_by("-published_on", "-id").values_list("id", flat=True).first()


def currency() -> str | None:
    """That of the tariff that came in last; None where there is none."""
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
                      (SELECT version_id FROM cover_tariffsignature WHERE "on" <= %s
                       ORDER BY "on" DESC, version_id DESC LIMIT 1)""",
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


def plan_names(lang: str) -> dict[str, str]:
    """What each plan calls itself in its latest version, by its code."""
    latest = PlanVersion.objects.values("plan__code").annotate(last=Max("id")).values_list("plan__code", "last")
    return {code: open_plan(version).name.get(lang) or code for code, version in latest}


def plan_of_version(version: int) -> tuple[Plan, str] | None:
    """(the plan, its text) of a version; None where there is none."""
    text = PlanVersion.objects.filter(id=version).values_list("text", flat=True).first()
    return None if text is None else (open_plan(version), text)


@dataclass(frozen=True)
class TariffShown:
    """A tariff with its signatures. ``rows``: prices; ``doubtful``: those that its source is not sure of."""

    version: int
    name: str
    currency: str
    came_on: date
    proposed_by: int | None
    proposed_name: str
    signed_on: date | None
    signed_name: str
    rows: int
    doubtful: int
    in_force: bool

    @property
    def state(self) -> str:
        if self.in_force:
            return "in_force"
        return "proposed" if self.signed_on is None else "published"


def tariffs(*, on: date) -> list[TariffShown]:
    """Every version, the latest first."""
    counted = TariffVersion.objects.annotate(
        count=Count("rows"), doubtful=Count("rows", filter=~Q(rows__doubt="")), signed_by=F("signature__by"),
        signed_on=F("signature__on"),
    )  # fmt: skip
    rows = list(counted.order_by("-id"))
    names = dict(User.objects.values_list("id", "name")) if rows else {}
    signed = [(row.signed_on, row.id) for row in rows if row.signed_on is not None and row.signed_on <= on]
    now = max(signed)[1] if signed else None
    return [
        TariffShown(
            row.id, row.name, row.currency, row.published_on, row.proposed_by, names.get(row.proposed_by or -1, ""),
            row.signed_on, names.get(row.signed_by or -1, ""), row.count, row.doubtful, row.id == now,
        )
        for row in rows
    ]  # fmt: skip


def unsigned_tariffs() -> list[int]:
    """Tariffs that wait for their second signature, the first one first."""
    return list(TariffVersion.objects.filter(signature=None).order_by("id").values_list("id", flat=True))


@dataclass(frozen=True)
class PriceShown:
    """A row of a tariff: minor units, thousandths (coefficient), basis points (rate)."""

    id: int
    code: str
    label: str
    category: str
    letter: str
    coefficient: int | None
    price: int | None
    base: int | None
    rate: int | None
    valid_from: date | None
    valid_to: date | None
    doubt: str
    source: str


def prices(
    version: int, *, words: str = "", on: date | None = None, doubtful: bool = False, after: tuple[str, int] = ("", 0),
    limit: int = 50, lang: str = "fr", provider: str = "",
) -> list[PriceShown]:  # fmt: skip
    """Rows of a tariff by code, behind ``after`` (code, id). words: all of them stand in the code or in a label. on:
    what is valid on that day. provider: that provider's own rows alone, by number."""
    rows = TariffRow.objects.filter(version=version).select_related("act").order_by("act__code", "id")
    rows = rows.filter(Q(act__code__gt=after[0]) | Q(act__code=after[0], id__gt=after[1]))
    for word in words.split()[:8]:
        named = Q(act__label_fr__icontains=word) | Q(act__label_ar__icontains=word) | Q(act__label_en__icontains=word)
        rows = rows.filter(named | Q(act__code__istartswith=word))
    if on is not None:
        rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))
    if doubtful:
        rows = rows.exclude(doubt="")
    if provider:
        rows = rows.filter(provider=provider)
    return [
        PriceShown(
            row.id, row.act.code, _label(row.act, lang), row.category, row.letter, row.coefficient, row.price,
            row.reimbursement_base, row.rate, row.valid_from, row.valid_to, row.doubt, row.source,
        )
        for row in rows[:limit]
    ]  # fmt: skip


def _label(act: Any, lang: str) -> str:
    return next((name for known in (lang, "fr", "ar", "en") if (name := getattr(act, f"label_{known}"))), "")
