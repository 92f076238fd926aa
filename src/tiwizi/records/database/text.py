"""Texts that a table has room for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from numpy.typing import NDArray


def unfit(model: type[models.Model], field: str, cells: Any) -> NDArray[Any]:
    """Whether a text is longer than its field, or holds a NUL, which PostgreSQL has no room for (bool)."""
    told: Any = model._meta.get_field(field)
    if len(cells) == 0:
        return np.zeros(0, bool)
    long = pc.greater(pc.utf8_length(cells), pa.scalar(told.max_length))
    return np.asarray(pc.or_(long, pc.match_substring(cells, "\0")).to_numpy(zero_copy_only=False))
