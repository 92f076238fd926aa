"""Processes that act on the records like people at many desks, to be hindered, killed and asked what they were told.

    with crew(word, "create_users", count=8, each=150) as desks: ...

Each tells, a line an act on standard output, what the system has told it stands: that is what must never be lost.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, takewhile
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]


def start(word: str, act: str, **values: Any) -> subprocess.Popen[str]:
    """A process of its own that does an act of this file, by name, on a database."""
    environment = os.environ | {
        "TIWIZI_DATABASE": word,
        "DJANGO_SETTINGS_MODULE": "tiwizi.site.settings",
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)]),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.soak.crew", act, json.dumps(values)],
        env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def crew(word: str, act: str, *, count: int, **values: Any) -> Iterator[list[subprocess.Popen[str]]]:
    """So many processes that do the same, each with its own ``desk`` number; they end with the block."""
    desks = [start(word, act, desk=desk, **values) for desk in range(count)]
    try:
        yield desks
    finally:
        for desk in desks:
            desk.kill()
            desk.communicate()


def told(desk: subprocess.Popen[str], *, seconds: float = 300) -> list[dict[str, Any]]:
    """What a process said until it ended, however it ended: whole lines only."""
    out, err = desk.communicate(timeout=seconds)
    assert desk.returncode is not None and desk.returncode <= 0, err
    return [json.loads(line) for line in out.splitlines() if line.endswith("}")]


# -- what a desk does ----------------------------------------------------------------------------------------------


def administrator(at: datetime | None = None, key: str | None = None) -> Any:
    """Somebody who may create users."""
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    return By(user=1, grants=(Grant("it_admin"),), at=at or datetime.now(UTC), key=key)  # noqa: TID251


def create_users(*, desk: int, each: int, keys: bool = False) -> None:
    """One user after the other; tells each that stands, and how long it took."""
    from tiwizi.records.people.operations.users import create_user

    for number in range(each):
        login = f"d{desk}-{number}"
        began = time.perf_counter()
        create_user(administrator(key=login if keys else None), login=login, name=login)
        say(login=login, seconds=time.perf_counter() - began)


def insist(*, desk: int, until: str) -> None:
    """Create users under keys as one who is not put off: whatever fails is sent again, until a file is there."""
    from django.db import Error, connection

    from tiwizi.records.people.operations.users import create_user

    for number in takewhile(lambda _: not Path(until).exists(), count()):
        login = f"d{desk}-{number}"
        while True:
            try:
                create_user(administrator(key=login), login=login, name=login)
                break
            except Error:
                connection.close()
                time.sleep(0.05 + random.random() / 10)
        say(login=login)


def stand_by(*, desk: int) -> None:
    """Write something small again and again, as one who is at work beside something large; tells how long each took,
    however often it had to be asked for."""
    from django.db import OperationalError

    from tiwizi.records.people.operations.users import create_user

    for number in count():
        login, began = f"d{desk}-{number}", time.perf_counter()
        while True:
            try:
                create_user(administrator(), login=login, name=login)
                break
            except OperationalError:
                pass
        say(at=began, seconds=time.perf_counter() - began)


def submit_twice(*, desk: int, keys: list[str], changed: list[str]) -> None:
    """Send requests that others send too; some with another content under the same key."""
    from tiwizi.records.people.operations.users import create_user
    from tiwizi.records.trail.refusal import Refused

    for key in keys:
        name = f"another {desk}" if key in changed and desk % 2 else "the same"
        try:
            answer = create_user(administrator(key=key), login=key, name=name)
            say(key=key, name=name, answer=answer)
        except Refused as refused:
            say(key=key, name=name, refused=refused.key)


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    globals()[sys.argv[1]](**json.loads(sys.argv[2]))
