"""``tiwizi redecide``: decide again the households that something new touches; what changes is a correction."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi.doors.cli.adjudicate import AmountsIn, Force, Format, How, Out, Threads, write_run
from tiwizi.doors.cli.corrections import FILE, Correction, Side, corrections_of, write_corrections
from tiwizi.doors.cli.decide import decide_all, load_kernel_beside
from tiwizi.doors.cli.open_plan import open_plan
from tiwizi.doors.cli.open_run import (
    INPUTS,
    LAW,
    PLAN,
    keep_plan,
    law_file_of,
    open_book,
    open_plan_of,
    open_totals,
    tariffs_of_run,
)
from tiwizi.doors.cli.read_tables import read_tables
from tiwizi.doors.cli.summary import amount, written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.doors.cli.whole import refuse_what_is_there, whole_folder

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.adjudicate.columns import Column
    from tiwizi.rules.plan.document import Plan


@speaks
def redecide(
    voice: Voice,
    run: Annotated[Path, typer.Argument(metavar="DIR", help=explained("run"))],
    *,
    tables: Annotated[Path, typer.Option("--tables", metavar="DIR", help=explained("new_tables"))],
    plan: Annotated[str | None, typer.Option("--plan", metavar="PLAN", help=explained("new_plan"))] = None,
    out: Out,
    format: Format = "parquet",
    threads: Threads = None,
    amounts_in: AmountsIn = None,
    force: Force = False,
) -> None:
    import numpy as np

    from tiwizi.formats.tables import write_decisions
    from tiwizi.formats.tables.beside import beside
    from tiwizi.formats.tables.seen import numbers
    from tiwizi.rules.adjudicate.totals import add_up, corrected

    how = How(format, threads, amounts_in=amounts_in, force=force)
    refuse_what_is_there(out, force=force)
    old_plan = open_plan_of(run)
    load_kernel_beside(old_plan)
    known = open_book(run, voice.lang)
    new_plan, plan_file, law, tariffs = _plan_now(voice, old_plan, run, plan)
    before_that = known.seen if plan is None else None
    new_book = read_tables(voice, tables, new_plan, tariffs, amounts_in=amounts_in, before=before_that)
    untouched = np.isin(numbers(known.ids.households), new_book.unread)
    with whole_folder(out, force=force) as folder, beside() as thread:
        inputs = thread.submit(_keep_inputs, folder, known, untouched, new_book)
        old_book = known.take(np.flatnonzero(~untouched))
        households = touched_households(old_plan, old_book, new_plan, new_book)
        before = _decided(voice, old_plan, old_book, households, how)
        after = _decided(voice, new_plan, new_book, households, how)
        corrections = corrections_of(before, after)
        was, now = (add_up(side.plan, side.book.facts, side.book.tariff, side.decisions) for side in (before, after))
        totals = corrected(open_totals(run), was, now)
        with voice.progress("writing"):
            layers = list(dict.fromkeys(layer.id for layer in (*old_plan.layers, *new_plan.layers)))
            write_corrections(folder / FILE, corrections, layers, new_plan.currency)
            write_decisions(folder / f"decisions.{format}", new_plan, after.book, [after.decisions], format)
            digest = keep_plan(new_plan, plan_file, law, tariffs, folder)
            counts = {"households_redecided": len(households), "corrections": len(corrections)}
            inputs.result()
            receipt = write_run(folder, "redecide", new_plan, digest, new_book, totals, **counts)
    _show(voice, new_plan, corrections, len(households), int(untouched.sum()) + new_book.facts.households)
    voice.say("written", path=out)
    voice.answer({"out": str(out), **receipt, "corrected": [asdict(correction) for correction in corrections]})


def _keep_inputs(folder: Path, known: Book, untouched: Column, new: Book) -> None:
    """Keep all that is known by now, for the next time: what was not read again as it was."""
    from tiwizi.formats.tables.merged import merged

    whole = merged(known, untouched, new) if untouched.any() else new
    whole.save_inputs(folder / INPUTS)


def touched_households(old_plan: Plan, old: Book, new_plan: Plan, new: Book) -> list[str]:
    """The households whose facts, prices or rules are not what they were, among them those that came or went."""
    from tiwizi.rules.adjudicate.redecide import touched

    return touched(_fingerprints(old_plan, old), _fingerprints(new_plan, new))


def _fingerprints(plan: Plan, book: Book) -> dict[str, int]:
    from tiwizi.formats.tables.seen import numbers
    from tiwizi.rules.adjudicate.redecide import Names, fingerprints
    from tiwizi.rules.plan.compile import compile_plan

    ids = book.ids
    names = Names(
        people=numbers(ids.people),
        claims=numbers(ids.claims),
        lines=numbers(ids.line_names)[ids.line_name],
        providers=numbers(ids.providers),
    )
    found = fingerprints(compile_plan(plan, book.tariff), book.facts, book.tariff, names=names)
    return dict(zip(ids.households.to_pylist(), found.tolist(), strict=True))


def _plan_now(voice: Voice, old_plan: Plan, run: Path, named: str | None) -> tuple[Plan, Path, Path | None, list[Path]]:
    """The plan as it is now, its file, its law and its tariffs: those of the run unless another plan is named."""
    if named is None:
        law = run / LAW if (run / LAW).is_file() else None
        return old_plan, run / PLAN, law, tariffs_of_run(run)
    plan, file = open_plan(voice, named)
    if plan.currency != old_plan.currency:
        raise Stop("other_currency", plan=named, currency=plan.currency, before=old_plan.currency)
    return plan, file, law_file_of(plan), [file.parent / name for name in plan.tariffs]


def _decided(voice: Voice, plan: Plan, book: Book, households: list[str], how: How) -> Side:
    """Some households decided by a plan; those that the book does not have are left out."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pc.index_in(pa.array(households, pa.string()), value_set=book.ids.households.cast(pa.string()))
    part = book.take(np.sort(at.drop_null().to_numpy(zero_copy_only=False)).astype(np.int64))
    return Side(plan, part, decide_all(voice, plan, part.facts, part.tariff, threads=how.threads_each))


def _show(voice: Voice, plan: Plan, corrections: list[Correction], households: int, of: int) -> None:
    numbers = {"households": households, "all": of, "lines": len(corrections)}
    voice.say("redecided", **{name: written(number, voice) for name, number in numbers.items()})
    if not corrections:
        voice.say("nothing_changes")
        return
    sums: dict[str, list[int]] = {}
    for correction in corrections:
        for layer, amounts in correction.paid.items():
            total = sums.setdefault(layer, [0, 0])
            total[0] += amounts[0]
            total[1] += amounts[1]
    names = {layer.id: layer.name[voice.lang] for layer in plan.layers}
    heads = ["", *(voice.text(f"column_{head}") for head in ("before", "after", "difference"))]
    rows = [
        [names.get(layer, layer), *(amount(value, plan, voice) for value in (before, after, after - before))]
        for layer, (before, after) in sums.items()
    ]
    voice.table(f"{voice.text('corrections_title')} ({plan.currency})", heads, rows)
