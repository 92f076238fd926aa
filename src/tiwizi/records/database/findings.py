"""What the records cannot take of what came in: which entries of a table, which field, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Found(NamedTuple):
    """``at``: positions among the entries of the table. ``key``: a text of locale repair.toml."""

    table: str
    at: NDArray[Any]
    field: str
    key: str


@dataclass
class Findings:
    """Collected over the parts of an import; ``first`` says of each table where the part at hand begins."""

    first: dict[str, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    def add(self, table: str, at: NDArray[Any], name: str, key: str) -> None:
        """``at``: a mask, or positions, within the part at hand."""
        rows = np.flatnonzero(at) if at.dtype == bool else at
        if len(rows):
            self.found.append(Found(table, rows + self.first.get(table, 0), name, key))
