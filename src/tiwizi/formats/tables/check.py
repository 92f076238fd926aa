"""Cells -> values, a column at a time; every cell that is not a value is found, never guessed.

A column comes in pieces, each plain or with a dictionary of its distinct cells. Distinct cells are read once.
Days are whole numbers since 1970-01-01, numbers are whole multiples of their last decimal. Where a cell is blank or
wrong the value is the one asked for as ``blank``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.schema import fold
from tiwizi.rules.period import FIRST_YEAR, LAST_YEAR

Values = NDArray[Any]
#: What can be wrong with a cell: positions are what ``Read.wrong`` holds. A blank cell is "missing".
WRONGS = (
    "",
    "missing",
    "not_a_day",
    "day_out_of_range",
    "not_a_number",
    "negative",
    "too_many_decimals",
    "too_large",
    "not_a_word",
    "rate_out_of_range",
)
OK, MISSING, NOT_A_DAY, OUT_OF_RANGE, NOT_A_NUMBER, NEGATIVE, DECIMALS, TOO_LARGE, NOT_A_WORD, BAD_RATE = range(
    len(WRONGS)
)
_ABSENT = -1
_BLANKS = " \t\r\n\u00a0\u202f\u200e\u200f\ufeff"
_GROUPED = r"^-?\d{1,3}([ \x{00a0}\x{202f}]\d{3})+([.,]\d+)?$"


class Read(NamedTuple):
    """The values of cells and, for each, a position in WRONGS."""

    values: Values
    wrong: Values


def trimmed(cells: Any) -> Any:
    """Text cells without the blanks around them."""
    return pc.utf8_trim(cells, characters=_BLANKS) if _needs_trimming(cells) else cells


def _needs_trimming(cells: Any) -> bool:
    """Whether some cell begins or ends with a blank, or with a letter that takes several bytes."""
    if len(cells) == 0 or _holds_plain_letters_only(cells):
        return False
    data, start, size = _bytes(cells)
    if not size.all():
        start, size = start[size > 0], size[size > 0]
    return any(edge.min() <= 32 or edge.max() >= 128 for edge in (data[start], data[start + size - 1]))


def _holds_plain_letters_only(cells: Any) -> bool:
    """Whether all letters of all cells are ASCII and none is a blank."""
    _, ends, held = cells.buffers()
    first, last = (int(np.frombuffer(ends, np.int32)[at]) for at in (cells.offset, cells.offset + len(cells)))
    letters = np.frombuffer(held, np.uint8)[first:last] if last > first else np.zeros(0, np.uint8)
    return len(letters) == 0 or bool(letters.min() > 32 and letters.max() < 128)


def _bytes(cells: Any) -> tuple[Values, Values, Values]:
    """The bytes of a text array, and where each cell starts and how long it is."""
    nothing = np.zeros(1, np.uint8)
    if len(cells) == 0:
        return nothing, np.zeros(0, np.int64), np.zeros(0, np.int32)
    _, ends, held = cells.buffers()
    offsets = np.frombuffer(ends, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    data = np.frombuffer(held, np.uint8) if held is not None and held.size else nothing
    return data, offsets[:-1].astype(np.int64), np.diff(offsets)


def _judged(values: Values, blank: int, said: dict[int, Values]) -> Read:
    """Values, but for ``blank`` where something is said against them; what is said first counts."""
    wrong = np.zeros(len(values), np.int8)
    for code, at in reversed(said.items()):
        if at.any():
            wrong[at] = code
    return Read(np.where(wrong == OK, values, values.dtype.type(blank)), wrong) if wrong.any() else Read(values, wrong)


# -- text ----------------------------------------------------------------------------------------------------------


def keys(column: Any) -> Any:
    """Identifiers as one text array, without blanks around them."""
    if pa.types.is_string(column.type) and column.null_count == 0:
        return trimmed(_whole(column))
    return trimmed(pc.fill_null(pc.cast(_whole(column), pa.string()), ""))


def coded(column: Any) -> tuple[Values, Any]:
    """Text that repeats, as positions in a vocabulary (int32) and the vocabulary, a text array of distinct cells."""
    pieces = [_coded_piece(piece) for piece in column.chunks]
    if not pieces:
        return np.zeros(0, np.int32), pa.array([], pa.string())
    vocabulary = pc.unique(pa.chunked_array([words for _, words in pieces])).cast(pa.string())
    places = [pc.index_in(words, value_set=vocabulary).to_numpy() for _, words in pieces]
    codes = [place[at] for (at, _), place in zip(pieces, places, strict=True)]
    return np.concatenate(codes).astype(np.int32, copy=False), vocabulary


def _coded_piece(piece: Any) -> tuple[Values, Any]:
    if not pa.types.is_dictionary(piece.type):
        piece = pc.fill_null(pc.cast(piece, pa.string()), "").dictionary_encode()
    words = pc.fill_null(pc.cast(piece.dictionary, pa.string()), "")
    indices = piece.indices
    if indices.null_count:
        words = pa.concat_arrays([words, pa.array([""], pa.string())])
        indices = pc.fill_null(indices, len(words) - 1)
    return indices.to_numpy(zero_copy_only=False), trimmed(words)


def words(column: Any, known: Mapping[str, str], register: tuple[str, ...], *, blank: int) -> Read:
    """Words of a register, as its positions (int8)."""
    codes, vocabulary = coded(column)
    place = {fold(word): register.index(value) for word, value in known.items()}
    found = np.array([place.get(fold(word), -1) for word in vocabulary.to_pylist()], np.int8)
    empty = pc.equal(vocabulary, pa.scalar("")).to_numpy(zero_copy_only=False)
    wrong = np.where(empty, MISSING, np.where(found < 0, NOT_A_WORD, OK)).astype(np.int8)
    return Read(np.where(found < 0, np.int8(blank), found)[codes], wrong[codes])


# -- days ----------------------------------------------------------------------------------------------------------


def days(column: Any, *, blank: int) -> Read:
    """Days written as 2026-01-31 or 31/01/2026, or given as dates (int32)."""
    if pa.types.is_timestamp(column.type):
        return _moments(_whole(column), blank)
    if pa.types.is_date(column.type):
        return _dates(column, blank)
    return _each(column, lambda cells: _written_days(cells, blank))


_OF_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def _moments(cells: Any, blank: int) -> Read:
    """Moments at midnight, where they were noted, are days; any other moment is none."""
    absent = cells.is_null().to_numpy(zero_copy_only=False)
    try:
        there = pc.local_timestamp(cells) if cells.type.tz else cells
    except pa.ArrowException:  # a time zone that nobody knows: what day it was there cannot be told
        return _bounded_days(np.zeros(len(cells), np.int64), absent, np.ones(len(cells), bool), blank)
    moments = pc.fill_null(there.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    day = 86_400 * _OF_A_SECOND[cells.type.unit]
    whole = np.clip(moments // day, _FIRST_DAY - 1, _LAST_DAY + 1)
    return _bounded_days(whole, absent, moments % day != 0, blank)


def _dates(column: Any, blank: int) -> Read:
    cells = pc.cast(_whole(column), pa.date32())
    absent = cells.is_null().to_numpy(zero_copy_only=False)
    values = pc.fill_null(cells.view(pa.int32()), blank).to_numpy(zero_copy_only=False).astype(np.int32)
    return _bounded_days(values, absent, np.zeros(len(values), bool), blank)


def _written_days(cells: Any, blank: int) -> Read:
    data, start, size = _bytes(cells)
    fits = size == 10
    at = np.where(fits, start, 0)[:, None] + np.arange(10)
    text = data[np.minimum(at, len(data) - 1)].astype(np.int64)
    digit = text - 48
    number = (digit >= 0) & (digit <= 9)
    iso = _shaped(text, number, (4, 7), ord("-"))
    local = _shaped(text, number, (2, 5), ord("/"))
    year = np.where(iso, digit[:, :4] @ [1000, 100, 10, 1], digit[:, 6:] @ [1000, 100, 10, 1])
    month = np.where(iso, digit[:, 5:7] @ [10, 1], digit[:, 3:5] @ [10, 1])
    day = np.where(iso, digit[:, 8:] @ [10, 1], digit[:, :2] @ [10, 1])
    real = fits & (iso | local) & (month >= 1) & (month <= 12) & (day >= 1)
    month = np.where(real, month, 1)
    values, length = _day_numbers(np.where(real, year, 2000), month)
    real &= day <= length
    return _bounded_days(values + day - 1, size == 0, ~real & (size > 0), blank)


def _shaped(text: Values, number: Values, marks: tuple[int, int], mark: int) -> Values:
    """Whether cells of ten bytes are digits but for two marks in their places."""
    digits = [i for i in range(10) if i not in marks]
    return np.asarray((text[:, marks] == mark).all(axis=1) & number[:, digits].all(axis=1))


def _day_numbers(year: Values, month: Values) -> tuple[Values, Values]:
    """The day number of the first of a month, and how many days the month has."""
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first, following - first


_FIRST_DAY = int(np.datetime64(f"{FIRST_YEAR}-01-01").astype("datetime64[D]").astype(np.int64))
_LAST_DAY = int(np.datetime64(f"{LAST_YEAR}-12-31").astype("datetime64[D]").astype(np.int64))


def _bounded_days(values: Values, absent: Values, unreadable: Values, blank: int) -> Read:
    outside = (values < _FIRST_DAY) | (values > _LAST_DAY)
    return _judged(values.astype(np.int32), blank, {MISSING: absent, NOT_A_DAY: unreadable, OUT_OF_RANGE: outside})


# -- numbers -------------------------------------------------------------------------------------------------------


def numbers(column: Any, *, digits: int, most: int, blank: int = -1) -> Read:
    """Numbers that are not negative, as whole multiples of 10**-digits (int64), at most ``most`` of them."""
    held = column.type
    if pa.types.is_integer(held) or (pa.types.is_decimal128(held) and held.precision <= 18):
        return _exact_numbers(column, digits, most, blank)
    if pa.types.is_floating(held):
        column = pc.cast(column, pa.string())
    return _each(column, lambda cells: _written_numbers(cells, digits, most, blank))


def _exact_numbers(column: Any, digits: int, most: int, blank: int) -> Read:
    cells = _whole(column)
    absent = cells.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_integer(cells.type):
        scale, whole = 0, pc.fill_null(cells, 0).to_numpy(zero_copy_only=False)
    else:
        scale = cells.type.scale
        filled = pc.fill_null(cells, pa.scalar(0, cells.type))
        whole = np.frombuffer(filled.buffers()[1], np.int64)[2 * filled.offset :: 2][: len(filled)]
    shift = digits - scale
    factor = 10 ** abs(shift)
    uneven = np.zeros(len(whole), bool) if shift >= 0 else whole % factor != 0
    limit = most // factor if shift >= 0 else most * factor
    large = whole > limit
    kept = np.where(large, 0, whole).astype(np.int64)
    values = kept * factor if shift >= 0 else kept // factor
    return _judged(values, blank, {MISSING: absent, NEGATIVE: whole < 0, TOO_LARGE: large, DECIMALS: uneven})


def _written_numbers(cells: Any, digits: int, most: int, blank: int) -> Read:
    read = _plain_numbers(cells, digits, most, blank)
    odd = np.flatnonzero(read.wrong == NOT_A_NUMBER)
    if len(odd) == 0:
        return read
    grouped = odd[pc.match_substring_regex(cells.take(pa.array(odd)), _GROUPED).to_numpy(zero_copy_only=False)]
    if len(grouped):
        joined = pc.replace_substring_regex(cells.take(pa.array(grouped)), r"[ \x{00a0}\x{202f}]", "")
        again = _plain_numbers(joined, digits, most, blank)
        read.values[grouped], read.wrong[grouped] = again.values, again.wrong
    return read


_LONGEST_NUMBER = 24


def _plain_numbers(cells: Any, digits: int, most: int, blank: int) -> Read:
    """-?\\d+([.,]\\d+)? of at most 24 bytes, read byte by byte for all cells at once."""
    data, start, size = _bytes(cells)
    value, decimals = np.zeros(len(size), np.int64), np.full(len(size), _ABSENT, np.int8)
    figures, negative = np.zeros(len(size), np.int8), np.zeros(len(size), bool)
    fine, uneven, large = (size > 0) & (size <= _LONGEST_NUMBER), np.zeros(len(size), bool), np.zeros(len(size), bool)
    for place in range(min(int(size.max(initial=0)), _LONGEST_NUMBER)):
        here = size > place
        byte = data[np.where(here, start + place, 0)]
        digit = byte - np.uint8(48)
        is_digit = here & (digit <= 9)
        is_mark = here & ((byte == 46) | (byte == 44)) & (decimals < 0) & (figures > 0)
        if place == 0:
            negative = here & (byte == 45)
        fine &= ~here | is_digit | is_mark | (negative & (place == 0))
        counted = is_digit & (decimals < digits)
        large |= counted & (value > most)
        value = np.where(counted & ~large, value * 10 + digit, value)
        uneven |= is_digit & (decimals >= digits) & (digit > 0)
        figures += is_digit
        decimals += np.where(is_mark, 1, is_digit & (decimals >= 0)).astype(np.int8)
    ends_in_mark = data[np.where(size > 0, start + size - 1, 0)] < 48
    fine &= (figures > 0) & ~ends_in_mark
    unit = 10 ** (digits - np.clip(decimals, 0, digits)).astype(np.int64)
    large |= value > most // unit
    value = np.where(large, 0, value) * unit
    below = negative & ((value > 0) | large)
    said = {MISSING: size == 0, NOT_A_NUMBER: ~fine, NEGATIVE: below, TOO_LARGE: large, DECIMALS: uneven}
    return _judged(value, blank, said)


def rates(column: Any, *, blank: int = -1) -> Read:
    """Rates written as 70% or 0.70, in basis points (int64), at most 100 %."""
    if not pa.types.is_dictionary(column.type):
        column = pc.cast(column, pa.string())

    def read(cells: Any) -> Read:
        percent = pc.ends_with(cells, "%").to_numpy(zero_copy_only=False)
        bare = trimmed(pc.utf8_rtrim(cells, characters="% \u00a0\u202f"))
        of_hundred, of_one = (_written_numbers(bare, digits, 10**8, blank) for digits in (2, 4))
        values = np.where(percent, of_hundred.values, of_one.values)
        wrong = np.where(percent, of_hundred.wrong, of_one.wrong)
        return Read(values, np.where((wrong == OK) & (values > 10_000), BAD_RATE, wrong).astype(np.int8))

    return _each(column, read)


# -- pieces --------------------------------------------------------------------------------------------------------


def _each(column: Any, read: Callable[[Any], Read]) -> Read:
    """Reads a text column piece by piece, and within a piece each distinct cell once."""
    parts = [_piece(piece, read) for piece in column.chunks]
    if not parts:
        return read(pa.array([], pa.string()))
    return Read(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _piece(piece: Any, read: Callable[[Any], Read]) -> Read:
    if pa.types.is_dictionary(piece.type):
        at, distinct = _coded_piece(piece)
        once = read(distinct)
        return Read(once.values[at], once.wrong[at])
    return read(trimmed(pc.fill_null(pc.cast(piece, pa.string()), "")))


def _whole(column: Any) -> Any:
    """A chunked column as one array."""
    joined = column.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)
