"""What rows of openIMIS are called in the tables: the codes that people use, and where two share one, the number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.report import Report

#: The two registers of care: table, its key, its code, and the same columns in other tables.
ITEMS, SERVICES = "tblItems", "tblServices"


@dataclass(frozen=True)
class Names:
    """openIMIS number of a row -> what it is called here. ``care`` is by (table, number)."""

    people: dict[str, str]
    households: dict[str, str]
    providers: dict[str, str]
    products: dict[str, str]
    claims: dict[str, str]
    care: dict[tuple[str, str], str]


def by_number(rows: Iterable[Row], key: str) -> list[Row]:
    """Rows in the order of their numbers, whatever the order in which they were written."""
    return sorted(rows, key=lambda row: (len(row.get(key, "")), row.get(key, "")))


def names_of(database: Database, live_claims: list[Row], live_lines: dict[str, list[Row]], report: Report) -> Names:
    """The names of all that the tables will speak of: what is in force, and what a claim still points to."""
    insurees = _spoken_of(database, "tblInsuree", "InsureeID", {claim["InsureeID"] for claim in live_claims})
    facilities = _spoken_of(database, "tblHF", "HfID", {claim["HFID"] for claim in live_claims})
    used_items = {line["ItemID"] for line in live_lines["tblClaimItems"]}
    used_services = {line["ServiceID"] for line in live_lines["tblClaimServices"]}
    items = _spoken_of(database, ITEMS, "ItemID", used_items)
    services = _spoken_of(database, SERVICES, "ServiceID", used_services)
    taken: set[str] = set()
    care = {(ITEMS, k): v for k, v in _named(items, ITEMS, "ItemID", "ItemCode", report, taken).items()}
    care |= {(SERVICES, k): v for k, v in _named(services, SERVICES, "ServiceID", "ServCode", report, taken).items()}
    return Names(
        people=_named(insurees, "tblInsuree", "InsureeID", "CHFID", report),
        households={row["InsureeID"]: _household(row) for row in insurees},
        providers=_named(facilities, "tblHF", "HfID", "HFCode", report),
        products=_named(database.current("tblProduct"), "tblProduct", "ProdID", "ProductCode", report),
        claims=_named(live_claims, "tblClaim", "ClaimID", "ClaimCode", report),
        care=care,
    )


def _household(insuree: Row) -> str:
    """The family; who has none, or is no longer in force, is a household alone (and no member of any other)."""
    family = "" if insuree.get("ValidityTo") else insuree.get("FamilyID", "")
    return family or f"insuree {insuree['InsureeID']}"


def _spoken_of(database: Database, table: str, key: str, numbers: set[str]) -> list[Row]:
    """The rows in force, then those no longer in force to which a claim points."""
    closed = [row for row in database.rows(table) if row.get("ValidityTo") and row[key] in numbers]
    return [*by_number(database.current(table), key), *by_number(closed, key)]


def _named(
    rows: list[Row], table: str, key: str, code: str, report: Report, taken: set[str] | None = None
) -> dict[str, str]:
    taken = set() if taken is None else taken
    named: dict[str, str] = {}
    for row in rows:
        wanted = row.get(code) or f"{key} {row[key]}"
        name = wanted if wanted not in taken else f"{wanted} ({key} {row[key]})"
        if name != wanted:
            report.add(table, row[key], code, name, "same_name")
        taken.add(name)
        named[row[key]] = name
    return named
