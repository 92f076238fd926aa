"""``tiwizi adjudicate``: a plan and a folder of tables go in, a folder of decisions comes out, whole."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi import __version__
from tiwizi.doors.cli.decide import decide_in_parts, load_kernel_beside
from tiwizi.doors.cli.open_plan import open_plan
from tiwizi.doors.cli.open_run import INPUTS, REPAIR, digest_of_inputs, keep_plan, keep_totals, law_file_of
from tiwizi.doors.cli.read_tables import UNITS, read_tables
from tiwizi.doors.cli.summary import amount, rows_by, written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.doors.cli.whole import refuse_what_is_there, whole_folder, write_receipt
from tiwizi.doors.cli.workers import ENGINES

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.adjudicate.columns import Decisions
    from tiwizi.rules.adjudicate.totals import Sums, Totals
    from tiwizi.rules.plan.document import Plan

FORMATS = ("parquet", "csv", "xlsx")
MOST_THREADS, MOST_WORKERS = 256, 1024

PlanOption = Annotated[str, typer.Option("--plan", metavar="PLAN", help=explained("plan_option"))]
Tables = Annotated[Path, typer.Option("--tables", metavar="DIR", help=explained("tables_option"))]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=explained("out"))]
Format = Annotated[str, typer.Option("--format", help=explained("format", formats=", ".join(FORMATS)))]
Threads = Annotated[int | None, typer.Option("--threads", help=explained("threads"))]
AmountsIn = Annotated[str | None, typer.Option("--amounts-in", metavar="|".join(UNITS), help=explained("amounts_in"))]
Force = Annotated[bool, typer.Option("--force", help=explained("force"))]


@dataclass(frozen=True)
class How:
    """What a run is asked to do besides deciding; checked before any work begins."""

    format: str = "parquet"
    threads: int | None = None
    workers: int = 1
    engine: str = "local"
    amounts_in: str | None = None
    force: bool = False

    def __post_init__(self) -> None:
        _one_of("--format", self.format, FORMATS)
        _one_of("--engine", self.engine, ENGINES)
        _within("--threads", self.threads or 1, MOST_THREADS)
        _within("--workers", self.workers, MOST_WORKERS)

    @property
    def threads_each(self) -> int:
        """Threads of each worker: as asked, else the machine's cores, parted among the workers."""
        return self.threads or max(1, _cores() // self.workers)


@speaks
def adjudicate(
    voice: Voice,
    *,
    plan: PlanOption,
    tables: Tables,
    out: Out,
    format: Format = "parquet",
    threads: Threads = None,
    workers: Annotated[int, typer.Option("--workers", help=explained("workers"))] = 1,
    engine: Annotated[str, typer.Option("--engine", metavar="|".join(ENGINES), help=explained("engine"))] = "local",
    amounts_in: AmountsIn = None,
    force: Force = False,
) -> None:
    decide_tables(voice, plan, tables, out, How(format, threads, workers, engine, amounts_in, force))


def decide_tables(voice: Voice, named: str, tables: Path, out: Path, how: How) -> None:
    """Read, decide, write, and say what came of it."""
    from tiwizi.formats.tables import write_decisions, write_repair
    from tiwizi.formats.tables.beside import beside
    from tiwizi.rules.adjudicate.totals import Sums

    refuse_what_is_there(out, force=how.force)
    plan, plan_file = open_plan(voice, named)
    tariffs = [plan_file.parent / name for name in plan.tariffs]
    load_kernel_beside(plan)
    book = read_tables(voice, tables, plan, tariffs, amounts_in=how.amounts_in)
    sums = Sums(plan, book.facts, book.tariff)
    with whole_folder(out, force=how.force) as folder, beside() as thread:
        inputs = thread.submit(book.save_inputs, folder / INPUTS)
        with closing(_decided(voice, plan, book, how, sums)) as parts:
            write_decisions(folder / f"decisions.{how.format}", plan, book, parts, how.format)
        digest = keep_plan(plan, plan_file, law_file_of(plan), tariffs, folder)
        inputs.result()
        totals = sums.totals()
        receipt = write_run(folder, "adjudicate", plan, digest, book, totals)
        if how.format == "xlsx" and any(table["repair"] for table in receipt["rows"].values()):
            write_repair((folder / REPAIR).with_suffix(".xlsx"), book)
    show_result(voice, plan, totals, receipt, out)
    voice.answer({"out": str(out), **receipt})


def _decided(voice: Voice, plan: Plan, book: Book, how: How, sums: Sums) -> Generator[Decisions]:
    """The decisions, part by part, each of them added up."""
    with voice.progress("deciding", total=book.facts.lines) as advance:
        for part in decide_in_parts(
            voice, plan, book.facts, book.tariff, threads=how.threads_each, workers=how.workers, engine=how.engine
        ):
            assert part.balanced(), "billed = paid + reductions + share on every line"
            sums.add(part)
            yield part
            advance(len(part.state))


def write_run(
    folder: Path, command: str, plan: Plan, digest: str, book: Book, totals: Totals, **more: Any
) -> dict[str, Any]:
    """What every run leaves besides decisions and inputs: rows to repair, totals, and the receipt, which it gives."""
    from tiwizi.formats.tables import write_repair

    write_repair(folder / REPAIR, book)
    keep_totals(totals, folder)
    receipt = {
        "command": command,
        "version": __version__,
        "plan": plan.id,
        "plan_sha256": digest,
        "inputs_sha256": digest_of_inputs(folder),
        "currency": plan.currency,
        "unit": "minor",
        "rows": {table: counts._asdict() for table, counts in book.counts.items()},
        "billed": totals.billed,
        "paid": totals.paid,
        "reductions": totals.reductions,
        "share": totals.share,
        "states": _states(totals),
        **more,
    }
    write_receipt(folder, receipt)
    return receipt


def show_result(voice: Voice, plan: Plan, totals: Totals, receipt: dict[str, Any], out: Path) -> None:
    """The counts, and who pays what."""
    rows_in = receipt["rows"]["lines"]
    numbers = {"lines_in": rows_in["rows"], "decided": rows_in["accepted"], "repair": rows_in["repair"]}
    voice.say("counts", **{name: written(number, voice) for name, number in numbers.items()})
    payers = [(row.name, row.amounts["paid"]) for row in rows_by("payer", plan, totals, voice)]
    rest = [("row_members_share", totals.share), ("row_reductions", totals.reductions), ("row_billed", totals.billed)]
    rows = payers + [(voice.text(key), value) for key, value in rest]
    columns = ["", f"{voice.text('column_amount')} ({plan.currency})"]
    voice.table(voice.text("total_title"), columns, [[name, amount(value, plan, voice)] for name, value in rows])
    repair = sum(table["repair"] for table in receipt["rows"].values())
    if repair:
        voice.say("repair_hint", repair=written(repair, voice), path=out / REPAIR)
    voice.say("written", path=out)


def _states(totals: Totals) -> dict[str, int]:
    states: dict[str, int] = {}
    for row in totals.lines:
        states[row.state] = states.get(row.state, 0) + row.lines
    return states


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Stop("not_one_of", option=option, value=value, known=", ".join(known))


def _within(option: str, value: int, high: int) -> None:
    if not 1 <= value <= high:
        raise Stop("not_in_range", option=option, value=value, low=1, high=high)
