"""Workers give the same bytes as this process, in whatever shards."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from tests.rules.adjudicate.strategies import Example, example

from tiwizi.doors.cli.parcel import pack, unpack
from tiwizi.doors.cli.workers import crew, shards
from tiwizi.rules.adjudicate.columns import Decisions, Facts
from tiwizi.rules.adjudicate.engine import decide
from tiwizi.rules.plan.compile import compile_plan


@pytest.fixture(scope="module")
def made() -> Example:
    return example(7, households=60)


def test_shards_are_whole_households_and_leave_none_out(made: Example) -> None:
    for wanted in (1, 2, 7, 32, 1000):
        ranges = shards(made.facts, wanted)
        assert [low for low, _ in ranges[1:]] == [high for _, high in ranges[:-1]]
        assert (ranges[0][0], ranges[-1][1]) == (0, made.facts.households)
        assert len(ranges) <= wanted


def test_shards_have_about_as_many_lines_each(made: Example) -> None:
    largest = int(np.diff(made.facts.line_start).max())
    sizes = [int(made.facts.line_start[high] - made.facts.line_start[low]) for low, high in shards(made.facts, 8)]
    assert max(sizes) - min(sizes) <= 2 * largest


def test_no_households_are_one_shard_of_none(made: Example) -> None:
    nobody = made.facts.take(np.arange(0))
    assert shards(nobody, 8) == [(0, 0)]


def test_two_processes_give_what_one_gives(made: Example) -> None:
    same_from_a_crew("local", made)


def test_two_workers_of_ray_give_what_one_process_gives(made: Example) -> None:
    pytest.importorskip("ray", reason="Ray is an extra: install tiwizi[ray]")
    same_from_a_crew("ray", made)


def same_from_a_crew(engine: str, made: Example) -> None:
    plan = compile_plan(made.plan, made.tariff)
    alone = decide(plan, made.facts, made.tariff)
    with crew(engine, workers=2, threads=1) as work:
        for _ in range(2):
            together = work(plan, made.facts, made.tariff)
            assert all(same_bytes(getattr(alone, f.name), getattr(together, f.name)) for f in fields(Decisions))


def same_bytes(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def test_a_parcel_brings_back_the_facts_that_were_put_in(made: Example, tmp_path: Path) -> None:
    pack(tmp_path / "facts", made.facts)
    found: Facts = unpack(tmp_path / "facts")
    assert found.plan_codes == made.facts.plan_codes
    for f in fields(Facts):
        value = getattr(made.facts, f.name)
        if isinstance(value, np.ndarray):
            assert same_bytes(value, getattr(found, f.name)), f.name


def test_writing_into_an_unpacked_array_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    pack(tmp_path / "row", np.arange(5))
    unpack(tmp_path / "row")[:] = 0
    assert unpack(tmp_path / "row").tolist() == [0, 1, 2, 3, 4]
