"""``tiwizi books``: a book for each ring-fenced fund, its journal and balances, and what leaves for the accountant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli import entries
from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import ERRORS, Stop, Voice, explained, speaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiwizi.rules.chart import Chart
    from tiwizi.rules.ledger import Balance

FORMATS = ("sage", "odoo", "beancount")
OneBook = Annotated[str | None, typer.Option("--book", metavar="BOOK", help=explained("book"))]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help=explained("until"))]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help=explained("since"))]


@speaks
@acts
def open_books(
    voice: Voice,
    who: Who,
    country: Annotated[str, typer.Argument(metavar="PACK", help=explained("pack"))],
    *,
    payer: Annotated[str, typer.Option("--payer", metavar="NAME", help=explained("payer"))] = "",
    bank: Annotated[list[str], typer.Option("--bank", metavar="BOOK=RIB", help=explained("bank_of"))] = [],  # noqa: B006
    ceiling: Annotated[list[str], typer.Option("--ceiling", metavar="BOOK=AMOUNT", help=explained("ceiling"))] = [],  # noqa: B006
    pays: Annotated[list[str], typer.Option("--pays", metavar="BOOK=LAYER", help=explained("pays"))] = [],  # noqa: B006
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help=explained("currency"))] = "MAD",
) -> None:
    """A book for each fund of a pack's chart, those that are not there yet."""
    from tiwizi.packs import available
    from tiwizi.records.money.operations import open_books as make
    from tiwizi.rules.money import MINOR_DIGITS

    if country not in available():
        raise Stop("not_one_of", option="PACK", value=country, known=", ".join(available()))
    if currency not in MINOR_DIGITS:
        raise Stop("not_one_of", option="--currency", value=currency, known=", ".join(MINOR_DIGITS))
    ceilings = {book: _minor(amount, currency) for book, amount in _pairs("--ceiling", ceiling).items()}
    opened = make(
        who.by(), country=country, currency=currency, payer=payer, banks=_pairs("--bank", bank), ceilings=ceilings,
        pays=_pairs("--pays", pays),
    )  # fmt: skip
    voice.say("books_opened" if opened else "books_there", books=", ".join(opened))
    voice.answer({"opened": opened})


@speaks
@records
def balances(voice: Voice, *, book: OneBook = None, until: Until = None) -> None:
    """What stands on each account, as of the end of any day."""
    from tiwizi.records.money.queries.balances import balances as ask
    from tiwizi.records.money.queries.journal import chart

    found = ask(book=book, until=day_asked(until) if until else None)
    show_balances(voice, found, chart(), title=voice.text("balances_title"))
    voice.answer({"balances": [_as_values(one) for one in found], "unit": "minor"})


@speaks
@records
def trial(voice: Voice, *, until: Until = None) -> int | None:
    """Every account of every book, and that debits equal credits in each; an error where they do not."""
    from tiwizi.records.money.queries.balances import balances as ask
    from tiwizi.records.money.queries.journal import chart

    found, books = ask(until=day_asked(until) if until else None), chart()
    nets: dict[str, int] = {}
    for one in found:
        book = one.account.partition(":")[0]
        nets[book] = nets.get(book, 0) + one.net
    for book in nets:
        mine = [one for one in found if one.account.startswith(f"{book}:")]
        show_balances(voice, mine, books, title=books.funds[book].name[voice.lang])
    wrong = {book: net for book, net in nets.items() if net}
    voice.say("trial_differs" if wrong else "trial_balances", books=", ".join(wrong or nets))
    voice.answer({"balances": [_as_values(one) for one in found], "nets": nets, "unit": "minor"})
    return ERRORS if wrong else None


def show_balances(voice: Voice, found: Sequence[Balance], chart: Chart, *, title: str) -> None:
    """Accounts by name with what was debited and credited, and the sums."""
    heads = [voice.text(f"column_{name}") for name in ("account", "name", "debit", "credit", "balance")]
    rows = [
        [one.account, chart.accounts[one.account].name[voice.lang], *_amounts(voice, one.debit, one.credit)]
        for one in found
    ]
    whole = _amounts(voice, sum(one.debit for one in found), sum(one.credit for one in found))
    voice.table(title, heads, [*rows, [voice.text("row_total"), "", *whole]], names=(0, 1), total=True)


@speaks
@records
def journal(voice: Voice, *, book: OneBook = None, since: Since = None, until: Until = None) -> None:
    """The transfers in the order in which they were booked."""
    from itertools import islice

    from tiwizi.records.money.queries.journal import journal as ask

    limit = 1_000
    days = {"since": day_asked(since) if since else None, "until": day_asked(until) if until else None}
    found = list(islice(ask(book=book, **days), limit + 1))
    heads = [voice.text(f"column_{name}") for name in ("day", "transfer", "debit", "credit", "amount", "text")]
    rows = [[one.day.isoformat(), one.id, one.debit, one.credit, major(one.amount, voice), one.label] for one in found]
    voice.table("", heads, rows[:limit], names=(0, 1, 2, 3, 5))
    if len(found) > limit:
        voice.hint("journal_is_longer", count=written(limit, voice))
    voice.answer({"transfers": [vars(one) for one in found[:limit]], "more": len(found) > limit, "unit": "minor"})


@speaks
@acts
def close(
    voice: Voice,
    who: Who,
    book: Annotated[str, typer.Argument(metavar="BOOK", help=explained("book"))],
    *,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=explained("close_until"))],
    year_end: Annotated[bool, typer.Option("--year-end", help=explained("year_end"))] = False,
) -> None:
    """Nothing is booked before that day any more."""
    from tiwizi.records.money.operations import close_period

    period = close_period(who.by(), book=book, until=day_asked(until), year_end=year_end)
    voice.say("period_closed", book=book, until=until)
    voice.answer({"book": book, "period": period, "until": until})


@speaks
@records
def export(
    voice: Voice,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=explained("export_out"))],
    format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help=explained("export_format"))
    ] = "sage",
    book: OneBook = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """The books for an accountant's program."""
    from tiwizi.doors.gateways import accounting_file

    if format not in FORMATS:
        raise Stop("not_one_of", option="--format", value=format, known=", ".join(FORMATS))
    days = {"since": day_asked(since) if since else None, "until": day_asked(until) if until else None}
    partial = out.with_name(f".{out.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            count = accounting_file.write(file, format, book=book, **days, lang=voice.lang, today=clock.today())
        partial.replace(out)
    except OSError as problem:
        raise Stop("cannot_write", path=out, why=problem.strerror or problem) from None
    finally:
        partial.unlink(missing_ok=True)
    voice.say("exported", count=written(count, voice), path=out)
    voice.answer({"file": str(out), "format": format, "transfers": count})


COMMANDS = {
    "open": open_books, "balances": balances, "trial": trial, "journal": journal, "close": close, "export": export,
    **entries.COMMANDS,
}  # fmt: skip


def _pairs(option: str, words: Sequence[str]) -> dict[str, str]:
    """``["sm=0118..."]`` as {"sm": "0118..."}. Raises Stop."""
    parted = [word.partition("=") for word in words]
    for word, (_, equals, _) in zip(words, parted, strict=True):
        if not equals:
            raise Stop("not_a_pair", option=option, value=word)
    return {name: value for name, _, value in parted}


def _minor(amount: str, currency: str) -> int:
    from tiwizi.rules.money import minor

    try:
        return minor(amount, currency)
    except ValueError:
        raise Stop("not_an_amount", option="--ceiling", value=amount, currency=currency) from None


def _amounts(voice: Voice, debit: int, credit: int) -> list[str]:
    return [major(debit, voice), major(credit, voice), major(debit - credit, voice)]


def _as_values(one: Balance) -> dict[str, str | int]:
    return {"account": one.account, "debit": one.debit, "credit": one.credit, "net": one.net}
