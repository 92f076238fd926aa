"""Whole columns in and out of a table, without the ORM: what the run, the import and the reports stand on.

Out, a column is a numpy array, of texts and blobs an Arrow array (empty for null). Whole numbers are int64 with -1 for
null; days are int32 since 1970-01-01 with period.NO_DAY for null; flags are bool.

In, a column is a numpy array, or an Arrow array where it has nulls or texts; days are datetime64[D] (NaT: null) or
whole days since 1970-01-01; moments are whole microseconds since 1970, UTC, none of them null.

PostgreSQL gives arrays and takes binary COPY, SQLite rows in key order: see docs/decisions/0008-columns-in-and-out.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from django.db import connection, models
from numpy.typing import NDArray
from psycopg import ClientCursor, RawCursor

from tiwizi.rules.period import NO_DAY

Kind = Literal["int", "day", "flag", "text", "blob"]
Column = Any
#: Rows at a time.
PIECE = 100_000
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_JULIAN_EPOCH = 2_440_587.5  # 1970-01-01 in Julian days
_POSTGRES_EPOCH = 10_957  # 2000-01-01 in days since 1970-01-01
_WIRE = {"int": ">i8", "day": ">i4", "flag": ">i1"}


# -- out -----------------------------------------------------------------------------------------------------------


def read_columns(sql: str, kinds: Mapping[str, Kind], params: Sequence[Any] = ()) -> dict[str, Column]:
    """What a query gives, column by column; ``kinds`` names its columns in their order."""
    return (
        _from_postgresql(sql, kinds, params) if connection.vendor == "postgresql" else _from_sqlite(sql, kinds, params)
    )


def read_matching(
    sql: str, keys: Sequence[Any] | Column, kinds: Mapping[str, Kind], params: Sequence[Any] = ()
) -> dict[str, Column]:
    """What a query gives for some keys, texts or whole numbers. Its FROM begins with ``{keys} k``: rows of ``k.key``
    and ``k.place``, the position of the key among those given. ``params`` are those that come after."""
    asked = keys.to_pylist() if isinstance(keys, pa.Array | pa.ChunkedArray) else np.asarray(keys).tolist()
    if not asked:
        return {name: _joined([], kind) for name, kind in kinds.items()}
    if connection.vendor == "postgresql":
        kind = "text" if isinstance(asked[0], str) else "int8"
        rows = f"(SELECT key, place - 1 AS place FROM unnest(%s::{kind}[]) WITH ORDINALITY AS u(key, place))"
        return read_columns(sql.format(keys=rows), kinds, [asked, *params])
    rows = '(SELECT j.value AS key, j."key" AS place FROM json_each(%s) j)'
    return read_columns(sql.format(keys=rows), kinds, [json.dumps(asked), *params])


def find_ids(model: type[models.Model], field: str, keys: Column) -> NDArray[Any]:
    """The id of the row that has each key in a field of distinct values, -1 where none has."""
    found = np.full(len(keys), -1, np.int64)
    if not model._default_manager.exists():
        return found
    sql = f'SELECT k.place AS place, t.id AS id FROM {{keys}} k JOIN "{model._meta.db_table}" t ON t."{field}" = k.key'
    rows = read_matching(sql, keys, {"place": "int", "id": "int"})
    found[rows["place"]] = rows["id"]
    return found


def among(column: str, ids: NDArray[np.int64]) -> str:
    """A condition that holds for the rows whose column is one of some ids (ascending), and for few others: where ids
    lie close together it asks for all between the first and the last, which needs no list."""
    if len(ids) == 0:
        return "1 = 0"
    if int(ids[-1]) - int(ids[0]) < 4 * len(ids):
        return f"{column} BETWEEN {ids[0]} AND {ids[-1]}"
    listed = ",".join(map(str, ids.tolist()))
    if connection.vendor == "postgresql":
        return f"{column} = ANY('{{{listed}}}'::bigint[])"
    return f"{column} IN (SELECT value FROM json_each('[{listed}]'))"


def _from_postgresql(sql: str, kinds: Mapping[str, Kind], params: Sequence[Any]) -> dict[str, Column]:
    """The server gathers each column into one value, so that one row is all that comes: COPY sends every row alone."""
    asked = ", ".join(column for name, kind in kinds.items() for column in _gathered(name, kind))
    connection.ensure_connection()
    driver = connection.connection
    if params:
        sql = ClientCursor(driver).mogrify(sql, params)
    with connection.wrap_database_errors, RawCursor(driver) as cursor:
        cursor.execute(f"SELECT {asked} FROM ({sql}) q".encode(), binary=True)
        answer = cursor.pgresult
        assert answer is not None
        cells = iter([answer.get_value(0, at) for at in range(answer.nfields)])
    return {name: _of_cell(kind, cells) for name, kind in kinds.items()}


def _gathered(name: str, kind: Kind) -> tuple[str, ...]:
    """What to ask for a column: nulls replaced, for an array that has none is evenly spaced."""
    if kind in ("text", "blob"):
        cell = f"CONVERT_TO(q.\"{name}\", 'UTF8')" if kind == "text" else f'q."{name}"'
        return f"ARRAY_AGG(COALESCE(OCTET_LENGTH({cell}), 0))", f"STRING_AGG({cell}, ''::bytea)"
    return {
        "int": (f'ARRAY_AGG(COALESCE(q."{name}", -1)::int8)',),
        "day": (f"ARRAY_AGG(COALESCE(q.\"{name}\" - DATE '1970-01-01', {NO_DAY})::int4)",),
        "flag": (f'ARRAY_AGG(COALESCE(q."{name}", false)::bool)',),
    }[kind]


def _of_cell(kind: Kind, cells: Iterator[bytes | None]) -> Column:
    if kind not in ("text", "blob"):
        return _array(next(cells), _WIRE[kind]).astype(_held(kind))
    sizes, joined = _array(next(cells), ">i4"), next(cells) or b""
    offsets = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))).astype(np.int32)
    assert len(joined) == offsets[-1], "a column of more than two gigabytes"
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(joined)]
    return pa.Array.from_buffers(pa.string() if kind == "text" else pa.binary(), len(sizes), buffers)


def _array(cell: bytes | None, wire: str) -> NDArray[Any]:
    """The elements of an array as PostgreSQL sends it: 20 bytes about it, then each with its length before it."""
    if cell is None:
        return np.zeros(0, wire)
    return np.frombuffer(cell, np.dtype([("size", ">i4"), ("cell", wire)]), offset=20)["cell"]


def _from_sqlite(sql: str, kinds: Mapping[str, Kind], params: Sequence[Any]) -> dict[str, Column]:
    """Nulls are replaced and days are counted in the query, for Python would take longer over each cell."""
    asked = ", ".join(_as_cell(name, kind) for name, kind in kinds.items())
    parts: dict[str, list[Any]] = {name: [] for name in kinds}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked} FROM ({sql}) q", params)
        while rows := cursor.fetchmany(PIECE):
            for (name, kind), cells in zip(kinds.items(), zip(*rows, strict=True), strict=True):
                parts[name].append(_of_cells(cells, kind))
    return {name: _joined(parts[name], kind) for name, kind in kinds.items()}


def _as_cell(name: str, kind: Kind) -> str:
    return {
        "int": f'COALESCE(q."{name}", -1)',
        "day": f'COALESCE(CAST(JULIANDAY(q."{name}") - {_JULIAN_EPOCH} AS INTEGER), {NO_DAY})',
        "flag": f'COALESCE(q."{name}", 0)',
        "text": f"COALESCE(CAST(q.\"{name}\" AS TEXT), '')",
        "blob": f"COALESCE(q.\"{name}\", x'')",
    }[kind]


def _of_cells(cells: tuple[Any, ...], kind: Kind) -> Column:
    if kind in ("text", "blob"):
        return pa.array(cells, pa.string() if kind == "text" else pa.binary())
    return np.array(cells, _held(kind))


def _joined(parts: list[Any], kind: Kind) -> Column:
    if kind in ("text", "blob"):
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string() if kind == "text" else pa.binary())
    return np.concatenate(parts).astype(_held(kind)) if parts else np.zeros(0, _held(kind))


def _held(kind: Kind) -> Any:
    return {"int": np.int64, "day": np.int32, "flag": np.bool_}[kind]


# -- in ------------------------------------------------------------------------------------------------------------


def write_columns(model: type[models.Model], columns: Mapping[str, Column]) -> int:
    """Add rows to a table, inside a transaction; columns by field or column name. How many. Fast in the key's order.

    Every column that has no default in the database must be there, the key too (``reserve_ids``).
    """
    assert connection.in_atomic_block, "rows come in together or not at all"
    fields = [model._meta.get_field(name) for name in columns]
    count = len(next(iter(columns.values())))
    assert all(len(column) == count for column in columns.values()), "columns of different lengths"
    pieces = ([_cut(column, low, low + PIECE) for column in columns.values()] for low in range(0, count, PIECE))
    (_to_postgresql if connection.vendor == "postgresql" else _to_sqlite)(model, fields, pieces)
    return count


def add_columns(model: type[models.Model], columns: Mapping[str, Column]) -> NDArray[Any]:
    """Add rows under ids that follow each other; the ids, in the order of the rows. Inside a transaction."""
    count = len(next(iter(columns.values())))
    if count == 0:
        return np.zeros(0, np.int64)
    ids = np.arange(count) + reserve_ids(model, count)
    write_columns(model, {"id": ids} | dict(columns))
    return ids


def update_columns(model: type[models.Model], ids: Column, columns: Mapping[str, Column]) -> None:
    """Change some fields of the rows with some ids. Inside a transaction."""
    if len(ids) == 0:
        return
    assert connection.in_atomic_block
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    if connection.vendor == "postgresql":
        _update_postgresql(model, ids, fields, list(columns.values()))
        return
    cells = [_sqlite_cells(field, column) for field, column in zip(fields, columns.values(), strict=True)]
    changes = ", ".join(f'"{field.column}" = ?' for field in fields)
    with connection.wrap_database_errors:
        connection.connection.cursor().executemany(
            f'UPDATE "{model._meta.db_table}" SET {changes} WHERE id = ?',
            zip(*cells, np.asarray(ids).tolist(), strict=True),
        )


def _update_postgresql(
    model: type[models.Model], ids: Column, fields: Sequence[Any], columns: Sequence[Column]
) -> None:
    """By way of a table that lives as long as the transaction."""
    key, names = model._meta.get_field("id"), [f'"{field.column}"' for field in fields]
    listed = ", ".join(['"id"', *names])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.changed")
        cursor.execute(
            f'CREATE TEMP TABLE changed ON COMMIT DROP AS SELECT {listed} FROM "{model._meta.db_table}" WITH NO DATA'
        )
    _copy_in("changed", [key, *fields], [[np.asarray(ids), *columns]])
    changes = ", ".join(f"{name} = c.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" t SET {changes} FROM changed c WHERE t.id = c.id')


def reserve_ids(model: type[models.Model], count: int) -> int:
    """The first of so many consecutive ids that no other writer will use; inside a transaction.

    Other writers of the table wait until it ends.
    """
    assert connection.in_atomic_block
    table, key = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
            cursor.execute(
                "SELECT setval(s, nextval(s) + %s - 1) FROM pg_get_serial_sequence(%s, %s) s",
                [count, f'"{table}"', key],
            )
            return int(cursor.fetchone()[0]) - count + 1
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        taken = "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
        if last is None:
            taken = "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)"
        before = int(last[0]) if last else 0
        cursor.execute(taken, [before + count, table])
        return before + 1


def _cut(column: Column, low: int, high: int) -> Column:
    return column.slice(low, high - low) if isinstance(column, pa.Array | pa.ChunkedArray) else column[low:high]


def _to_sqlite(model: type[models.Model], fields: Sequence[Any], pieces: Iterable[Sequence[Column]]) -> None:
    """Django's executemany rewrites the marks and copies every row; here each row goes straight in."""
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["?"] * len(fields))
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection.connection.cursor()
        for piece in pieces:
            cells = [_sqlite_cells(field, column) for field, column in zip(fields, piece, strict=True)]
            cursor.executemany(
                f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', zip(*cells, strict=True)
            )


def _sqlite_cells(field: Any, column: Column) -> list[Any]:
    if isinstance(field, models.DateTimeField):
        texts = np.datetime_as_string(np.asarray(column).astype("datetime64[us]"))
        return [text.replace("T", " ").removesuffix(".000000") for text in texts.tolist()]
    if isinstance(field, models.DateField):
        days = _days(column)
        texts = np.datetime_as_string(days).astype(object)
        texts[np.isnat(days)] = None
        return list(texts)
    return column.to_pylist() if isinstance(column, pa.Array | pa.ChunkedArray) else np.asarray(column).tolist()


def _to_postgresql(model: type[models.Model], fields: Sequence[Any], pieces: Iterable[Sequence[Column]]) -> None:
    _copy_in(model._meta.db_table, fields, pieces)


def _copy_in(table: str, fields: Sequence[Any], pieces: Iterable[Sequence[Column]]) -> None:
    """One statement, so that the guards of the table ask once for all rows."""
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        copy.write(_HEADER)
        for piece in pieces:
            copy.write(b"".join(_binary_rows(fields, piece)))
        copy.write(b"\xff\xff")


def _binary_rows(fields: Sequence[Any], columns: Sequence[Column]) -> Iterator[bytes]:
    """The bytes of the rows in pieces: neighbours that are equally long in every row are one piece, made by numpy; a
    column with nulls, texts or blobs is pieces of its own, each with its length before it."""
    count = len(columns[0])
    pieces: list[list[bytes]] = []
    even: list[tuple[Any, Column]] = []

    def close() -> None:
        first = not pieces
        if first or even:
            pieces.append(_even_pieces(even, count, len(fields) if first else None))
            even.clear()

    for field, column in zip(fields, columns, strict=True):
        wire = _wire(field)
        ragged = _ragged(field, wire, column)
        if ragged is None:
            even.append((wire, _even(field, column)))
        else:
            close()
            pieces.append(ragged)
    close()
    return chain.from_iterable(zip(*pieces, strict=True))


def _wire(field: Any) -> str | None:
    """How PostgreSQL writes a value of a field: a numpy type, or None where it is as long as it is."""
    kind = str(field.db_type(connection)).split("(")[0].split(" ")[0]
    kind = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}.get(kind, kind)
    known = {"bigint": ">i8", "integer": ">i4", "smallint": ">i2", "boolean": ">i1", "date": ">i4"}
    known |= {"timestamp": ">i8"}
    assert kind in known or kind in ("varchar", "text", "bytea", "char"), f"no columns of {kind}: {field.name}"
    return known.get(kind)


def _even(field: Any, column: Column) -> NDArray[Any]:
    if isinstance(field, models.DateTimeField):
        return np.asarray(column) - _POSTGRES_EPOCH * 86_400_000_000
    if isinstance(field, models.DateField):
        return _days(column).astype(np.int64) - _POSTGRES_EPOCH
    return np.asarray(column)


def _even_pieces(even: Sequence[tuple[str, NDArray[Any]]], count: int, fields: int | None) -> list[bytes]:
    shape = [("fields", ">i2")] if fields is not None else []
    for place, (wire, _) in enumerate(even):
        shape += [(f"size {place}", ">i4"), (f"cell {place}", wire)]
    rows = np.zeros(count, np.dtype(shape))
    if fields is not None:
        rows["fields"] = fields
    for place, (wire, cells) in enumerate(even):
        rows[f"size {place}"] = np.dtype(wire).itemsize
        rows[f"cell {place}"] = cells
    return rows.view(f"V{rows.dtype.itemsize}").tolist()


def _ragged(field: Any, wire: str | None, column: Column) -> list[bytes] | None:
    """Each cell with its length before it; None where all are equally long."""
    arrow = isinstance(column, pa.Array | pa.ChunkedArray)
    if wire is None:
        cells = column.to_pylist() if arrow else list(column)
        texts = [cell.encode() if isinstance(cell, str) else cell for cell in cells]
        return [_NULL if text is None else len(text).to_bytes(4, "big") + text for text in texts]
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        days = _days(column)
        empty, cells = np.isnat(days), np.where(np.isnat(days), 0, days.astype(np.int64) - _POSTGRES_EPOCH)
    elif arrow and column.null_count:
        empty = column.is_null().to_numpy(zero_copy_only=False)
        cells = column.fill_null(0).to_numpy(zero_copy_only=False)
    else:
        return None
    if not empty.any():
        return None
    full = _even_pieces([(wire, cells)], len(cells), None)
    return [_NULL if none else cell for none, cell in zip(empty.tolist(), full, strict=True)]


_NULL = b"\xff\xff\xff\xff"


def _days(column: Column) -> NDArray[Any]:
    """datetime64[D] of days in any form."""
    if isinstance(column, pa.Array | pa.ChunkedArray):
        column = column.cast(pa.date32()).to_numpy(zero_copy_only=False)
    return np.asarray(column).astype("datetime64[D]")
