"""Turning over a long table: the rows after a row, in the order of a column, at the cost of one page."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)


def keyset(
    rows: models.QuerySet[M], *, by: str, descending: bool = False, after: str = "", size: int = 50
) -> tuple[list[M], str]:
    """At most ``size`` rows in the order of a field, equal ones by their key, and what to give as ``after`` for those
    that follow, "" at the end. ``after``: the key of the last row, which may have left the rows meanwhile. The field
    has no nulls."""
    goes = "lt" if descending else "gt"
    if after.isdecimal() and len(after) < 19:
        last = rows.model._default_manager.filter(pk=int(after)).values_list(by, flat=True).first()
        if last is not None and by in ("pk", "id"):
            rows = rows.filter(**{f"pk__{goes}": int(after)})
        elif last is not None:
            rows = rows.filter(Q(**{f"{by}__{goes}": last}) | Q(**{by: last, f"pk__{goes}": int(after)}))
    sign = "-" if descending else ""
    order: Any = [f"{sign}pk"] if by in ("pk", "id") else [f"{sign}{by}", f"{sign}pk"]
    found = list(rows.order_by(*order)[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""
