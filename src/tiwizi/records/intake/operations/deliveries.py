"""Sheets that are dropped at the desk: somebody brings them, a worker reads them, somebody accepts what they add up to,
a worker posts them (delivering.py). Each verb is one transaction; the files lie beside (kept.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tiwizi.formats.tables.schema import TABLES
from tiwizi.records.database.locks import take_turn
from tiwizi.records.intake.kept import TOTALS
from tiwizi.records.intake.lifecycles import DELIVERY
from tiwizi.records.intake.models import Delivery
from tiwizi.records.intake.operations.imports import accept
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused, one_of
from tiwizi.rules.money import MINOR_DIGITS

AMOUNTS_IN = ("major", "minor")


@operation("intake.deliver", need="intake.write")
def deliver(
    act: Act, *, folder: str, sheets: Sequence[Mapping[str, Any]], on: date, currency: str, lang: str,
    follows: int | None = None,
) -> int:  # fmt: skip
    """Note sheets that lie in a folder (kept.Sheet as dicts); the number of the delivery. ``follows``: the delivery
    whose rows to repair these are."""
    act.within(None)
    if not sheets:
        raise Refused("no_sheets")
    if currency not in MINOR_DIGITS:
        raise Refused("no_such_word", what="currency", word=currency, known=", ".join(MINOR_DIGITS))
    if follows is not None and not Delivery.objects.filter(id=follows, state="posted").exists():
        raise Refused("no_such", what="delivery", number=follows)
    brought = Delivery.objects.create(
        folder=folder, sheets=list(sheets), on=on, currency=currency, lang=lang, follows_id=follows,
        brought_by=act.by.user, brought_at=act.at, household=act.by.household,
    )  # fmt: skip
    act.about("delivery", brought.id)
    act.note(sheets=len(sheets), on=on)
    return brought.id


@operation("intake.tell_sheets", need="intake.write")
def tell_sheets(
    act: Act, *, delivery: int, tables: Mapping[str, str] | None = None, amounts_in: str | None = None,
    on: date | None = None,
) -> str:  # fmt: skip
    """Say what the sheets themselves do not: tables (the file as it is kept -> its table, "" for none), what amounts
    are in, from which day changes hold. They are then read again; the state."""
    held = _held(act, delivery)
    if held.state != "arrived":
        held.state = after(DELIVERY, held.state, "ask")
    for sheet in held.sheets:
        said = (tables or {}).get(sheet["kept"])
        if said is not None:
            if said and said not in (*TABLES, TOTALS):
                raise Refused("no_such_word", what="table", word=said, known=", ".join(TABLES))
            sheet["tables"] = [said] if said else []
    if amounts_in is not None:
        if amounts_in not in AMOUNTS_IN:
            raise Refused("no_such_word", what="amounts_in", word=amounts_in, known=", ".join(AMOUNTS_IN))
        held.amounts_in = amounts_in
    held.on = on or held.on
    held.tries, held.worker, held.leased_until, held.problem = 0, "", None, None
    held.save()
    return held.state


@operation("intake.accept_delivery", need="intake.write")
def accept_delivery(act: Act, *, delivery: int, declared: Mapping[str, Sequence[int | None]]) -> str:
    """Let a delivery be posted, if it adds up to what its sender declares: table -> [rows, amount in minor units or
    None]. Its state. Refused as imports are (``rows_differ`` ...), and while a question is open."""
    held = _held(act, delivery)
    state = after(DELIVERY, held.state, "accept")
    if held.preview.get("question"):
        raise Refused("question_open")
    assert held.imported_id is not None
    totals = {table: list(total) for table, total in declared.items()}
    accept(act.by, number=held.imported_id, declared=totals, tables=sorted(held.preview["totals"]))
    held.state, held.household, held.tries = state, act.by.household, 0
    held.worker, held.leased_until = "", None
    held.save()
    return held.state


@operation("intake.withdraw_delivery", need="intake.write")
def withdraw_delivery(act: Act, *, delivery: int) -> str:
    """Give up a delivery that nobody has accepted; a worker removes its sheets. Its state."""
    held = _held(act, delivery)
    held.state = after(DELIVERY, held.state, "withdraw")
    held.save(update_fields=["state"])
    return held.state


@operation("intake.resume_delivery", need="intake.write")
def resume_delivery(act: Act, *, delivery: int) -> str:
    """Have workers try again to post what failed so often that it was put aside. Its state."""
    held = _held(act, delivery)
    held.state = after(DELIVERY, held.state, "resume")
    held.tries, held.worker, held.leased_until = 0, "", None
    held.save(update_fields=["state", "tries", "worker", "leased_until"])
    return held.state


def _held(act: Act, delivery: int) -> Delivery:
    """A delivery that nobody else changes meanwhile."""
    act.within(None)
    act.about("delivery", delivery)
    take_turn(f"delivery:{delivery}")
    held = one_of(Delivery.objects.filter(id=delivery), "delivery", delivery)
    return held
