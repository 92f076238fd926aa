"""Bringing in: the tables of a whole mutual into an empty database, the same ones again, and claims that come late."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.clock import environment, peak_mib
from bench.figure import Figure
from bench.mutual import Mutual

VENDORS = ("postgresql", "sqlite")
MOST_MIB = 4 * 1024
DAY = date(2026, 11, 2)


def figures(mutual: Mutual) -> list[Figure]:
    tables = mutual.tables(mutual.sizes.files)
    tariffs = [mutual.plan_file.parent / name for name in mutual.plan.tariffs]
    return [figure for vendor in VENDORS for figure in _of(vendor, tables, tariffs, mutual.scratch)]


def _of(vendor: str, tables: Path, tariffs: list[Path], scratch: Path) -> Iterator[Figure]:
    words = [sys.executable, "-m", "bench.records_intake", vendor, str(tables), str(scratch), *map(str, tariffs)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment())
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    took = json.loads(done.stdout.splitlines()[-1])
    size = f"{took['claims']:,} files, {took['lines']:,} lines, {took['people']:,} people, on {vendor}"
    yield Figure("bringing in a mutual", "s", took["first"], "at most", 60, size)
    yield Figure("... peak memory", "MiB", took["peak"], "at most", MOST_MIB)
    yield Figure("... until its first part is written", "s", took["reading"], note="reading and checking all of it")
    yield Figure("the same content again", "s", took["again"])
    yield Figure("looking at what it would do now", "s", took["look"], note="every row held against its record")
    yield Figure("one claim of four lines entered", "ms", took["claim"] * 1000, note=f"median of {CLAIMS}, on {vendor}")


#: Claims that are entered one by one.
CLAIMS = 25


def main(vendor: str, tables: Path, scratch: Path, tariffs: list[Path]) -> None:
    """In a process of its own, which has the database to itself. PostgreSQL here does not wait for the disk."""
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    folder = scratch / f"intake-{vendor}"
    folder.mkdir(parents=True)
    with fresh_database(vendor, folder):
        print(json.dumps(_measured(tables, tariffs)))


def _measured(tables: Path, tariffs: list[Path]) -> dict[str, float]:
    from tiwizi.records.intake.operations import bring_in, look

    how: dict[str, Any] = {"currency": "MAD", "on": DAY, "tariff_files": tariffs, "amounts_in": "major"}
    took, at = {}, [perf_counter()]
    reading = 0.0

    def progress(_done: int, _all: int) -> None:
        nonlocal reading
        reading = reading or perf_counter() - at[0]

    arrived = bring_in(_by(), tables, declared=None, progress=progress, **how)
    took["first"] = perf_counter() - at[0]
    took["peak"] = peak_mib() or 0
    took |= {table: arrived.totals[table].rows for table in ("people", "claims", "lines")}
    took["reading"] = reading
    started = perf_counter()
    assert bring_in(_by(), tables, declared=None, **how).repeated
    took["again"] = perf_counter() - started
    started = perf_counter()
    seen = look(_by(), tables, **how)
    took["look"] = perf_counter() - started
    assert all(not counts.get("new") and not counts.get("changed") for counts in seen.outcome.values())
    return took | {"claim": _one_claim()}


def _one_claim() -> float:
    """Seconds that a claim takes from the counter to the table, the median."""
    from statistics import median

    from tiwizi.records.care.models import ClaimLine
    from tiwizi.records.intake.operations import enter_claim

    some = ClaimLine.objects.select_related("claim", "person", "act").order_by("-id")[:CLAIMS]
    seconds = []
    for known in some:
        line = {"person": known.person.number, "date": known.day.isoformat(), "code": known.act.code, "billed": "99"}
        started = perf_counter()
        enter_claim(
            _by(), household=known.claim.household_id, claim={"received_on": known.claim.received.isoformat()},
            lines=[line | {"line": str(number)} for number in range(1, 5)],
        )  # fmt: skip
        seconds.append(perf_counter() - started)
    return median(seconds)


def _by() -> Any:
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    return By(user=0, grants=(Grant("system"),), at=datetime(2026, 11, 2, 9, tzinfo=UTC))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), [Path(word) for word in sys.argv[4:]])
