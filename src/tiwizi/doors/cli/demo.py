"""``tiwizi demo``: the whole way once, on a made-up mutual, down to three explained lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi.doors.cli.adjudicate import How, decide_tables
from tiwizi.doors.cli.explain import decide_line, sentences
from tiwizi.doors.cli.generate import make_up
from tiwizi.doors.cli.open_run import open_book, open_plan_of, open_totals
from tiwizi.doors.cli.summary import show_summary
from tiwizi.doors.cli.voice import Voice, explained, speaks
from tiwizi.doors.cli.whole import refuse_what_is_there
from tiwizi.locale import LANGUAGES

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.plan.document import Plan

PLAN, SEED = "ma/public", 1


@speaks
def demo(
    voice: Voice,
    *,
    members: Annotated[int, typer.Option("--members", help=explained("members"))] = 5_000,
    files: Annotated[int, typer.Option("--files", help=explained("files"))] = 12_000,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=explained("out"))] = Path("demo"),
    force: Annotated[bool, typer.Option("--force", help=explained("force"))] = False,
) -> None:
    tables, decided = out / "tables", out / "decided"
    for folder in (tables, decided):
        refuse_what_is_there(folder, force=force)
    make_up(voice, tables, members=members, files=files, seed=SEED, format="csv", force=force)
    decide_tables(voice, PLAN, tables, decided, How(force=force))
    plan, book = open_plan_of(decided), open_book(decided, voice.lang)
    show_summary(voice, plan, open_totals(decided), questions=("category", "reason", "state"))
    lines = telling_lines(plan, book)
    _explain_each(voice, plan, book, lines, decided)
    voice.say("demo_next", path=out, decided=decided, line=lines[0])


def telling_lines(plan: Plan, book: Book) -> list[str]:
    """Three lines that show much: one paid, one reduced, one refused, each with the most rules that spoke."""
    import numpy as np

    from tiwizi.doors.cli.decide import decide_here
    from tiwizi.rules.terms import PAID, REDUCED, REFUSED

    decisions = decide_here(plan, book.facts, book.tariff, 1)
    spoken = np.diff(decisions.trail_start)
    found = [int(np.where(decisions.state == state, spoken, -1).argmax()) for state in (REDUCED, PAID, REFUSED)]
    return ["/".join(book.name_line(row)) for row in found]


def _explain_each(voice: Voice, plan: Plan, book: Book, lines: list[str], run: Path) -> None:
    """Each line in a language of its own."""
    voice.out.rule(voice.text("demo_line"))
    for line, lang in zip(lines, LANGUAGES, strict=True):
        speaker = Voice(lang, voice.json)
        decided = decide_line(speaker, plan, book, line, run)
        title = speaker.text("explained_line", claim=decided.claim, line=decided.line)
        speaker.paragraph(title, style="bold")
        for sentence in sentences(plan, book, decided, lang):
            speaker.paragraph(sentence)
        speaker.out.print()
