"""A worker that dies holds nobody up: its part is taken again within 90 seconds, and done once (F12)."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.soak.backlog import found, make_tables
from tests.soak.conftest import many
from tests.soak.relay import relay

from tiwizi.records.care import soundness
from tiwizi.records.care.models import Run, Shard
from tiwizi.records.care.worker import LEASE

#: Seconds from the death of a worker to the end of the run.
LONGEST = 90


def test_what_a_killed_worker_held_is_taken_by_another_and_done_once(database: str, tmp_path: Path) -> None:
    people, claims = make_tables(tmp_path / "tables", members=12, files=30, seed=3)
    found(people)
    lease = many(test=3, soak=int(LEASE.total_seconds()))
    with relay("tests.soak.backlog") as runner:
        runner.finish("begin", database, claims=str(claims))
        child = runner.start("hold", database, seconds=lease)
        until = time.monotonic() + LONGEST
        while not Shard.objects.filter(state="leased").exists():
            assert time.monotonic() < until, "nothing was leased"
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        assert runner.status() == -signal.SIGKILL
        died = time.monotonic()
        runner.finish("relieve", database, longest=LONGEST)
    assert time.monotonic() - died < LONGEST
    assert Run.objects.get().state == "done"
    assert sorted(Shard.objects.values_list("tries", flat=True))[-1] == 2  # the one that was held, once more
    assert [check for check in soundness.checks() if check.broken] == []
