"""A worker at deliveries: leases one, reads it or posts it, and lets go. What a worker has not finished when it dies is
leased anew once its lease has run out, and goes on behind the last part that was posted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.db import Error, connection, transaction
from django.db.models import Q

from tiwizi.formats.tables.book import AmountsIn
from tiwizi.formats.tables.fault import Said, TableError
from tiwizi.formats.tables.repair import Repair, write_repair_book
from tiwizi.formats.tables.totals import read_totals
from tiwizi.records.intake import kept
from tiwizi.records.intake.lifecycles import DELIVERY
from tiwizi.records.intake.models import Delivery
from tiwizi.records.intake.operations.imports import Arrived, look, post_accepted
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant
from tiwizi.rules.money import MINOR_DIGITS

LEASE = timedelta(minutes=5)
MOST_TRIES = 3
#: How long sheets are kept that nobody accepted, and rows to repair of those that were posted.
KEPT = timedelta(days=30)
#: Rows to repair that the page shows; the workbook has them all.
SHOWN = 20
_log = logging.getLogger(__name__)


def work(*, worker: str, clock: Callable[[], datetime]) -> int:
    """Read and post whatever waits; how many deliveries that were. Then remove what is too old."""
    done = 0
    while (delivery := lease(worker=worker, now=clock())) is not None:
        done += _try(delivery, worker, clock)
    clear(now=clock())
    return done


def lease(*, worker: str, now: datetime) -> int | None:
    """A delivery that waits to be read or posted, for this worker. What took several workers with it is put aside."""
    with transaction.atomic():
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        skip = connection.features.has_select_for_update_skip_locked
        found = Delivery.objects.select_for_update(skip_locked=skip, of=("self",))
        held = found.filter(free, state__in=("arrived", "posting")).order_by("id").first()
        if held is None:
            return None
        if held.tries >= MOST_TRIES:
            held.state = after(DELIVERY, held.state, "fail" if held.state == "arrived" else "stop")
            held.problem, held.leased_until = None, None
        else:
            held.worker, held.leased_until, held.tries = worker, now + LEASE, held.tries + 1
        held.save(update_fields=["state", "problem", "worker", "leased_until", "tries"])
    return held.id if held.leased_until else lease(worker=worker, now=now)


def _try(delivery: int, worker: str, clock: Callable[[], datetime]) -> bool:
    """Whether it went well. What fails otherwise than by its content is tried again."""
    held = Delivery.objects.get(id=delivery)
    try:
        (_read if held.state == "arrived" else _post)(held, clock)
    except (TableError, Refused) as problem:
        said = problem.said if isinstance(problem, TableError) else None
        _tell(held, "fail" if held.state == "arrived" else "stop", problem=_plain(said))
        return False
    except (Error, AssertionError, ArithmeticError, LookupError, ValueError, OSError):
        _log.exception("delivery %s", delivery)
        connection.close_if_unusable_or_obsolete()
        Delivery.objects.filter(id=delivery, worker=worker).update(leased_until=None)
        return False
    return True


def _read(held: Delivery, clock: Callable[[], datetime]) -> None:
    """What the sheets hold and what they would do."""
    folder = kept.tables_folder(held.folder, held.sheets)
    declared = _declared(held)
    seen = look(
        _by(held, clock), folder, currency=held.currency, on=held.on, amounts_in=_amounts_in(held), uploaded=True,
        source="desk", lang=held.lang,
    )  # fmt: skip
    held.imported_id = seen.number
    held.preview = _preview(seen, held.lang) | {"declared": declared}
    _keep_repair(held, seen.repair)
    _tell(held, "read")


def _amounts_in(held: Delivery) -> AmountsIn | None:
    return cast(AmountsIn | None, held.amounts_in)


def _declared(held: Delivery) -> dict[str, list[int | None]] | None:
    """The totals that came along."""
    path = kept.totals_file(held.folder)
    if path is None:
        return None
    digits = 0 if held.amounts_in == "minor" else MINOR_DIGITS[held.currency]
    return {table: list(total[:2]) for table, total in read_totals(path, digits=digits).items()}


def _preview(seen: Arrived, lang: str) -> dict[str, Any]:
    return {
        "totals": {table: list(total) for table, total in seen.totals.items()},
        "outcome": seen.outcome,
        "question": _plain(seen.question),
        "notes": [_plain(note) for note in seen.notes],
        "posted_before": seen.state == "posted",
        "repair": [
            [row.table, row.line_number, row.reason, row.way_out] for row in islice(seen.repair.rows(lang), SHOWN)
        ],
    }


def _post(held: Delivery, clock: Callable[[], datetime]) -> None:
    def progress(_done: int, _all: int) -> None:
        Delivery.objects.filter(id=held.id).update(leased_until=clock() + LEASE)

    assert held.imported_id is not None
    folder = kept.tables_folder(held.folder, held.sheets)
    posted = post_accepted(
        _by(held, clock), folder, number=held.imported_id, currency=held.currency, amounts_in=_amounts_in(held),
        uploaded=True, lang=held.lang, progress=progress,
    )  # fmt: skip
    held.preview["outcome"] = posted.outcome
    _keep_repair(held, posted.repair)
    _tell(held, "finish")
    kept.forget_sheets(held.folder)


def _keep_repair(held: Delivery, repair: Repair) -> None:
    held.to_repair = sum(count.repair for count in (repair.counts or {}).values())
    path = kept.folder_of(held.folder) / kept.REPAIR
    path.unlink(missing_ok=True)
    if held.to_repair:
        with suppress(TableError):  # more rows than a sheet holds: their number is told all the same
            write_repair_book(path, repair, lang=held.lang)


def _tell(held: Delivery, verb: str, *, problem: dict[str, Any] | None = None) -> None:
    """Say how it went, unless somebody took the delivery out of this worker's hands meanwhile."""
    Delivery.objects.filter(id=held.id, worker=held.worker, state=held.state).update(
        state=after(DELIVERY, held.state, verb), problem=problem, preview=held.preview, to_repair=held.to_repair,
        imported=held.imported_id, worker="", leased_until=None,
    )  # fmt: skip


def _by(held: Delivery, clock: Callable[[], datetime]) -> By:
    """The system finishes what a person set off, and leaves that person's family alone."""
    return By(user=0, grants=(Grant("system"),), at=clock(), household=held.household)


def _plain(said: Said | None) -> dict[str, Any] | None:
    """Something said, as it is kept: paths are the house's own business."""
    if said is None:
        return None
    return {"key": said.key, "values": {name: _harmless(value) for name, value in said.values.items()}}


def _harmless(value: Any) -> int | str:
    if isinstance(value, int):
        return value
    return Path(str(value)).name if "/" in str(value) else str(value)


def clear(*, now: datetime) -> int:
    """Remove the files of deliveries that were withdrawn, or are too old; how many deliveries those were."""
    old = Q(brought_at__lt=now - KEPT)
    gone = Q(state="withdrawn") | Q(state__in=("seen", "failed", "posted", "arrived")) & old
    found = list(Delivery.objects.filter(gone, removed_at=None))
    for held in found:
        kept.forget(held.folder)
        if held.state in ("seen", "failed", "arrived"):
            held.state = "withdrawn"
        held.removed_at = now
        held.save(update_fields=["state", "removed_at"])
    return len(found)
