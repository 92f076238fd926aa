"""openIMIS tblProductItems, tblProductServices (with the medical register) -> coverage, gaps, counts per code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from tiwizi.formats.openimis.days import decimal, plain
from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.names import ITEMS, SERVICES, Names, by_number
from tiwizi.formats.openimis.report import Report
from tiwizi.rules.money import MAX_PRICE, MAX_QUANTITY, MINOR_DIGITS, QUANTITY_SCALE

#: Visit types, the words for them here, and how their columns end. "Other" is every visit that is neither of the rest.
VISITS = (("O", ("ordinary", "accident"), ""), ("R", ("referral",), "R"), ("E", ("emergency",), "E"))
AGES = ("adult", "child")
PERCENT, FIXED = "C", "F"
FROM_CLAIM, RELATIVE = "O", "R"
IN_PATIENT = "I"
HUNDRED = Decimal(100)
#: Above these a number limits nothing; openIMIS's users write 9999 for "no limit". (plan.md: how much a plan holds.)
MOST_FIXED = Decimal(MAX_PRICE).scaleb(-max(MINOR_DIGITS.values()))
MOST_QUANTITY = Decimal(MAX_QUANTITY // QUANTITY_SCALE)
MOST_DAYS = 36_500
#: Bits of a patient mask.
MAN, WOMAN, ADULT, CHILD = 1, 2, 4, 8
ANYBODY = MAN | WOMAN | ADULT | CHILD
EXCLUSIONS = ("B", "H", "N")


class Terms(NamedTuple):
    """What is promised: a percentage, or at most an amount a unit (no amount: no limit); and the months to wait."""

    percent: str
    fixed: str
    months: int

    def entries(self) -> dict[str, Any]:
        waiting = {"waiting": {"months": self.months}} if self.months else {}
        return ({"fixed": self.fixed} if self.fixed else {"rate": f"{self.percent}%"}) | waiting


@dataclass(frozen=True)
class CoverageLine:
    """One item or service that a product covers. terms: by (visit type, age), None where none can be read."""

    code: str
    origin: str
    mask: int
    in_patient: bool
    frequency: int
    terms: dict[tuple[str, str], Terms | None]
    provisions: tuple[Decimal | None, Decimal | None]
    excluded: tuple[str, str]
    table: str
    number: str

    @property
    def base(self) -> dict[str, Any]:
        if self.origin == FROM_CLAIM:
            return {"base": "claim"}
        # the terms are of the list's price, even where less is asked
        listed = {"base": "tariff", "at_most_billed": False}
        return listed | ({"relative": True} if self.origin == RELATIVE else {})


class _Sort(NamedTuple):
    table: str
    number: str
    care: str
    key: str
    prefix: str


_SORTS = (
    _Sort("tblProductItems", "ProdItemID", ITEMS, "ItemID", "Item"),
    _Sort("tblProductServices", "ProdServiceID", SERVICES, "ServiceID", "Serv"),
)


#: By product number: what it covers.
Covered = dict[str, list[CoverageLine]]


def coverage_lines(database: Database, names: Names, report: Report) -> Covered:
    """By product: what it covers, items first, each by its number."""
    found: dict[str, dict[str, CoverageLine]] = defaultdict(dict)
    for sort in _SORTS:
        register = {row[sort.key]: row for row in database.current(sort.care)}
        for row in by_number(database.current(sort.table), sort.number):
            care, product = register.get(row[sort.key]), row["ProdID"]
            code = names.care.get((sort.care, row[sort.key]), "")
            if care is None:
                report.add(sort.table, row[sort.number], sort.key, row[sort.key], "care_not_in_force")
            elif code in found[product]:
                report.add(sort.table, row[sort.number], sort.key, code, "covered_twice")
            elif product in names.products:
                found[product][code] = _line(row, care, sort, code, report)
    return {product: list(lines.values()) for product, lines in found.items()}


def _line(row: Row, care: Row, sort: _Sort, code: str, report: Report) -> CoverageLine:
    said, days = decimal(care.get(f"{sort.prefix}PatCat", "")), decimal(care.get(f"{sort.prefix}Frequency", ""))
    mask = ANYBODY if said is None else int(said) & ANYBODY
    if not (mask & (MAN | WOMAN) and mask & (ADULT | CHILD)):
        report.add(sort.care, care[sort.key], f"{sort.prefix}PatCat", str(mask), "nobody")
    return CoverageLine(
        code=code,
        origin=row.get("PriceOrigin", ""),
        mask=mask,
        in_patient=care.get(f"{sort.prefix}CareType") == IN_PATIENT,
        frequency=min(int(days or 0), MOST_DAYS - 1),
        terms={(v, age): _terms(row, ending, age, sort, report) for v, _, ending in VISITS for age in AGES},
        provisions=(_provisions(row, "LimitNoAdult", sort, report), _provisions(row, "LimitNoChild", sort, report)),
        excluded=(_exclusion(row, "Adult"), _exclusion(row, "Child")),
        table=sort.table,
        number=row[sort.number],
    )


def _provisions(row: Row, field: str, sort: _Sort, report: Report) -> Decimal | None:
    most = decimal(row.get(field, ""))
    if most is not None and most > MOST_QUANTITY:
        report.add(sort.table, row[sort.number], field, row[field], "limits_nothing")
        return None
    return most


def _exclusion(row: Row, age: str) -> str:
    word = row.get(f"CeilingExclusion{age}", "")
    return word if word in EXCLUSIONS else ""


def _terms(row: Row, ending: str, age: str, sort: _Sort, report: Report) -> Terms | None:
    """The terms of one visit type and age. What is blank is openIMIS's default, a percentage of 100; a fixed amount
    has no default, so that care is not covered."""
    kind_field, limit_field = f"LimitationType{ending}", f"Limit{age.capitalize()}{ending}"
    kind, limit = row.get(kind_field, ""), decimal(row.get(limit_field, ""))
    months = int(decimal(row.get(f"WaitingPeriod{age.capitalize()}", "")) or 0)

    def say(field: str, why: str) -> None:
        report.add(sort.table, row[sort.number], field, row.get(field, ""), why)

    if kind == FIXED:
        if limit is None:
            say(limit_field, "no_terms")
            return None
        if limit > MOST_FIXED:
            say(limit_field, "limits_nothing")
        return Terms("100", plain(limit) if 0 < limit <= MOST_FIXED else "", months)
    if kind != PERCENT or limit is None:
        say(limit_field if kind == PERCENT else kind_field, "default_terms")
    percent = HUNDRED if limit is None else limit
    if percent > HUNDRED:
        say(limit_field, "above_100")
    return Terms(plain(min(percent, HUNDRED)), "", months)


# --- coverage --------------------------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    """Everything that a coverage block says besides the codes; codes with equal rules share a block."""

    base: tuple[tuple[str, Any], ...]
    visits: tuple[str, ...]
    age: str
    terms: Terms
    mask: int
    in_patient: bool


def coverage_blocks(lines: list[CoverageLine], *, out_patients_only: bool) -> Iterator[dict[str, Any]]:
    """The coverage of a product. ``out_patients_only``: there are facilities that may keep nobody overnight."""
    if out_patients_only and lines:
        when = {"setting": "ambulatory", "overnight": "yes"}
        yield {"id": "out-patient-facility", "for": ["*"], "when": when, "refuse": True}
    codes: dict[_Rule, list[str]] = defaultdict(list)
    for line in lines:
        for rule in _rules(line):
            codes[rule].append(line.code)
    for number, (rule, named) in enumerate(codes.items(), start=1):
        yield {"id": f"covered-{number}", "for": [f"code:{code}" for code in named]} | _entries(rule)


def _rules(line: CoverageLine) -> Iterator[_Rule]:
    """The rules of one code: as many as its visit types and ages differ."""
    by_terms: dict[tuple[Terms | None, Terms | None], list[str]] = defaultdict(list)
    for visit, words, _ in VISITS:
        by_terms[line.terms[visit, "adult"], line.terms[visit, "child"]] += words
    for (adult, child), visits in by_terms.items():
        asked = () if len(by_terms) == 1 else tuple(visits)
        for age, terms in _ages(line.mask, adult, child):
            if terms is not None:
                yield _Rule(tuple(line.base.items()), asked, age, terms, line.mask, line.in_patient)


def _ages(mask: int, adult: Terms | None, child: Terms | None) -> list[tuple[str, Terms | None]]:
    """The terms by age. Where only one age may have the care at all, its terms are all there is to say."""
    if not mask & CHILD:
        return [("", adult)]
    if not mask & ADULT or adult == child:
        return [("", child)]
    return [("adult", adult), ("child", child)]


def _entries(rule: _Rule) -> dict[str, Any]:
    when: dict[str, Any] = {}
    if rule.visits:
        when["visit"] = list(rule.visits)
    if rule.age:
        when["age"] = rule.age
    if not (rule.mask & (MAN | WOMAN) and rule.mask & (ADULT | CHILD)):
        return {"when": when, "refuse": True}
    return {"when": when, "only": _only(rule)} | dict(rule.base) | rule.terms.entries()


def _only(rule: _Rule) -> dict[str, Any]:
    """Whom and where the care is for. An insuree who is neither man nor woman passes."""
    only: dict[str, Any] = {}
    if rule.mask & (MAN | WOMAN) != MAN | WOMAN:
        only["sex"] = ["M" if rule.mask & MAN else "F", "unknown"]
    if rule.mask & (ADULT | CHILD) != ADULT | CHILD:
        only["age"] = "adult" if rule.mask & ADULT else "child"
    if rule.in_patient:
        only["setting"] = "hospital"
    return only


# --- how often, how many ---------------------------------------------------------------------------------------------


def frequencies(lines: list[CoverageLine]) -> Iterator[dict[str, Any]]:
    """A gap for each frequency: the last of its days is inside, so the gap is a day longer."""
    codes: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        if line.frequency > 0:
            codes[line.frequency].append(line.code)
    for days, named in sorted(codes.items()):
        yield {
            "id": f"frequency-{days}",
            "kind": "gap",
            "for": [f"code:{code}" for code in named],
            "per": "person",
            "value": days + 1,
            "each": "code",
        }


def provisions(lines: list[CoverageLine]) -> Iterator[dict[str, Any]]:
    """A count of the quantity of each code, per person and insurance period. Where the ages differ it has two parts,
    which share what was used: who comes of age goes on counting."""
    codes: dict[tuple[Decimal | None, Decimal | None], list[str]] = defaultdict(list)
    for line in lines:
        codes[line.provisions].append(line.code)
    numbered = enumerate((pair for pair in codes if pair != (None, None)), start=1)
    for number, (adult, child) in numbered:
        for age, most in [("", adult)] if adult == child else [("adult", adult), ("child", child)]:
            if most is not None:
                yield {
                    "id": f"provisions-{number}",
                    "kind": "count",
                    "for": [f"code:{code}" for code in codes[adult, child]],
                    "when": {"age": age} if age else {},
                    "per": "person",
                    "period": "insurance period",
                    "value": plain(most),
                    "of": "quantity",
                    "each": "code",
                }
