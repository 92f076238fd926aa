"""``tiwizi worker``: does what people set off, shard by shard, until it is told to stop. Start one a core.

A worker that dies leaves a lease that runs out; another then does what it was at. A database that is away is waited
for.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.open_records import records, the_clock, where
from tiwizi.doors.cli.run import worker_name
from tiwizi.doors.cli.voice import Voice, explained, speaks

#: Seconds between two looks for something to do, and after a database was away.
PAUSE, PATIENCE = 2.0, 5.0
#: Transfers that balances add up one by one before they are summed up: a tenth of a second of each question.
MANY = 200_000
#: The day on which this process last let expire what nobody answered.
_expired_on: list[date] = []


@speaks
@records
def worker(
    voice: Voice,
    *,
    once: Annotated[bool, typer.Option("--once", help=explained("once"))] = False,
    threads: Annotated[int, typer.Option("--threads", min=1, help=explained("threads"))] = 1,
    alive: Annotated[Path | None, typer.Option("--alive", metavar="FILE", help=explained("alive"))] = None,
) -> None:
    from django.db import DatabaseError, InterfaceError, connection

    name, shards = worker_name(), 0
    voice.hint("worker_started", worker=name, database=where())
    while True:
        try:
            shards += _turn(name, threads)
            pause = PAUSE
        except (DatabaseError, InterfaceError) as problem:
            if once:
                raise
            voice.hint("worker_waits", why=str(problem).strip().partition("\n")[0])
            connection.close()
            pause = PATIENCE
        if alive is not None:
            alive.touch()
        if once:
            break
        time.sleep(pause)
    voice.say("worker_done", shards=shards)
    voice.answer({"worker": name, "shards": shards})


def _turn(name: str, threads: int) -> int:
    """Send what the outbox holds; read and post the sheets that were dropped at the desk; walk the chain, where it is
    asked for; do what there is to do in all runs that are not at an end; sum up the books, where much was booked, so
    that balances stay quick; write the letters of batches; look out for what is odd, once a day and after a run. How
    many shards and parts of letters that were."""
    from tiwizi.doors.gateways.notices import send_due
    from tiwizi.records.care.queries.lines import open_runs
    from tiwizi.records.care.worker import beat, work
    from tiwizi.records.intake import delivering
    from tiwizi.records.money.operations import sum_up
    from tiwizi.records.money.queries.balances import not_summed_up
    from tiwizi.records.trail import walking
    from tiwizi.reports.letters.batch import write_parts

    beat(name, clock.now())
    _expire()
    send_due(clock.now())
    delivering.work(worker=name, clock=clock.now)
    walking.work(worker=name, clock=clock.now)
    shards = sum(work(run=run, worker=name, clock=clock.now, threads=threads) for run in open_runs())
    if not_summed_up() > MANY:
        sum_up(the_clock())
    shards += write_parts(the_clock, clock=clock.now)
    _look_out()
    return shards


def _look_out() -> None:
    """Of several workers that look at once, each flag is kept by the first."""
    from tiwizi.records.care.operations.watch import look_out_now
    from tiwizi.records.care.queries.flags import is_due

    if is_due(clock.now()):
        look_out_now(the_clock())


def _expire() -> None:
    """Once a day, prior approvals that nobody answered by their deadline."""
    from tiwizi.records.care.operations.approvals import expire_approvals

    if _expired_on != [clock.today()]:
        expire_approvals(the_clock())
        _expired_on[:] = [clock.today()]
