"""The order of rows by several whole-number columns; nothing is done where the rows are in order already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Rows = NDArray[Any]
_WORD = 62


def sorting_order(keys: Sequence[Rows]) -> Rows | None:
    """Row numbers in the order of the keys, the first key first; None when the rows are in that order already."""
    words = _packed(keys)
    if _in_order(words):
        return None
    if len(words) == 1:
        return np.argsort(words[0], kind="stable")
    return np.lexsort(tuple(reversed(words)))


def _packed(keys: Sequence[Rows]) -> list[Rows]:
    """The same order in as few columns as their ranges allow: neighbouring keys side by side in one 62-bit word."""
    words: list[Rows] = []
    free = 0
    for key in keys:
        low, high = (int(key.min()), int(key.max())) if len(key) else (0, 0)
        bits = (high - low).bit_length()
        lifted = key.astype(np.int64) - low if bits < _WORD else key.astype(np.int64)
        if words and bits <= free:
            words[-1] = (words[-1] << bits) | lifted
            free -= bits
        else:
            words.append(lifted)
            free = _WORD - bits
    return words


def _in_order(words: Sequence[Rows]) -> bool:
    """Whether each row comes after the one before it, or is equal to it."""
    fine: Rows | bool = True
    for word in reversed(words):
        fine = (word[1:] > word[:-1]) | ((word[1:] == word[:-1]) & fine)
    return bool(np.all(fine))


def text_ranks(cells: Any) -> Rows:
    """The place of each text among the distinct ones in the order of their letters (int64)."""
    if _ascending(cells):
        return np.cumsum(_changes(cells)) - 1
    order = pc.sort_indices(cells)
    ranks = np.empty(len(cells), np.int64)
    ranks[order.to_numpy()] = np.cumsum(_changes(cells.take(order))) - 1
    return ranks


def vocabulary(cells: Any) -> tuple[Rows, Any]:
    """Texts as positions (int64) in their sorted vocabulary, and the vocabulary."""
    if _ascending(cells):
        new = _changes(cells)
        return np.cumsum(new) - 1, cells.take(pa.array(np.flatnonzero(new)))
    coded = cells.dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    place = np.empty(len(order), np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    return place[coded.indices.to_numpy()], coded.dictionary.take(order)


def _ascending(cells: Any) -> bool:
    return bool(pc.all(pc.less_equal(cells.slice(0, max(len(cells) - 1, 0)), cells.slice(1)), min_count=0).as_py())


def _changes(cells: Any) -> Rows:
    """Whether each text differs from the one before it; the first does."""
    new = np.ones(len(cells), bool)
    if len(cells):
        new[1:] = pc.not_equal(cells.slice(1), cells.slice(0, len(cells) - 1)).to_numpy(zero_copy_only=False)
    return new


def places(cells: Any, known: Any) -> Rows:
    """Where each text stands among some known distinct ones (int32), -1 for none.

    Neighbours are often equal - lines of one claim, claims of one household - so that a run is looked up once.
    """
    if len(cells) == 0 or len(known) == 0:
        return np.full(len(cells), -1, np.int32)
    heads = np.flatnonzero(_changes(cells))
    if 4 * len(heads) > 3 * len(cells):
        return _found(cells, known)
    runs = np.diff(np.append(heads, len(cells)))
    return np.repeat(_found(cells.take(pa.array(heads)), known), runs)


def _found(cells: Any, known: Any) -> Rows:
    """The index is built on the shorter of the two: building it is what takes time."""
    if 2 * len(cells) > len(known):
        return _index_in(cells, known)
    coded = cells.dictionary_encode()
    hits = _index_in(known, coded.dictionary)
    place = np.full(len(coded.dictionary), -1, np.int32)
    place[hits[hits >= 0]] = np.flatnonzero(hits >= 0)
    return np.asarray(place[coded.indices.to_numpy()])


def _index_in(cells: Any, known: Any) -> Rows:
    at = pc.index_in(cells, value_set=known)
    return np.asarray(pc.fill_null(at, -1).to_numpy() if at.null_count else at.to_numpy())


def number_ranks(names: Any) -> Rows:
    """The place of each of some distinct texts, those that are numbers first and by their value: 2, 10, 10a, x."""
    is_number = pc.match_substring_regex(names, r"^[0-9]{1,18}$")
    number = pc.cast(pc.if_else(is_number, names, "0"), pa.int64())
    table = pa.table({"text": pc.invert(is_number), "number": number, "name": names})
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in table.column_names])
    ranks = np.empty(len(names), np.int64)
    ranks[order.to_numpy()] = np.arange(len(names))
    return ranks


def starts(parents: Rows, count: int) -> Rows:
    """For rows in the order of their parents: where the rows of each of ``count`` parents begin, and the end."""
    sizes = np.bincount(parents, minlength=count)
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def chosen(good: Rows, order: Rows | None, rows: int) -> tuple[Rows, Rows | slice]:
    """The good rows in their order, and how to pick them from a column: all of it, untouched, where that is so."""
    if order is not None:
        return good[order], good[order]
    return good, slice(None) if len(good) == rows else good
