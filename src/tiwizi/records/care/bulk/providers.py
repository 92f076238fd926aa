"""Those who give care, as claims name them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.records.care.models import Provider
from tiwizi.records.database.columns import add_columns, find_ids
from tiwizi.records.people.models import Payee

Rows = NDArray[Any]


def provider_ids(numbers: Any, *, sector: Rows, level: Rows) -> Rows:
    """Ids of providers by their numbers; those that are new are added, payable under their number until somebody
    registers their name. sector, level: as the first of their claims says."""
    ids = find_ids(Provider, "number", numbers)
    new = np.flatnonzero(ids < 0)
    named = numbers.take(pa.array(new))
    payee = add_columns(Payee, {"name": named})
    blank = pa.array([""] * len(new), pa.string())
    ids[new] = add_columns(
        Provider,
        {
            "number": named, "name_ar": blank, "name_latin": blank, "sector": sector[new], "level": level[new],
            "payee": payee,
        },
    )  # fmt: skip
    return ids
