"""Synthea's folder, read and sorted out: each row understood, or with its fault."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tiwizi.formats.rows import Fault, Row, Sorted, SourceError, heading_and_size, read, sort_out
from tiwizi.formats.synthea.register import CATEGORY_FILES, REQUIRED
from tiwizi.formats.synthea.transactions import Transaction, day_of, transaction

NEEDS = {
    "patients": ("Id", "BIRTHDATE", "FIRST", "LAST", "GENDER"),
    "payer_transitions": ("PATIENT", "START_DATE", "END_DATE", "PAYER", "SECONDARY_PAYER"),
    "payers": ("Id", "NAME"),
    "encounters": ("Id", "START", "STOP", "ENCOUNTERCLASS", "CODE"),
    "claims": (
        "Id", "PATIENTID", "PROVIDERID", "PRIMARYPATIENTINSURANCEID", "SECONDARYPATIENTINSURANCEID", "APPOINTMENTID",
        "SERVICEDATE",
    ),
    "claims_transactions": (
        "CLAIMID", "CHARGEID", "PATIENTID", "TYPE", "AMOUNT", "METHOD", "FROMDATE", "PROCEDURECODE", "UNITS", "NOTES",
        "UNITAMOUNT", "TRANSFERTYPE", "PAYMENTS",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Folder:
    """``headings`` and ``sizes``: every CSV file there is, also those of which nothing is carried."""

    patients: Sorted[Row]
    payers: Sorted[Row]
    transitions: Sorted[Row]
    encounters: Sorted[Row]
    claims: Sorted[Row]
    transactions: Sorted[Transaction]
    category_of: Mapping[str, str]
    headings: Mapping[str, list[str]]
    sizes: Mapping[str, int]

    @property
    def sorted_out(self) -> dict[str, Sorted[Row] | Sorted[Transaction]]:
        found = (self.patients, self.payers, self.transitions, self.encounters, self.claims, self.transactions)
        return {each.file.removesuffix(".csv"): each for each in found}


def read_folder(src: Path) -> Folder:
    """Raises SourceError when a file that is needed is missing, or cannot be read."""
    for name in REQUIRED:
        if not (src / f"{name}.csv").is_file():
            raise SourceError("folder_lacks", file=f"{name}.csv", folder=src.name)
    there = {path.stem: heading_and_size(path) for path in sorted(src.glob("*.csv"))}
    rows = {name: read(src / f"{name}.csv", needs=NEEDS[name]) for name in REQUIRED}
    patients = sort_out("patients.csv", rows["patients"], patient, once="Id")
    payers = sort_out("payers.csv", rows["payers"], payer, once="Id")
    encounters = sort_out("encounters.csv", rows["encounters"], encounter, once="Id")
    people, insurers, visits = _ids(patients), _ids(payers), _ids(encounters)
    claims = sort_out("claims.csv", rows["claims"], partial(claim, people, visits), once="Id")
    return Folder(
        patients=patients,
        payers=payers,
        transitions=sort_out("payer_transitions.csv", rows["payer_transitions"], partial(transition, people, insurers)),
        encounters=encounters,
        claims=claims,
        transactions=sort_out(
            "claims_transactions.csv", rows["claims_transactions"], partial(transaction, _ids(claims), people)
        ),
        category_of=categories(src, rows["encounters"]),
        headings={name: heading for name, (heading, _) in there.items()},
        sizes={name: len(rows.get(name, ())) or size for name, (_, size) in there.items()},
    )


def _ids(found: Sorted[Row]) -> Set[str]:
    return {row["Id"] for row in found.good}


def patient(row: Row) -> Row | Fault:
    return dated(row, "BIRTHDATE") if row["Id"] else Fault("Id", "blank", {"column": "Id"})


def payer(row: Row) -> Row | Fault:
    return row if row["NAME"] else Fault("NAME", "blank", {"column": "NAME"})


def encounter(row: Row) -> Row | Fault:
    return dated(row, "START")


def transition(people: Set[str], insurers: Set[str], row: Row) -> Row | Fault:
    if row["PATIENT"] not in people:
        return Fault("PATIENT", "unknown_person", {"value": row["PATIENT"]})
    for column in ("PAYER", "SECONDARY_PAYER"):
        if row[column] not in insurers and (row[column] or column == "PAYER"):
            return Fault(column, "unknown_payer", {"value": row[column]})
    start, end = day_of(row["START_DATE"]), day_of(row["END_DATE"])
    if row["END_DATE"] and (start is None or end is None or end <= start):
        return Fault("END_DATE", "ends_before", {"value": row["END_DATE"]})
    return dated(row, "START_DATE")


def claim(people: Set[str], visits: Set[str], row: Row) -> Row | Fault:
    if row["PATIENTID"] not in people:
        return Fault("PATIENTID", "unknown_person", {"value": row["PATIENTID"]})
    if row["APPOINTMENTID"] not in visits:
        return Fault("APPOINTMENTID", "unknown_encounter", {"value": row["APPOINTMENTID"]})
    return dated(row, "SERVICEDATE")


def dated(row: Row, column: str) -> Row | Fault:
    """The row, if this column holds a day."""
    return row if day_of(row[column]) else Fault(column, "not_a_day", {"value": row[column]})


def categories(src: Path, encounters: list[Row]) -> dict[str, str]:
    """What each code is, by the first of the files that lists it."""
    found = {row["CODE"]: CATEGORY_FILES["encounters"] for row in encounters}
    for name, category in CATEGORY_FILES.items():
        path = src / f"{name}.csv"
        if name != "encounters" and path.is_file():
            for row in read(path, needs=("CODE",)):
                found.setdefault(row["CODE"], category)
    return found
