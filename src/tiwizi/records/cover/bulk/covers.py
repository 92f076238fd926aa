"""The plans that households and people have for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.records.cover.models import Cover, Plan
from tiwizi.records.database.columns import add_columns, find_ids, read_matching, update_columns, write_columns
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.periods import Dated, Periods, compare_periods, ends, until
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import By
from tiwizi.rules.period import NO_DAY, day_of

Rows = NDArray[Any]
_KNOWN = """SELECT k.place AS place, c.id AS id, c.person_id AS person, c.plan_id AS plan, c.since AS since,
    c.until AS until, c.stage AS stage, c.joined AS joined, c.paid_until AS paid_until
    FROM {keys} k JOIN cover_cover c ON c.household_id = k.key ORDER BY 1, 2"""
_KINDS: dict[str, Any] = {
    "place": "int", "id": "int", "person": "int", "plan": "int", "since": "day", "until": "day", "stage": "int",
    "joined": "day", "paid_until": "day",
}  # fmt: skip
WHOLE = -1


@dataclass(frozen=True)
class Stated:
    """``household`` and ``person``: places among those at hand, person -1 for the whole household; ``plan``: an id."""

    household: Rows
    person: Rows
    plan: Rows
    since: Rows
    to: Rows
    stage: Rows
    joined: Rows
    paid_until: Rows


@dataclass
class Compared:
    stated: Stated
    known: dict[str, Any]
    periods: Periods
    kept: Rows
    refused: Rows


def plan_ids(names: Any) -> Rows:
    """Ids of plans by what the tables call them; those that are new are added."""
    ids = find_ids(Plan, "code", names)
    new = np.flatnonzero(ids < 0)
    ids[new] = add_columns(Plan, {"code": names.take(pa.array(new))})
    return ids


def compare(stated: Stated, home: Rows, person: Rows, *, refused: Rows, findings: Findings) -> Compared:
    """home, person: ids of those at hand, -1 where new; ``refused``: covers of people in repair."""
    kept = np.flatnonzero(~refused)
    old = np.flatnonzero(home >= 0)
    known = read_matching(_KNOWN, home[old] if Cover.objects.exists() else [], _KINDS)
    rows = {name: getattr(stated, name)[kept].astype(np.int64) for name in stated.__dataclass_fields__}
    mine = Dated(
        (rows["household"], _who(rows["person"], person), rows["plan"]), rows["since"], rows["to"],
        {name: rows[name] for name in ("stage", "joined", "paid_until")},
    )  # fmt: skip
    theirs = Dated(
        (old[known["place"]], known["person"], known["plan"]), known["since"].astype(np.int64), ends(known["until"]),
        {"stage": known["stage"], "joined": known["joined"], "paid_until": ends(known["paid_until"])},
    )  # fmt: skip
    periods = compare_periods(mine, theirs)
    findings.add("cover", kept[periods.empty], "end", "empty_period")
    findings.add("cover", kept[periods.cross], "start", "period_crosses")
    out = refused.copy()
    out[kept[periods.empty | periods.cross]] = True
    return Compared(stated, known, periods, kept, out)


def _who(place: Rows, person: Rows) -> Rows:
    """Ids of people; a person who has none yet has a number of their own below all ids, and WHOLE stays."""
    ids = np.append(np.where(person >= 0, person, -2 - np.arange(len(person))), WHOLE)
    return np.asarray(ids[place])


def write(found: Compared, home: Rows, person: Rows, *, by: By) -> Rows:
    """Places of the households whose cover is new or has changed."""
    stated, known = found.stated, found.known
    changed, row = found.kept[found.periods.changed], found.periods.row[found.periods.changed]
    keep_former(by, "cover", zip(known["id"][row].tolist(), [_was(known, i) for i in row.tolist()], strict=True))
    update_columns(Cover, known["id"][row], _facts(stated, changed))
    new = found.kept[found.periods.new]
    who = stated.person[new]
    if len(new):
        ids = pa.array(np.append(person, WHOLE)[who], mask=who == WHOLE)
        write_columns(
            Cover,
            {
                "household": home[stated.household[new]], "person": ids, "plan": stated.plan[new],
                "since": stated.since[new].astype("datetime64[D]"), **_facts(stated, new),
            },
        )  # fmt: skip
    return np.asarray(stated.household[np.concatenate((changed, new))])


def _facts(stated: Stated, rows: Rows) -> dict[str, Any]:
    return {
        "until": until(stated.to[rows].astype(np.int64)),
        "stage": stated.stage[rows],
        "joined": stated.joined[rows].astype("datetime64[D]"),
        "paid_until": until(stated.paid_until[rows].astype(np.int64)),
    }


def _was(known: dict[str, Any], row: int) -> dict[str, Any]:
    days = {name: int(known[name][row]) for name in ("until", "joined", "paid_until")}
    return {"stage": int(known["stage"][row])} | {
        name: None if day == NO_DAY else day_of(day) for name, day in days.items()
    }
