"""openIMIS tblRelIndex (RelType 12 month, 4 quarter, 1 year; RelYear, RelPeriod, RelIndex) -> the value of a point.

A relative price is worth its index once the batch run of its period has found it; until then the line waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from tiwizi.formats.openimis.days import decimal, plain
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import by_number
from tiwizi.formats.openimis.report import Report
from tiwizi.rules.period import add_months

#: PeriodRelPrices -> RelType.
TYPES = {"M": "12", "Q": "4", "Y": "1"}
ALL_CARE = ("B", "")
MILLIONTH = Decimal("0.000001")


def points(product: Row, database: Database, report: Report) -> Iterator[dict[str, Any]]:
    """The values of a product's points, by period. Others, such as an index for hospital cases alone, are listed."""
    wanted = TYPES.get(product.get("PeriodRelPrices", ""), "")
    starts: dict[date, tuple[date, str]] = {}
    for row in by_number(database.current("tblRelIndex"), "RelIndexID"):
        if row["ProdID"] != product["ProdID"]:
            continue
        span, index = _span(row), decimal(row.get("RelIndex", ""))
        if row.get("RelCareType", "") not in ALL_CARE:
            report.add("tblRelIndex", row["RelIndexID"], "RelCareType", row["RelCareType"], "index_by_care")
        elif span is None or index is None or span[0] in starts or row["RelType"] != (wanted or row["RelType"]):
            report.add("tblRelIndex", row["RelIndexID"], "RelIndex", row.get("RelIndex", ""), "index_not_carried")
        else:
            starts[span[0]] = span[1], plain(index.quantize(MILLIONTH))
    for start, (until, value) in sorted(starts.items()):
        yield {"id": f"points-{start:%Y-%m}", "value": value, "effective": start, "until": until}


def _span(row: Row) -> tuple[date, date] | None:
    """The first day of a period and the day after its last."""
    try:
        months = 12 // int(row["RelType"])
        start = date(int(row["RelYear"]), 1 + months * (int(row["RelPeriod"] or 1) - 1), 1)
    except (ValueError, ZeroDivisionError):
        return None
    return start, add_months(start, months)
