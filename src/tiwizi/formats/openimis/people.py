"""openIMIS tblInsuree, tblFamilies -> people; tblPolicy, tblInsureePolicy -> cover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tiwizi.formats.openimis.days import day, day_after, written
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import Names, by_number
from tiwizi.formats.openimis.report import Report
from tiwizi.rules.period import add_months

PEOPLE = ("person", "household", "role", "birth_date", "sex", "name_ar", "name_latin")
COVER = ("person", "plan", "start", "end", "stage", "joined_on")

#: tblRelations: 2 parent, 4 son or daughter, 5 grandparent, 8 spouse; all the rest are others.
ROLES = {"2": "ascendant", "4": "child", "5": "ascendant", "8": "spouse"}
#: tblGender: F, M, O.
SEXES = {"F": "F", "M": "M"}
TRUE = ("t", "true", "1")
#: Policy statuses: 1 idle, 2 active, 4 suspended, 8 expired, 16 ready. Those that give cover between their dates:
GIVES_COVER = ("2", "8")
RENEWAL = "R"

_ARABIC = re.compile(r"[\u0600-\u06ff]")


def people(database: Database, names: Names) -> list[Row]:
    """The insurees in force, and those of whom a claim speaks."""
    heads = {family["InsureeID"] for family in database.current("tblFamilies")}
    spoken_of = [row for row in database.rows("tblInsuree") if row["InsureeID"] in names.people]
    return [_person(row, names, heads) for row in by_number(spoken_of, "InsureeID")]


def _person(insuree: Row, names: Names, heads: set[str]) -> Row:
    number = insuree["InsureeID"]
    name = " ".join(part for part in (insuree.get("OtherNames", ""), insuree.get("LastName", "")) if part)
    leads = insuree.get("IsHead", "").lower() in TRUE or number in heads
    return {
        "person": names.people[number],
        "household": names.households[number],
        "role": "member" if leads else ROLES.get(insuree.get("Relationship", ""), "other"),
        "birth_date": written(day(insuree.get("DOB", ""))),
        "sex": SEXES.get(insuree.get("Gender", ""), ""),
        "name_ar" if _ARABIC.search(name) else "name_latin": name,
    }


def cover(database: Database, names: Names, report: Report) -> list[Row]:
    """A row for each insuree of each policy that gives cover.

    openIMIS asks that the policy and the insuree's part in it be both effective on the target date. Here ``start`` is
    the policy's effective day (its insurance period counts from there) and ``joined_on`` the insuree's own (waiting
    counts from there, and there is no cover before it).
    """
    policies = {row["PolicyID"]: row for row in database.current("tblPolicy")}
    insured = {row["InsureeID"] for row in database.current("tblInsuree")}
    months = {row["ProdID"]: row.get("InsurancePeriod", "") for row in database.current("tblProduct")}
    _say_what_gives_no_cover(policies, names, months, report)
    return list(_cover_rows(database, policies, insured, names, report))


def _say_what_gives_no_cover(policies: dict[str, Row], names: Names, months: dict[str, str], report: Report) -> None:
    for number, policy in policies.items():
        status, product = policy.get("PolicyStatus", ""), policy.get("ProdID", "")
        if status not in GIVES_COVER:
            report.add("tblPolicy", number, "PolicyStatus", status, "policy_status")
        elif product not in names.products:
            report.add("tblPolicy", number, "ProdID", product, "product_not_in_force")
        elif day(policy.get("EffectiveDate", "")) is None:
            report.add("tblPolicy", number, "EffectiveDate", "", "no_effective_date")
        elif _longer_than_its_period(policy, months[product]):
            report.add("tblPolicy", number, "ExpiryDate", policy["ExpiryDate"], "irregular_period")


def _longer_than_its_period(policy: Row, months: str) -> bool:
    """Whether the accumulators of a policy would start anew within it."""
    start, last = day(policy["EffectiveDate"]), day(policy.get("ExpiryDate", ""))
    if start is None or last is None or not months.isdigit():
        return False
    return last >= add_months(start, int(months))


def _cover_rows(
    database: Database, policies: dict[str, Row], insured: set[str], names: Names, report: Report
) -> Iterator[Row]:
    for part in by_number(database.current("tblInsureePolicy"), "InsureePolicyID"):
        number, policy = part["InsureePolicyID"], policies.get(part["PolicyId"])
        if policy is None:
            report.add("tblInsureePolicy", number, "PolicyId", part["PolicyId"], "policy_not_in_force")
        elif part["InsureeID"] not in insured:
            report.add("tblInsureePolicy", number, "InsureeID", part["InsureeID"], "insuree_not_in_force")
        elif policy.get("PolicyStatus") in GIVES_COVER and policy["ProdID"] in names.products:
            start, joined = day(policy.get("EffectiveDate", "")), day(part.get("EffectiveDate", ""))
            if joined is None:
                report.add("tblInsureePolicy", number, "EffectiveDate", "", "no_effective_date")
            elif start is not None:
                yield from _cover_row(part, policy, start, joined, names, report)


def _cover_row(part: Row, policy: Row, start: date, joined: date, names: Names, report: Report) -> Iterator[Row]:
    lasts = [last for last in (day(policy.get("ExpiryDate", "")), day(part.get("ExpiryDate", ""))) if last is not None]
    end = day_after(min(lasts)) if lasts else None
    if end is not None and end <= max(start, joined):
        both = f"{start} .. {policy.get('ExpiryDate', '')[:10]} / {joined} .. {part.get('ExpiryDate', '')[:10]}"
        report.add("tblInsureePolicy", part["InsureePolicyID"], "ExpiryDate", both, "periods_do_not_meet")
        return
    renewed = policy.get("PolicyStage") == RENEWAL and joined <= start
    yield {
        "person": names.people[part["InsureeID"]],
        "plan": names.products[policy["ProdID"]],
        "start": written(start),
        "end": written(end),
        "stage": "renewed" if renewed else "new",
        "joined_on": written(joined),
    }
