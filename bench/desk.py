"""The desk: what one person waits for, and what fifty wait for together, on the records of 1.5 million persons.

The desk runs as ``tiwizi serve`` runs it, on PostgreSQL; whoever asks is on the same machine, so that a figure is the
server's own time and next to nothing else. Fifty clerks think for a second or three between two things that they do.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from gzip import decompress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench.clock import command, environment
from bench.figure import Figure
from bench.mutual import SEED, Mutual

CLERKS, SECONDS, PROCESSES = 50, 60, 2
MEMBERS_PER_FILE = 500 / 550
#: Of one person at an empty desk, how often each thing is asked for.
ONCE = 200
DAY = date(2026, 11, 2)
AGENT, PREPARER = "imane", "nadia"


def figures(mutual: Mutual) -> list[Figure]:
    files = mutual.sizes.files
    tables = mutual.scratch / f"tables-desk-{files}"
    if not tables.exists():
        size = ("--members", max(10, round(files * MEMBERS_PER_FILE)), "--files", files, "--seed", SEED)
        command("generate", *size, "--out", tables, "--json")
    words = [sys.executable, "-m", "bench.desk", str(tables), str(mutual.plan_file), str(mutual.sizes.runs * 12)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment())
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return list(_told(json.loads(done.stdout.splitlines()[-1])))


def _told(took: dict[str, Any]) -> Iterator[Figure]:
    size = f"{took['people']:,} persons, {took['lines']:,} lines, PostgreSQL, one person alone"
    for what, (percentile, target) in ALONE.items():
        found = took["alone"][what]
        yield Figure(f"{what}, {percentile}", "ms", found[percentile], "at most", target, size)
    many = took["many"]
    note = f"{took['requests']:,} requests, {took['failed']} failed; {PROCESSES} processes on two cores"
    yield Figure(f"{CLERKS} clerks at once, p95", "ms", many["p95"], "at most", 500, note)
    yield Figure("... p50", "ms", many["p50"])
    yield Figure("... requests a second", "", took["requests"] / took["seconds"])
    yield Figure("... that failed", "", took["failed"], "exactly", 0)


#: what -> (percentile, milliseconds at most).
ALONE = {
    "search, first answer": ("p95", 100.0),
    "home": ("p95", 200.0),
    "household": ("p95", 200.0),
    "decision while typing": ("p99", 50.0),
}


# -- in a process of its own ---------------------------------------------------------------------------------------


@dataclass
class World:
    """What is asked for: names as people type them, households, and a form as it stands while one types."""

    names: list[str]
    households: list[str]
    forms: list[tuple[str, str]]  # (address, body)
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def ask(self, what: str, token: str) -> tuple[str, str, str | None]:
        """(method, address, body)."""
        if what == "search, first answer":
            return "GET", f"/search/answers/?q={quote(self.dice.choice(self.names))}", None
        if what == "household":
            return "GET", f"/household/{self.dice.choice(self.households)}/", None
        if what == "decision while typing":
            address, body = self.dice.choice(self.forms)
            return "POST", address, f"{body}&csrfmiddlewaretoken={token}"
        return "GET", "/", None


class Clerk:
    """Somebody who is signed in, on a line of their own that stays open."""

    def __init__(self, address: str, session: str) -> None:
        self.connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.token = "c" * 32
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={self.token}; lang=ar", "Host": urlsplit(address).netloc,
            "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true", "Accept-Encoding": "gzip",
            "Origin": address,
        }  # fmt: skip

    def asks(self, method: str, address: str, body: str | None) -> tuple[float, int]:
        """(milliseconds, status)."""
        started = perf_counter()
        self.connection.request(method, address, body, self.headers)
        answer = self.connection.getresponse()
        page = answer.read()
        assert "/decision/" not in address or b"sum-paid" in decompress(page), address
        return (perf_counter() - started) * 1000, answer.status


def main(tables: Path, plan_file: Path, seconds: int) -> None:
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    with fresh_database("postgresql", tables):
        from tests.browser import served, session_of
        from tests.databases import postgresql_word

        counts = _open_mutual(tables, plan_file)
        word = _word(postgresql_word)
        session = session_of(AGENT)
        world = _world()
        with served(word, processes=PROCESSES) as address:
            alone = {what: _alone(Clerk(address, session), world, what) for what in ALONE}
            many, failed, took = _many(address, session, world, seconds)
        told = {"alone": alone, "many": _percentiles(many), "requests": len(many), "failed": failed, "seconds": took}
        print(json.dumps(counts | told))


def _word(postgresql_word: Callable[[str], str]) -> str:
    from django.db import connection

    return postgresql_word(str(connection.settings_dict["NAME"]))


def _open_mutual(tables: Path, plan_file: Path) -> dict[str, int]:
    """Everybody, all files in, and all of them decided."""
    from tiwizi import packs
    from tiwizi.doors.cli.demo_mutual import rib
    from tiwizi.records.care.operations.run import start_run
    from tiwizi.records.care.worker import work
    from tiwizi.records.cover.operations import propose_plan, publish_plan, publish_tariff
    from tiwizi.records.cover.queries import unsigned_tariffs
    from tiwizi.records.intake.operations import bring_in
    from tiwizi.records.money.operations import open_books
    from tiwizi.records.people.operations.users import ask_grant, confirm_grant, create_user, open_administration

    open_administration(by("system"), logins=["anna", "idir"])
    for login, role in ((AGENT, "desk_agent"), (AGENT, "contributions_officer"), (PREPARER, "payment_preparer")):
        if role != "contributions_officer":
            create_user(by("it_admin", user=1), login=login, name=login.title())
        ask_grant(by("it_admin", user=1), login=login, role=role)
    confirm_grant(by("it_admin", user=2), login=PREPARER, role="payment_preparer")
    version = propose_plan(by("manager", user=3), text=plan_file.read_text("utf-8"), effective_on=date(2000, 1, 1))
    publish_plan(by("manager", user=4), version=version, on=DAY)
    plan, problems = packs.read_plan_file(plan_file)
    assert plan is not None, problems
    tariffs = [plan_file.parent / name for name in plan.tariffs]
    arrived = bring_in(
        by("system"), tables, declared=None, currency="MAD", on=DAY, tariff_files=tariffs, amounts_in="major"
    )
    for tariff in unsigned_tariffs():
        publish_tariff(by("manager", user=4), version=tariff, on=DAY)
    banks = {fund: rib(number) for number, fund in enumerate(packs.chart("ma").funds, 1)}
    open_books(by("accountant", user=5), country="ma", payer="Bench", banks=banks)
    run = start_run(by("adjudicator", user=3), day=DAY)
    work(run=run, worker="bench", clock=lambda: datetime.now(UTC), threads=2)
    return {name: arrived.totals[name].rows for name in ("people", "lines")}


def by(role: str, *, user: int = 0) -> Any:
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    return By(user=user, grants=(Grant(role),), at=datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC))


def _world() -> World:
    """What people type: the beginnings of names in both scripts, numbers, households that there are."""
    from tiwizi.records.care.models import ClaimLine
    from tiwizi.records.people.models import Household, Person

    dice = random.Random(3)
    last = Person.objects.order_by("-id").values_list("id", flat=True)[0]
    some = Person.objects.filter(id__in=[dice.randrange(1, last) for _ in range(600)])
    names = []
    for person in some:
        full = person.name_ar if dice.random() < 0.5 and person.name_ar else person.name_latin
        names.append(dice.choice([full, full[: max(3, len(full) // 2)], person.number]))
    homes = Household.objects.filter(id__in=[dice.randrange(1, last // 4) for _ in range(600)])
    forms = []
    for line in ClaimLine.objects.select_related("person", "act", "claim").order_by("-id")[:200]:
        home = Household.objects.get(id=line.claim.household_id)
        forms.append((f"/household/{home.number}/new-file/decision/", _form(line)))
    return World(names, list(homes.values_list("number", flat=True)), forms)


def _form(line: Any) -> str:
    """What the page sends while a line like this is typed."""
    day = f"{line.day:%d/%m/%Y}"
    file = {"person": line.person.number, "care_from": day, "received_on": day, "payee": "member"}
    cells = {"row": "0", "code": line.act.code, "quantity": "", "unit_price": "", "date": ""}
    return urlencode(
        file
        | {"setting": "ambulatory", "visit": "ordinary", "provider": "", "sector": "private"}
        | {f"line_{name}": cell for name, cell in cells.items()}
        | {"line_billed": f"{line.billed / 100:.2f}", "key": "bench"}
    )


def _alone(clerk: Clerk, world: World, what: str) -> dict[str, float]:
    took = []
    for turn in range(ONCE + 10):
        milliseconds, status = clerk.asks(*world.ask(what, clerk.token))
        assert status == 200, (what, status)
        if turn >= 10:
            took.append(milliseconds)
    return _percentiles(took)


def _percentiles(took: list[float]) -> dict[str, float]:
    ranked = sorted(took)
    return {f"p{share}": ranked[min(len(ranked) - 1, len(ranked) * share // 100)] for share in (50, 95, 99)}


#: What a clerk does, as often as it stands here.
DAY_S_WORK = ("search, first answer",) * 3 + ("household",) * 3 + ("decision while typing",) * 3 + ("home",)


def _many(address: str, session: str, world: World, seconds: int) -> tuple[list[float], int, float]:
    """(milliseconds of each request, how many failed, the seconds that it took)."""
    took: list[float] = []
    failed = 0
    lock, until = threading.Lock(), monotonic() + seconds

    def work(number: int) -> None:
        nonlocal failed
        clerk, dice = Clerk(address, session), random.Random(number)
        sleep(dice.random() * 2)
        while monotonic() < until:
            milliseconds, status = clerk.asks(*world.ask(dice.choice(DAY_S_WORK), clerk.token))
            with lock:
                took.append(milliseconds)
                failed += status != 200
            sleep(1 + 2 * dice.random())

    started = perf_counter()
    clerks = [threading.Thread(target=work, args=(number,)) for number in range(CLERKS)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    return took, failed, perf_counter() - started


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
