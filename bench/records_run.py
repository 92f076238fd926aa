"""The run on the records' two databases: a backlog that waits is decided, explained, booked and ready to pay; and one
file at the desk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench.clock import environment, peak_mib
from bench.figure import Figure
from bench.mutual import PLAN, Mutual

#: Seconds for 550,000 files, on two cores.
ASKED = {"postgresql": 30, "sqlite": 45}
FULL, PERSONS = 550_000, 1_500_000
NOW, DAY = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2)
AT_THE_DESK = 40


def figures(mutual: Mutual) -> list[Figure]:
    return [figure for vendor in ASKED for figure in _of(vendor, mutual)]


def _of(vendor: str, mutual: Mutual) -> Iterator[Figure]:
    files = mutual.sizes.files
    took = json.loads(_python("all", vendor, mutual.tables(files), mutual.scratch, files >= FULL))
    asked, size = ("at most" if files >= FULL else None), f"{took['lines']:,} lines on {vendor}"
    note = f"{size}, {took['transfers']:,} transfers"
    yield Figure("decided, explained, booked, ready to pay", "s", took["run"], asked, ASKED[vendor], note)
    yield Figure("... of the workers' time: reading", "s", took["read_known"])
    yield Figure("... deciding", "s", took["decide"])
    yield Figure("... writing decisions and trails", "s", took["_keep"])
    yield Figure("... booking", "s", took["_book"])
    yield Figure("... processor time of the workers", "s", took["processor"])
    yield Figure("... processor time of the server for them", "s", took["server"])
    yield Figure("memory of the workers together", "GiB", took["gib"], "at most", 4, size)
    persons = f"{took['persons']:,} persons, {took['queries']} questions, on {vendor}"
    yield Figure("one file decided and stored", "ms", took["desk"], "at most", 30, persons)


def _python(*words: object) -> str:
    """The last line that this file says in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.records_run", *map(str, words)], capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout.splitlines()[-1]


def everything(vendor: str, tables: Path, scratch: Path, full: bool) -> dict[str, float]:
    """PostgreSQL here does not wait for the disk."""
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    folder = scratch / f"run-{vendor}"
    folder.mkdir(parents=True, exist_ok=True)
    with fresh_database(vendor, folder) as word:
        _hand_in(tables)
        if full and vendor == "postgresql":
            _more_people(PERSONS)
        _analyse()
        took = _at_the_desk()
        return took | run_backlog(word, vendor)


def _hand_in(tables: Path) -> None:
    from tests.records import world

    from tiwizi import packs
    from tiwizi.records.cover.operations import propose_plan, publish_plan, publish_tariff
    from tiwizi.records.cover.queries import unsigned_tariffs
    from tiwizi.records.intake.operations import bring_in
    from tiwizi.records.money.operations import open_books

    pack, _, name = PLAN.partition("/")
    path = packs.folder(pack) / "plans" / f"{name}.toml"
    plan, problems = packs.read_plan_file(path)
    assert plan is not None, problems
    tariffs = [path.parent / tariff for tariff in plan.tariffs]
    bring_in(world.by("system"), tables, currency=plan.currency, on=DAY, declared=None, tariff_files=tariffs)
    for tariff in unsigned_tariffs():
        publish_tariff(world.by("manager", user=32), version=tariff, on=DAY)
    open_books(world.by("accountant", user=33), country=plan.country)
    version = propose_plan(world.by("manager", user=31), text=path.read_text(encoding="utf-8"), effective_on=DAY)
    publish_plan(world.by("manager", user=32), version=version, on=DAY)


def _more_people(upto: int) -> None:
    """Members without files, one a household, until there are so many persons."""
    import numpy as np
    import pyarrow as pa
    from django.db import transaction

    from tiwizi.records.database.columns import add_columns, write_columns
    from tiwizi.records.people.models import Household, Membership, Person

    count = upto - Person.objects.count()
    numbers = pa.array([f"more-{n}" for n in range(count)])
    since = np.full(count, np.datetime64("2020-01-01"))
    with transaction.atomic():
        homes = add_columns(Household, {"number": numbers})
        blank, birth = pa.array([""] * count), np.full(count, np.datetime64("1980-01-01"))
        persons = add_columns(
            Person,
            {
                "number": numbers,
                "name_ar": blank,
                "name_latin": numbers,
                "birth": birth,
                "sex": np.zeros(count, np.int8),
            },
        )
        columns = {"household": homes, "person": persons, "role": np.zeros(count, np.int8), "since": since}
        write_columns(Membership, columns)


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _at_the_desk() -> dict[str, float]:
    """The median of households that have one file, which nobody decided yet."""
    from django.db import connection
    from django.db.models import Count
    from django.test.utils import CaptureQueriesContext
    from tests.records import world

    from tiwizi.records.care.models import Claim
    from tiwizi.records.care.operations.desk import decide_household
    from tiwizi.records.people.models import Person

    alone = Claim.objects.values("household").annotate(files=Count("id")).filter(files=1)
    homes = list(alone.order_by("household").values_list("household", flat=True)[: AT_THE_DESK + 2])
    by, took = world.by("adjudicator"), []
    decide_household(by, household=homes[0], day=DAY)
    with CaptureQueriesContext(connection) as asked:
        decide_household(by, household=homes[1], day=DAY)
    for home in homes[2:]:
        started = perf_counter()
        decide_household(by, household=home, day=DAY)
        took.append(perf_counter() - started)
    return {"desk": median(took) * 1000, "queries": len(asked), "persons": Person.objects.count()}


def run_backlog(word: str, vendor: str) -> dict[str, float]:
    """Two workers on PostgreSQL; on SQLite, which has one writer at a time, one of two threads."""
    from tests.records import world

    from tiwizi.records.care.operations.run import start_run
    from tiwizi.records.care.queries.progress import progress
    from tiwizi.records.money.models import Transfer

    workers, threads = (2, 1) if vendor == "postgresql" else (1, 2)
    words = [sys.executable, "-m", "bench.records_run", "worker"]
    started = perf_counter()
    run = start_run(world.by("system"), day=DAY)
    at_work = [
        subprocess.Popen(
            [*words, str(run), str(threads)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment({"TIWIZI_DATABASE": word}),
        )
        for _ in range(workers)
    ]
    said = [process.communicate()[0] for process in at_work]
    seconds = perf_counter() - started
    done = progress(run)
    assert done.state == "done" and done.billed == done.paid + done.reductions + done.share
    found: Counter[str] = Counter()
    for each in said:
        found.update(json.loads(each.splitlines()[-1]))
    return {"run": seconds, "lines": done.lines, "transfers": Transfer.objects.count(), **found}


def worker(run: int, threads: int) -> dict[str, float]:
    """What a worker did, and where its time went."""
    from tests.databases import set_up_django

    set_up_django()
    from tiwizi.records.care import deciding
    from tiwizi.records.care.worker import work

    spent: Counter[str] = Counter()
    for module, name in (
        (deciding, "read_known"),
        (deciding.engine, "decide"),
        (deciding, "_keep"),
        (deciding, "_book"),
    ):
        setattr(module, name, _timed(spent, name, getattr(module, name)))
    work(run=run, worker=f"{id(spent)}", clock=lambda: NOW, threads=threads)
    return {**spent, "processor": process_time(), "server": _server_time(), "gib": (peak_mib() or 0) / 1024}


def _server_time() -> float:
    """Processor seconds of what PostgreSQL runs for this process; 0 on SQLite, which runs in it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _timed(spent: Counter[str], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **how: Any) -> Any:
        started = perf_counter()
        try:
            return work(*args, **how)
        finally:
            spent[name] += perf_counter() - started  # type: ignore[assignment]

    return timed


if __name__ == "__main__":
    from tiwizi.doors.cli.kernel_cache import place_kernel_cache

    place_kernel_cache()
    if sys.argv[1] == "worker":
        print(json.dumps(worker(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(json.dumps(everything(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5] == "True")))
