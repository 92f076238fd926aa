"""PostgreSQL is stopped hard and its connections are cut while people write: what was answered stands, once (F3)."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import psycopg
from django.core.management import call_command
from tests.databases import new_server, start_server, using
from tests.soak.conftest import many
from tests.soak.crew import crew, told

from tiwizi.records.people.queries import users
from tiwizi.records.trail.chain import verify

#: As a mutual runs it: what is committed is on the disk.
CAREFUL = ("listen_addresses=", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=60")
DESKS = 4
_CUT = (
    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'mutual' AND pid <> pg_backend_pid()"
)


def test_what_was_answered_stands_once_however_the_server_is_stopped(tmp_path: Path) -> None:
    folder, dice, enough = new_server(), random.Random(3), tmp_path / "enough"
    stops, cuts, cut = many(test=2, soak=50), many(test=6, soak=300), 0
    process = start_server(folder, CAREFUL)
    word = f"postgresql://tiwizi@/mutual?host={folder}"
    try:
        _ask(str(folder), "postgres", "CREATE DATABASE mutual")
        with using(word):
            call_command("migrate", verbosity=0, interactive=False)
        with crew(word, "insist", count=DESKS, until=str(enough)) as desks:
            for number in range(stops):
                while cut < cuts * (number + 1) // stops:
                    time.sleep(dice.random() / 5)
                    cut += _ask(str(folder), "postgres", _CUT)
                process.send_signal(signal.SIGQUIT)  # "immediate": no checkpoint, no goodbye
                process.wait(30)
                process = start_server(folder, CAREFUL)
            enough.touch()
            said = [act["login"] for desk in desks for act in told(desk, seconds=600)]
        with using(word):
            found = Counter(who.login for who in users())
            assert cut >= cuts and len(said) > stops, "the server was stopped while nobody wrote"
            assert set(said) == set(found), "an act that was answered is lost"
            assert max(found.values()) == 1 and len(found) == len(said)
            assert verify().rows == len(said) and not verify().faults
        print(f"{stops} hard stops, {cut} connections cut, {len(said)} acts answered")
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


def _ask(host: str, name: str, statement: str) -> int:
    with psycopg.connect(host=host, user="tiwizi", dbname=name, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return int(row[0]) if row else 0
