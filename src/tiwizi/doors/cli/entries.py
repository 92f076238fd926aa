"""``tiwizi books enter, entries, confirm, refuse, reverse``: what is booked by hand takes two people."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks

Entry = Annotated[int, typer.Argument(metavar="ENTRY", help=explained("entry"))]
Day = Annotated[str | None, typer.Option("--day", metavar="DAY", help=explained("entry_day"))]
Words = Annotated[str, typer.Option("--text", help=explained("entry_text"))]


@speaks
@acts
def enter(
    voice: Voice,
    who: Who,
    book: Annotated[str, typer.Argument(metavar="BOOK", help=explained("book"))],
    *,
    move: Annotated[list[str], typer.Option("--move", metavar="DEBIT/CREDIT/AMOUNT", help=explained("entry_move"))],
    text: Words,
    day: Day = None,
    opening: Annotated[bool, typer.Option("--opening", help=explained("entry_opening"))] = False,
    line: Annotated[int | None, typer.Option("--line", metavar="LINE", help=explained("entry_line"))] = None,
) -> None:
    """Ask for an entry; another accountant confirms it."""
    from tiwizi.records.money.operations import ask_entry
    from tiwizi.records.money.queries.journal import currency_of_books

    currency = currency_of_books()
    moves = [_move(each, currency) for each in move]
    told: dict[str, Any] = {"book": book, "day": day_asked(day), "memo": text, "moves": moves}
    number = ask_entry(who.by(), **told, opening=opening, line=line)
    voice.say("entry_asked", entry=number)
    voice.answer({"entry": number})


def _move(said: str, currency: str) -> list[Any]:
    """``6147/5141/35.00``, and ``/12`` for the payee 12. Raises Stop."""
    from tiwizi.rules.money import minor

    debit, credit, amount, payee = [*said.split("/"), "", "", ""][:4]
    try:
        return [debit, credit, minor(amount, currency), *([int(payee)] if payee else [])]
    except ValueError:
        raise Stop("not_a_move", value=said) from None


@speaks
@records
def entries(voice: Voice) -> None:
    """Entries that wait for a second person."""
    from tiwizi.records.money.queries.entries import waiting_entries
    from tiwizi.records.money.queries.journal import currency_of_books

    found, rows = waiting_entries(), []
    for entry in found:
        head = [str(entry.number), entry.book, entry.day.isoformat(), entry.reverses or entry.memo]
        legs = [
            [leg.debit, leg.credit, major(leg.amount, voice, currency=currency_of_books())] for leg in entry.legs
        ] or [["", "", ""]]
        rows += [head + legs[0], *(["", "", "", ""] + leg for leg in legs[1:])]
    heads = ("entry", "book", "day", "text", "debit", "credit", "amount")
    voice.table("", [voice.text(f"column_{head}") for head in heads], rows, names=range(6))
    voice.answer(
        {"entries": [entry._asdict() | {"legs": [leg._asdict() for leg in entry.legs]} for entry in found],
         "unit": "minor"}
    )  # fmt: skip


@speaks
@acts
def confirm(voice: Voice, who: Who, entry: Entry) -> None:
    """Book what somebody else asked for."""
    from tiwizi.records.money.operations import confirm_entry

    count = confirm_entry(who.by(), entry=entry)
    voice.say("entry_confirmed", entry=entry)
    voice.answer({"entry": entry, "transfers": count})


@speaks
@acts
def refuse(voice: Voice, who: Who, entry: Entry) -> None:
    """It will not be booked."""
    from tiwizi.records.money.operations import refuse_entry

    refuse_entry(who.by(), entry=entry)
    voice.say("entry_refused", entry=entry)
    voice.answer({"entry": entry})


@speaks
@acts
def reverse(
    voice: Voice,
    who: Who,
    transfer: Annotated[str, typer.Argument(metavar="TRANSFER", help=explained("entry_transfer"))],
    *,
    text: Words,
    day: Day = None,
) -> None:
    """Ask for a transfer made by hand to be taken back."""
    from tiwizi.records.money.operations import ask_reversal
    from tiwizi.records.money.queries.entries import transfer_called

    found = transfer_called(transfer)
    if found is None:
        raise Stop("no_transfer_called", name=transfer)
    number = ask_reversal(who.by(), transfer=found, day=day_asked(day), memo=text)
    voice.say("entry_asked", entry=number)
    voice.answer({"entry": number})


COMMANDS = {"enter": enter, "entries": entries, "confirm": confirm, "refuse": refuse, "reverse": reverse}
