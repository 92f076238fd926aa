"""Where households live, as the rows of their people say: the first row that names an address tells; none says
nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.records.database.columns import add_columns, read_matching, update_columns
from tiwizi.records.people.models import Address
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import By

Rows = NDArray[Any]

#: Fields of an address, and the columns of the table "people" that state them.
COLUMNS = {"first": "address", "second": "address_more", "postal_code": "postal_code", "town": "town"}
_KNOWN = """SELECT k.place AS place, a.id AS id, a.first AS first, a.second AS second, a.postal_code AS postal_code,
    a.town AS town FROM {keys} k JOIN people_address a ON a.household_id = k.key ORDER BY 1"""
_KNOWN_KINDS: dict[str, Any] = {"place": "int", "id": "int"} | dict.fromkeys(COLUMNS, "text")


def read_addresses(cells: dict[str, Any]) -> tuple[dict[str, Any], Rows]:
    """By field, in single spaces; and which have something, but no first line or no town (bool)."""
    told = {field: pc.utf8_trim_whitespace(pc.replace_substring_regex(cells[field], r"\s+", " ")) for field in COLUMNS}
    says = {field: said(texts) for field, texts in told.items()}
    return told, np.logical_or.reduce(list(says.values())) & ~(says["first"] & says["town"])


def said(texts: Any) -> Rows:
    return np.asarray(pc.not_equal(texts, pa.scalar("")).to_numpy(zero_copy_only=False), bool)


def write_addresses(told: dict[str, Any], at: Rows, household: Rows, by: By) -> None:
    """at: the rows that may tell, ascending; household: the id of each of them."""
    telling = said(told["first"].take(pa.array(at)))
    at, (homes, first) = at[telling], np.unique(household[telling], return_index=True)
    if len(homes) == 0:
        return
    new = {field: texts.take(pa.array(at[first])) for field, texts in told.items()}
    known = read_matching(_KNOWN, homes, _KNOWN_KINDS)
    there = known["place"]
    other = np.zeros(len(there), bool)
    for field in COLUMNS:
        differs = pc.not_equal(new[field].take(pa.array(there)), known[field].cast(pa.string()))
        other |= np.asarray(differs.to_numpy(zero_copy_only=False), bool)
    changed = np.flatnonzero(other)
    was = [{"address": {field: known[field][place].as_py() for field in COLUMNS}} for place in changed.tolist()]
    keep_former(by, "household", zip(homes[there[changed]].tolist(), was, strict=True))
    now = {field: new[field].take(pa.array(there[changed])) for field in COLUMNS}
    update_columns(Address, known["id"][changed], now)
    fresh = np.setdiff1d(np.arange(len(homes)), there)
    add_columns(Address, {"household": homes[fresh], **{field: new[field].take(pa.array(fresh)) for field in COLUMNS}})
