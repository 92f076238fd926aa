"""The folder of tables on disk: written batch by batch beside its final names, put in place once it is whole."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tiwizi.packs.generate import text
from tiwizi.packs.generate.tables import Arrow

TABLES = ("people", "statuses", "cover", "claims", "lines")
FORMATS = ("parquet", "csv")


class Folder:
    """Takes tables, batch after batch. Nothing of an interrupted run stays.

    In arrival order (not clustered) claims and lines are held in memory until the end; else only one batch is.
    """

    def __init__(self, folder: Path, format: str, *, clustered: bool) -> None:
        assert format in FORMATS, format
        self.folder, self.format, self.clustered = folder, format, clustered
        self._held: dict[str, list[Arrow]] = defaultdict(list)
        self._files: dict[str, _Parquet | _Csv] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._write_held()
        for file in self._files.values():
            file.close()
        for name in self._files:
            if kind is None:
                self._part(name).replace(self.folder / f"{name}.{self.format}")
            else:
                self._part(name).unlink(missing_ok=True)

    def add(self, tables: dict[str, Arrow]) -> None:
        for name, table in tables.items():
            if not self.clustered and "_arrival" in table.column_names:
                self._held[name].append(table)
            else:
                self._write(name, table)

    def _write_held(self) -> None:
        for name, batches in self._held.items():
            table = pa.concat_tables(batches).unify_dictionaries().combine_chunks()
            batches.clear()
            order = pc.sort_indices(table, sort_keys=[("_arrival", "ascending"), ("claim", "ascending")])
            self._write(name, table.take(order))

    def _write(self, name: str, table: Arrow) -> None:
        table = table.drop_columns("_arrival") if "_arrival" in table.column_names else table
        if name not in self._files:
            self._files[name] = (_Parquet if self.format == "parquet" else _Csv)(self._part(name), table)
        self._files[name].write(table)

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}.{self.format}.part"


class _Parquet:
    def __init__(self, path: Path, table: Arrow) -> None:
        repeating: Arrow = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        self._writer = pq.ParquetWriter(path, table.schema, compression="zstd", use_dictionary=repeating)

    def write(self, table: Arrow) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


class _Csv:
    def __init__(self, path: Path, table: Arrow) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(text.heading(table))

    def write(self, table: Arrow) -> None:
        self._file.write(text.rows(table))

    def close(self) -> None:
        self._file.close()
