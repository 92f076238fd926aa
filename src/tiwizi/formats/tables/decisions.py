"""Decisions as a table, a row a line: Parquet, CSV or XLSX (never a live formula).

Parquet holds amounts as decimals with the currency's digits, and the trail as numbers: ``trail_rule`` packs layer,
reason and clause (rules.adjudicate.columns), ``trail_cut`` is in minor units. CSV and XLSX hold the trail as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tiwizi.formats.tables import xlsx_out
from tiwizi.formats.tables.atomic import replacing
from tiwizi.formats.tables.beside import use_each
from tiwizi.formats.tables.book import Book
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.repair import MOST_IN_SHEET, harmless
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Decisions
from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.plan.document import Plan, clauses, steps
from tiwizi.rules.terms import REASON_CODE, REASONS, STATES

Column = NDArray[Any]
VERSION = 1
#: Lines in one row group of Parquet, and in one piece of CSV and of a sheet.
GROUP, PIECE, SHEET_PIECE = 1 << 18, 1 << 16, 1 << 14
#: Columns whose cells are like those above them.
RUNNING_ON = ("claim", "household", "person", "date")
TRAIL = ("trail_rule", "trail_cut")
_PRECISION = 18


def write_decisions(path: Path, plan: Plan, book: Book, parts: Iterable[Decisions], format: str) -> None:
    """Write the file whole or not at all. format: "parquet", "csv" or "xlsx". Raises TableError for a full sheet.

    parts: the decisions on the lines of the book, in their order; the next is made while the last is written.
    """
    with replacing(path) as part:
        {"parquet": _write_parquet, "csv": _write_csv, "xlsx": _write_sheet}[format](part, plan, book, parts)


@dataclass(frozen=True)
class _Piece:
    """Some rows that are written together: ``at`` are lines of the decisions, ``of`` the same lines in the book."""

    plan: Plan
    book: Book
    decisions: Decisions
    at: slice
    of: slice

    @property
    def digits(self) -> int:
        return MINOR_DIGITS[self.plan.currency]

    def names(self) -> dict[str, Any]:
        """Who and what: claim, line, household, person, date, code, as dictionaries where they repeat."""
        facts, ids, of = self.book.facts, self.book.ids, self.of
        household = np.searchsorted(facts.line_start, np.arange(of.start, of.stop), side="right") - 1
        return {
            "claim": _looked_up(facts.claim[of], ids.claims),
            "line": _looked_up(ids.line_name[of], ids.line_names),
            "household": _looked_up(household, ids.households),
            "person": _looked_up(facts.person[of], ids.people),
            "date": pa.array(facts.day[of], pa.int32()).view(pa.date32()),
            "code": _looked_up(facts.code[of], ids.codes),
        }

    def verdict(self) -> dict[str, Any]:
        """State and reasons, in words."""
        masks: Any = pa.array(self.decisions.reasons[self.at]).dictionary_encode()
        reasons = pa.array([reason_names(mask) for mask in masks.dictionary.to_pylist()], pa.string())
        state = pa.DictionaryArray.from_arrays(pa.array(self.decisions.state[self.at], pa.int8()), pa.array(STATES))
        return {"state": state, "reasons": pa.DictionaryArray.from_arrays(masks.indices, reasons)}

    def amounts(self) -> dict[str, Any]:
        """Amounts as decimals, null for a layer that did not decide the line."""
        d, at = self.decisions, self.at
        found: dict[str, Any] = {"billed": pa.array(d.billed[at])}
        for step, layers in enumerate(steps(self.plan)):
            paid, chosen = np.ascontiguousarray(d.paid[at, step]), d.chosen[at, step]
            for layer in layers:
                found[f"paid_{self.plan.layers[layer].id}"] = pa.array(paid, mask=chosen != layer)
        found["reductions"], found["member_share"] = pa.array(d.reductions[at]), pa.array(d.share[at])
        return {name: _decimals(amounts, self.digits) for name, amounts in found.items()}

    def trail(self) -> tuple[Any, Any, Any]:
        """Where the trail of each row starts (int32), and the rules and cuts of all rows."""
        start = self.decisions.trail_start[self.at.start : self.at.stop + 1]
        entries = slice(int(start[0]), int(start[-1]))
        rule, cut = (pa.array(column[entries]) for column in (self.decisions.trail_rule, self.decisions.trail_cut))
        return pa.array((start - start[0]).astype(np.int32)), rule, cut

    def trail_text(self) -> Any:
        """What each rule took: "amo.reference=100.00;amo.rate=30.00"."""
        start, rule, cut = self.trail()
        rules = rule.dictionary_encode()
        named = pa.array([self._rule(rule) for rule in rules.dictionary.to_pylist()], pa.string())
        cuts = pc.cast(_decimals(cut, self.digits), pa.string())
        entries = pc.binary_join_element_wise(named.take(rules.indices), cuts, "=")
        return pc.binary_join(pa.ListArray.from_arrays(start, entries), ";")

    def _rule(self, rule: int) -> str:
        layer, reason = rule >> (CLAUSE_BITS + REASON_BITS), (rule >> CLAUSE_BITS) & (2**REASON_BITS - 1)
        return f"{self.plan.layers[layer].id}.{REASONS[reason].name}"


def _pieces(plan: Plan, book: Book, parts: Iterable[Decisions], size: int) -> Iterator[_Piece]:
    """Every part in pieces of about so many lines; one without lines where there are none."""
    first = 0
    for decisions in parts:
        lines = len(decisions.state)
        edges = np.linspace(0, lines, max(1, round(lines / size)) + 1).astype(int).tolist()
        for low, high in pairwise(edges):
            yield _Piece(plan, book, decisions, slice(low, high), slice(first + low, first + high))
        first += lines


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


def _write_parquet(path: Path, plan: Plan, book: Book, parts: Iterable[Decisions]) -> None:
    meta = {
        "version": VERSION,
        "plan": plan.id,
        "currency": plan.currency,
        "layers": [layer.id for layer in plan.layers],
        "steps": steps(plan),
        "clauses": [getattr(clause, "id", "") for clause in clauses(plan)],
    }
    groups = map(_row_group, _pieces(plan, book, parts, GROUP))
    first = next(groups)
    repeating: Any = [name for name in first.schema.names if name not in (*RUNNING_ON, *TRAIL)]
    repeating += [f"{name}.list.element" for name in TRAIL]
    # Amounts repeat as names do: as dictionaries they are written faster, and are a fifth smaller. Not what runs on.
    with pq.ParquetWriter(
        path, first.schema, compression="zstd", compression_level=1,
        use_dictionary=repeating,
        write_statistics=["household"], store_decimal_as_integer=True, store_schema=False,
        dictionary_pagesize_limit=8 << 20, data_page_size=8 << 20,
    ) as writer:  # fmt: skip
        writer.add_key_value_metadata({"tiwizi": json.dumps(meta)})
        use_each(lambda group: writer.write_table(group, max(1, len(group))), chain([first], groups))


def _row_group(piece: _Piece) -> Any:
    start, rule, cut = piece.trail()
    trail = {name: pa.ListArray.from_arrays(start, held) for name, held in zip(TRAIL, (rule, cut), strict=True)}
    return pa.table({**piece.names(), **piece.verdict(), **piece.amounts(), **trail})


# -- CSV and XLSX --------------------------------------------------------------------------------------------------


def _write_csv(path: Path, plan: Plan, book: Book, parts: Iterable[Decisions]) -> None:
    """UTF-8; amounts with their decimals, a blank for a layer that did not decide the line."""
    tables = map(_as_text, _pieces(plan, book, parts, PIECE))
    first = next(tables)
    with arrow_csv.CSVWriter(path, first.schema) as writer:
        use_each(writer.write_table, chain([first], tables))


def _as_text(piece: _Piece) -> Any:
    words = {name: pc.cast(cells, pa.string()) for name, cells in (piece.names() | piece.verdict()).items()}
    texts = {name: harmless(cells, numbers=False) for name, cells in words.items()}
    amounts = {name: pc.cast(cells, pa.string()) for name, cells in piece.amounts().items()}
    return pa.table(texts | amounts | {"trail": piece.trail_text()})


def _write_sheet(path: Path, plan: Plan, book: Book, parts: Iterable[Decisions]) -> None:
    if book.facts.lines > MOST_IN_SHEET:
        raise TableError("too_many_for_sheet", lang=book.lang, rows=book.facts.lines, most=MOST_IN_SHEET)
    xlsx_out.write(path, "decisions", map(_as_cells, _pieces(plan, book, parts, SHEET_PIECE)))


def _as_cells(piece: _Piece) -> Any:
    return pa.table({**piece.names(), **piece.verdict(), **piece.amounts(), "trail": piece.trail_text()})


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
