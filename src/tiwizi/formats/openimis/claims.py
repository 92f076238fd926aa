"""openIMIS tblClaim -> claims; tblClaimItems and tblClaimServices -> lines.

Every claim that is not deleted is decided, whatever its status: entered (2), checked (4), processed (8), valuated (16),
and rejected (1) too, since a rejection by openIMIS is a decision that is made anew here. What a person decided stays:
the quantity and price that a reviewer approved, and the lines that the medical officer rejected (reason -1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tiwizi.formats.openimis.days import day, decimal, plain, written
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import ITEMS, SERVICES, Names, by_number
from tiwizi.formats.openimis.people import TRUE
from tiwizi.formats.openimis.report import Report

CLAIMS = (
    "claim", "household", "provider", "sector", "level", "setting", "overnight", "visit", "payee", "prior_approval",
    "care_from", "care_to", "received_on",
)  # fmt: skip
LINES = ("claim", "line", "person", "date", "code", "quantity", "unit_price", "quantity_approved", "price_approved")

#: tblLegalForms: G government, D district organisation, P private, C charity.
SECTORS = {"G": "public", "D": "public", "P": "private", "C": "other"}
#: Facility levels: D dispensary, C health centre, H hospital.
LEVELS = {"D": "primary", "C": "secondary", "H": "tertiary"}
#: Facility care types: O out-patients only, I in-patients only, B both.
SETTINGS = {"O": "ambulatory", "I": "hospital", "B": "hospital"}
VISITS = {"O": "ordinary", "R": "referral", "E": "emergency"}
BY_MEDICAL_OFFICER = "-1"
NOT_REJECTED = ("", "0")


class LineTable(NamedTuple):
    """Where lines of one sort lie: items come before services in every valuation."""

    table: str
    key: str
    care: str
    points_to: str
    letter: str


LINE_TABLES = (
    LineTable("tblClaimItems", "ClaimItemID", ITEMS, "ItemID", "I"),
    LineTable("tblClaimServices", "ClaimServiceID", SERVICES, "ServiceID", "S"),
)


def live(database: Database) -> tuple[list[Row], dict[str, list[Row]]]:
    """The claims in force and, by table, their lines in force: what is decided."""
    claims = by_number(database.current("tblClaim"), "ClaimID")
    numbers = {claim["ClaimID"] for claim in claims}
    lines = {
        t.table: [line for line in by_number(database.current(t.table), t.key) if line["ClaimID"] in numbers]
        for t in LINE_TABLES
    }
    return claims, lines


def claims(rows: list[Row], database: Database, names: Names, report: Report) -> list[Row]:
    """A row a claim. A claim whose insuree no row describes cannot be decided: it is listed."""
    facilities = {row["HfID"]: row for row in database.rows("tblHF")}
    found = []
    for claim in rows:
        if claim["InsureeID"] not in names.people:
            report.add("tblClaim", claim["ClaimID"], "InsureeID", claim["InsureeID"], "claim_without_insuree")
            continue
        facility = facilities.get(claim["HFID"], {})
        if not facility or facility.get("ValidityTo"):
            report.add("tblClaim", claim["ClaimID"], "HFID", claim["HFID"], "facility_not_in_force")
        found.append(_claim(claim, facility, names))
    return found


def _claim(claim: Row, facility: Row, names: Names) -> Row:
    start, end = day(claim["DateFrom"]), day(claim.get("DateTo", "")) or day(claim["DateFrom"])
    approved = "pre_authorization" if claim.get("pre_authorization", "").lower() in TRUE else ""
    return {
        "claim": names.claims[claim["ClaimID"]],
        "household": names.households[claim["InsureeID"]],
        "provider": names.providers.get(claim["HFID"], ""),
        "sector": SECTORS.get(facility.get("LegalForm", ""), ""),
        "level": LEVELS.get(facility.get("HFLevel", ""), ""),
        "setting": SETTINGS.get(facility.get("HFCareType", ""), "hospital"),
        "overnight": "yes" if start != end else "no",
        "visit": VISITS.get(claim.get("VisitType", ""), "ordinary"),
        "payee": "provider",
        "prior_approval": claim.get("GuaranteeId", "") or approved,
        "care_from": written(start),
        "care_to": written(end),
        "received_on": written(day(claim.get("DateClaimed", "")) or end),
    }


def lines(
    claim_rows: list[Row], line_rows: dict[str, list[Row]], database: Database, names: Names, report: Report
) -> list[Row]:
    """A row a line, items first: within a claim openIMIS values the items, then the services, each by its number."""
    claims_by_number = {claim["ClaimID"]: claim for claim in claim_rows}
    width = max((len(row[t.key]) for t in LINE_TABLES for row in line_rows[t.table]), default=1)
    _say_which_lines_are_left_out(database, claims_by_number, report)
    found = []
    for sort in LINE_TABLES:
        for line in line_rows[sort.table]:
            claim = claims_by_number[line["ClaimID"]]
            if claim["InsureeID"] in names.people:
                found.append(_line(line, sort, claim, width, names))
                _say_what_was_approved(line, sort, report)
            else:
                report.add(sort.table, line[sort.key], "ClaimID", line["ClaimID"], "claim_without_insuree")
    _say_which_care_comes_twice(found, claim_rows, names, report)
    return found


def _say_which_lines_are_left_out(database: Database, claims_by_number: dict[str, Row], report: Report) -> None:
    for sort in LINE_TABLES:
        for line in database.current(sort.table):
            if line["ClaimID"] not in claims_by_number:
                report.add(sort.table, line[sort.key], "ClaimID", line["ClaimID"], "claim_not_in_force")


def _line(line: Row, sort: LineTable, claim: Row, width: int, names: Names) -> Row:
    care = (sort.care, line[sort.points_to])
    return {
        "claim": names.claims[claim["ClaimID"]],
        "line": f"{sort.letter}{line[sort.key].zfill(width)}",
        "person": names.people[claim["InsureeID"]],
        "date": written(day(claim.get("DateTo", "")) or day(claim["DateFrom"])),
        "code": names.care.get(care, f"{sort.points_to} {line[sort.points_to]}"),
        "quantity": _number(line["QtyProvided"]),
        "unit_price": line["PriceAsked"],
        "quantity_approved": _quantity_approved(line, claim),
        "price_approved": line.get("PriceApproved", ""),
    }


def _quantity_approved(line: Row, claim: Row) -> str:
    """What a reviewer left of the quantity. The 0 that openIMIS writes where its own checks reject is nobody's."""
    if BY_MEDICAL_OFFICER in (line.get("RejectionReason"), claim.get("RejectionReason")):
        return "0"
    if line.get("RejectionReason", "") not in NOT_REJECTED:
        return ""
    return _number(line.get("QtyApproved", ""))


def _number(value: str) -> str:
    number = decimal(value)
    return value if number is None else plain(number)


def _say_what_was_approved(line: Row, sort: LineTable, report: Report) -> None:
    reason = line.get("RejectionReason", "")
    if reason not in (*NOT_REJECTED, BY_MEDICAL_OFFICER):
        report.add(sort.table, line[sort.key], "RejectionReason", reason, "rejected_by_checks")
    for provided, approved in (("QtyProvided", "QtyApproved"), ("PriceAsked", "PriceApproved")):
        asked, left = decimal(line[provided]), decimal(line.get(approved, ""))
        if asked is not None and left is not None and left > asked:
            said = f"{line[approved]} > {plain(asked)}"
            report.add(sort.table, line[sort.key], approved, said, "approved_above_asked")


def _say_which_care_comes_twice(found: list[Row], claim_rows: list[Row], names: Names, report: Report) -> None:
    """openIMIS pays the same code twice for one person, day and facility; the duplicate rule here does not."""
    provider = {names.claims[claim["ClaimID"]]: claim["HFID"] for claim in claim_rows}
    care = Counter(_care(row, provider) for row in found)
    for row in found:
        if care[_care(row, provider)] > 1:
            report.add("lines", f"{row['claim']} {row['line']}", "code", row["code"], "same_care_twice")


def say_what_was_asked_below(
    claim_table: list[Row], line_table: list[Row], prices: list[Row], by_claim: set[str], report: Report
) -> None:
    """Lines with less asked than the facility's list says: openIMIS values them by the list (but for ``by_claim``)."""
    listed = {(row["provider"], row["code"]): decimal(row["price"]) for row in prices if row.get("provider")}
    provider = {row["claim"]: row["provider"] for row in claim_table}
    for line in line_table:
        price, asked = listed.get((provider[line["claim"]], line["code"])), decimal(line["unit_price"])
        if line["code"] not in by_claim and price is not None and asked is not None and asked < price:
            said = f"{plain(asked)} < {plain(price)}"
            report.add("lines", f"{line['claim']} {line['line']}", "unit_price", said, "asked_below_list")


def _care(row: Row, provider: dict[str, str]) -> tuple[str, ...]:
    return row["person"], row["date"], row["code"], provider[row["claim"]]


def codes_without_a_row(line_rows: dict[str, list[Row]], names: Names) -> Iterator[tuple[str, LineTable]]:
    """Codes of lines that point to no row of the medical register at all."""
    for sort in LINE_TABLES:
        known = {number for table, number in names.care if table == sort.care}
        for number in sorted({line[sort.points_to] for line in line_rows[sort.table]} - known):
            yield f"{sort.points_to} {number}", sort
