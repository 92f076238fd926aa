"""Deciding all lines, in this process or by workers, and saying so where it takes long."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING

from tiwizi.doors.cli.kernel_cache import kernel_is_kept
from tiwizi.doors.cli.voice import Voice
from tiwizi.doors.cli.workers import crew, shards

if TYPE_CHECKING:
    from tiwizi.rules.adjudicate.accumulators import Histories
    from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
    from tiwizi.rules.plan.document import Plan

#: What compiling the kernel takes on an ordinary machine, and after how long we say that it is what we wait for.
COMPILE_SECONDS, PATIENCE = 15, 3


#: Lines that are decided before what came of them is written: those of a row group.
PART = 1 << 18
#: Lines of one household that the readable engine decides: it looks at every earlier use of a limit.
MOST_LINES = 3_000


def decide_all(voice: Voice, plan: Plan, facts: Facts, tariff: Tariff, *, threads: int) -> Decisions:
    """Decisions on every line, in the order of the facts."""
    from tiwizi.rules.adjudicate.columns import Decisions

    with voice.progress("deciding"):
        return Decisions.join(list(decide_in_parts(voice, plan, facts, tariff, threads=threads)))


def decide_in_parts(
    voice: Voice, plan: Plan, facts: Facts, tariff: Tariff, *, threads: int, workers: int = 1, engine: str = "local"
) -> Iterator[Decisions]:
    """The same, part by part, so that what one part came to can be written, and forgotten, while the next is decided.

    Where the parts end depends on the facts alone: the same files come out, whoever decides.
    """
    from tiwizi.rules.adjudicate.engine import decide
    from tiwizi.rules.plan.compile import compile_plan

    compiled = compile_plan(plan, tariff)
    with _saying_what_it_waits_for(voice):
        # One household here, so that workers find the kernel compiled and need not do it each.
        decide(compiled, facts.take(slice(0, min(1, facts.households))), tariff)
    alone = engine == "local" and workers == 1
    one_process = nullcontext(partial(decide, threads=threads))
    with one_process if alone else crew(engine, workers=workers, threads=threads) as work:
        for low, high in shards(facts, math.ceil(facts.lines / PART)):
            yield work(compiled, facts.take(slice(low, high)), tariff)


def decide_household(voice: Voice, plan: Plan, facts: Facts, tariff: Tariff) -> Decisions:
    """Decisions on the lines of one household, by the readable engine.

    It has nothing to load, and nothing to compile, which on a busy machine lasts minutes. Only a household of very many
    lines is worth the kernel.
    """
    from tiwizi.rules.adjudicate import reference

    if facts.lines > MOST_LINES:
        return decide_all(voice, plan, facts, tariff, threads=1)
    return reference.decide(plan, facts, tariff)


def histories(plan: Plan, facts: Facts, tariff: Tariff) -> Histories | None:
    """By what to say what is left of limits, by the same measure."""
    from tiwizi.rules.plan.compile import compile_plan

    if facts.lines <= MOST_LINES:
        return None
    from tiwizi.rules.adjudicate.histories import history

    return partial(history, compile_plan(plan, tariff))


def decide_here(plan: Plan, facts: Facts, tariff: Tariff, threads: int) -> Decisions:
    """Decisions on every line, made in this process."""
    from tiwizi.rules.adjudicate.engine import decide
    from tiwizi.rules.plan.compile import compile_plan

    return decide(compile_plan(plan, tariff), facts, tariff, threads=threads)


def load_kernel_beside(plan: Plan) -> None:
    """Begin to load the compiled kernel, which takes half a second, while tables are read.

    Only where it has been compiled before: that takes long, and a run that ends early would have to wait for it.
    """
    if kernel_is_kept():
        threading.Thread(target=_load_kernel, args=(plan,)).start()


def _load_kernel(plan: Plan) -> None:
    from tiwizi.formats.tables import from_rows

    someone = {"household": "1", "person": "1", "birth_date": "2000-01-01", "role": "member"}
    with suppress(RuntimeError):  # the run has ended already, with a message of its own: no thread can be begun
        book = from_rows({"people": [someone]}, currency=plan.currency)
        decide_here(plan, book.facts, book.tariff, threads=1)


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
