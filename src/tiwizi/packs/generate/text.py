"""Tables as CSV text: each column as words, then whole rows joined at once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.packs.generate.draw import Rng
from tiwizi.packs.generate.settings import Settings
from tiwizi.packs.generate.tables import Arrow, joined, with_columns, words_of

#: Columns in which a cell may be written otherwise and still be read.
DAY, AMOUNT = "date", "billed"


def as_text(table: Arrow) -> Arrow:
    """Every column but ``_arrival`` as text: days 2026-01-31, amounts 150.00, quantities without idle noughts."""
    shown = {name: _column(table[name].combine_chunks()) for name in table.column_names if name != "_arrival"}
    return with_columns(table, shown)


def _column(column: Arrow) -> Arrow:
    if pa.types.is_decimal(column.type) and column.type.scale == 3:
        return _quantities(column)
    return words_of(column) if pa.types.is_dictionary(column.type) else column.cast(pa.string())


def _quantities(column: Arrow) -> Arrow:
    distinct = column.dictionary_encode()
    texts = [f"{value:f}".rstrip("0").rstrip(".") for value in distinct.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(distinct.indices)


def vary(rng: Rng, lines: Arrow, settings: Settings) -> tuple[Arrow, Counter[str]]:
    """Some days as 31/01/2026 and some amounts as 1 234,50, as other hands write them; how many of each."""
    rates = settings["variants"]["lines"]
    day_first = rng.random(lines.num_rows) < rates["day_first"]
    comma = rng.random(lines.num_rows) < rates["decimal_comma"]
    other_day = pc.replace_substring_regex(lines[DAY], r"^(\d{4})-(\d\d)-(\d\d)$", r"\3/\2/\1")
    other_amount = pc.replace_substring_regex(lines[AMOUNT], r"^(\d+)\.(\d\d)$", r'"\1,\2"')
    other_amount = pc.replace_substring_regex(other_amount, r'^"(\d+)(\d{3}),', r'"\1 \2,')
    columns = {
        DAY: pc.if_else(pa.array(day_first), other_day, lines[DAY]),
        AMOUNT: pc.if_else(pa.array(comma), other_amount, lines[AMOUNT]),
    }
    return with_columns(lines, columns), Counter(day_first=int(day_first.sum()), decimal_comma=int(comma.sum()))


def heading(table: Arrow) -> bytes:
    return (",".join(table.column_names) + "\n").encode()


def rows(table: Arrow) -> bytes:
    """The table's rows as UTF-8 CSV. No cell holds a comma or a quote but those that ``vary`` wrote, with quotes."""
    columns = [table[name].combine_chunks() for name in table.column_names]
    columns = [column.fill_null("") for column in columns]
    lines = joined(joined(*columns, between=","), "\n")
    size = len(lines)
    if size == 0:
        return b""
    _, offsets, data = lines.buffers()
    bounds = np.frombuffer(offsets, np.int32)
    return bytes(memoryview(data)[bounds[lines.offset] : bounds[lines.offset + size]])
