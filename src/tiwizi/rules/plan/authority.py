"""Dates and authority: the sources of a document, and the successive wordings of its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby, pairwise
from typing import TypeVar

from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.document import Dates, Source
from tiwizi.rules.plan.lines import Path
from tiwizi.rules.plan.problem import shown

#: P press or institution, S secondary, ? conflicting or unverified, D invented for a demo.
STATUSES = ("P", "S", "?", "D")
#: The fields of every block that can change.
DATED = ("id", "effective", "until", "voted", "approved", "published", "source")
#: The fields that may cite the law.
CITING = ("rate", "amount", "fixed", "unit_cap", "value", "days")

#: The first day of a block whose dates cannot be read.
UNDATED = date.min

T = TypeVar("T")
#: A block and its dates, cut into pieces.
Cut = Callable[[Block, Dates], Iterator[tuple[Block, Dates]]]


def read_sources(root: Block) -> dict[str, Source]:
    """``[[sources]]``, by id."""
    sources: dict[str, Source] = {}
    for block in root.inners("sources"):
        block.expect(("id", "title", "status", "url"))
        block.need("id", "title", "status")
        status = block.choice("status", STATUSES, "")
        source = Source(block.text("id"), block.title("title"), status, block.text("url"))
        put_once(sources, block, source.id, source)
    return sources


def put_once(found: dict[str, T], block: Block, name: str, value: T) -> None:
    """Keep a value under its id; the second of the same id is reported."""
    if name in found:
        block.error("id", "twice", id=shown(name))
    elif name:
        found[name] = value


def read_dates(block: Block, sources: Mapping[str, Source]) -> Dates:
    """The dates and the source of a block; effective is UNDATED when it is not known from when to when it applies."""
    block.need("effective")
    if not any(block.cites(name) for name in CITING):
        block.need("source")
    effective, until = block.day("effective"), block.day("until")
    voted, approved, published = block.day("voted"), block.day("approved"), block.day("published")
    source = block.choice("source", sources, "", "unknown_source")
    if effective is None or (until is None and block.has("until")):
        return Dates(UNDATED, line=block.line)
    if until is not None and until <= effective:
        block.error("until", "dates_reversed", effective=str(effective), until=str(until))
        return Dates(UNDATED, line=block.line)
    for name, day in (("voted", voted), ("approved", approved), ("published", published)):
        if day is not None and day > effective:
            block.warning(name, "retroactive", name=name, day=str(day), effective=str(effective))
    return Dates(effective, until, voted, approved, published, source, block.line)


def whole(block: Block, dates: Dates) -> Iterator[tuple[Block, Dates]]:
    """A block that nothing cuts."""
    yield block, dates


def read_wordings(
    blocks: list[Block],
    sources: Mapping[str, Source],
    read: Callable[[Block, Dates], T],
    *,
    cut: Cut = whole,
    one_rule: bool = False,
    parted: bool = False,
) -> tuple[T, ...]:
    """Every block read, in the order of the document: once for each of its pieces, with the dates of that piece.

    Blocks of one id (or all of them: ``one_rule``) are successive wordings: each ends on the day on which the next one
    starts. ``parted``: those that start on the same day are parts of one wording, told apart by their conditions (which
    is checked when the whole plan is read). A block whose dates cannot be read is read too, so that its other mistakes
    are found.
    """
    dated = [_dated(block, sources, named=not one_rule) for block in blocks]
    ends = _ends(dated, one_rule, parted)
    found: list[T] = []
    for block, dates in dated:
        errors = block.reading.errors
        resolved = replace(dates, until=ends.get(block.path, dates.until))
        for piece, piece_dates in cut(block, resolved):
            value = read(piece, piece_dates)
            block.reading.keep(value, block)
            found.append(value)
        if block.reading.errors > errors:
            block.reading.broken.add(block.path)
    return tuple(found)


def _dated(block: Block, sources: Mapping[str, Source], *, named: bool) -> tuple[Block, Dates]:
    errors = block.reading.errors
    if named:
        block.need("id")
        block.text("id")
    dates = read_dates(block, sources)
    if block.reading.errors > errors:
        block.reading.broken.add(block.path)
    return block, dates


def _ends(dated: list[tuple[Block, Dates]], one_rule: bool, parted: bool) -> dict[Path, date]:
    """By place, the day on which the next wording of the same rule starts; gaps and overlaps are reported."""
    ends: dict[Path, date] = {}
    for wordings in _by_id(dated, one_rule):
        for parts, next_parts in pairwise(_on_one_day(wordings) if parted else [[wording] for wording in wordings]):
            later, after = next_parts[0]
            for earlier, before in parts:
                if _is_seam(earlier, later, after):
                    ends[before.path] = later.effective
    return ends


def _by_id(dated: list[tuple[Block, Dates]], one_rule: bool) -> Iterator[list[tuple[Dates, Block]]]:
    """The wordings of each rule, by their first day."""
    by_id: dict[str, list[tuple[Dates, Block]]] = {}
    for block, dates in dated:
        name = "" if one_rule else block.table.get("id")
        if dates.effective != UNDATED and isinstance(name, str):
            by_id.setdefault(name, []).append((dates, block))
    for wordings in by_id.values():
        yield sorted(wordings, key=lambda wording: (wording[0].effective, wording[0].line))


def _on_one_day(wordings: list[tuple[Dates, Block]]) -> list[list[tuple[Dates, Block]]]:
    """Wordings in order, those that start on the same day together."""
    return [list(parts) for _, parts in groupby(wordings, key=lambda wording: wording[0].effective)]


def _is_seam(earlier: Dates, later: Dates, after: Block) -> bool:
    """Whether one wording ends where the next one starts; what is wrong otherwise is reported on the later one."""
    days = {"other_line": str(earlier.line), "effective": str(later.effective), "until": str(earlier.until)}
    if later.effective == earlier.effective:
        after.error("effective", "same_day", **days)
    elif earlier.until is not None and earlier.until > later.effective:
        after.error("effective", "overlap", **days)
    elif earlier.until is not None and earlier.until < later.effective:
        after.error("effective", "gap", **days)
    else:
        return True
    return False
