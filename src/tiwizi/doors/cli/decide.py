"""Where lines are decided: in this process, in several, or over a Ray cluster. The result is the same bytes.

Households do not know of each other, so any cut between two of them is a fair one. Each worker compiles the plan (a few
milliseconds) and gets the facts of its own households.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiwizi.doors.cli.voice import Stop, Voice

if TYPE_CHECKING:
    from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
    from tiwizi.rules.plan.document import Plan

ENGINES = ("local", "ray")
#: What compiling the kernel takes on an ordinary machine, and after how long we say that it is what we wait for.
COMPILE_SECONDS, PATIENCE = 15, 3


def decide_all(
    voice: Voice, plan: Plan, facts: Facts, tariff: Tariff, *, threads: int, workers: int = 1, engine: str = "local"
) -> Decisions:
    """Decisions on every line, in the order of the facts."""
    from tiwizi.rules.adjudicate.columns import Decisions

    with voice.progress("deciding"), _saying_what_it_waits_for(voice):
        if engine == "local" and workers == 1:
            return decide_share(plan, facts, tariff, threads)
        over = _over_ray if engine == "ray" else _over_processes
        return Decisions.join(over(plan, shares(facts, workers), tariff, threads))


def decide_share(plan: Plan, facts: Facts, tariff: Tariff, threads: int) -> Decisions:
    """Decisions on the lines of some households: what each worker does."""
    from tiwizi.rules.adjudicate.engine import decide
    from tiwizi.rules.plan.compile import compile_plan

    return decide(compile_plan(plan, tariff), facts, tariff, threads=threads)


def shares(facts: Facts, workers: int) -> list[Facts]:
    """The facts in so many runs of whole households, of about as many lines each."""
    import numpy as np

    wanted = np.arange(workers + 1) * facts.lines // workers
    edges = np.searchsorted(facts.line_start, wanted)
    edges[0], edges[-1] = 0, facts.households
    return [facts.take(np.arange(low, high)) for low, high in zip(edges[:-1], edges[1:], strict=True)]


def _over_processes(plan: Plan, parts: list[Facts], tariff: Tariff, threads: int) -> list[Decisions]:
    # Spawned, not forked: a fork would copy the locks of threads that it does not copy.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(decide_share, plan, part, tariff, threads) for part in parts]
        return [future.result() for future in futures]


def _over_ray(plan: Plan, parts: list[Facts], tariff: Tariff, threads: int) -> list[Decisions]:
    """Over the cluster that RAY_ADDRESS names, else over a Ray of our own on this machine."""
    try:
        import ray
    except ModuleNotFoundError:
        raise Stop("no_ray") from None
    own = not ray.is_initialized()
    if own:
        here = None if os.environ.get("RAY_ADDRESS") else len(parts) * threads
        ray.init(num_cpus=here, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        remote = ray.remote(num_cpus=threads)(decide_share)
        shared_plan, shared_tariff = ray.put(plan), ray.put(tariff)
        found: list[Decisions] = ray.get([remote.remote(shared_plan, part, shared_tariff, threads) for part in parts])
        return found
    finally:
        if own:
            ray.shutdown()


@contextmanager
def _saying_what_it_waits_for(voice: Voice) -> Iterator[None]:
    """Say that the engine is being compiled, if that is what takes so long."""
    from tiwizi.rules.adjudicate.kernel.lines import decide_households

    timer = threading.Timer(PATIENCE, _say_compiling(voice, decide_households))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say_compiling(voice: Voice, dispatcher: object) -> Callable[[], None]:
    def say() -> None:
        if not getattr(dispatcher, "signatures", None):
            voice.hint("compiling", seconds=COMPILE_SECONDS)

    return say
