"""``tiwizi bank``: the file that pays, handed over once; the bank's statement, read and matched."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import ERRORS, Stop, Voice, explained, speaks

Batch = Annotated[int, typer.Argument(metavar="BATCH", help=explained("batch"))]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help=explained("bank_folder"))]


@speaks
@acts
def file(
    voice: Voice,
    who: Who,
    batch: Batch,
    *,
    folder: Folder,
    format: Annotated[str, typer.Option("--format", help=explained("bank_format"))] = "pain.001.001.09",
) -> None:
    """Make the file of a released batch: the same bytes whenever it is made."""
    from tiwizi.doors.gateways.bank_folder import make_file

    made = make_file(who.by(), batch=batch, folder=folder, format=format)
    voice.say("bank_file_made", batch=batch, path=made)
    voice.answer({"batch": batch, "file": str(made), "bytes": made.stat().st_size})


@speaks
@acts
def hand_over(voice: Voice, who: Who, batch: Batch, *, folder: Folder) -> None:
    """Put the file where the bank takes it, once, and book the payments."""
    from tiwizi.doors.gateways.bank_folder import hand_over_file

    place = hand_over_file(who.by(), batch=batch, folder=folder)
    voice.say("bank_file_handed_over", batch=batch, path=place)
    voice.answer({"batch": batch, "file": str(place)})


@speaks
@acts
def statement(
    voice: Voice,
    who: Who,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=explained("statement_file"))],
    *,
    account: Annotated[str, typer.Option("--account", metavar="RIB", help=explained("statement_account"))] = "",
    opening: Annotated[str | None, typer.Option("--opening", help=explained("statement_opening"))] = None,
    closing: Annotated[str | None, typer.Option("--closing", help=explained("statement_closing"))] = None,
) -> None:
    """Take a statement: what was paid, what came back, what nobody explains."""
    from hashlib import sha256

    from tiwizi.records.money.operations import take_statement

    data = _bytes(file)
    first, last = _minor("--opening", opening), _minor("--closing", closing)
    answers = []
    for at, one in enumerate(_statements(voice, file, account=account, opening=first, closing=last)):
        digest = sha256(data + (at.to_bytes(4, "big") if at else b"")).digest()
        answers.append(take_statement(who.by(), statement=one, digest=digest))
    for answer in answers:
        voice.say("statement_taken", **{name: written(number, voice) for name, number in answer.items()})
    voice.answer({"statements": answers})


@speaks
@records
def unexplained(voice: Voice) -> None:
    """Movements that nothing explains yet."""
    from tiwizi.records.money.queries.statements import unexplained as lines

    found = lines()
    heads = [voice.text(f"column_{name}") for name in ("statement_line", "book", "day", "amount", "reference", "text")]
    rows = [[str(line), book, day.isoformat(), major(sum_, voice), *said] for line, book, day, sum_, *said in found]
    voice.table("", heads, rows, names=(0, 1, 2, 4, 5))
    names = ("line", "book", "day", "amount", "reference", "text")
    voice.answer({"lines": [dict(zip(names, line, strict=True)) for line in found], "unit": "minor"})


@speaks
@acts
def match(
    voice: Voice,
    who: Who,
    line: Annotated[int, typer.Argument(metavar="LINE", help=explained("statement_line"))],
    order: Annotated[str, typer.Argument(metavar="ORDER", help=explained("order"))],
) -> None:
    """Say which order a movement in suspense is."""
    from tiwizi.records.money.operations import match_line

    number = match_line(who.by(), line=line, order=order)
    voice.say("line_matched", line=line, order=order)
    voice.answer({"line": line, "order": number})


@speaks
@records
def reconcile(voice: Voice, book: Annotated[str, typer.Argument(metavar="BOOK", help=explained("book"))]) -> int:
    """The bank's account in the books beside the closing balance of its last statement."""
    from tiwizi.records.money.queries.statements import reconciliation

    found = reconciliation(book=book)
    if found is None:
        raise Stop("no_statement_yet", book=book)
    values = {"bank": major(found.bank, voice), "books": major(found.books + found.late, voice)}
    key = "not_reconciled" if found.difference else "reconciled"
    voice.say(key, statement=found.statement, until=found.until.isoformat(), **values)
    voice.answer({**asdict(found), "unit": "minor"})
    return ERRORS if found.difference else 0


COMMANDS = {
    "file": file, "hand-over": hand_over, "statement": statement, "unexplained": unexplained, "match": match,
    "reconcile": reconcile,
}  # fmt: skip


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise Stop("cannot_read", path=file, why=problem.strerror or problem) from None


def _statements(voice: Voice, file: Path, *, account: str, opening: int | None, closing: int | None) -> list[Any]:
    """The statements of a file, camt.053 or CSV. Raises Stop where it cannot be read whole."""
    from tiwizi.formats import statement_file

    found, mistakes = statement_file.read(file, name=file.name, account=account, opening=opening, closing=closing)
    if mistakes:
        first = mistakes[0]
        message = f"{file.name}: {first.message(voice.lang)} {first.way_out(voice.lang)}"
        raise Stop("statement_unreadable", message=message)
    return list(found)


def _minor(option: str, amount: str | None) -> int | None:
    from tiwizi.rules.money import minor

    if amount is None:
        return None
    try:
        return minor(amount, "MAD")
    except ValueError:
        raise Stop("not_an_amount", option=option, value=amount, currency="MAD") from None
