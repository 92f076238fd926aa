"""Workers that decide shards: processes of this machine, or a Ray cluster. The result is the same bytes.

Households do not know of each other, so any cut between two of them is a fair one. There are many more shards than
workers: one that was harder than the others holds nobody up. Facts lie once where every worker of a machine reads them
in place, and only the range of a shard travels.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tiwizi.doors.cli.kernel_cache import place_kernel_cache
from tiwizi.doors.cli.parcel import pack, unpack
from tiwizi.doors.cli.voice import Stop

if TYPE_CHECKING:
    from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
    from tiwizi.rules.plan.compile import CompiledPlan

    Work = Callable[[CompiledPlan, Facts, Tariff], Decisions]

ENGINES = ("local", "ray")
SHARDS_OF_A_WORKER = 16


def crew(engine: str, *, workers: int, threads: int) -> AbstractContextManager[Work]:
    """So many workers of so many threads each, as a function that decides; they go when the block ends.

    engine: "local", processes of this machine; "ray", the cluster that RAY_ADDRESS names, else a Ray of our own here.
    Raises Stop where there is no Ray.
    """
    return (_ray if engine == "ray" else _processes)(workers, threads)


def shards(facts: Facts, wanted: int) -> list[tuple[int, int]]:
    """Ranges of whole households, about so many, of about as many lines each."""
    import numpy as np

    cuts = np.searchsorted(facts.line_start, np.arange(1, wanted) * facts.lines // wanted)
    edges = np.unique(np.concatenate(([0], cuts, [facts.households])))
    return [(int(low), int(high)) for low, high in zip(edges[:-1], edges[1:], strict=True)] or [(0, 0)]


def _decide_shard(
    plan: CompiledPlan, facts: Facts, tariff: Tariff, households: tuple[int, int], threads: int
) -> Decisions:
    """Decisions on the lines of a range of households: what a worker does."""
    from tiwizi.rules.adjudicate.engine import decide

    return decide(plan, facts.take(slice(*households)), tariff, threads=threads)


@contextmanager
def _processes(workers: int, threads: int) -> Iterator[Work]:
    # Spawned, not forked: a fork would copy the locks of threads that it does not copy.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from tiwizi.rules.adjudicate.columns import Decisions

    numbers = count()
    with (
        TemporaryDirectory(prefix="tiwizi-") as scratch,
        ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=place_kernel_cache) as pool,
    ):

        def work(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> Decisions:
            with TemporaryDirectory(prefix=f"{next(numbers)}-", dir=scratch) as folder:
                pack(Path(folder) / "job", (plan, facts, tariff))
                ranges = shards(facts, workers * SHARDS_OF_A_WORKER)
                done = pool.map(partial(_decide_packed, Path(folder), threads), ranges)
                return Decisions.join([unpack(path) for path in done])

        yield work


def _decide_packed(folder: Path, threads: int, households: tuple[int, int]) -> Path:
    done = folder / str(households[0])
    pack(done, _decide_shard(*_job(folder / "job"), households, threads))
    return done


@lru_cache(maxsize=1)
def _job(path: Path) -> tuple[CompiledPlan, Facts, Tariff]:
    job: tuple[CompiledPlan, Facts, Tariff] = unpack(path)
    return job


@contextmanager
def _ray(workers: int, threads: int) -> Iterator[Work]:
    try:
        import ray
    except ModuleNotFoundError:
        raise Stop("no_ray") from None

    from tiwizi.rules.adjudicate.columns import Decisions

    own = not ray.is_initialized()
    if own:
        here = None if os.environ.get("RAY_ADDRESS") else workers * threads
        ray.init(num_cpus=here, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        remote = ray.remote(num_cpus=threads)(_decide_shared)

        def work(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> Decisions:
            rules, shared = ray.put(pickle.dumps((plan, tariff))), ray.put(facts)
            ranges = shards(facts, workers * SHARDS_OF_A_WORKER)
            return Decisions.join(ray.get([remote.remote(rules, shared, threads, households) for households in ranges]))

        yield work
    finally:
        if own:
            ray.shutdown()


def _decide_shared(rules: bytes, facts: Facts, threads: int, households: tuple[int, int]) -> Decisions:
    place_kernel_cache()
    plan, tariff = _rules(rules)
    return _decide_shard(plan, facts, tariff, households, threads)


@lru_cache(maxsize=1)
def _rules(packed: bytes) -> tuple[CompiledPlan, Tariff]:
    """Arrays that Ray holds may only be read, and numba would compile the kernel once more for those."""
    rules: tuple[CompiledPlan, Tariff] = pickle.loads(packed)
    return rules
