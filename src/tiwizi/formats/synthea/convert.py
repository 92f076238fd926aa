"""From Synthea's folder to tables and a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from tiwizi.formats.report import Count, Note, Report
from tiwizi.formats.rows import Row, write, write_repair
from tiwizi.formats.synthea.folder import Folder, read_folder
from tiwizi.formats.synthea.plan import PRIMARY, SECONDARY, plan_text, secondary
from tiwizi.formats.synthea.register import REGISTER
from tiwizi.formats.synthea.transactions import CURRENCY, Charge, charges, is_of_insurer
from tiwizi.locale import text
from tiwizi.rules.money import major

TABLES = {
    "people": ("person", "household", "role", "birth_date", "sex", "name_latin"),
    "cover": ("person", "plan", "start", "end"),
    "claims": (
        "claim", "household", "provider", "setting", "overnight", "visit", "payee", "care_from", "care_to",
        "received_on", "episode",
    ),
    "lines": ("claim", "line", "person", "date", "code", "quantity", "unit_price", "billed"),
    "reported": ("claim", "line", "layer", "paid"),
    "tariff": ("code", "category", "label_en"),
}  # fmt: skip
REGISTER_COLUMNS = ("file", "rows", "column", "becomes", "why")
NOBODY = "NO_INSURANCE"
OVERNIGHT = ("inpatient", "snf", "hospice")
HOSPITAL = (*OVERNIGHT, "emergency")
URGENT = ("emergency", "urgentcare")
LONG_AGO = date(1900, 1, 1)

Cells = dict[str, str]


def convert(src: Path, out: Path, *, lang: str = "en") -> Report:
    """Write people, cover, claims, lines, reported, tariff (.csv), plan.toml and report.csv into a folder.

    ``repair_<file>.csv`` holds the rows that cannot be understood. Raises TableError when a file is missing or is none.
    """
    folder = read_folder(src)
    found = list(charges(folder.transactions.good))
    tables = tables_of(folder, found)
    for name, columns in TABLES.items():
        write(out / f"{name}.csv", columns, tables[name])
    (out / "plan.toml").write_text(plan_of(tables["cover"]), encoding="utf-8")
    write(out / "report.csv", REGISTER_COLUMNS, register_rows(folder, lang))
    repair = [
        file
        for name, each in folder.sorted_out.items()
        for file in write_repair(out / f"repair_{name}.csv", each.faults, lang=lang)
    ]
    files = (*(f"{name}.csv" for name in TABLES), "plan.toml", "report.csv", *repair)
    return Report("synthea", counts(folder, found), notes(folder, found, tables), files)


def tables_of(folder: Folder, found: Sequence[Charge]) -> dict[str, list[Cells]]:
    """The rows of each table."""
    names = payer_names(folder)
    visits = {row["Id"]: row for row in folder.encounters.good}
    claims = {row["Id"]: row for row in folder.claims.good}
    latest = latest_charge(found)
    return {
        "people": [person(row) for row in folder.patients.good],
        "cover": [cells for row in folder.transitions.good for cells in covers(row, names)],
        "claims": [claim(row, visits[row["APPOINTMENTID"]], latest[row["Id"]]) for row in folder.claims.good],
        "lines": [line(charge) for charge in found],
        "reported": [cells for charge in found for cells in reports(charge, claims[charge.of.claim])],
        "tariff": list(tariff(found, folder.category_of)),
    }


def payer_names(folder: Folder) -> dict[str, str]:
    return {row["Id"]: row["NAME"] for row in folder.payers.good}


def person(row: Row) -> Cells:
    """Synthea has persons and no families, so each is a household of one."""
    return {
        "person": row["Id"],
        "household": row["Id"],
        "role": "member",
        "birth_date": row["BIRTHDATE"][:10],
        "sex": row["GENDER"] if row["GENDER"] in ("F", "M") else "",
        "name_latin": f"{row['FIRST']} {row['LAST']}".strip(),
    }


def covers(row: Row, names: Mapping[str, str]) -> Iterator[Cells]:
    """The cover that a payer transition opens, and that of the second payer where there is one."""
    dates = {"person": row["PATIENT"], "start": row["START_DATE"][:10], "end": row["END_DATE"][:10]}
    if names[row["PAYER"]] != NOBODY:
        yield dates | {"plan": names[row["PAYER"]]}
    if row["SECONDARY_PAYER"] and names[row["SECONDARY_PAYER"]] != NOBODY:
        yield dates | {"plan": secondary(names[row["SECONDARY_PAYER"]])}


def latest_charge(found: Iterable[Charge]) -> dict[str, str]:
    """By claim, the ISO day of its last charge; "" for a claim without any."""
    latest: dict[str, str] = defaultdict(str)
    for charge in found:
        latest[charge.of.claim] = max(latest[charge.of.claim], charge.of.day.isoformat())
    return latest


def claim(row: Row, visit: Row, latest: str) -> Cells:
    """A claim. Synthea bills a stay over midnight on the day it began; it is not received before its last charge."""
    kind = visit["ENCOUNTERCLASS"]
    return {
        "claim": row["Id"],
        "household": row["PATIENTID"],
        "provider": row["PROVIDERID"],
        "setting": "hospital" if kind in HOSPITAL else "ambulatory",
        "overnight": "yes" if kind in OVERNIGHT else "no",
        "visit": "emergency" if kind in URGENT else "ordinary",
        "payee": "provider",
        "care_from": visit["START"][:10],
        "care_to": visit["STOP"][:10],
        "received_on": max((row["LASTBILLEDDATE1"] or row["SERVICEDATE"])[:10], latest),
        "episode": row["APPOINTMENTID"],
    }


def line(charge: Charge) -> Cells:
    of = charge.of
    return {
        "claim": of.claim,
        "line": str(of.number),
        "person": of.person,
        "date": of.day.isoformat(),
        "code": of.code,
        "quantity": of.units,
        "unit_price": of.unit_price,
        "billed": major(of.billed, CURRENCY),
    }


def reports(charge: Charge, claim: Row) -> Iterator[Cells]:
    """What each insurer that the claim names paid of a line, nothing included: the insurer has answered."""
    layers = {PRIMARY: "PRIMARYPATIENTINSURANCEID", SECONDARY: "SECONDARYPATIENTINSURANCEID"}
    for layer, column in layers.items():
        if claim[column] or charge.paid[layer]:
            paid = major(charge.paid[layer], CURRENCY)
            yield {"claim": charge.of.claim, "line": str(charge.of.number), "layer": layer, "paid": paid}


def tariff(found: Iterable[Charge], category_of: Mapping[str, str]) -> Iterator[Cells]:
    """The codes of the charges with the words of the first. No price: what Synthea bills changes from day to day."""
    labels: dict[str, str] = {}
    for charge in found:
        labels.setdefault(charge.of.code, charge.of.label)
    for code, label in sorted(labels.items()):
        yield {"code": code, "category": category_of.get(code, "other"), "label_en": label}


def plan_of(cover: Sequence[Cells]) -> str:
    plans = {row["plan"] for row in cover}
    seconds = {plan for plan in plans if plan.endswith(secondary(""))}
    since = min((date.fromisoformat(row["start"]) for row in cover), default=LONG_AGO)
    return plan_text({PRIMARY: plans - seconds, SECONDARY: seconds}, since=since)


def counts(folder: Folder, found: Sequence[Charge]) -> tuple[Count, ...]:
    """Every file of the folder: what of it is carried, what is to repair, what is left and listed."""
    names = payer_names(folder)
    seen = {row["APPOINTMENTID"] for row in folder.claims.good}
    carried = {
        "patients": len(folder.patients.good),
        "payers": len(folder.payers.good),
        "payer_transitions": sum(any(covers(row, names)) for row in folder.transitions.good),
        "encounters": sum(row["Id"] in seen for row in folder.encounters.good),
        "claims": len(folder.claims.good),
        "claims_transactions": len(found) + sum(charge.payments for charge in found),
    }
    bad = {name: len(each.faults) for name, each in folder.sorted_out.items()}
    return tuple(
        Count(f"{name}.csv", size, good := carried.get(name, 0), wrong := bad.get(name, 0), size - good - wrong)
        for name, size in folder.sizes.items()
    )


def register_rows(folder: Folder, lang: str) -> Iterator[Cells]:
    """What becomes of every column that is there, or that Synthea may write."""
    for name in sorted({*REGISTER, *folder.headings}):
        use = REGISTER.get(name)
        known = use.columns if use else ()
        there = folder.headings.get(name, [])
        for column in dict.fromkeys((*there, *known)):
            why = use.why(column) if use else None
            becomes = use.carried.get(column, "") if use else ""
            reason = "absent" if column not in there else why or ("" if becomes else "unknown")
            yield {
                "file": f"{name}.csv",
                "rows": str(folder.sizes.get(name, 0)),
                "column": column,
                "becomes": becomes,
                "why": text("importers", f"why_{reason}", lang=lang) if reason else "",
            }


def notes(folder: Folder, found: Sequence[Charge], tables: Mapping[str, Sequence[Cells]]) -> tuple[Note, ...]:
    """What a person should know of the folder."""
    names = payer_names(folder)
    attached = sum(charge.payments for charge in found)
    own = [each for each in folder.transactions.good if each.type == "PAYMENT" and not is_of_insurer(each)]
    transfers = sum(each.type.startswith("TRANSFER") for each in folder.transactions.good)
    named = {row["Id"] for row in folder.claims.good if row["PRIMARYPATIENTINSURANCEID"]}
    days = cover_days(tables["cover"])
    outside = [charge for charge in found if charge.of.claim in named and not is_covered(charge, days)]
    return (
        Note("households", len(folder.patients.good)),
        Note("uninsured", sum(not any(covers(row, names)) for row in folder.transitions.good)),
        Note("insurer_payments", attached, paid_of(found), CURRENCY),
        Note("own_payments", len(own), sum(each.paid for each in own), CURRENCY),
        Note("transfers", transfers),
        Note("stray_payments", sum(map(is_of_insurer, folder.transactions.good)) - attached),
        Note("outside_cover", len(outside), paid_of(outside), CURRENCY),
        Note("claims_without_charge", len(folder.claims.good) - len({charge.of.claim for charge in found})),
        Note("billed_nothing", sum(charge.of.billed == 0 for charge in found)),
    )


def paid_of(found: Iterable[Charge]) -> int:
    """What insurers paid of these charges, in cents."""
    return sum(sum(charge.paid.values()) for charge in found)


def cover_days(cover: Iterable[Cells]) -> dict[str, list[tuple[str, str]]]:
    """By person, the (start, end) of each cover; an ISO day compares as text, and no end is after every day."""
    days: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in cover:
        days[row["person"]].append((row["start"], row["end"] or "9999"))
    return days


def is_covered(charge: Charge, days: Mapping[str, Sequence[tuple[str, str]]]) -> bool:
    day = charge.of.day.isoformat()
    return any(start <= day < end for start, end in days.get(charge.of.person, ()))
