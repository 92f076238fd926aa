"""Typing at the desk: what the server takes to decide a file while it is typed, with a whole mutual in PostgreSQL.

Measured from the request to its answer, sessions, permission and page included, one request after the other; without a
network, a browser or other clerks. The first answers of a process, which open the plan and the tariff, stand apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bench.clock import environment
from bench.figure import Figure
from bench.mutual import Mutual

VENDORS = ("postgresql", "sqlite")
#: Requests that are measured, and the most that 99 in 100 of them may take.
TIMES, MOST_MS = 400, 50
KINDS = {"decision": "a decision while typing", "acts": "an act looked up", "providers": "a provider looked up",
         "page": "the form opened"}  # fmt: skip


def figures(mutual: Mutual) -> list[Figure]:
    tables = mutual.tables(mutual.sizes.files)
    tariffs = [mutual.plan_file.parent / name for name in mutual.plan.tariffs]
    return [figure for vendor in VENDORS for figure in _of(vendor, tables, tariffs, mutual)]


def _of(vendor: str, tables: Path, tariffs: list[Path], mutual: Mutual) -> Iterator[Figure]:
    words = [vendor, str(tables), str(mutual.scratch), str(mutual.plan_file), *map(str, tariffs)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.desk_typing", *words], capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    took = json.loads(done.stdout.splitlines()[-1])
    size = f"{took['people']:,} people, {took['lines']:,} lines, on {vendor}"
    for kind, what in KINDS.items():
        asked = ("at most", MOST_MS) if kind == "decision" and vendor == "postgresql" else (None, None)
        yield Figure(f"{what}, 99 in 100", "ms", took[kind][1], *asked, note=size)
        yield Figure("... half of them", "ms", took[kind][0], note=f"{TIMES} one after the other")
        yield Figure("... of the processor, a request", "ms", took[kind][2], note="without the database's own")
    yield Figure("the first decision of a process", "ms", took["first"], note="opens plan and tariff")


def main(vendor: str, tables: Path, scratch: Path, plan: Path, tariffs: list[Path]) -> None:
    """In a process of its own, which has the database to itself. PostgreSQL here does not wait for the disk."""
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    folder = scratch / f"typing-{vendor}"
    folder.mkdir(parents=True)
    with fresh_database(vendor, folder):
        counts = _bring_in(tables, plan, tariffs)
        print(json.dumps(counts | _measured()))


def _bring_in(tables: Path, plan: Path, tariffs: list[Path]) -> dict[str, int]:
    """The mutual, a plan in force, and who sits at the desk."""
    from datetime import date

    from django.db import connection
    from tests.records import world

    from tiwizi.doors.clock import today
    from tiwizi.records.cover.operations import propose_plan, publish_plan, publish_tariff
    from tiwizi.records.cover.queries import unsigned_tariffs
    from tiwizi.records.intake.operations import bring_in
    from tiwizi.records.people.models import RoleGrant, User

    arrived = bring_in(
        world.by("system"), tables, declared=None, currency="MAD", on=today(), tariff_files=tariffs, amounts_in="major"
    )
    text = plan.read_text(encoding="utf-8")
    version = propose_plan(world.by("manager", user=31), text=text, effective_on=date(2000, 1, 1))
    publish_plan(world.by("manager", user=32), version=version, on=date(2020, 1, 1))
    for tariff in unsigned_tariffs():
        publish_tariff(world.by("manager", user=32), version=tariff, on=today())
    clerk = User.objects.create(login="clerk", name="Clerk")
    boss = User.objects.create(login="boss", name="Boss")
    RoleGrant.objects.create(user=clerk, role="desk_agent", asked_by=boss, asked_at=world.NOW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {table: arrived.totals[table].rows for table in ("people", "lines")}


def _measured() -> dict[str, Any]:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    settings.DEMO = True
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    client.force_login(get_user_model().objects.get(login="clerk"), backend=settings.AUTHENTICATION_BACKENDS[1])
    cases = _cases()
    took: dict[str, Any] = {"first": _timed(lambda: _decide(client, cases[0]))}
    for kind, ask in (("decision", _decide), ("acts", _acts), ("providers", _providers), ("page", _open)):
        ask(client, cases[0])
        before = process_time()
        milliseconds = [_timed(lambda ask=ask, case=case: ask(client, case)) for case in cases]
        busy = (process_time() - before) * 1000 / len(cases)
        took[kind] = [*(float(np.percentile(milliseconds, part)) for part in (50, 99)), busy]
    return took


def _timed(do: Any) -> float:
    started = perf_counter()
    answer = do()
    took = (perf_counter() - started) * 1000
    assert answer.status_code == 200, answer.status_code
    return took


def _cases() -> list[dict[str, str]]:
    """Households drawn by their lines, so that those with many files come as often as they come to a desk."""
    from django.db.models import Max

    from tiwizi.records.care.models import ClaimLine

    last = ClaimLine.objects.aggregate(last=Max("id"))["last"]
    drawn = np.random.default_rng(1).integers(1, last, TIMES * 2).tolist()
    rows = ClaimLine.objects.filter(id__in=drawn).values_list(
        "claim__household__number", "person__number", "claim__provider__number"
    )
    return [dict(zip(("home", "person", "provider"), row, strict=True)) for row in rows[:TIMES]]


def _decide(client: Any, case: dict[str, str]) -> Any:
    from tiwizi.doors.clock import today

    day = f"{today():%d/%m/%Y}"
    form = {
        "person": case["person"], "provider": case["provider"] or "", "sector": "private", "care_from": day,
        "received_on": day, "payee": "member", "setting": "ambulatory", "visit": "ordinary",
        "line_row": ["0", "1", "2"], "line_code": ["CS", "BIO-NFS", "MED-001"], "line_date": [""] * 3,
        "line_quantity": ["", "", "2"],
        "line_unit_price": [""] * 3, "line_billed": ["250", "88", "37"],
    }  # fmt: skip
    answer = client.post(f"/household/{case['home']}/new-file/decision/", form)
    assert b'id="sum-paid"' in answer.content, answer.content.decode()[:2000]
    return answer


def _acts(client: Any, case: dict[str, str]) -> Any:
    return client.get("/acts/", {"q": "consultation", "provider": case["provider"] or "", "sector": ""})


def _providers(client: Any, case: dict[str, str]) -> Any:
    return client.get("/providers/", {"q": (case["provider"] or "0148")[:4]})


def _open(client: Any, case: dict[str, str]) -> Any:
    return client.get(f"/household/{case['home']}/new-file/")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), [Path(word) for word in sys.argv[5:]])
