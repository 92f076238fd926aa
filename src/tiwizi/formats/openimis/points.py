"""openIMIS tblRelIndex (RelType 12 month, 4 quarter, 1 year; RelYear, RelPeriod, RelIndex) -> the value of a point.

A relative price is worth its index once the batch run of its period has found it; until then the line waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tiwizi.formats.openimis.ceilings import ELSEWHERE, HOSPITAL, cases_of
from tiwizi.formats.openimis.days import decimal, plain
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import by_number
from tiwizi.formats.openimis.report import Report
from tiwizi.rules.period import add_months

#: PeriodRelPrices -> RelType.
TYPES = {"M": "12", "Q": "4", "Y": "1"}
MILLIONTH = Decimal("0.000001")


class Index(NamedTuple):
    """For which care an index is: its RelCareType, the field that says how often there is one, its name, its case.

    One for hospital cases or for the others goes before one for all care: of points, the first that fits counts.
    """

    care: tuple[str, ...]
    period: str
    ending: str
    case: str


INDEXES = (
    Index(("I",), "PeriodRelPricesIP", "-hospital", HOSPITAL),
    Index(("O",), "PeriodRelPricesOP", "-elsewhere", ELSEWHERE),
    Index(("B", ""), "PeriodRelPrices", "", ""),
)


def points(product: Row, database: Database, report: Report) -> Iterator[dict[str, Any]]:
    """The values of a product's points, by case and period. What cannot be one is listed."""
    rows = by_number(database.current("tblRelIndex"), "RelIndexID")
    own = [row for row in rows if row["ProdID"] == product["ProdID"]]
    known = {care for index in INDEXES for care in index.care}
    for row in own:
        if row.get("RelCareType", "") not in known:
            report.add("tblRelIndex", row["RelIndexID"], "RelCareType", row["RelCareType"], "index_not_carried")
    for index in INDEXES:
        when = cases_of(product)[index.case] if index.case else {}
        found = [row for row in own if row.get("RelCareType", "") in index.care]
        for start, (until, value) in sorted(_values(found, TYPES.get(product.get(index.period, "")), report).items()):
            named = {"id": f"points-{start:%Y-%m}{index.ending}", "value": value, "when": when}
            yield named | {"effective": start, "until": until}


def _values(rows: list[Row], wanted: str | None, report: Report) -> dict[date, tuple[date, str]]:
    """By first day: the day after the last one, and the value. wanted: the RelType, where the product says it."""
    found: dict[date, tuple[date, str]] = {}
    for row in rows:
        span, value = _span(row), decimal(row.get("RelIndex", ""))
        if span is None or value is None or span[0] in found or row["RelType"] != (wanted or row["RelType"]):
            report.add("tblRelIndex", row["RelIndexID"], "RelIndex", row.get("RelIndex", ""), "index_not_carried")
        else:
            found[span[0]] = span[1], plain(value.quantize(MILLIONTH))
    return found


def _span(row: Row) -> tuple[date, date] | None:
    """The first day of a period and the day after its last."""
    try:
        months = 12 // int(row["RelType"])
        start = date(int(row["RelYear"]), 1 + months * (int(row["RelPeriod"] or 1) - 1), 1)
    except (ValueError, ZeroDivisionError):
        return None
    return start, add_months(start, months)
