"""The demo's files in two parts: those that came in a week ago, and those that came in today."""

from __future__ import annotations

import shutil
from pathlib import Path

#: Of so many files one came in today: the last ones.
ONE_IN = 5


def keep_back(tables: Path, into: Path) -> tuple[Path, Path]:
    """(the tables without the last files, a folder with these files and their lines)."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    early, late = into / "arrived", into / "arrived-today"
    early.mkdir()
    late.mkdir()
    claims, lines = (pq.read_table(tables / f"{name}.parquet") for name in ("claims", "lines"))
    last = pc.unique(claims["claim"])
    last = last.slice(len(last) - len(last) // ONE_IN)
    for name, table in (("claims", claims), ("lines", lines)):
        is_late = pc.is_in(table["claim"], value_set=last)
        pq.write_table(table.filter(pc.invert(is_late)), early / f"{name}.parquet")
        pq.write_table(table.filter(is_late), late / f"{name}.parquet")
    for name in ("people", "cover", "statuses"):
        shutil.copy(tables / f"{name}.parquet", early)
    return early, late
