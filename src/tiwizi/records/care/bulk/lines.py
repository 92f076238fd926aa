"""Lines of claims, what a reviewer left of them, what other payers reported.

What was claimed never changes, so a line that is known and comes in again with another content goes to repair. What a
reviewer approves may change, and is a review each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.order import places
from tiwizi.records.care.models import ClaimLine, Reported, Review
from tiwizi.records.care.receipts import as_compared
from tiwizi.records.database.columns import add_columns, read_matching, update_columns, write_columns
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.text import unfit
from tiwizi.records.trail.chain import microseconds
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import By

Rows = NDArray[Any]
CLAIMED = ("person_id", "day", "act_id", "quantity", "unit_price", "billed", "session")
APPROVED = ("quantity_approved", "price_approved")
#: Lines whose names are no numbers, or not theirs alone, are numbered from here on.
NAMED_FROM = 1_000_000
_KNOWN = (
    "SELECT k.place AS place, l.id AS id, l.number AS number, l.label AS label, "
    + ", ".join(f'l."{name}" AS "{name}"' for name in (*CLAIMED, *APPROVED))
    + ", l.receipt_compared AS receipt FROM {keys} k JOIN care_line l ON l.claim_id = k.key ORDER BY 1, 3"
)
_KINDS: dict[str, Any] = {"place": "int", "id": "int", "number": "int", "label": "text"}
_KINDS |= {name: "day" if name == "day" else "int" for name in (*CLAIMED, *APPROVED)} | {"receipt": "text"}


@dataclass(frozen=True)
class Stated:
    """``claim``: places among the claims at hand. ``name``: positions in ``names``, which ``rank`` puts in the tables'
    order. ``person`` and ``act``: ids. -1 for no price, no approved quantity, no approved price. ``receipt``: texts, ""
    for none. ``told``: False for those whom the records brought along."""

    claim: Rows
    name: Rows
    names: Any
    rank: Rows
    columns: dict[str, Rows]
    receipt: Any
    told: Rows


@dataclass
class Compared:
    stated: Stated
    receipt: Any  # as they are compared
    line: Rows  # ids, -1 where new
    number: Rows
    labelled: Rows
    new: Rows
    reviewed: Rows  # known, and what is approved of it has changed
    refused: Rows

    @property
    def counts(self) -> dict[str, int]:
        changed = int((self.reviewed & ~self.new).sum())
        same = int((self.stated.told & ~self.new & ~self.reviewed & ~self.refused).sum())
        return {"new": int(self.new.sum()), "changed": changed, "same": same}


def compare(stated: Stated, claim: Rows, *, refused: Rows, findings: Findings) -> Compared:
    """``claim``: ids of the claims at hand, -1 where new; ``refused``: lines of claims and people in repair."""
    refused = refused.copy()
    long = unfit(ClaimLine, "label", stated.names)[stated.name] & ~refused if len(stated.names) else refused
    if len(stated.names):
        findings.add("lines", long, "line", "unfit_text")
        refused |= long
    long = unfit(ClaimLine, "receipt", stated.receipt) & ~refused
    findings.add("lines", long, "receipt", "unfit_text")
    refused |= long
    old = np.flatnonzero(claim >= 0)
    rows = read_matching(_KNOWN, claim[old], _KINDS)
    rows["claim"] = old[rows["place"]]
    line, row = _known_lines(stated, rows)
    met = np.flatnonzero(line >= 0)
    other, reviewed = np.zeros(len(line), bool), np.zeros(len(line), bool)
    for name in CLAIMED:
        other[met] |= stated.columns[name][met] != rows[name][row[met]]
    receipt = as_compared(stated.receipt)
    other[met] |= _another(receipt.take(pa.array(met)), rows["receipt"].take(pa.array(row[met])))
    for name in APPROVED:
        mine = stated.columns[name][met]
        reviewed[met] |= (mine >= 0) & (mine != rows[name][row[met]])
    other &= stated.told
    findings.add("lines", other & ~refused, "line", "known_otherwise")
    refused |= other
    number, labelled = _numbers(stated, rows, line < 0)
    new = (line < 0) & ~refused
    return Compared(stated, receipt, line, number, labelled, new, reviewed & stated.told & ~refused, refused)


def _another(stated: Any, known: Any) -> Rows:
    """Whether another receipt is named; who names none says nothing of it."""
    differs = pc.and_(pc.not_equal(stated, pa.scalar("")), pc.not_equal(stated, known))
    return np.asarray(differs.to_numpy(zero_copy_only=False))


def _known_lines(stated: Stated, rows: dict[str, Any]) -> tuple[Rows, Rows]:
    """Of each line stated the id, and the place in ``rows``, of the line of its claim that has its name; -1: none."""
    line = np.full(len(stated.claim), -1, np.int64)
    place = np.full(len(stated.claim), -1, np.int64)
    if len(rows["id"]) == 0:
        return line, place
    called = pc.if_else(
        pc.equal(rows["label"], pa.scalar("")), pa.array(rows["number"]).cast(pa.string()), rows["label"]
    )
    name = places(called, stated.names)
    width = len(stated.names) + 1
    known = np.flatnonzero(name >= 0)
    identity = rows["claim"][known] * width + name[known]
    order = np.argsort(identity)
    wanted = stated.claim * width + stated.name
    at = np.minimum(np.searchsorted(identity[order], wanted), max(len(order) - 1, 0))
    if len(order):
        hit = identity[order[at]] == wanted
        place[hit] = known[order[at[hit]]]
        line[hit] = rows["id"][place[hit]]
    return line, place


def _numbers(stated: Stated, rows: dict[str, Any], new: Rows) -> tuple[Rows, Rows]:
    """The number of each line that is ``new`` in its claim, and whether it needs its name beside it.

    A name that is a whole number is the number, unless another line of the claim has it ("1" and "01").
    """
    plain = pc.match_substring_regex(stated.names, "^[0-9]{1,6}$")
    digits: Any = pc.if_else(plain, stated.names, "-1")
    value = digits.cast(pa.int64()).to_numpy()
    own = pc.equal(pc.cast(pa.array(value), pa.string()), stated.names).to_numpy(zero_copy_only=False)
    number, labelled = value[stated.name], ~own[stated.name]
    order = np.lexsort((stated.rank[stated.name], labelled, number, stated.claim))
    taken = np.zeros(len(number), bool)
    one, other = order[1:], order[:-1]
    taken[one] = (stated.claim[one] == stated.claim[other]) & (number[one] == number[other])
    if len(rows["id"]):
        held = np.isin(stated.claim * NAMED_FROM * 4 + number, rows["claim"] * NAMED_FROM * 4 + rows["number"])
        taken |= held
    far = np.flatnonzero((taken | (number < 0)) & new)
    labelled[far] = True
    number[far] = _far_numbers(stated, far, rows)
    return number, labelled


def _far_numbers(stated: Stated, far: Rows, rows: dict[str, Any]) -> Rows:
    """Numbers from NAMED_FROM on, after those that the claim has, in the order of the names."""
    last = np.full(int(stated.claim.max(initial=-1)) + 1, NAMED_FROM - 1, np.int64)
    if len(rows["id"]):
        within = rows["claim"] < len(last)
        np.maximum.at(last, rows["claim"][within], rows["number"][within])
    order = np.lexsort((stated.rank[stated.name[far]], stated.claim[far]))
    claims = stated.claim[far][order]
    nth = np.arange(len(far)) - np.searchsorted(claims, claims)
    numbers = np.empty(len(far), np.int64)
    numbers[order] = last[claims] + 1 + nth
    return numbers


def write(found: Compared, claim: Rows, *, by: By, cause: str) -> Rows:
    """Ids of the lines, -1 for those refused. ``cause``: the reason that the reviews give."""
    stated, new = found.stated, np.flatnonzero(found.new)
    columns, labels = stated.columns, stated.names.take(pa.array(stated.name[new]))
    line = np.where(found.refused, -1, found.line)
    line[new] = add_columns(
        ClaimLine,
        {
            "claim": claim[stated.claim[new]], "number": found.number[new],
            "label": pc.if_else(pa.array(found.labelled[new]), labels, None),
            "person": columns["person_id"][new], "day": columns["day"][new].astype("datetime64[D]"),
            "act": columns["act_id"][new], "quantity": columns["quantity"][new],
            **{name: _or_null(columns[name][new]) for name in ("unit_price", *APPROVED)},
            "billed": columns["billed"][new], "session": columns["session"][new],
            "receipt": _or_none(stated.receipt, new), "receipt_compared": _or_none(found.receipt, new),
            "withdrawn": np.zeros(len(new), bool),
        },
    )  # fmt: skip
    _review(found, line, by=by, cause=cause)
    return line


def _or_null(values: Rows) -> Any:
    return pa.array(values, mask=values < 0)


def _or_none(texts: Any, rows: Rows) -> Any:
    """Some of the texts, null for blank ones."""
    some = texts.take(pa.array(rows))
    return pc.if_else(pc.equal(some, pa.scalar("")), None, some)


def _review(found: Compared, line: Rows, *, by: By, cause: str) -> None:
    """What the tables approve is a review like any other: the first of a new line, the next of a known one."""
    columns = found.stated.columns
    approved = (columns["quantity_approved"] >= 0) | (columns["price_approved"] >= 0)
    rows = np.flatnonzero((found.new & approved) | found.reviewed)
    if len(rows) == 0:
        return
    known = np.flatnonzero(found.reviewed)
    number = np.ones(len(line), np.int64)
    if len(known):
        last = read_matching(
            "SELECT k.place AS place, MAX(r.number) AS number FROM {keys} k JOIN care_review r ON r.line_id = k.key"
            " GROUP BY k.place",
            line[known],
            {"place": "int", "number": "int"},
        )
        number[known[last["place"]]] = last["number"] + 1
        update_columns(ClaimLine, line[known], {name: _or_null(columns[name][known]) for name in APPROVED})
    write_columns(
        Review,
        {
            "line": line[rows], "number": number[rows],
            "quantity": _or_null(columns["quantity_approved"][rows]),
            "price": _or_null(columns["price_approved"][rows]),
            "reason": pa.array([cause] * len(rows)), "by": np.full(len(rows), by.user),
            "at": np.full(len(rows), microseconds(by.at)),
        },
    )  # fmt: skip


def report(layer: str, line: Rows, paid: Rows, *, by: By) -> Rows:
    """What another payer says it paid for some lines; which of them are new or have changed (bool)."""
    known = read_matching(
        "SELECT k.place AS place, r.id AS id, r.paid AS paid FROM {keys} k"
        " JOIN care_reported r ON r.line_id = k.key AND r.layer = %s",
        line,
        {"place": "int", "id": "int", "paid": "int"},
        [layer],
    )
    new, other = np.ones(len(line), bool), known["paid"] != paid[known["place"]]
    new[known["place"]] = False
    rows = np.flatnonzero(other)
    was = [{"paid": int(known["paid"][i])} for i in rows.tolist()]
    keep_former(by, "reported", zip(known["id"][rows].tolist(), was, strict=True))
    update_columns(Reported, known["id"][rows], {"paid": paid[known["place"][rows]]})
    if new.any():
        layers = pa.array([layer] * int(new.sum()), pa.string())
        write_columns(Reported, {"line": line[new], "layer": layers, "paid": paid[new]})
    changed = new
    changed[known["place"][rows]] = True
    return changed
