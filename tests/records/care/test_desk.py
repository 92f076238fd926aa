"""One household decided while its member waits: as a run would, in a fixed number of questions to the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import DAY, clock, decided, file, hand_in, open_village, owed, paid, started

from tiwizi.records.care import worker
from tiwizi.records.care.models import Run
from tiwizi.records.care.operations.desk import decide_household
from tiwizi.records.care.queries.progress import latest_run, progress
from tiwizi.records.care.worker import work
from tiwizi.records.people.models import Household
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

F1 = file("F1", ("2026-03-05", "400.00"))
F2 = file("F2", ("2026-03-18", "100.00"))


def at_the_desk(home: str = "H1", **who: Any) -> dict[str, Any]:
    by = world.by("adjudicator", user=51, **who)
    return dict(decide_household(by, household=Household.objects.get(number=home).pk, day=DAY))


def test_a_file_is_decided_and_booked_at_once(tmp_path: Path) -> None:
    open_village(tmp_path)
    hand_in(tmp_path, **mutual.together([F1, F2]))
    done = at_the_desk()
    assert (done["lines"], done["changed"], done["paid"], done["transfers"]) == (2, 2, 30_000, 2)
    assert owed() == {"H1": 30_000}
    assert progress(done["run"]).state == "done" and progress(done["run"]).lines == 2
    assert latest_run() is None  # it is no run over all that waits


def test_the_next_run_finds_it_decided(tmp_path: Path) -> None:
    open_village(tmp_path)
    hand_in(tmp_path, **F1)
    at_the_desk()
    hand_in(tmp_path, **F2)
    run = decided()
    assert (progress(run).lines, progress(run).changed) == (2, 1)
    assert owed() == {"H1": 30_000}


def test_what_the_desk_corrects_waits_to_be_seen_as_well(tmp_path: Path) -> None:
    open_village(tmp_path)
    hand_in(tmp_path, **mutual.together([F1, F2]))
    decided()
    hand_in(tmp_path, **file("F0", ("2026-03-01", "100.00"), received="2026-04-02"))
    done = at_the_desk()
    assert (done["transfers"], done["corrections"]) == (1, 2)
    assert mutual.waiting(done["run"]) == (2, -7_000)
    mutual.corrected(done["run"])
    assert owed() == {"H1": 30_000} and paid()["F0/1"] == 7_000


def test_a_run_that_is_under_way_and_the_desk_do_not_double_each_other(tmp_path: Path) -> None:
    open_village(tmp_path)
    hand_in(tmp_path, **F1)
    run = started()
    worker.lease(run=run, worker="w1", now=world.NOW)
    assert at_the_desk()["changed"] == 1
    work(run=run, worker="w2", clock=clock(worker.LEASE.seconds + 1))
    assert (progress(run).lines, progress(run).changed) == (1, 0)
    assert owed() == {"H1": 28_000}


def test_nobody_decides_their_own_familys_files_nor_those_of_another_region(tmp_path: Path) -> None:
    open_village(tmp_path)
    home = Household.objects.get().pk
    own = By(user=51, grants=(Grant("adjudicator"),), at=world.NOW, household=home)
    with pytest.raises(Refused, match="your own"):
        decide_household(own, household=home, day=DAY)
    with pytest.raises(Refused, match="another region"):
        at_the_desk(region=7)
    assert Run.objects.count() == 0


def test_the_database_is_asked_as_often_for_thirty_lines_as_for_one(tmp_path: Path) -> None:
    open_village(tmp_path, ("H1", "H2", "H3"))
    many = [file(f"G{n}", *[(f"2026-03-{day:02}", "5.00") for day in range(1, 11)], home="H3") for n in range(3)]
    hand_in(tmp_path, **mutual.together([F1, file("E1", ("2026-03-01", "10.00"), home="H2"), *many]))
    at_the_desk("H2")  # what is kept in memory of plan and tariff is there
    asked = {home: _asked(home) for home in ("H1", "H3")}
    assert progress(Run.objects.latest("id").pk).lines == 30
    assert asked["H3"] == asked["H1"] <= 32


def _asked(home: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        at_the_desk(home)
    return len(asked)
