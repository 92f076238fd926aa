"""Whole columns in and out of a table, without the ORM: what the run, the import and the reports stand on.

Out, a column is a numpy array (texts: an Arrow array). Whole numbers are int64 with -1 for null; days are int32 since
1970-01-01 with period.NO_DAY for null; flags are bool. In, a column is a numpy array, or an Arrow array where it has
nulls or texts; days are datetime64[D] (NaT: null) or whole days since 1970-01-01; moments are whole microseconds since
1970, UTC, none of them null.

PostgreSQL gives and takes binary COPY, SQLite rows in key order: see docs/decisions/0008-columns-in-and-out.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.db import connection, models
from numpy.typing import NDArray

from tiwizi.rules.period import NO_DAY

Kind = Literal["int", "day", "flag", "text"]
Column = Any
#: Rows at a time.
PIECE = 100_000
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_POSTGRES_EPOCH = 10_957  # 2000-01-01 in days since 1970-01-01
_WIRE: dict[str, tuple[str, int]] = {"int": (">i8", 8), "day": (">i4", 4), "flag": (">i1", 1)}


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


def _from_postgresql(sql: str, kinds: Mapping[str, Kind], params: Sequence[Any]) -> dict[str, Column]:
    """Rows of whole numbers are all equally long in binary, so the whole answer is one array; texts come as CSV."""
    texts = "text" in kinds.values()
    asked = ", ".join(_as_wire(name, kind) for name, kind in kinds.items())
    form = "csv" if texts else "binary"
    statement = f"COPY (SELECT {asked} FROM ({sql}) q) TO STDOUT (FORMAT {form})"
    with connection.cursor() as cursor, cursor.cursor.copy(statement, params or None) as copy:
        data = b"".join(copy)
    return _of_csv(data, kinds) if texts else _of_binary(data, kinds)


def _as_wire(name: str, kind: Kind) -> str:
    return {
        "int": f'COALESCE(q."{name}", -1)::int8',
        "day": f"COALESCE(q.\"{name}\" - DATE '1970-01-01', {NO_DAY})::int4",
        "flag": f'COALESCE(q."{name}", false)::bool',
        "text": f"COALESCE(q.\"{name}\", '')",
    }[kind]


def _of_binary(data: bytes, kinds: Mapping[str, Kind]) -> dict[str, Column]:
    fields = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} size", ">i4"), (name, _WIRE[kind][0])]
    row = np.dtype(fields)
    start, end = len(_HEADER), len(data) - 2  # after the last row two bytes say that it was
    rows = np.frombuffer(data, row, count=(end - start) // row.itemsize, offset=start)
    return {name: rows[name].astype(_held(kind)) for name, kind in kinds.items()}


def _of_csv(data: bytes, kinds: Mapping[str, Kind]) -> dict[str, Column]:
    types = {"int": pa.int64(), "day": pa.int32(), "flag": pa.bool_(), "text": pa.string()}
    if not data:
        return {name: pa.array([], pa.string()) if k == "text" else np.zeros(0, _held(k)) for name, k in kinds.items()}
    table = arrow_csv.read_csv(
        BytesIO(data),
        arrow_csv.ReadOptions(column_names=list(kinds)),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types={name: types[kind] for name, kind in kinds.items()},
            true_values=["t"], false_values=["f"], strings_can_be_null=False,
        ),
    )  # fmt: skip
    return {
        name: table[name].combine_chunks() if kind == "text" else table[name].to_numpy().astype(_held(kind))
        for name, kind in kinds.items()
    }


def _from_sqlite(sql: str, kinds: Mapping[str, Kind], params: Sequence[Any]) -> dict[str, Column]:
    parts: dict[str, list[Any]] = {name: [] for name in kinds}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(PIECE):
            for (name, kind), cells in zip(kinds.items(), zip(*rows, strict=True), strict=True):
                parts[name].append(_of_cells(cells, kind))
    return {name: _joined(parts[name], kind) for name, kind in kinds.items()}


def _of_cells(cells: tuple[Any, ...], kind: Kind) -> Column:
    if kind == "text":
        return pa.array(["" if cell is None else str(cell) for cell in cells], pa.string())
    if kind == "day":
        days = np.array([str(cell) if cell is not None else "NaT" for cell in cells], "datetime64[D]")
        return np.where(np.isnat(days), NO_DAY, days.astype(np.int64)).astype(np.int32)
    blank = -1 if kind == "int" else 0
    try:
        return np.array(cells, np.int64)
    except TypeError:
        return np.array([blank if cell is None else cell for cell in cells], np.int64)


def _joined(parts: list[Any], kind: Kind) -> Column:
    if kind == "text":
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())
    return np.concatenate(parts).astype(_held(kind)) if parts else np.zeros(0, _held(kind))


def _held(kind: Kind) -> Any:
    return {"int": np.int64, "day": np.int32, "flag": np.bool_}[kind]


# -- in ------------------------------------------------------------------------------------------------------------


def write_columns(model: type[models.Model], columns: Mapping[str, Column]) -> int:
    """Add rows to a table, given by field name or column name; how many. Fast where they come in the key's order.

    Every column that has no default in the database must be there, the key too (``reserve_ids``).
    """
    fields = [model._meta.get_field(name) for name in columns]
    count = len(next(iter(columns.values())))
    assert all(len(column) == count for column in columns.values()), "columns of different lengths"
    write = _to_postgresql if connection.vendor == "postgresql" else _to_sqlite
    for low in range(0, count, PIECE):
        write(model, fields, [_cut(column, low, low + PIECE) for column in columns.values()])
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
    _copy_in("changed", [key, *fields], [np.asarray(ids), *columns])
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


def _to_sqlite(model: type[models.Model], fields: Sequence[Any], columns: Sequence[Column]) -> None:
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["?"] * len(fields))
    cells = [_sqlite_cells(field, column) for field, column in zip(fields, columns, strict=True)]
    connection.ensure_connection()
    # Django's own executemany rewrites the marks and copies every row; here each row goes straight in.
    with connection.wrap_database_errors:
        connection.connection.cursor().executemany(
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


def _to_postgresql(model: type[models.Model], fields: Sequence[Any], columns: Sequence[Column]) -> None:
    _copy_in(model._meta.db_table, fields, columns)


def _copy_in(table: str, fields: Sequence[Any], columns: Sequence[Column]) -> None:
    names = ", ".join(f'"{field.column}"' for field in fields)
    data = b"".join(_binary_rows(fields, columns))
    statement = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        copy.write(_HEADER + data + b"\xff\xff")


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
