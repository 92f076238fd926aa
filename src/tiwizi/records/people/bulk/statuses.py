"""Dated statuses of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.records.database.columns import read_matching, update_columns, write_columns
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.periods import Dated, Periods, compare_periods, ends, until
from tiwizi.records.database.text import unfit
from tiwizi.records.people.models import Status
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import By
from tiwizi.rules.period import NO_DAY, day_of

Rows = NDArray[Any]
_KNOWN = """SELECT k.place AS place, s.id AS id, s.status AS status, s.since AS since, s.until AS until, s.code AS code
    FROM {keys} k JOIN people_status s ON s.person_id = k.key ORDER BY 1, 3, 4"""
_KINDS: dict[str, Any] = {
    "place": "int", "id": "int", "status": "int", "since": "day", "until": "day", "code": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """``person``: the place of each status's person among the people at hand; ``code``: a text, blank for none."""

    person: Rows
    status: Rows
    since: Rows
    to: Rows
    code: Any


@dataclass
class Compared:
    stated: Stated
    known: dict[str, Any]
    periods: Periods
    kept: Rows  # places of the rows that were compared
    refused: Rows


def compare(stated: Stated, person: Rows, *, refused: Rows, findings: Findings) -> Compared:
    """``person``: ids of the people at hand, -1 where new; ``refused``: statuses of people in repair."""
    long = unfit(Status, "code", stated.code) & ~refused
    findings.add("statuses", long, "code", "unfit_text")
    kept = np.flatnonzero(~refused & ~long)
    old = np.flatnonzero(person >= 0)
    known = read_matching(_KNOWN, person[old] if Status.objects.exists() else [], _KINDS)
    codes = pa.concat_arrays([stated.code.take(pa.array(kept)), known["code"]]).dictionary_encode().indices.to_numpy()
    periods = compare_periods(
        Dated(
            (stated.person[kept], stated.status[kept]), stated.since[kept].astype(np.int64),
            stated.to[kept].astype(np.int64), {"code": codes[: len(kept)]},
        ),
        Dated(
            (old[known["place"]], known["status"]), known["since"].astype(np.int64), ends(known["until"]),
            {"code": codes[len(kept) :]},
        ),
    )  # fmt: skip
    findings.add("statuses", kept[periods.empty], "end", "empty_period")
    findings.add("statuses", kept[periods.cross], "start", "period_crosses")
    out = refused | long
    out[kept[periods.empty | periods.cross]] = True
    return Compared(stated, known, periods, kept, out)


def write(found: Compared, person: Rows, *, by: By) -> Rows:
    """Places, among the people at hand, of those whose statuses are new or have changed."""
    stated, known = found.stated, found.known
    changed, row = found.kept[found.periods.changed], found.periods.row[found.periods.changed]
    was = [
        {
            "until": None if known["until"][i] == NO_DAY else day_of(int(known["until"][i])),
            "code": known["code"][i].as_py(),
        }
        for i in row.tolist()
    ]
    keep_former(by, "status", zip(known["id"][row].tolist(), was, strict=True))
    facts = {"until": until(stated.to[changed].astype(np.int64)), "code": stated.code.take(pa.array(changed))}
    update_columns(Status, known["id"][row], facts)
    new = found.kept[found.periods.new]
    if len(new):
        write_columns(
            Status,
            {
                "person": person[stated.person[new]], "status": stated.status[new],
                "code": stated.code.take(pa.array(new)), "since": stated.since[new].astype("datetime64[D]"),
                "until": until(stated.to[new].astype(np.int64)),
            },
        )  # fmt: skip
    return np.asarray(stated.person[np.concatenate((changed, new))])
