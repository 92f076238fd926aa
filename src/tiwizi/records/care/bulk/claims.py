"""Claims as they were handed in. A claim that is known and comes in again with another content goes to repair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.records.care.models import Claim
from tiwizi.records.database.columns import add_columns, read_matching
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.periods import until
from tiwizi.records.database.text import unfit
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.terms import CLAIM_ATTRIBUTES

Rows = NDArray[Any]
#: What a claim has of terms.CLAIM_ATTRIBUTES; whether there is a prior approval follows from its number.
ATTRIBUTES = tuple(name for name in CLAIM_ATTRIBUTES if name != "prior_approval")
TEXTS = {"approval": "prior_approval", "channel": "channel", "episode": "episode"}
DAYS = ("care_from", "care_to", "received")
_FIELDS = ("household_id", "provider_id", *ATTRIBUTES, *TEXTS, *DAYS)
_KNOWN = (
    "SELECT k.place AS place, c.id AS id, "
    + ", ".join(f'c."{name}" AS "{name}"' for name in _FIELDS)
    + " FROM {keys} k JOIN care_claim c ON c.number = k.key ORDER BY 1"
)
#: What a claim may say of the prior approval that it names, as the table has it, and what a blank cell is.
APPROVALS: dict[str, Any] = {
    "amount_approved": -1, "approval_quantity": -1, "approval_from": NO_DAY, "approval_until": NO_DAY,
    "approval_person": "", "approval_code": "",
}  # fmt: skip
_WORDS = ("approval_person", "approval_code")
_GIVEN = """SELECT k.place AS place, COALESCE(a.amount_approved, a.amount) AS amount_approved,
    COALESCE(a.quantity_approved, a.quantity) AS approval_quantity, a.since AS approval_from,
    a.until AS approval_until, p.number AS approval_person, t.code AS approval_code
    FROM {keys} k JOIN care_priorapproval a ON a.number = k.key JOIN people_person p ON p.id = a.person_id
    LEFT JOIN cover_act t ON t.id = a.act_id WHERE a.state = 'approved' ORDER BY 1"""
_GIVEN_KINDS: dict[str, Any] = dict.fromkeys(("place", "amount_approved", "approval_quantity"), "int")
_GIVEN_KINDS |= dict.fromkeys(("approval_from", "approval_until"), "day") | dict.fromkeys(_WORDS, "text")
_KINDS: dict[str, Any] = {name: "int" for name in ("place", "id", "household_id", "provider_id", *ATTRIBUTES)}
_KINDS |= {name: "text" for name in TEXTS} | {name: "day" for name in DAYS}


@dataclass(frozen=True)
class Stated:
    """``household``: places among those at hand; ``provider``: ids, -1 for none; ``codes``: attribute -> its column.
    ``approvals``: of APPROVALS the columns that the table has. ``told``: False for those that the records brought."""

    number: Any
    household: Rows
    provider: Rows
    codes: dict[str, Rows]
    texts: dict[str, Any]
    days: dict[str, Rows]
    approvals: dict[str, Any]
    told: Rows


@dataclass
class Compared:
    stated: Stated
    claim: Rows  # ids, -1 where new
    new: Rows
    refused: Rows

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": int(self.new.sum()),
            "changed": 0,
            "same": int((self.stated.told & ~self.new & ~self.refused).sum()),
        }


def compare(stated: Stated, home: Rows, *, refused: Rows, findings: Findings) -> Compared:
    """``home``: ids of the households at hand, -1 where new."""
    refused = refused.copy()
    for cells, name, field in ((stated.number, "claim", "number"), *_texts(stated)):
        long = unfit(Claim, field, cells) & ~refused
        findings.add("claims", long, name, "unfit_text")
        refused |= long
    for name, other in _other_approvals(stated).items():
        findings.add("claims", other & ~refused, name, "other_approval")
        refused |= other
    claim = np.full(len(stated.number), -1, np.int64)
    if Claim.objects.exists():
        rows = read_matching(_KNOWN, stated.number, _KINDS)
        place = rows["place"]
        claim[place] = rows["id"]
        other = np.zeros(len(claim), bool)
        other[place] = _differs(stated, home, rows) & stated.told[place]
        findings.add("claims", other & ~refused, "claim", "known_otherwise")
        refused |= other
    return Compared(stated, claim, (claim < 0) & ~refused, refused)


def _other_approvals(stated: Stated) -> dict[str, Rows]:
    """By column, where a claim says of its prior approval what the records do not: what they say is what counts."""
    other = {name: _differ(cells, APPROVALS[name]) for name, cells in stated.approvals.items()}
    at = np.flatnonzero(np.logical_or.reduce([np.zeros(len(stated.household), bool), *other.values()]))
    rows = read_matching(_GIVEN, stated.texts["approval"].take(pa.array(at)), _GIVEN_KINDS)
    known = at[rows["place"]]
    for name, cells in stated.approvals.items():
        other[name][known] &= _differ(cells.take(pa.array(known)) if name in _WORDS else cells[known], rows[name])
    return other


def _differ(cells: Any, others: Any) -> Rows:
    """Where cells are others than those of a column, or than one value."""
    if isinstance(cells, np.ndarray):
        return np.asarray(cells != others)
    return np.array(pc.not_equal(cells, others))


def _texts(stated: Stated) -> tuple[tuple[Any, str, str], ...]:
    return tuple((stated.texts[field], name, field) for field, name in TEXTS.items())


def _differs(stated: Stated, home: Rows, rows: dict[str, Any]) -> Rows:
    at = rows["place"]
    differs = (home[stated.household[at]] != rows["household_id"]) | (stated.provider[at] != rows["provider_id"])
    for name in ATTRIBUTES:
        differs |= stated.codes[name][at] != rows[name]
    for name in DAYS:
        differs |= stated.days[name][at] != rows[name]
    for name in TEXTS:
        mine = stated.texts[name].take(pa.array(at))
        differs |= pc.not_equal(mine, rows[name]).to_numpy(zero_copy_only=False)
    return np.asarray(differs)


def write(found: Compared, home: Rows) -> Rows:
    """Ids of the claims, -1 for those refused."""
    stated, new = found.stated, np.flatnonzero(found.new)
    rows = pa.array(new)
    provider = stated.provider[new]
    claim = np.where(found.refused, -1, found.claim)
    claim[new] = add_columns(
        Claim,
        {
            "number": stated.number.take(rows), "household": home[stated.household[new]],
            "provider": pa.array(provider, mask=provider < 0),
            **{name: codes[new] for name, codes in stated.codes.items()},
            **{name: texts.take(rows) for name, texts in stated.texts.items()},
            **{name: until(days[new].astype(np.int64)) for name, days in stated.days.items()},
        },
    )  # fmt: skip
    return claim
