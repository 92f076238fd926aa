"""Acts, and prices as they were published together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.records.cover.models import Act, TariffRow, TariffVersion
from tiwizi.records.database.columns import add_columns, find_ids, update_columns, write_columns

Rows = NDArray[Any]


def act_ids(codes: Any, labels: Mapping[str, Any]) -> Rows:
    """Ids of acts by their codes; those that are new are added, with their labels by language."""
    ids = find_ids(Act, "code", codes)
    new = np.flatnonzero(ids < 0)
    rows = pa.array(new)
    columns = {f"label_{lang}": _short(texts.take(rows)) for lang, texts in labels.items()}
    ids[new] = add_columns(Act, {"code": codes.take(rows), **columns})
    return ids


def rename_acts(ids: Rows, labels: Mapping[str, Any]) -> None:
    """A new tariff may call its acts otherwise; a blank says nothing."""
    for lang, texts in labels.items():
        said = np.flatnonzero(pc.not_equal(texts, pa.scalar("")).to_numpy(zero_copy_only=False))
        update_columns(Act, ids[said], {f"label_{lang}": _short(texts.take(pa.array(said)))})


def _short(texts: Any) -> Any:
    """A label is read by people, and nothing rests on its end."""
    return pc.utf8_slice_codeunits(pc.replace_substring(texts, "\0", " "), 0, 300)


def add_tariff(
    *,
    name: str,
    digest: bytes,
    currency: str,
    published_on: date,
    proposed_by: int,
    rows: Mapping[str, Any],
) -> tuple[int, bool]:
    """The id of the version with these prices, and whether it is new. ``rows``: by field."""
    known = TariffVersion.objects.filter(digest=digest).values_list("id", flat=True).first()
    if known is not None:
        return int(known), False
    version = TariffVersion.objects.create(
        name=name, digest=digest, currency=currency, published_on=published_on, proposed_by=proposed_by
    )
    count = len(rows["act"])
    if count:
        write_columns(TariffRow, {"version": np.full(count, version.id), **rows})
    return int(version.id), True
