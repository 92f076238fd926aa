"""Backups that are taken while people write come back whole: what had been answered before is in them (F13)."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.db import connection
from tests.databases import empty_database, using
from tests.soak.conftest import many
from tests.soak.crew import crew

from tiwizi.records.database.backup import back_up, restore
from tiwizi.records.database.schema import missing_guards
from tiwizi.records.people.queries import users
from tiwizi.records.trail.chain import Head, verify

DESKS = 4


def test_a_backup_taken_while_people_write_is_clean(database: str, tmp_path: Path) -> None:
    grown, before = 0, 0
    with crew(database, "create_users", count=DESKS, each=1_000_000) as desks:
        for desk in desks:
            _wait_for_one(desk)
        for number in range(many(test=3, soak=250)):
            answered = len(users())
            copy = tmp_path / f"copy-{number}"
            head = Head(*back_up(copy))
            with empty_database(connection.vendor, tmp_path) as word, using(word):
                assert restore(copy) == head
                assert not verify(head).faults and missing_guards() == []
                assert len(users()) == head.position >= answered > 0
                grown += head.position > before
            before = head.position
            copy.unlink()
            (tmp_path / Path(word).name).unlink(missing_ok=True)
    assert grown > 1, "nobody wrote meanwhile, so nothing was shown"


def _wait_for_one(desk: subprocess.Popen[str]) -> None:
    assert desk.stdout is not None and desk.stdout.readline()
