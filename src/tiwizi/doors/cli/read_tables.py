"""The tables that a person names, read; what cannot be a table stops the command, what looks 100 times off is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from tiwizi.doors.cli.voice import QUESTION, Stop, Voice

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.formats.tables.book import AmountsIn
    from tiwizi.formats.tables.fault import Said
    from tiwizi.formats.tables.seen import Seen
    from tiwizi.rules.plan.document import Plan

UNITS = ("major", "minor")


def read_tables(
    voice: Voice,
    folder: Path,
    plan: Plan,
    tariffs: Sequence[Path],
    *,
    amounts_in: str | None,
    before: Seen | None = None,
) -> Book:
    """The tables of a folder, with the tariff files that the plan brings.

    before: what was seen of the tables another time; households of which they say the same are left out.
    """
    if amounts_in is not None and amounts_in not in UNITS:
        raise Stop("not_one_of", option="--amounts-in", value=amounts_in, known=", ".join(UNITS))
    book = _read(voice, folder, plan, tariffs, amounts_in, before)
    if amounts_in is None and book.question is not None:
        unit = _ask(voice, book.question)
        book = book if unit == "major" else _read(voice, folder, plan, tariffs, unit, before)
    for note in book.notes:
        voice.paragraph(note.message(voice.lang), console=voice.err, style="dim")
    return book


def _read(
    voice: Voice, folder: Path, plan: Plan, tariffs: Sequence[Path], amounts_in: str | None, before: Seen | None
) -> Book:
    from tiwizi.formats.tables import read_folder

    sizes = {path.stem.lower(): path.stat().st_size for path in folder.glob("*.*") if path.is_file()}
    begun: list[str] = []

    def begin(table: str) -> None:
        """The table begun last has been read."""
        advance(sizes.get(begun[-1], 0) if begun else 0)
        begun.append(table)

    with voice.progress("reading", total=sum(sizes.values())) as advance, unusable_tables(voice.lang):
        return read_folder(
            folder,
            currency=plan.currency,
            tariff_files=tariffs,
            lang=voice.lang,
            amounts_in=cast("AmountsIn | None", amounts_in),
            progress=begin,
            before=before,
        )


def _ask(voice: Voice, question: Said) -> str:
    """In what the amounts are written: asked of who sits there, else the command ends with what answers it."""
    message, way_out = question.message(voice.lang), question.way_out(voice.lang)
    if voice.json or not someone_is_there():
        raise Stop(question.key, code=QUESTION, message=f"{message} {way_out}")
    voice.paragraph(message, console=voice.err)
    unit = ""
    while unit not in UNITS:
        unit = typer.prompt(voice.text("amounts_prompt"), err=True).strip().lower()
    return unit


def someone_is_there() -> bool:
    """Whether a person sits at the other end."""
    return sys.stdin.isatty()


@contextmanager
def unusable_tables(lang: str) -> Iterator[None]:
    """A file that cannot be a table stops the command with its own words."""
    from tiwizi.formats.tables.fault import TableError

    try:
        yield
    except TableError as problem:
        message = f"{problem.message(lang)} {problem.way_out(lang)}"
        raise Stop(problem.key, message=message) from None
