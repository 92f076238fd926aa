"""``tiwizi run``: all that waits is decided, one file is decided while its member waits, and any line says why."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import DONE, ERRORS, Stop, Voice, explained, speaks

if TYPE_CHECKING:
    from tiwizi.records.care.queries.progress import Progress

Run = Annotated[int | None, typer.Argument(metavar="RUN", help=explained("run_number"))]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help=explained("threads"))]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help=explained("on"))]
#: Seconds between two looks at how far a run is.
LOOK = 0.5


@speaks
@acts
def start(
    voice: Voice,
    who: Who,
    *,
    on: On = None,
    leave: Annotated[bool, typer.Option("--leave", help=explained("leave"))] = False,
    threads: Threads = None,
) -> int:
    """Everything that waits."""
    from tiwizi.records.care.operations.run import start_run

    run = start_run(who.by(), day=day_asked(on))
    if leave:
        voice.say("run_waits", run=run)
        voice.answer({"run": run, "state": "waiting"})
        return DONE
    return finish(voice, run, threads)


def finish(voice: Voice, run: int, threads: int | None = None) -> int:
    """Work on a run here until nothing is left to do, and say what came of it."""
    from tiwizi.records.care.worker import work

    with _bar(voice, run):
        work(run=run, worker=worker_name(), clock=clock.now, threads=threads or os.cpu_count() or 1)
    return _show(voice, run)


def worker_name() -> str:
    """A name that no other worker has, and that says where it is."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{token_hex(4)}"


@speaks
@records
def show(voice: Voice, run: Run = None) -> int:
    """How far a run is: the last one, where none is named."""
    from tiwizi.records.care.queries.progress import latest_run

    number = run if run is not None else latest_run()
    if number is None:
        raise Stop("no_run")
    return _show(voice, number)


@speaks
@acts
def resume(
    voice: Voice, who: Who, run: Run = None, *, threads: Threads = None,
    retry: Annotated[bool, typer.Option("--retry", help=explained("retry"))] = False,
) -> int:  # fmt: skip
    """Work on a run that was left: nothing that is done is done again."""
    from tiwizi.records.care.operations.run import retry_shard
    from tiwizi.records.care.queries.progress import latest_run, parked_shards

    by = who.by()
    number = run if run is not None else latest_run()
    if number is None:
        raise Stop("no_run")
    for shard in parked_shards(number) if retry else ():
        retry_shard(by, shard=shard)
    return finish(voice, number, threads)


@speaks
@acts
def corrections(
    voice: Voice,
    who: Who,
    run: Annotated[int, typer.Argument(metavar="RUN", help=explained("run_number"))],
    *,
    book: Annotated[bool, typer.Option("--book", help=explained("book_corrections"))] = False,
    on: On = None,
) -> None:
    """What a run decides otherwise than it is booked; with --book, book it."""
    from tiwizi.records.care.operations.corrections import book_corrections
    from tiwizi.records.care.queries.corrections import corrected_lines, waiting

    lines, (count, difference) = corrected_lines(run), waiting(run)
    columns = [voice.text(f"column_{name}") for name in ("file", "line", "before", "after", "difference")]
    rows = [
        [line.claim, str(line.line), *(major(x, voice) for x in (line.before, line.after, line.difference))]
        for line in lines
    ]
    voice.table(voice.text("corrections_title"), columns, rows, names=(0, 1))
    transfers = 0
    if book:
        transfers = book_corrections(who.by(), run=run, count=count, difference=difference, day=day_asked(on))
    voice.say("corrections_booked" if book else "corrections_wait", count=count, difference=major(difference, voice))
    voice.answer(
        {
            "run": run,
            "corrections": count,
            "difference": difference,
            "booked": book,
            "transfers": transfers,
            "lines": [
                {"file": line.claim, "line": line.line, "before": line.before, "after": line.after} for line in lines
            ],
        }
    )


@speaks
@acts
def file(
    voice: Voice, who: Who, file: Annotated[str, typer.Argument(metavar="FILE", help=explained("file"))], *,
    on: On = None,
) -> None:  # fmt: skip
    """The files of one household, while its member waits."""
    from tiwizi.records.care.operations.desk import decide_household
    from tiwizi.records.care.queries.lines import household_of

    household = household_of(file)
    if household is None:
        raise Stop("no_such_file", file=file)
    done = decide_household(who.by(), household=household, day=day_asked(on))
    values = {name: major(done[name], voice) for name in ("billed", "paid", "reductions", "share")}
    voice.say("file_decided", run=done["run"], lines=done["lines"], changed=done["changed"], **values)
    voice.answer(done)


@speaks
@records
def explain(voice: Voice, line: Annotated[str, typer.Argument(metavar="FILE/LINE", help=explained("line"))]) -> None:
    """Why a line was decided as it was, by the plan that decided it."""
    from tiwizi.records.care.queries.decisions import decisions
    from tiwizi.records.care.queries.decisions import explain as sentences
    from tiwizi.records.care.queries.lines import line_of

    number = line_of(line)
    if number is None or not (known := decisions(number)):
        raise Stop("no_decision", line=line)
    said = sentences(number, voice.lang)
    for sentence in said:
        voice.paragraph(sentence)
    voice.answer({"line": line, "decisions": [vars(one) for one in known], "sentences": said})


@speaks
@acts
def cancel(
    voice: Voice, who: Who, run: Annotated[int, typer.Argument(metavar="RUN", help=explained("run_number"))]
) -> int:
    """Leave what nobody has done yet to the next run."""
    from tiwizi.records.care.operations.run import cancel_run

    cancel_run(who.by(), run=run)
    return _show(voice, run)


COMMANDS = {
    "start": start, "show": show, "resume": resume, "corrections": corrections, "file": file, "explain": explain,
    "cancel": cancel,
}  # fmt: skip


def _show(voice: Voice, run: int) -> int:
    """Counts and sums of a run; an error where some of it was put aside."""
    from tiwizi.records.care.queries.progress import progress

    now = progress(run)
    counts = {name: written(getattr(now, name), voice) for name in ("households", "claims", "lines", "changed")}
    voice.say(f"run_{now.state}", run=run, done=now.done, shards=now.shards, **counts)
    sums = ("billed", "paid", "reductions", "share")
    voice.table("", ["", ""], [[voice.text(f"column_{name}"), major(getattr(now, name), voice)] for name in sums])
    if now.corrections:
        voice.say("run_corrections", count=written(now.corrections, voice), run=run)
    if now.parked:
        voice.say("run_parked", count=now.parked, run=run)
    voice.answer({**vars(now), "unit": "minor"})
    return ERRORS if now.parked else DONE


@contextmanager
def _bar(voice: Voice, run: int) -> Iterator[None]:
    """A bar that another thread moves on, as any reader sees the run."""
    from django.db import connection

    from tiwizi.records.care.queries.progress import progress

    ended = Event()

    def look(told: Progress) -> None:
        done = 0
        while not ended.wait(LOOK):
            now = progress(told.run)
            advance(now.done - done)
            done = now.done
        connection.close()

    first = progress(run)
    with voice.progress("deciding", total=first.shards) as advance:
        watcher = Thread(target=look, args=(first,), daemon=True)
        watched = voice.err.is_terminal and not voice.json
        if watched:
            watcher.start()
        try:
            yield
        finally:
            ended.set()
            if watched:
                watcher.join()
