"""openIMIS tblItems, tblServices and the price lists of the facilities -> tariff.

A code is priced at a facility by the facility's price list: the list's own price, else the register's. A code that is
not in the list has no row there, and so no price: "not in the pricelist". ``valid_from`` is the day since when the code
stands in the list (and in the register), its earlier wordings included; the price is today's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tiwizi.formats.openimis.days import day, day_after, written
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import ITEMS, SERVICES, Names, by_number
from tiwizi.formats.openimis.report import Report

TARIFF = (
    "code", "category", "label_fr", "label_ar", "label_en", "price", "valid_from", "valid_to", "provider", "source",
)  # fmt: skip

#: tblServices.ServCategory, and tblItems.ItemType (D drug, M medical prosthesis).
SERVICE_CATEGORIES = {
    "S": "surgery", "D": "delivery", "A": "antenatal", "H": "hospitalization", "C": "consultation", "V": "visit",
}  # fmt: skip
OTHER_SERVICE = "service"
ITEM_CATEGORIES = {"D": "medicine", "M": "appliance"}
OTHER_ITEM = "medicine"
CATEGORIES = (*SERVICE_CATEGORIES.values(), OTHER_SERVICE, *ITEM_CATEGORIES.values())
IN_PATIENTS_ONLY, OUT_PATIENT = "I", "O"
#: A code in no price list is known, and never priced: it was valid for this one day, before everything.
NEVER_VALID = {"valid_from": "1970-01-01", "valid_to": "1970-01-02"}

_ARABIC = re.compile(r"[\u0600-\u06ff]")


class CareTable(NamedTuple):
    """One of the two registers of care and its price lists."""

    table: str
    key: str
    name: str
    price: str
    care_type: str
    lists: str
    list_key: str
    list_name: str
    details: str
    detail_key: str


CARE_TABLES = (
    CareTable(ITEMS, "ItemID", "ItemName", "ItemPrice", "ItemCareType", "tblPLItems", "PLItemID", "PLItemName",
              "tblPLItemsDetail", "PLItemDetailID"),
    CareTable(SERVICES, "ServiceID", "ServName", "ServPrice", "ServCareType", "tblPLServices", "PLServiceID",
              "PLServName", "tblPLServicesDetail", "PLServiceDetailID"),
)  # fmt: skip


def category(table: str, row: Row) -> str:
    """The category of an item or a service."""
    if table == ITEMS:
        return ITEM_CATEGORIES.get(row.get("ItemType", ""), OTHER_ITEM)
    return SERVICE_CATEGORIES.get(row.get("ServCategory", ""), OTHER_SERVICE)


def tariff(database: Database, names: Names, unknown: dict[str, str], report: Report) -> list[Row]:
    """A row for each code at each facility; ``unknown``: code -> category of what no register describes."""
    found: list[Row] = []
    for sort in CARE_TABLES:
        rows = {row[sort.key]: row for row in database.rows(sort.table) if (sort.table, row[sort.key]) in names.care}
        priced = list(_priced(database, sort, rows, names, report))
        found += priced
        found += _never_priced(sort, rows, {row["code"] for row in priced}, names, report)
    found += [{"code": code, "category": kind} | NEVER_VALID for code, kind in sorted(unknown.items())]
    return found


def _priced(database: Database, sort: CareTable, rows: dict[str, Row], names: Names, report: Report) -> Iterator[Row]:
    lists = {row[sort.list_key]: row for row in database.current(sort.lists)}
    details = _details(database, sort)
    since = _since(database, sort.table, sort.key)
    for facility in by_number(database.current("tblHF"), "HfID"):
        wanted = facility.get(sort.list_key, "")
        if wanted and wanted not in lists:
            report.add("tblHF", facility["HfID"], sort.list_key, wanted, "price_list_not_in_force")
            continue
        for detail, first in details.get(wanted, ()):
            care = rows.get(detail[sort.key])
            if care is not None and not care.get("ValidityTo") and _may_be_billed(facility, care, sort):
                yield _row(sort, care, names) | {
                    "price": detail.get("PriceOverule", "") or care[sort.price],
                    "valid_from": max(first, since[care[sort.key]]),
                    "valid_to": _until(detail),
                    "provider": names.providers[facility["HfID"]],
                    "source": lists[wanted].get(sort.list_name, ""),
                }


def _may_be_billed(facility: Row, care: Row, sort: CareTable) -> bool:
    """A facility for in-patients only bills no out-patient care. (The other way round is a condition of the plan.)"""
    return facility.get("HFCareType") != IN_PATIENTS_ONLY or care.get(sort.care_type) != OUT_PATIENT


def _details(database: Database, sort: CareTable) -> dict[str, list[tuple[Row, str]]]:
    """By price list: its entries, deleted ones included (they stood until then), each with its first day."""
    since = _since(database, sort.details, sort.detail_key)
    found: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in by_number(database.rows(sort.details), sort.detail_key):
        if not (row.get("ValidityTo") and row.get("LegacyID")):
            found[row[sort.list_key]].append((row, since[row[sort.detail_key]]))
    return found


def _since(database: Database, table: str, key: str) -> dict[str, str]:
    """By number: the first day of the row, its earlier wordings (history rows) included."""
    since: dict[str, str] = {}
    for row in database.rows(table):
        number = row["LegacyID"] if row.get("ValidityTo") and row.get("LegacyID") else row[key]
        first = written(day(row.get("ValidityFrom", "")))
        since[number] = min(since.get(number, first), first)
    return since


def _until(detail: Row) -> str:
    last = day(detail.get("ValidityTo", ""))
    return written(day_after(last)) if last is not None else ""


def _row(sort: CareTable, care: Row, names: Names) -> Row:
    label = care.get(sort.name, "")
    row = {"code": names.care[sort.table, care[sort.key]], "category": category(sort.table, care)}
    return row | ({"label_ar": label} if _ARABIC.search(label) else {"label_fr": label, "label_en": label})


def _never_priced(
    sort: CareTable, rows: dict[str, Row], priced: set[str], names: Names, report: Report
) -> Iterator[Row]:
    for number, care in rows.items():
        row = _row(sort, care, names)
        if row["code"] not in priced:
            report.add(sort.table, number, sort.key, row["code"], "not_in_any_price_list")
            yield row | NEVER_VALID
