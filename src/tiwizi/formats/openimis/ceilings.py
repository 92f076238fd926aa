"""openIMIS tblProduct: deductibles, ceilings, family growth, claims per category -> limits (docs/concepts/plan.md).

A product has one deductible and one ceiling: general, or one for hospital cases and one for the others; per treatment
(a claim here), insuree or policy (a household here). Where it names several, CeilingType (T, I, P) says which counts,
then the order treatment, insuree, policy; the others are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product as combinations
from typing import Any, NamedTuple

from tiwizi.formats.openimis.coverage import AGES, MOST_QUANTITY, CoverageLine
from tiwizi.formats.openimis.days import decimal, plain
from tiwizi.formats.openimis.dump import Row
from tiwizi.formats.openimis.report import Report
from tiwizi.rules.money import MAX_AMOUNT, MINOR_DIGITS

HOSPITAL, ELSEWHERE = "IP", "OP"
CASES = (HOSPITAL, ELSEWHERE)
Cases = dict[str, dict[str, Any]]
#: openIMIS's word for each scope, its letter in CeilingType, and ours.
SCOPES = {"Treatment": ("T", "claim"), "Insuree": ("I", "person"), "Policy": ("P", "household")}
#: When a line is a hospital case, and when not, by CeilingInterpretation (I where blank).
BY_STAY: Cases = {HOSPITAL: {"overnight": "yes"}, ELSEWHERE: {"overnight": "no"}}
BY_FACILITY: Cases = {HOSPITAL: {"level": "tertiary"}, ELSEWHERE: {"level": ["primary", "secondary", "other"]}}
#: Kind of claim -> its fields: how many an insuree may have, how much is paid of each. (The name is openIMIS's.)
BY_KIND = {
    "surgery": ("MaxNoSurgery", "MaxAmountSurgery"),
    "delivery": ("MaxNoDelivery", "MaxAmountDelivery"),
    "antenatal": ("MaxNoAntenatal", "MaxAmountAntenatal"),
    "hospitalization": ("MaxNoHospitalizaion", "MaxAmountHospitalization"),
    "consultation": ("MaxNoConsultation", "MaxAmountConsultation"),
    "visit": ("MaxNoVisits", ""),
}
#: The largest amount of a limit in a plan, whatever the currency; and the most members of a household that count.
MOST_AMOUNT = Decimal(MAX_AMOUNT).scaleb(-max(MINOR_DIGITS.values()))
MOST_MEMBERS = 100
#: Which exclusions of a coverage line hold in which case.
HOLDS_IN = {HOSPITAL: ("B", "H"), ELSEWHERE: ("B", "N")}


class Amount(NamedTuple):
    """One deductible or ceiling. ``case`` is "" for all care."""

    field: str
    scope: str
    case: str
    value: Decimal

    @property
    def cases(self) -> tuple[str, ...]:
        return (self.case,) if self.case else CASES


def cases_of(row: Row) -> Cases:
    """What makes a hospital case, and any other, for a product."""
    return BY_FACILITY if row.get("CeilingInterpretation") == "H" else BY_STAY


def claim_counts(row: Row, report: Report) -> Iterator[dict[str, Any]]:
    """How many claims of a kind an insuree may have in an insurance period."""
    for kind, (number, _) in BY_KIND.items():
        most = decimal(row.get(number, ""))
        if most is not None and most > MOST_QUANTITY:
            report.add("tblProduct", row["ProdID"], number, row[number], "limits_nothing")
        elif most is not None:
            yield {
                "id": f"{kind}-claims",
                "kind": "count",
                "for": ["*"],
                "when": {"kind": kind},
                "per": "person",
                "period": "insurance period",
                "value": plain(most),
                "of": "claims",
            }


def deductibles_and_ceilings(row: Row, lines: list[CoverageLine], report: Report) -> Iterator[dict[str, Any]]:
    """The deductible, then the ceiling of each kind of claim, then the ceiling."""
    hospital = cases_of(row)
    for amount in _picked(row, "Ded", report):
        yield _limit("deductible", amount) | {"when": hospital.get(amount.case, {})}
    yield from _by_kind(row, report)
    for amount in _picked(row, "Max", report):
        yield from _ceiling(row, amount, lines, hospital, report)


def _picked(row: Row, prefix: str, report: Report) -> list[Amount]:
    """The one that counts for all care; failing that, the one of each case."""
    for case in ("", *CASES):
        found = _of_case(row, prefix, case, report)
        if case == "" and found:
            for other in CASES:
                _say_unused(row, _of_case(row, prefix, other, report), report)
            return found[:1]
        if case == HOSPITAL:
            hospital = found[:1]
    return hospital + found[:1]


def _of_case(row: Row, prefix: str, case: str, report: Report) -> list[Amount]:
    """The amounts of one case, the one that counts first; the others are listed."""
    found = []
    for word, (letter, scope) in SCOPES.items():
        name = f"{prefix}{case}{word}"
        value = _amount(row, name, report)
        if value is not None:
            found.append((letter != row.get("CeilingType"), Amount(name, scope, case, value)))
    amounts = [amount for _, amount in sorted(found, key=lambda pair: pair[0])]
    _say_unused(row, amounts[1:], report)
    return amounts


def _amount(row: Row, name: str, report: Report) -> Decimal | None:
    """An amount that limits something. openIMIS's 0 does not, nor does one that no bill can reach."""
    value = decimal(row.get(name, ""))
    if value is None or 0 < value <= MOST_AMOUNT:
        return value
    if value > 0:
        report.add("tblProduct", row["ProdID"], name, row[name], "limits_nothing")
    elif name.startswith("Max") and "Extra" not in name:  # a deductible or a growth of 0 is none in any reading
        report.add("tblProduct", row["ProdID"], name, row[name], "zero_is_no_limit")
    return None


def _say_unused(row: Row, amounts: list[Amount], report: Report) -> None:
    for amount in amounts:
        report.add("tblProduct", row["ProdID"], amount.field, row[amount.field], "second_limit")


def _limit(kind: str, amount: Amount) -> dict[str, Any]:
    period = {} if amount.scope == "claim" else {"period": "insurance period"}
    ending = {"": "", HOSPITAL: "-hospital", ELSEWHERE: "-elsewhere"}[amount.case]
    entries = {"id": f"{kind}{ending}", "kind": kind, "for": ["*"], "per": amount.scope, "value": plain(amount.value)}
    return entries | period


def _by_kind(row: Row, report: Report) -> Iterator[dict[str, Any]]:
    for kind, (_, name) in BY_KIND.items():
        most = _amount(row, name, report) if name else None
        if most is not None:
            entries = {"id": f"{kind}-amount", "kind": "ceiling", "for": ["*"], "when": {"kind": kind}}
            yield entries | {"per": "claim", "value": plain(most)}


# --- the ceiling and what is excluded from it ------------------------------------------------------------------------


def _ceiling(
    row: Row, amount: Amount, lines: list[CoverageLine], hospital: Cases, report: Report
) -> Iterator[dict[str, Any]]:
    """The ceiling; in parts of one id, which share what was used, where the case or the age says what is excluded."""
    entries = _limit("ceiling", amount) | {"family": _family(row, amount, report)}
    sides = {(case, age): _excluded(lines, case, age) for case, age in combinations(amount.cases, AGES)}
    by_case, by_age = _differ(sides, 0), _differ(sides, 1)
    for (case, age), codes in sides.items():
        if (by_case or case == amount.cases[0]) and (by_age or age == AGES[0]):
            when = hospital[case] if by_case or amount.case else {}
            yield entries | {"except": _targets(lines, codes), "when": when | ({"age": age} if by_age else {})}


def _excluded(lines: list[CoverageLine], case: str, age: str) -> set[str]:
    """The codes that a ceiling passes over, in a case, for an age."""
    return {line.code for line in lines if line.excluded[AGES.index(age)] in HOLDS_IN[case]}


def _targets(lines: list[CoverageLine], codes: set[str]) -> list[str]:
    return [f"code:{line.code}" for line in lines if line.code in codes]


def _differ(sides: dict[tuple[str, str], set[str]], axis: int) -> bool:
    """Whether what is excluded depends on the case (axis 0) or on the age (axis 1)."""
    by_rest: dict[str, list[set[str]]] = {}
    for side, codes in sides.items():
        by_rest.setdefault(side[1 - axis], []).append(codes)
    return any(codes != group[0] for group in by_rest.values() for codes in group)


def _family(row: Row, amount: Amount, report: Report) -> dict[str, Any]:
    """How a policy's ceiling grows with the members above the threshold."""
    extra = _amount(row, f"MaxPolicyExtraMember{amount.case}", report) if amount.scope == "household" else None
    threshold = int(decimal(row.get("Threshold", "")) or 0)
    if extra is None or threshold > MOST_MEMBERS:
        return {}
    family: dict[str, Any] = {"over_members": threshold, "extra": plain(extra)}
    name = f"MaxCeilingPolicy{amount.case}"
    most = _amount(row, name, report)
    if most is not None and most < amount.value:
        report.add("tblProduct", row["ProdID"], name, row[name], "cap_below_limit")
    return family | ({"at_most": plain(max(most, amount.value))} if most is not None else {})
