"""One who gives care, as the desk sees them: who they are, what was agreed on, what their files came to; and the list
of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from tiwizi.records.care.models import Agreement, Provider
from tiwizi.records.care.queries.providers import names_like
from tiwizi.records.database.columns import read_columns
from tiwizi.records.people.looks import regions_within
from tiwizi.records.trail.gate import By
from tiwizi.rules.terms import ATTRIBUTES

#: What the files of a provider come to is told of so long.
LATELY = timedelta(days=365)
SORTS = ("number", "name_latin", "name_ar", "town", "specialty")


@dataclass(frozen=True)
class Agreed:
    """An agreement: ``network``: "in" or "out"; ``holds``: in force today."""

    agreement: int
    network: str
    third_party: bool
    since: date
    until: date | None
    holds: bool


@dataclass(frozen=True)
class ProviderFile:
    """``sector``, ``level``: words of rules.terms. ``payee``: whom third-party payments go to; None: nobody yet."""

    provider: int
    number: str
    ice: str
    name_ar: str
    name_latin: str
    sector: str
    level: str
    specialty: str
    town: str
    payee: int | None
    agreements: tuple[Agreed, ...]


@dataclass(frozen=True)
class FilesOfProvider:
    """What came in since a day: minor units of lines that stand. ``paid``, ``reductions`` and ``share``: of what is
    decided."""

    since: date
    files: int
    lines: int
    billed: int
    paid: int
    reductions: int
    share: int


@dataclass(frozen=True)
class ProviderRow:
    """One in the list; ``network``: by the agreement in force, "" where there is none."""

    id: int
    number: str
    name_ar: str
    name_latin: str
    specialty: str
    town: str
    sector: str
    network: str
    third_party: bool


def provider_file(number: str, *, on: date) -> ProviderFile | None:
    row = Provider.objects.filter(number=number).first()
    if row is None:
        return None
    agreed = tuple(
        Agreed(one.id, ATTRIBUTES["network"][one.network], one.third_party_payment, one.since, one.until,
               one.since <= on and (one.until is None or on < one.until))
        for one in row.agreements.order_by("-since")
    )  # fmt: skip
    return ProviderFile(
        row.id, row.number, row.ice or "", row.name_ar, row.name_latin, ATTRIBUTES["sector"][row.sector],
        ATTRIBUTES["level"][row.level], row.specialty or "", row.town or "", row.payee_id, agreed,
    )  # fmt: skip


_SUMS = """SELECT COUNT(DISTINCT c.id) AS files, COUNT(*) AS lines, COALESCE(SUM(l.billed), 0) AS billed,
    COALESCE(SUM(d.paid_1 + d.paid_2 + d.paid_3 + d.paid_4), 0) AS paid, COALESCE(SUM(d.reductions), 0) AS reductions,
    COALESCE(SUM(d.share), 0) AS share
    FROM care_claim c JOIN care_line l ON l.claim_id = c.id AND NOT l.withdrawn{homes}
    LEFT JOIN care_decision d ON d.line_id = l.id AND d.number = (
        SELECT MAX(o.number) FROM care_decision o WHERE o.line_id = l.id)
    WHERE c.provider_id = %s AND c.received >= %s{within}"""


def files_of_provider(by: By, provider: int, *, on: date) -> FilesOfProvider | None:
    """What the files of a provider came to within a year, in the reach of who asks; None for who reads no files."""
    regions = regions_within(by, "care.read")
    if regions is not None and not regions:
        return None
    since, own = on - LATELY, sorted(regions or ())
    homes = " JOIN people_household h ON h.id = c.household_id" if own else ""
    within = f" AND h.region_id IN ({', '.join(['%s'] * len(own))})" if own else ""
    names = ("files", "lines", "billed", "paid", "reductions", "share")
    rows = read_columns(_SUMS.format(homes=homes, within=within), dict.fromkeys(names, "int"), [provider, since, *own])
    return FilesOfProvider(since, *(int(rows[name][0]) for name in names))


def specialties() -> list[str]:
    """Those that are written of somebody, to write them alike."""
    return _words("specialty")


def towns() -> list[str]:
    return _words("town")


def _words(field: str) -> list[str]:
    rows = Provider.objects.exclude(**{field: None}).order_by(field).values_list(field, flat=True)
    return list(rows.distinct()[:300])


def provider_rows(
    *, on: date, asked: Mapping[str, Any], sort: str, descending: bool, after: str, size: int
) -> tuple[list[ProviderRow], str, int]:
    """(providers of a page, what to ask for those that follow, how many there are in all). asked: words, town,
    specialty, agreed, third_party."""
    rows = _meant(on, asked)
    count = rows.count()
    order = sort if sort in SORTS else "number"
    start = int(after) if after.isdecimal() and len(after) < 10 else 0
    sign = "-" if descending else ""
    found = list(rows.order_by(sign + order, sign + "number")[start : start + size])
    following = str(start + size) if start + size < count else ""
    return [_row(one) for one in found], following, count


def _meant(on: date, asked: Mapping[str, Any]) -> QuerySet[Any]:
    there = Agreement.objects.filter(Q(until=None) | Q(until__gt=on), provider=OuterRef("pk"), since__lte=on)
    rows: QuerySet[Any] = Provider.objects.annotate(
        network=Subquery(there.values("network")[:1]), third_party=Exists(there.filter(third_party_payment=True))
    )
    words = str(asked.get("words") or "")
    if words:
        rows = rows.filter(Q(number__startswith=words.upper()) | Q(number__startswith=words) | names_like(words))
    for field in ("town", "specialty"):
        if asked.get(field):
            rows = rows.filter(**{field: asked[field]})
    if asked.get("agreed"):
        rows = rows.filter(network__isnull=False)
    return rows.filter(third_party=True) if asked.get("third_party") else rows


def _row(one: Any) -> ProviderRow:
    network = "" if one.network is None else ATTRIBUTES["network"][one.network]
    return ProviderRow(
        one.id, one.number, one.name_ar, one.name_latin, one.specialty or "", one.town or "",
        ATTRIBUTES["sector"][one.sector], network, one.third_party,
    )  # fmt: skip
