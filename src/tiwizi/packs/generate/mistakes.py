"""Mistakes planted in the tables, each counted: what a reader must send to repair.

A kind of mistake is a word of generator.toml, [mistakes.<table>]. It replaces cells of rows that no other kind touches,
or repeats a row. Kinds of TEXT_ONLY can only be written where cells are text, in CSV. A claim, a status or a cover in
repair takes lines along; they are counted by that reason, each line once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.packs.generate.draw import Rng
from tiwizi.packs.generate.settings import Settings, Table
from tiwizi.packs.generate.tables import (
    FIRST_HOUSEHOLD,
    HOUSEHOLD_DIGITS,
    WORD,
    Arrow,
    Batch,
    joined,
    with_columns,
    words_of,
)
from tiwizi.rules.adjudicate.columns import Column

TEXT_ONLY = ("no_such_day", "letter_in_amount")
NO_SUCH_DAYS = ("30/02/2026", "2026-02-30", "31/04/2026", "2025-13-05", "00/05/2026")
#: The rows chosen, dictionaries as plain text -> their new cells, by column.
Change = Callable[[Arrow], dict[str, Arrow]]


@dataclass(frozen=True)
class Planted:
    """tables: with the mistakes in; counts: "<table>.<kind>" -> rows that belong in repair."""

    tables: dict[str, Arrow]
    counts: Counter[str]


def plant(rng: Rng, batch: Batch, tables: dict[str, Arrow], settings: Settings, *, as_text: bool) -> Planted:
    """The tables with mistakes of every kind that their columns can hold, and how many of each."""
    counts: Counter[str] = Counter()
    out = dict(tables)
    sound = np.ones(len(batch.lines), bool)  # lines that no mistake of another table takes along
    for name, rates in settings["mistakes"].items():
        allowed = {"people": _unmentioned(batch), "lines": sound}.get(name)
        rows = _draw_rows(rng, tables[name].num_rows, rates, allowed, as_text)
        counts.update({f"{name}.{kind}": len(chosen) for kind, chosen in rows.items()})
        if name in _TAKES_ALONG:
            reason, taken = _TAKES_ALONG[name](batch, rows)
            counts[f"lines.{reason}"] = int((sound & taken).sum())
            sound &= ~taken
        out[name] = _changed(name, tables[name], rows)
    return Planted(out, +counts)


def _unmentioned(batch: Batch) -> Column:
    """People who may be spoilt alone: not the first of a household, and in no other table."""
    people = batch.people.rank > 1
    people[batch.files.person] = False
    people[batch.statuses.person] = False
    return people


def _of_persons(batch: Batch, rows: Mapping[str, Column]) -> tuple[str, Column]:
    """With an unreadable status, nobody knows how the person's care is paid."""
    persons = batch.statuses.person[rows["unknown_status"]]
    return "status_in_repair", np.isin(batch.files.person, persons)[batch.lines.file]


def _of_households(batch: Batch, rows: Mapping[str, Column]) -> tuple[str, Column]:
    households = batch.cover.household[rows["end_before_start"]]
    return "cover_in_repair", np.isin(batch.files.household, households)[batch.lines.file]


def _of_claims(batch: Batch, rows: Mapping[str, Column]) -> tuple[str, Column]:
    """A repeated claim goes to repair alone: the first one stands, and its lines with it."""
    claims = np.concatenate([chosen for kind, chosen in rows.items() if kind != "duplicate_id"])
    return "claim_in_repair", np.isin(batch.lines.file, claims)


#: Table -> the lines that its mistakes take along to repair, and the reason.
_TAKES_ALONG: Mapping[str, Callable[[Batch, Mapping[str, Column]], tuple[str, Column]]] = {
    "statuses": _of_persons,
    "cover": _of_households,
    "claims": _of_claims,
}


def _draw_rows(rng: Rng, size: int, rates: Table, allowed: Column | None, as_text: bool) -> dict[str, Column]:
    """Rows for each kind, no row twice; parts of a row are drawn for, so that small mutuals have mistakes too."""
    room = rng.permutation(np.arange(size) if allowed is None else np.flatnonzero(allowed))
    rows, used = {}, 0
    for kind, rate in rates.items():
        count = int(rate * size + rng.random())
        if as_text or kind not in TEXT_ONLY:
            rows[kind] = np.sort(room[used : used + count])
            used += count
    return rows


def _changed(name: str, table: Arrow, rows: Mapping[str, Column]) -> Arrow:
    changed = table
    for kind, chosen in rows.items():
        if len(chosen) and kind != "duplicate_id":
            new = _CHANGES[name, kind](_as_words(table.take(pa.array(chosen))))
            changed = with_columns(changed, {c: _replaced(changed[c], chosen, values) for c, values in new.items()})
    repeated = rows.get("duplicate_id", np.zeros(0, np.int64))
    return pa.concat_tables([changed, table.take(pa.array(repeated))]) if len(repeated) else changed


def _as_words(table: Arrow) -> Arrow:
    return with_columns(table, {name: words_of(table[name].combine_chunks()) for name in table.column_names})


def _replaced(column: Arrow, rows: Column, values: Arrow) -> Arrow:
    mask = np.zeros(len(column), bool)
    mask[rows] = True
    new = pc.replace_with_mask(words_of(column.combine_chunks()), pa.array(mask), _whole(values))
    return new.dictionary_encode().cast(WORD) if pa.types.is_dictionary(column.type) else new


def _whole(values: Arrow) -> Arrow:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _fill(column: str, *values: str) -> Change:
    return lambda rows: {column: pa.array([values[i % len(values)] for i in range(rows.num_rows)], pa.string())}


def _ending(column: str, text: str) -> Change:
    """The same cell with another ending, which names nothing."""
    return lambda rows: {column: joined(pc.utf8_slice_codeunits(rows[column], 0, -len(text)), text)}


def _prefixed(column: str) -> Change:
    """The same cell with X for its first letter, which names nothing."""
    return lambda rows: {column: joined("X", pc.utf8_slice_codeunits(rows[column], 1, 100))}


def _blank(*columns: str) -> Change:
    return lambda rows: {column: pa.nulls(rows.num_rows, rows[column].type) for column in columns}


def _negative(column: str) -> Change:
    def change(rows: Arrow) -> dict[str, Arrow]:
        old = rows[column]
        return {column: joined("-", old) if pa.types.is_string(old.type) else pc.negate(old)}

    return change


def _letter(rows: Arrow) -> dict[str, Arrow]:
    """The letter O for a nought, or an l before the first figure."""
    old = rows["billed"]
    nought = pc.replace_substring(old, "0", "O", max_replacements=1)
    return {"billed": pc.if_else(pc.match_substring(old, "0"), nought, joined("l", old))}


def _neighbour(rows: Arrow) -> dict[str, Arrow]:
    """The first person of the household before (for the very first household: of the next)."""
    number = pc.utf8_slice_codeunits(rows["person"], 1, 1 + HOUSEHOLD_DIGITS).cast(pa.int64())
    other = pc.if_else(pc.equal(number, pa.scalar(FIRST_HOUSEHOLD)), pc.add(number, 1), pc.subtract(number, 1))
    return {"person": joined("A", pc.utf8_lpad(other.cast(pa.string()), HOUSEHOLD_DIGITS, "0"), "-01")}


def _ends_first(rows: Arrow) -> dict[str, Arrow]:
    """A cover that ends a month before it starts."""
    text = pa.types.is_string(rows["start"].type)
    day = rows["start"].cast(pa.date32()).cast(pa.int32())
    end = pc.subtract(day, pa.scalar(30, pa.int32())).cast(pa.date32())
    return {"end": end.cast(pa.string()) if text else end}


_CHANGES: Mapping[tuple[str, str], Change] = {
    ("people", "unknown_role"): _fill("role", "voisin", "???", "جار"),
    ("people", "no_such_day"): _fill("birth_date", *NO_SUCH_DAYS),
    ("statuses", "unknown_person"): _ending("person", "-97"),
    ("statuses", "unknown_status"): _fill("status", "ALDD", "en attente"),
    ("cover", "unknown_household"): _prefixed("household"),
    ("cover", "end_before_start"): _ends_first,
    ("claims", "unknown_household"): _prefixed("household"),
    ("claims", "unknown_sector"): _fill("sector", "prive/public", "?"),
    ("claims", "missing_day"): _blank("received_on"),
    ("claims", "no_such_day"): _fill("received_on", *NO_SUCH_DAYS),
    ("lines", "unknown_code"): _ending("code", "?9"),
    ("lines", "unknown_person"): _ending("person", "-97"),
    ("lines", "wrong_household"): _neighbour,
    ("lines", "negative_quantity"): _negative("quantity"),
    ("lines", "negative_amount"): _negative("billed"),
    ("lines", "missing_amount"): _blank("unit_price", "billed"),
    ("lines", "missing_claim"): _prefixed("claim"),
    ("lines", "no_such_day"): _fill("date", *NO_SUCH_DAYS),
    ("lines", "letter_in_amount"): _letter,
}
