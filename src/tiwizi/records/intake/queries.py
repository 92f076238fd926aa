"""Questions about imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tiwizi.records.intake.models import Import


@dataclass(frozen=True)
class Progress:
    """An import as any reader sees it: households posted, and all of them; table -> effect -> rows so far."""

    number: int
    source: str
    state: str
    done: int
    households: int
    outcome: dict[str, dict[str, int]]
    seen_at: datetime
    finished_at: datetime | None


def imports(*, limit: int = 50) -> list[Progress]:
    """The latest first."""
    return [
        Progress(
            row.id,
            row.source,
            row.state,
            row.households_done,
            row.households,
            row.outcome,
            row.seen_at,
            row.finished_at,
        )
        for row in Import.objects.order_by("-id")[:limit]
    ]
