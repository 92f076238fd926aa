"""What rows said before they were changed: kept beside them, never in the chain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from tiwizi.records.database.columns import write_columns
from tiwizi.records.trail.chain import canonical, microseconds
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Former


def keep_former(by: By, kind: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """``rows``: of each row that is about to change its id, and the fields that will change, as they are."""
    told = [(f"{kind}:{number}", canonical(dict(fields))) for number, fields in rows]
    if not told:
        return
    subjects, bodies = zip(*told, strict=True)
    moments, users = [microseconds(by.at)] * len(told), [by.user] * len(told)
    write_columns(
        Former,
        {
            "subject": pa.array(subjects, pa.string()), "body": pa.array(bodies, pa.string()),
            "moment": pa.array(moments, pa.int64()), "user": pa.array(users, pa.int64()),
        },
    )  # fmt: skip


def former(kind: str, number: int) -> list[dict[str, Any]]:
    """What a row said before, the oldest first: the fields as they were, with ``moment`` and ``user`` of the change."""
    rows = Former.objects.filter(subject=f"{kind}:{number}").order_by("id")
    return [json.loads(row.body) | {"moment": row.moment, "user": row.user} for row in rows]
