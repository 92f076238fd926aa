"""What a run's decisions rest on, kept beside them: one Arrow IPC file, https://arrow.apache.org/docs/format/Columnar.html.

Every array of the facts, the tariff and the identifiers is one cell of a single row. Whole numbers are kept in the
fewest bytes that hold them, and come back as they were.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.formats.tables.atomic import replacing
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.seen import Seen
from tiwizi.rules.adjudicate.columns import Facts, Tariff

FILE = "inputs.arrow"
VERSION = 1
_NARROW = (np.int8, np.int16, np.int32)
#: Where the facts stood in the tables is of no use once those are gone.
_NOT_KEPT = ("household_row", "claim_row", "line_row")


def save(folder: Path, *, facts: Facts, tariff: Tariff, ids: Any, seen: Seen | None, currency: str) -> None:
    """Write the file, whole or not at all; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    words: dict[str, Any] = {"version": VERSION, "currency": currency, "types": {}}
    for part, value in (("facts", facts), ("tariff", tariff), ("ids", ids), *([("seen", seen)] if seen else [])):
        for field in fields(value):
            if field.name not in _NOT_KEPT:
                _put(arrays, words, f"{part}.{field.name}", getattr(value, field.name))
    row = [pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array) for array in arrays.values()]
    batch = pa.record_batch(row, names=list(arrays))
    schema = batch.schema.with_metadata({"tiwizi": json.dumps(words)})
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=True)
    with replacing(folder / FILE) as whole, pa.ipc.new_file(str(whole), schema, options=options) as writer:
        writer.write_batch(batch.replace_schema_metadata(schema.metadata))


def _put(arrays: dict[str, Any], words: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, tuple):
        words[name] = list(value)
    elif isinstance(value, dict):
        words[name] = list(value)
        for key, array in value.items():
            _put(arrays, words, f"{name}.{key}", array)
    elif isinstance(value, np.ndarray):
        words["types"][name] = [value.dtype.name, list(value.shape)]
        arrays[name] = pa.array(_narrowed(value.reshape(-1)))
    else:
        arrays[name] = value


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == bool or len(values) == 0:
        return values
    low, high = values.min(), values.max()
    for kind in _NARROW:
        if np.dtype(kind).itemsize < values.dtype.itemsize and np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    return values


def load(folder: Path) -> tuple[Facts, Tariff, dict[str, Any], Seen | None, str]:
    """The facts, the tariff, the fields of the identifiers, what was seen of the tables (earlier versions did not keep
    it), the currency. Raises OSError or TableError."""
    path = folder / FILE
    try:
        with pa.OSFile(str(path), "rb") as source:
            batch = pa.ipc.open_file(source).get_batch(0)
        words = json.loads(batch.schema.metadata[b"tiwizi"])
        if words["version"] != VERSION:
            raise TableError("inputs_version", file=str(path), version=words["version"], known=VERSION)
        facts, tariff = (_of(kind, name, batch, words) for kind, name in ((Facts, "facts"), (Tariff, "tariff")))
        names = ("households", "people", "claims", "line_name", "line_names", "codes", "providers", "labels")
        ids = {name: _get(batch, words, f"ids.{name}") for name in names}
        seen = _of(Seen, "seen", batch, words) if "seen.households" in batch.schema.names else None
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise TableError("inputs_unreadable", file=str(path), why=str(error)[:200]) from error
    return facts, tariff, ids, seen, words["currency"]


def _of(kind: Any, name: str, batch: Any, words: dict[str, Any]) -> Any:
    kept = [field.name for field in fields(kind) if field.name not in _NOT_KEPT]
    return kind(**{field: _get(batch, words, f"{name}.{field}") for field in kept})


def _get(batch: Any, words: dict[str, Any], name: str) -> Any:
    if name in words and name in ("facts.reported", "ids.labels"):
        return {key: _get(batch, words, f"{name}.{key}") for key in words[name]}
    if name in words:
        return tuple(words[name])
    array = batch.column(name).values
    if name not in words["types"]:
        return array
    kind, shape = words["types"][name]
    return array.to_numpy(zero_copy_only=False).astype(kind).reshape(shape)
