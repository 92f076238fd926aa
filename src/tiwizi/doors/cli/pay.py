"""``tiwizi pay``: what is owed is prepared, approved and released, by three people who are all different."""

from __future__ import annotations

from typing import Annotated

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks

Book = Annotated[str, typer.Argument(metavar="BOOK", help=explained("book"))]
Batch = Annotated[int, typer.Argument(metavar="BATCH", help=explained("batch"))]


@speaks
@acts
def prepare(
    voice: Voice,
    who: Who,
    book: Book,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help=explained("on"))] = None,
    to: Annotated[str, typer.Option("--to", metavar="members|providers", help=explained("pay_to"))] = "",
    without: Annotated[list[str], typer.Option("--without", metavar="USER", help=explained("without"))] = [],  # noqa: B006
    words: Annotated[str, typer.Option("--text", help=explained("pay_text"))] = "",
) -> None:
    """One order for each payee, over everything that is owed to them."""
    from tiwizi.records.money.operations import prepare as make

    if to not in ("", "members", "providers"):
        raise Stop("not_one_of", option="--to", value=to, known="members, providers")
    others = [Who(login).by().user for login in without]
    made = make(who.by(), book=book, on=day_asked(on), to=to, without=others, text=words)
    values = {"orders": written(made["orders"], voice), "amount": major(made["amount"], voice)}
    voice.say("batch_prepared", batch=made["batch"], book=book, **values)
    for reason, payees in made["held"].items():
        voice.say(f"held_{reason}", n=written(payees, voice))
    voice.answer(made)


@speaks
@acts
def approve(voice: Voice, who: Who, batch: Batch) -> None:
    """The second of three; above the ceiling of the book, two approve."""
    from tiwizi.records.money.operations import approve as sign

    answer = sign(who.by(), batch=batch)
    voice.say("batch_needs_second" if answer["second"] else "batch_approved", batch=batch)
    voice.answer({"batch": batch, **answer})


@speaks
@acts
def release(voice: Voice, who: Who, batch: Batch) -> None:
    """The third: from here on it is paid."""
    from tiwizi.records.money.operations import release as let_go

    state = let_go(who.by(), batch=batch)
    voice.say("batch_released", batch=batch)
    voice.answer({"batch": batch, "state": state})


@speaks
@acts
def cancel(voice: Voice, who: Who, batch: Batch) -> None:
    """What it would have paid is open again."""
    from tiwizi.records.money.operations import cancel as give_up

    count = give_up(who.by(), batch=batch)
    voice.say("batch_cancelled", batch=batch, count=written(count, voice))
    voice.answer({"batch": batch, "transfers": count})


@speaks
@records
def show(
    voice: Voice, batch: Annotated[int | None, typer.Argument(metavar="BATCH", help=explained("batch"))] = None
) -> None:
    """The latest batches, or one."""
    from tiwizi.records.money.queries.batches import batches

    found = batches(number=batch)
    heads = ("batch", "book", "day", "batch_state", "orders", "amount", "orders_paid", "orders_returned")
    rows = [
        [
            str(one.batch),
            one.book,
            one.day.isoformat(),
            voice.text(f"batch_state_{one.state}"),
            written(one.orders, voice),
            major(one.amount, voice, currency=one.currency),
            written(one.paid, voice),
            written(one.returned, voice),
        ]
        for one in found
    ]
    voice.table("", [voice.text(f"column_{head}") for head in heads], rows, names=(0, 1, 2, 3))
    voice.answer({"batches": [vars(one) for one in found], "unit": "minor"})


@speaks
@records
def waiting(
    voice: Voice,
    book: Book,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help=explained("on"))] = None,
) -> None:
    """Who is owed something and is not paid, why, and what to do."""
    from tiwizi.locale import text
    from tiwizi.records.money.queries.batches import to_pay

    found = to_pay(book=book, on=day_asked(on), at=clock.now())
    reasons = {one.reason for one in found.waiting}
    said = {name: text("payment", f"held_{name}", lang=voice.lang) for name in reasons}
    ways = {name: text("payment", f"held_{name}_way_out", lang=voice.lang) for name in reasons}
    rows = [
        [str(one.payee), one.name, major(one.amount, voice), f"{said[one.reason]} {ways[one.reason]}"]
        for one in found.waiting
    ]
    heads = [voice.text(f"column_{head}") for head in ("payee", "name", "amount", "reason")]
    voice.table("", heads, rows, names=(0, 1, 3))
    voice.say("could_be_paid", payees=written(found.payees, voice), amount=major(found.amount, voice))
    voice.answer({**found._asdict(), "waiting": [one._asdict() for one in found.waiting], "unit": "minor"})


@speaks
@records
def orders(voice: Voice, batch: Batch) -> None:
    """The orders of a batch; of an account, only the last four digits."""
    from tiwizi.records.money.queries.batches import orders as ask

    found = ask(batch)
    heads = [voice.text(f"column_{head}") for head in ("order", "name", "account", "amount", "state")]
    rows = [
        [one.reference, one.name, one.account, major(one.amount, voice), voice.text(f"order_state_{one.state}")]
        for one in found
    ]
    voice.table("", heads, rows, names=(0, 1, 2, 4))
    voice.answer({"orders": [one._asdict() for one in found], "unit": "minor"})


@speaks
@records
def advice(voice: Voice, order: Annotated[str, typer.Argument(metavar="ORDER", help=explained("order"))]) -> None:
    """The files that an order pays: what a provider or a member is told."""
    from tiwizi.records.care.queries.advice import advice as ask

    found = ask(order)
    if not found:
        raise Stop("no_order_called", order=order)
    heads = [voice.text(f"column_{head}") for head in ("file", "household", "day", "amount")]
    rows = [
        [one.file or one.text, one.household, one.received.isoformat() if one.received else "",
         major(one.amount, voice)]
        for one in found
    ]  # fmt: skip
    rows.append(["", "", "", major(sum(one.amount for one in found), voice)])
    voice.table("", heads, rows, names=(0, 1, 2), total=True)
    voice.answer({"order": order, "files": [one._asdict() for one in found], "unit": "minor"})


COMMANDS = {
    "prepare": prepare, "approve": approve, "release": release, "cancel": cancel, "show": show, "waiting": waiting,
    "orders": orders, "advice": advice,
}  # fmt: skip
