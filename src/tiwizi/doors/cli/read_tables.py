"""The tables that a person names, read; what cannot be a table stops the command, what looks 100 times off is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tiwizi.doors.cli.voice import QUESTION, Stop, Voice

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.plan.document import Plan

UNITS = ("major", "minor")


def read_tables(voice: Voice, folder: Path, plan: Plan, plan_file: Path, *, amounts_in: str | None) -> Book:
    """The tables of a folder, with the tariffs that the plan brings."""
    if amounts_in is not None and amounts_in not in UNITS:
        raise Stop("not_one_of", option="--amounts-in", value=amounts_in, known=", ".join(UNITS))
    book = _read(voice, folder, plan, plan_file, amounts_in)
    if amounts_in is None and book.question is not None:
        book = _read(voice, folder, plan, plan_file, _ask(voice, book.question))
    return book


def _read(voice: Voice, folder: Path, plan: Plan, plan_file: Path, amounts_in: str | None) -> Book:
    from tiwizi.formats.tables import read_folder

    tariffs = [plan_file.parent / name for name in plan.tariffs]
    with voice.progress("reading"), unusable_tables(voice):
        return read_folder(
            folder, currency=plan.currency, tariff_files=tariffs, lang=voice.lang, amounts_in=amounts_in or "major"
        )


@contextmanager
def unusable_tables(voice: Voice) -> Iterator[None]:
    """A file that cannot be a table stops the command with its own words."""
    from tiwizi.formats.tables.fault import TableError

    try:
        yield
    except TableError as problem:
        message = f"{problem.message(voice.lang)} {problem.way_out(voice.lang)}"
        raise Stop(problem.key, message=message) from None
