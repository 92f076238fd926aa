"""openIMIS tblProduct, tblProductItems, tblProductServices, tblRelIndex -> plan.toml (docs/concepts/plan.md).

The documented meaning of a product, not what a release makes of it. Every product is a layer of step 1, so that
several policies are alternatives, compared by their terms before limits. A hospital case is an overnight stay
(interpretation I) or a facility of level H (interpretation H).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiwizi.formats.openimis.ceilings import claim_counts, deductibles_and_ceilings
from tiwizi.formats.openimis.coverage import CoverageLine, Covered, coverage_blocks, frequencies, provisions
from tiwizi.formats.openimis.days import day
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import Names
from tiwizi.formats.openimis.plan_text import block, table
from tiwizi.formats.openimis.points import points
from tiwizi.formats.openimis.report import Report
from tiwizi.formats.openimis.tariff import CATEGORIES
from tiwizi.locale import LANGUAGES, text
from tiwizi.rules.money import MINOR_DIGITS

SOURCE = "openimis"
ADULT_FROM = 18
#: The kinds of claim, in the order in which openIMIS tries them; "hospitalization" asks for no category but a night.
KINDS = ("surgery", "delivery", "antenatal", "hospitalization", "consultation", "visit")
BY_CATEGORY = ("surgery", "delivery", "antenatal", "consultation")
DEFAULT_MONTHS = 12


@dataclass(frozen=True)
class Product:
    """One product with what is needed to write its layer. ``effective``: since when it can have covered anyone."""

    row: Row
    code: str
    effective: date
    lines: list[CoverageLine]

    def dated(self, entries: dict[str, Any]) -> dict[str, Any]:
        return entries | {"effective": self.effective, "source": SOURCE}


def plan(database: Database, names: Names, covered: Covered, *, currency: str, report: Report) -> str:
    """The whole plan document."""
    digits = MINOR_DIGITS.get(currency, 2)
    head = {
        "id": "openimis",
        "name": _in_each_language("plan_name"),
        "currency": currency,
        "rounding": "half_up",
        "round_to": f"{10**-digits:.{digits}f}",
        "adult_from": ADULT_FROM,
        "choice": "terms",
        "duplicates": "pay",
    }
    parts = [table("plan", head), block("sources", {"id": SOURCE, "title": "openIMIS database", "status": "P"})]
    parts += [block("categories", {"id": c, "name": _in_each_language(f"category_{c}")}) for c in CATEGORIES]
    parts += map(_kind, KINDS)
    for product in _products(database, names, covered):
        parts += _layer(product, database, report)
    return "".join(parts)


def _in_each_language(key: str) -> dict[str, str]:
    return {lang: text("openimis", key, lang=lang) for lang in LANGUAGES}


def _kind(kind: str) -> str:
    asks = {"categories": [kind]} if kind in BY_CATEGORY else {}
    when = {"overnight": "yes"} if kind == "hospitalization" else {}
    return block("kinds", {"id": kind, "name": _in_each_language(f"kind_{kind}")} | asks | {"when": when})


def _products(database: Database, names: Names, covered: Covered) -> Iterator[Product]:
    """The products in force, by code: of equal promises the first is chosen."""
    starts = _first_starts(database)
    for row in sorted(database.current("tblProduct"), key=lambda row: names.products[row["ProdID"]]):
        days = [d for d in (day(row.get("DateFrom", "")), starts.get(row["ProdID"])) if d is not None]
        code = names.products[row["ProdID"]]
        yield Product(row, code, min(days, default=date(1970, 1, 1)), covered.get(row["ProdID"], []))


def _first_starts(database: Database) -> dict[str, date]:
    """By product: the first day on which one of its policies is effective."""
    found: dict[str, date] = {}
    for policy in database.current("tblPolicy"):
        start = day(policy.get("EffectiveDate", ""))
        if start is not None:
            found[policy["ProdID"]] = min(found.get(policy["ProdID"], start), start)
    return found


def _layer(product: Product, database: Database, report: Report) -> Iterable[str]:
    row, name = product.row, product.row.get("ProductName") or product.code
    months = row.get("InsurancePeriod", "")
    yield block(
        "layers",
        {
            "id": product.code,
            "name": dict.fromkeys(LANGUAGES, name),
            "step": 1,
            "covers": [product.code],
            "insurance_months": int(months) if months.isdigit() and int(months) else DEFAULT_MONTHS,
        },
    )
    if not product.lines:
        report.add("tblProduct", row["ProdID"], "ProductCode", product.code, "product_covers_nothing")
    for entries in coverage_blocks(product.lines, out_patients_only=_has_out_patient_facility(database)):
        yield block("layers.coverage", product.dated(entries))
    limits = [*frequencies(product.lines), *provisions(product.lines), *claim_counts(row, report)]
    for entries in (*limits, *deductibles_and_ceilings(row, product.lines, report)):
        yield block("layers.limits", product.dated(entries))
    for entries in points(row, database, report):
        yield block("layers.points", entries | {"source": SOURCE})


def _has_out_patient_facility(database: Database) -> bool:
    return any(facility.get("HFCareType") == "O" for facility in database.current("tblHF"))
