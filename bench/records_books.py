"""Payment and books on the records' two databases: from what is owed to the bank and back, and the trial balance."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from bench.clock import environment
from bench.figure import Figure
from bench.mutual import Mutual
from tiwizi.doors.cli.worker import MANY

VENDORS = ("postgresql", "sqlite")
#: Transfers that each payee is owed, and transfers that the books hold in all, for each order of the bank's file.
EACH, BOOKED = 3, 50
NOW, DAY = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2)
PIECE = 1_000_000
STEPS = ("prepare", "approve", "release", "hand over", "statement in", "returns in")


def figures(mutual: Mutual) -> list[Figure]:
    return [figure for vendor in VENDORS for figure in _of(vendor, mutual.sizes.orders, mutual.scratch)]


def _of(vendor: str, orders: int, scratch: Path) -> Iterator[Figure]:
    words = [sys.executable, "-m", "bench.records_books", vendor, str(orders), str(scratch)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment())
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    took = json.loads(done.stdout.splitlines()[-1])
    size = f"{orders:,} orders, {EACH * orders:,} transfers owed, on {vendor}"
    yield Figure("bank file, from the database", "s", took["bank file"], "at most", 10, f"{size}; with its schema")
    for step in STEPS:
        yield Figure(f"... {step}", "s", took[step])
        yield Figure("... ... the longest that somebody else who writes waited", "s", took[f"beside {step}"])
    booked = f"{took['transfers']:,} transfers, on {vendor}"
    yield Figure("trial balance", "s", took["trial balance"], "at most", 1, booked)
    yield Figure("... of a day in the past", "s", took["as of a day"], "at most", 1)
    tail = f"{_tail(took['transfers']):,} not yet summed up: as many as the worker leaves"
    yield Figure("... before the worker has summed up the last", "s", took["with a tail"], "at most", 1, tail)
    yield Figure("summing them up, once", "s", took["sum up"])


def main(vendor: str, orders: int, scratch: Path) -> None:
    """In a process of its own, which has the database to itself. PostgreSQL here does not wait for the disk."""
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    folder = scratch / f"books-{vendor}"
    folder.mkdir(parents=True)
    with fresh_database(vendor, folder) as word:
        took = _payment(word, orders, folder) | _books(orders * BOOKED)
    print(json.dumps(took))


def _payment(word: str, orders: int, folder: Path) -> dict[str, float]:
    from tests.records.money import house
    from tests.records.money.house import APPROVER, PREPARER, TREASURER, acting
    from tests.soak.crew import crew

    from tiwizi.doors.gateways.bank_folder import hand_over_file, make_file
    from tiwizi.records.money.operations import approve, prepare, release

    book = house.books(ceiling=10**15)
    _owe(book, orders)
    took: dict[str, float] = {}

    with crew(word, "stand_by", count=1) as (other,):
        waits = _waits(other)

        def timed(name: str, work: Callable[[], Any]) -> Any:
            started = perf_counter()
            answer = work()
            took[name] = perf_counter() - started
            sleep(0.5)  # whoever waited until the end tells it
            took[f"beside {name}"] = max((seconds for at, seconds in waits if at + seconds > started), default=0)
            print(name, took[name], took[f"beside {name}"], file=sys.stderr)
            return answer

        batch = timed("prepare", lambda: prepare(acting(PREPARER), book="sm", on=DAY))["batch"]
        timed("approve", lambda: approve(acting(APPROVER), batch=batch))
        timed("release", lambda: release(acting(TREASURER), batch=batch))
        timed("bank file", lambda: make_file(acting(TREASURER), batch=batch, folder=folder))
        timed("hand over", lambda: hand_over_file(acting(TREASURER), batch=batch, folder=folder))
        sent = house.orders(batch)
        assert len(sent) == orders
        said = timed("statement in", lambda: house.take(house.statement(*map(house.left, sent))))
        assert said["paid"] == orders
        some = sent[: max(1, orders // 100)]
        said = timed("returns in", lambda: house.take(house.statement(*map(house.came_back, some), name="S2")))
        assert said["returned"] == len(some)
    return took


def _waits(other: subprocess.Popen[str]) -> list[tuple[float, float]]:
    """(when it began, how long it took) of each act of another process, filled as they come in; it is at work."""
    found: list[tuple[float, float]] = []

    def listen() -> None:
        for line in other.stdout or ():
            act = json.loads(line)
            found.append((act["at"], act["seconds"]))

    Thread(target=listen, daemon=True).start()
    while not found:
        sleep(0.05)
    return found


def _owe(book: Any, orders: int) -> None:
    """So many payees with an account each, who are owed some transfers each."""
    import numpy as np
    import pyarrow as pa
    from django.db import connection, transaction
    from tests.records import world
    from tests.records.money import house

    from tiwizi.records.database.columns import reserve_ids, write_columns
    from tiwizi.records.money.models import DECISION, Transfer
    from tiwizi.records.people.models import Payee

    first, second = world.user("first"), world.user("second")
    with transaction.atomic():
        low = reserve_ids(Payee, orders)
        payees = np.arange(low, low + orders)
        names = pa.array([f"Amina Alaoui {number}" for number in range(orders)])
        write_columns(Payee, {"id": payees, "name": names})
        asked, usable = (connection.ops.adapt_datetimefield_value(NOW - timedelta(days=days)) for days in (9, 7))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO people_bankaccount (payee_id, scheme, number, asked_by_id, asked_at, confirmed_by_id,"
                " confirmed_at, usable_from) SELECT id, 'rib', %s, %s, %s, %s, %s, %s FROM people_payee",
                [world.RIB, first.id, asked, second.id, asked, usable],
            )
    count = orders * EACH
    with transaction.atomic():
        low = reserve_ids(Transfer, count)
        at = np.arange(count)
        write_columns(
            Transfer,
            {
                "id": low + at, "book": np.full(count, book.id), "amount": 1 + at % 90_000,
                "debit": np.full(count, house.account(book, "benefits").id),
                "credit": np.full(count, house.account(book, "members_payable").id),
                "day": np.full(count, np.datetime64(DAY)), "source": np.full(count, DECISION), "subject": 10**6 + at,
                "part": np.zeros(count, np.int64), "payee": payees[at % orders], "memo": pa.array([""] * count),
            },
        )  # fmt: skip


def _books(transfers: int) -> dict[str, float]:
    """Books of so many transfers in all, over five years."""
    from django.db import connection
    from tests.records.money.house import ACCOUNTANT, acting

    from tiwizi.records.money.models import Transfer
    from tiwizi.records.money.operations import sum_up
    from tiwizi.records.money.queries.balances import balances

    def timed(work: Callable[[], Any]) -> float:
        started = perf_counter()
        work()
        return perf_counter() - started

    _fill(transfers - _tail(transfers))
    took = {"sum up": timed(lambda: sum_up(acting(ACCOUNTANT)))}
    _fill(transfers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    took["with a tail"] = median(timed(balances) for _ in range(3))
    sum_up(acting(ACCOUNTANT))
    took["trial balance"] = median(timed(balances) for _ in range(5))
    took["as of a day"] = median(timed(lambda: balances(until=date(2023, 6, 30))) for _ in range(5))
    took["transfers"] = Transfer.objects.count()
    assert sum(balance.net for balance in balances()) == 0
    return took


def _tail(transfers: int) -> int:
    return min(transfers // 10, MANY)


def _fill(upto: int) -> None:
    """Transfers of a contribution each, until there are so many; the guards are asked as ever."""
    import numpy as np
    import pyarrow as pa
    from django.db import transaction

    from tiwizi.records.database.columns import reserve_ids, write_columns
    from tiwizi.records.money.models import CONTRIBUTION, Book, Transfer

    books = {book.id: [account.id for account in book.accounts.order_by("id")] for book in Book.objects.all()}
    while (have := Transfer.objects.count()) < upto:
        count = min(PIECE, upto - have)
        at = have + np.arange(count)
        ids = sorted(books)
        book = np.array(ids)[at % len(ids)]
        debit = np.array([books[number][place] for number, place in zip(book.tolist(), (at % 7).tolist(), strict=True)])
        credit = np.array(
            [books[number][7 + place] for number, place in zip(book.tolist(), (at % 3).tolist(), strict=True)]
        )
        with transaction.atomic():
            low = reserve_ids(Transfer, count)
            write_columns(
                Transfer,
                {
                    "id": low + np.arange(count), "book": book, "debit": debit, "credit": credit,
                    "amount": 1 + at % 999_983, "day": np.datetime64("2021-03-01") + at * 1_800 // max(upto, 1),
                    "source": np.full(count, CONTRIBUTION), "subject": at, "part": np.zeros(count, np.int64),
                    "memo": pa.array([""] * count),
                },
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
