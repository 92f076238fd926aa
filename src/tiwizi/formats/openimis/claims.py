"""openIMIS tblClaim -> claims; tblClaimItems and tblClaimServices -> lines.

Every claim that is not deleted is decided, whatever its status: entered (2), checked (4), processed (8), valuated (16),
and rejected (1) too, since a rejection by openIMIS is a decision that is made anew here. What a person decided stays:
the quantity and price that a reviewer approved, and the lines that the medical officer rejected (reason -1).
"""

from __future__ import annotations

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
                _say_what_was_approved(line, claim, sort, report)
            else:
                report.add(sort.table, line[sort.key], "ClaimID", line["ClaimID"], "claim_without_insuree")
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
    } | _approved(line, claim)


def _approved(line: Row, claim: Row) -> Row:
    """What a reviewer left of a line; nothing where that is more than was asked, which is then all that counts."""
    quantity, price = _quantity_approved(line, claim), line.get("PriceApproved", "")
    above = _above_asked(line, quantity, price)
    return {"quantity_approved": "" if above else quantity, "price_approved": "" if above else price}


def _above_asked(line: Row, quantity: str, price: str) -> bool:
    provided, asked = decimal(line["QtyProvided"]), decimal(line["PriceAsked"])
    if provided is None or asked is None:
        return False
    left, priced = decimal(quantity), decimal(price)
    return (provided if left is None else left) * (asked if priced is None else priced) > provided * asked


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


def _say_what_was_approved(line: Row, claim: Row, sort: LineTable, report: Report) -> None:
    reason = line.get("RejectionReason", "")
    if reason not in (*NOT_REJECTED, BY_MEDICAL_OFFICER):
        report.add(sort.table, line[sort.key], "RejectionReason", reason, "rejected_by_checks")
    quantity, price = _quantity_approved(line, claim), line.get("PriceApproved", "")
    if _above_asked(line, quantity, price):
        asked = f"{_number(line['QtyProvided'])} x {_number(line['PriceAsked'])}"
        said = f"{quantity or '-'} x {_number(price) or '-'} > {asked}"
        report.add(sort.table, line[sort.key], "QtyApproved/PriceApproved", said, "approved_above_asked")


def say_where_another_price_counts(
    claim_table: list[Row], line_table: list[Row], prices: list[Row], by_claim: set[str], report: Report
) -> None:
    """Lines with less asked than the facility's list says, and with a reviewer's price that is not the one that counts.

    by_claim: codes that are paid by the price asked, whatever the list says.
    """
    listed = {(row["provider"], row["code"]): decimal(row["price"]) for row in prices if row.get("provider")}
    provider = {row["claim"]: row["provider"] for row in claim_table}
    for line in line_table:
        price, asked = listed.get((provider[line["claim"]], line["code"])), decimal(line["unit_price"])
        if line["code"] in by_claim or price is None or asked is None:
            continue
        name, approved = f"{line['claim']} {line['line']}", decimal(line["price_approved"])
        if asked < price:
            report.add("lines", name, "unit_price", f"{plain(asked)} < {plain(price)}", "asked_below_list")
        if approved is not None and (approved > price or (approved < price and not _reduced(line))):
            said = f"{plain(approved)} / {plain(price)}"
            report.add("lines", name, "price_approved", said, "approved_price_aside")


def _reduced(line: Row) -> bool:
    """Whether a reviewer left less than was asked."""
    asked, price, left, priced = (
        decimal(line[name]) for name in ("quantity", "unit_price", "quantity_approved", "price_approved")
    )
    if asked is None or price is None:
        return False
    return (asked if left is None else left) * (price if priced is None else priced) < asked * price


def codes_without_a_row(line_rows: dict[str, list[Row]], names: Names) -> Iterator[tuple[str, LineTable]]:
    """Codes of lines that point to no row of the medical register at all."""
    for sort in LINE_TABLES:
        known = {number for table, number in names.care if table == sort.care}
        for number in sorted({line[sort.points_to] for line in line_rows[sort.table]} - known):
            yield f"{sort.points_to} {number}", sort
