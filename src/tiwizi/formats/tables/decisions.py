"""Decisions as a table, a row a line: Parquet, CSV or XLSX (xlsxwriter, never a live formula).

Parquet holds amounts as decimals with the currency's digits, and the trail as numbers: ``trail_rule`` packs layer,
reason and clause (rules.adjudicate.columns), ``trail_cut`` is in minor units. CSV and XLSX hold the trail as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tiwizi.formats.tables.atomic import replacing
from tiwizi.formats.tables.book import Book
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.repair import MOST_IN_SHEET, harmless
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Decisions
from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.plan.document import Plan, clauses, steps
from tiwizi.rules.terms import REASON_CODE, REASONS, STATES

Column = NDArray[Any]
VERSION = 1
#: Lines in one row group of Parquet, and in one piece of CSV.
GROUP, PIECE = 1 << 18, 1 << 16
_PRECISION = 18


def write_decisions(path: Path, plan: Plan, book: Book, decisions: Decisions, format: str) -> None:
    """Write the file whole or not at all. format: "parquet", "csv" or "xlsx". Raises TableError for a full sheet."""
    table = _Table(plan, book, decisions)
    with replacing(path) as part:
        {"parquet": _write_parquet, "csv": _write_csv, "xlsx": _write_sheet}[format](part, table)


@dataclass(frozen=True)
class _Table:
    """What a row says, piece by piece."""

    plan: Plan
    book: Book
    decisions: Decisions

    @property
    def lines(self) -> int:
        return len(self.decisions.state)

    @property
    def digits(self) -> int:
        return MINOR_DIGITS[self.plan.currency]

    def pieces(self, size: int) -> Iterator[slice]:
        for low in range(0, self.lines, size):
            yield slice(low, min(low + size, self.lines))

    def names(self, at: slice) -> dict[str, Any]:
        """Who and what: claim, line, household, person, date, code, as dictionaries where they repeat."""
        facts, ids = self.book.facts, self.book.ids
        household = np.searchsorted(facts.line_start, np.arange(at.start, at.stop), side="right") - 1
        return {
            "claim": _looked_up(facts.claim[at], ids.claims),
            "line": _looked_up(ids.line_name[at], ids.line_names),
            "household": _looked_up(household, ids.households),
            "person": _looked_up(facts.person[at], ids.people),
            "date": pa.array(facts.day[at], pa.int32()).view(pa.date32()),
            "code": _looked_up(facts.code[at], ids.codes),
        }

    def verdict(self, at: slice) -> dict[str, Any]:
        """State and reasons, in words."""
        masks: Any = pa.array(self.decisions.reasons[at]).dictionary_encode()
        reasons = pa.array([reason_names(mask) for mask in masks.dictionary.to_pylist()], pa.string())
        state = pa.DictionaryArray.from_arrays(pa.array(self.decisions.state[at], pa.int8()), pa.array(STATES))
        return {"state": state, "reasons": pa.DictionaryArray.from_arrays(masks.indices, reasons)}

    def amounts(self, at: slice) -> dict[str, Any]:
        """Amounts in minor units: int64, null for a layer that did not decide the line."""
        d = self.decisions
        found: dict[str, Any] = {"billed": pa.array(d.billed[at])}
        for step, layers in enumerate(steps(self.plan)):
            paid, chosen = np.ascontiguousarray(d.paid[at, step]), d.chosen[at, step]
            for layer in layers:
                found[f"paid_{self.plan.layers[layer].id}"] = pa.array(paid, mask=chosen != layer)
        found["reductions"], found["member_share"] = pa.array(d.reductions[at]), pa.array(d.share[at])
        return found

    def trail_text(self, at: slice) -> Any:
        """What each rule took: "amo.reference=100.00;amo.rate=30.00"."""
        d, low, high = self.decisions, self.decisions.trail_start[at.start], self.decisions.trail_start[at.stop]
        rules: Any = pa.array(d.trail_rule[low:high]).dictionary_encode()
        named = pa.array([self._rule(rule) for rule in rules.dictionary.to_pylist()], pa.string())
        cuts = pc.cast(_decimals(pa.array(d.trail_cut[low:high]), self.digits), pa.string())
        entries = pc.binary_join_element_wise(named.take(rules.indices), cuts, "=")
        start = pa.array((d.trail_start[at.start : at.stop + 1] - low).astype(np.int32))
        return pc.binary_join(pa.ListArray.from_arrays(start, entries), ";")

    def _rule(self, rule: int) -> str:
        layer, reason = rule >> (CLAUSE_BITS + REASON_BITS), (rule >> CLAUSE_BITS) & (2**REASON_BITS - 1)
        return f"{self.plan.layers[layer].id}.{REASONS[reason].name}"


def reason_names(mask: int) -> str:
    """The reasons of a mask, in the order in which they apply, joined with ";"."""
    return ";".join(reason.name for code, reason in enumerate(REASONS) if mask >> code & 1)


def _looked_up(positions: Column, names: Any) -> Any:
    """Names by position, as a dictionary of those names only that stand between the first and the last used."""
    if len(positions) == 0:
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    low, high = int(positions.min()), int(positions.max())
    return pa.DictionaryArray.from_arrays(
        pa.array((positions - low).astype(np.int32), pa.int32()), names.slice(low, high - low + 1)
    )


def _decimals(amounts: Any, digits: int) -> Any:
    """int64 minor units as decimal128: the two halves of 128 bits side by side."""
    low = pc.fill_null(amounts, 0).to_numpy(zero_copy_only=False)
    wide = np.stack((low, low >> 63), axis=1)
    valid = None if amounts.null_count == 0 else pc.is_valid(amounts).buffers()[1]
    bits: Any = wide
    return pa.Array.from_buffers(pa.decimal128(_PRECISION, digits), len(amounts), [valid, pa.py_buffer(bits)])


# -- Parquet -------------------------------------------------------------------------------------------------------


def _write_parquet(path: Path, table: _Table) -> None:
    meta = {
        "version": VERSION,
        "plan": table.plan.id,
        "currency": table.plan.currency,
        "layers": [layer.id for layer in table.plan.layers],
        "steps": steps(table.plan),
        "clauses": [getattr(clause, "id", "") for clause in clauses(table.plan)],
    }
    batches = _made_ahead(table)
    first = next(batches, None) or _parquet_batch(table, slice(0, 0))
    # Amounts repeat as names do: as dictionaries all columns are written faster, and are a fifth smaller.
    with pq.ParquetWriter(
        path, first.schema, compression="zstd", compression_level=1, use_dictionary=True,
        write_statistics=["household"], store_decimal_as_integer=True, store_schema=False,
        dictionary_pagesize_limit=8 << 20,
    ) as writer:  # fmt: skip
        writer.add_key_value_metadata({"tiwizi": json.dumps(meta)})
        for batch in chain([first], batches):
            writer.write_table(pa.Table.from_batches([batch]), GROUP)


def _made_ahead(table: _Table) -> Iterator[Any]:
    """Row groups; while one is written, the next is made."""
    with ThreadPoolExecutor(1) as maker:
        waiting = None
        for at in table.pieces(GROUP):
            ahead = maker.submit(_parquet_batch, table, at)
            if waiting is not None:
                yield waiting.result()
            waiting = ahead
        if waiting is not None:
            yield waiting.result()


def _parquet_batch(table: _Table, at: slice) -> Any:
    d = table.decisions
    start = d.trail_start[at.start : at.stop + 1]
    entries = slice(int(start[0]), int(start[-1]))
    offsets = pa.array((start - start[0]).astype(np.int32))
    amounts = {name: _decimals(values, table.digits) for name, values in table.amounts(at).items()}
    trail = {
        "trail_rule": pa.ListArray.from_arrays(offsets, pa.array(d.trail_rule[entries])),
        "trail_cut": pa.ListArray.from_arrays(offsets, pa.array(d.trail_cut[entries])),
    }
    return pa.record_batch({**table.names(at), **table.verdict(at), **amounts, **trail})


# -- CSV and XLSX --------------------------------------------------------------------------------------------------


def _write_csv(path: Path, table: _Table) -> None:
    """UTF-8; amounts with their decimals, a blank for a layer that did not decide the line."""
    with path.open("wb") as file:
        writer = None
        for at in list(table.pieces(PIECE)) or [slice(0, 0)]:
            amounts = {
                n: pc.cast(_decimals(values, table.digits), pa.string()) for n, values in table.amounts(at).items()
            }
            texts = {name: pc.cast(cells, pa.string()) for name, cells in (table.names(at) | table.verdict(at)).items()}
            columns = (
                {name: harmless(cells) for name, cells in texts.items()} | amounts | {"trail": table.trail_text(at)}
            )
            batch = pa.table(columns)
            writer = writer or arrow_csv.CSVWriter(file, batch.schema)
            writer.write_table(batch)
        assert writer is not None
        writer.close()


def _write_sheet(path: Path, table: _Table) -> None:
    import xlsxwriter

    if table.lines > MOST_IN_SHEET:
        raise TableError("too_many_for_sheet", lang=table.book.lang, rows=table.lines, most=MOST_IN_SHEET)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("decisions")
        money = book.add_format({"num_format": "0." + "0" * table.digits if table.digits else "0"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        row = 0
        for at in list(table.pieces(PIECE)) or [slice(0, 0)]:
            texts = {name: cells.to_pylist() for name, cells in (table.names(at) | table.verdict(at)).items()}
            amounts = {name: cells.to_pylist() for name, cells in table.amounts(at).items()}
            columns = texts | amounts | {"trail": table.trail_text(at).to_pylist()}
            if row == 0:
                sheet.write_row(0, 0, list(columns))
            for cells in zip(*columns.values(), strict=True):
                row += 1
                for place, (name, cell) in enumerate(zip(columns, cells, strict=True)):
                    if cell is None:
                        continue
                    if name in amounts:
                        sheet.write_number(row, place, cell / 10**table.digits, money)
                    elif name == "date":
                        sheet.write_datetime(row, place, cell, day)
                    else:
                        sheet.write_string(row, place, cell)


# -- reading back --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DecisionTable:
    """Decisions as they were written in Parquet, with who and what they are about.

    ``names``: claim, line, household, person, date, code as Arrow arrays. ``layers``: ids; ``steps``: positions in it.
    """

    names: dict[str, Any]
    decisions: Decisions
    plan: str
    currency: str
    layers: tuple[str, ...]
    steps: tuple[tuple[int, ...], ...]


def read_decisions(path: Path, *, household: str | None = None) -> DecisionTable:
    """A decisions.parquet, or one household of it. Raises OSError, or TableError when it is none."""
    try:
        meta = json.loads((pq.read_metadata(path).metadata or {})[b"tiwizi"])
        if meta["version"] != VERSION:
            raise TableError("not_decisions", file=str(path))
        filters = None if household is None else pc.field("household") == household
        table = pq.read_table(path, filters=filters, read_dictionary=["state", "reasons", "code"])
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise TableError("not_decisions", file=str(path)) from error
    names = {name: _one(table[name]) for name in ("claim", "line", "household", "person", "date", "code")}
    return DecisionTable(
        names, _decisions(table, meta), meta["plan"], meta["currency"], tuple(meta["layers"]),
        tuple(tuple(step) for step in meta["steps"]),
    )  # fmt: skip


def _one(column: Any) -> Any:
    joined = column.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _decisions(table: Any, meta: dict[str, Any]) -> Decisions:
    paid = np.zeros((table.num_rows, len(meta["steps"])), np.int64)
    chosen = np.full(paid.shape, -1, np.int8)
    for step, layers in enumerate(meta["steps"]):
        for layer in layers:
            amounts = _one(table[f"paid_{meta['layers'][layer]}"])
            decided = amounts.is_valid().to_numpy(zero_copy_only=False)
            paid[decided, step] = _minor_units(amounts)[decided]
            chosen[decided, step] = layer
    rules, cuts = _one(table["trail_rule"]), _one(table["trail_cut"])
    billed, reductions, share = (_minor_units(_one(table[n])) for n in ("billed", "reductions", "member_share"))
    start = rules.offsets.to_numpy().astype(np.int64)
    return Decisions(
        state=_codes(_one(table["state"]), STATES.index).astype(np.int8),
        reasons=_codes(_one(table["reasons"]), _mask),
        billed=billed, paid=paid, chosen=chosen, reductions=reductions, share=share,
        trail_start=start - start[0], trail_rule=rules.flatten().to_numpy(), trail_cut=cuts.flatten().to_numpy(),
    )  # fmt: skip


def _minor_units(amounts: Any) -> Column:
    """int64 minor units of a decimal128 column; what a null holds means nothing."""
    words = np.frombuffer(amounts.buffers()[1], np.int64) if len(amounts) else np.zeros(0, np.int64)
    return np.array(words[2 * amounts.offset :: 2][: len(amounts)])


def _codes(cells: Any, number: Any) -> Column:
    """What each word of a repeating column stands for (int64)."""
    coded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
    numbers = np.array([number(word) for word in coded.dictionary.to_pylist()], np.int64)
    return np.asarray(numbers[coded.indices.to_numpy()])


def _mask(names: str) -> int:
    return sum(1 << REASON_CODE[name] for name in names.split(";") if name)
