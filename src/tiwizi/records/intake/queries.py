"""Questions about imports, about the sheets that were dropped at the desk, and about what somebody is typing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef

from tiwizi.records.intake import kept
from tiwizi.records.intake.models import Delivery, Draft, Import
from tiwizi.records.intake.operations.drafts import KEPT
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By


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
    return [_progress(row) for row in Import.objects.order_by("-id")[:limit]]


def _progress(row: Import) -> Progress:
    return Progress(
        row.id, row.source, row.state, row.households_done, row.households, row.outcome, row.seen_at, row.finished_at
    )


@dataclass(frozen=True)
class Brought:
    """A delivery as its list and its page show it. ``rows``: of all tables; ``preview``, ``problem``: models.Delivery.
    ``at_work``: a worker has it. ``repaired``: its rows to repair came back in a later one."""

    number: int
    state: str
    files: tuple[str, ...]
    sheets: tuple[dict[str, Any], ...]
    on: date
    currency: str
    amounts_in: str | None
    follows: int | None
    brought_at: datetime
    brought_by: int
    name: str
    preview: dict[str, Any]
    problem: dict[str, Any] | None
    to_repair: int
    repaired: bool
    at_work: bool
    imported: Progress | None

    @property
    def rows(self) -> int:
        return sum(total[0] for total in self.preview.get("totals", {}).values())

    @property
    def unnamed(self) -> tuple[dict[str, Any], ...]:
        """Files of which nothing says what they hold."""
        return tuple(sheet for sheet in self.sheets if not sheet["tables"])


def deliveries(*, limit: int = 500) -> list[Brought]:
    """The latest first."""
    return _brought(Delivery.objects.order_by("-id")[:limit])


def delivery(number: int) -> Brought | None:
    found = _brought(Delivery.objects.filter(id=number))
    return found[0] if found else None


def delivery_in(folder: str) -> int | None:
    """The number of the delivery whose folder's name begins so."""
    return Delivery.objects.filter(folder__startswith=folder).values_list("id", flat=True).first()


def _brought(rows: Any) -> list[Brought]:
    followed = Delivery.objects.filter(follows=OuterRef("pk"), state="posted")
    found = list(rows.select_related("imported").annotate(repaired=Exists(followed)))
    names = user_names(row.brought_by for row in found)
    return [
        Brought(
            row.id, row.state, tuple(sheet["file"] for sheet in row.sheets), tuple(row.sheets), row.on, row.currency,
            row.amounts_in, row.follows_id, row.brought_at, row.brought_by, names.get(row.brought_by, ""), row.preview,
            row.problem, row.to_repair, row.repaired, row.leased_until is not None,
            _progress(row.imported) if row.imported else None,
        )
        for row in found
    ]  # fmt: skip


def repair_book(by: By, number: int) -> Path | None:
    """The workbook with the rows to repair. Rows of claims say what somebody suffers from: it is for who brought them,
    and for who may read that; None for others, as where there is none."""
    held = Delivery.objects.filter(id=number).first()
    if held is None or not (held.brought_by == by.user or by.may("care.read_medical")):
        return None
    return kept.repair_file(held.folder)


@dataclass(frozen=True)
class Drafted:
    key: str
    household: str
    saved_at: datetime


def draft(by: By, *, key: str, household: str) -> dict[str, Any] | None:
    """What somebody typed into the form of a key for a household; None for others, and after its week."""
    mine = Draft.objects.filter(user=by.user, key=key, household=household, saved_at__gte=by.at - KEPT)
    return mine.values_list("content", flat=True).first()


def drafts(by: By) -> list[Drafted]:
    """All that somebody began and did not send, the latest first."""
    mine = Draft.objects.filter(user=by.user, saved_at__gte=by.at - KEPT).order_by("-saved_at")
    return [Drafted(*row) for row in mine.values_list("key", "household", "saved_at")]
