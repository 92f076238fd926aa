"""A batch as a document: what leaves the bank and on which day, what is different, who signs, its file, its orders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import packs
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.gateways.bank_folder import ISO, hand_over_file, made_file, make_file
from tiwizi.doors.look import proof
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, answer
from tiwizi.doors.look.templatetags.look import language, state_word, t
from tiwizi.locale import text
from tiwizi.records.money.lifecycles import BATCH, ORDER
from tiwizi.records.money.operations import approve, cancel, release
from tiwizi.records.money.queries.difference import KINDS, Difference, difference
from tiwizi.records.money.queries.document import Document, document, why_not
from tiwizi.records.money.queries.orders import SORTS, orders_page
from tiwizi.records.people.looks import leave_trace
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused

ORDER_STATES = tuple(dict.fromkeys(name for before, _, after in ORDER for name in (before, after)))


class Step(NamedTuple):
    """Something that is done to a batch: its permission, the verb, whether it needs a signature that duties may keep
    somebody from."""

    name: str
    need: str
    verb: Callable[..., Any]
    signs: bool


def _make_file(by: By, *, batch: int, format: str = ISO) -> str:
    return _filed(partial(make_file, by, batch=batch, folder=settings.BANK_FOLDER, format=format))


def _hand_over(by: By, *, batch: int) -> str:
    return _filed(partial(hand_over_file, by, batch=batch, folder=settings.BANK_FOLDER))


def _filed(do: Callable[[], Path]) -> str:
    """The name of a file in the bank's folder. Raises Refused, also where the folder cannot be written to."""
    try:
        return do().name
    except OSError as problem:
        raise Refused("bank_folder", why=problem.strerror or "?") from None


STEPS = {
    step.name: step
    for step in (
        Step("approve", "money.approve", approve, True),
        Step("release", "money.release", release, True),
        Step("cancel", "money.prepare", cancel, False),
        Step("make_file", "money.release", _make_file, False),
        Step("hand_over", "money.release", _hand_over, False),
    )
}


def found(number: int) -> Document:
    """Raises Http404."""
    told = document(number)
    if told is None:
        raise Http404
    return told


@page("money.read")
def batch(request: Desk, number: int) -> HttpResponse:
    told, differs = found(number), difference(number)
    context = {
        "batch": told, "name": told.book_name[language()], "differs": differs, "kinds": _kinds(differs),
        "steps": _steps(request, told), "share": abs(told.amount - differs.last_amount), "sums": _sums(told),
    }  # fmt: skip
    response = answer(request, _orders(request, told), "desk/batch.html", context)
    return proof.bring_file(request, response, reverse("batch_file", args=[told.batch]))


def _kinds(differs: Difference) -> list[tuple[str, int, int]]:
    return [(name, getattr(differs, name).orders, getattr(differs, name).amount) for name in KINDS]


def _sums(told: Document) -> list[tuple[str, int, int]]:
    return [(state, *told.states[state]) for state in ORDER_STATES if state in told.states]


def _orders(request: Desk, told: Document) -> Listing:
    named = request.by.may("people.read")

    def ask(asked: Asked) -> Page:
        rows = orders_page(
            told.batch, state=asked.get("state") or "", words=asked.get("words") or "", kind=asked.get("kind") or "",
            sort=asked.sort, descending=asked.descending, after=asked.after, size=asked.size, names=named,
        )  # fmt: skip
        return Page(rows.rows, rows.next, rows.count, {"amount": rows.amount})

    columns = (
        Column("reference", "payments:order", "code", link=lambda row: reverse("order", args=[row.reference])),
        *((Column("name", "payments:name", "name"), Column("account", "payments:account", "code", sorts=False))
          if named else ()),
        Column("state", "payments:state", "state"),
        Column("amount", "payments:amount", "amount", total=True),
    )  # fmt: skip
    assert {column.key for column in columns if column.sorts} <= set(SORTS)
    filters = (
        Filter("words", "payments:order_words" if named else "payments:order"),
        Filter("state", "payments:state", "choice", choices=lambda: [(s, state_word(s)) for s in ORDER_STATES]),
        Filter("kind", "payments:difference", "choice", choices=lambda: [(k, t(f"payments:kind_{k}")) for k in KINDS]),
    )
    return Listing("orders", "payments:orders", columns, ask=ask, filters=filters, sort="reference")


def _steps(request: Desk, told: Document) -> list[dict[str, Any]]:
    """What can be done now, by whom, and what keeps the reader from it: said before they try."""
    steps = []
    for step in STEPS.values():
        if step.name in _now(told):
            steps.append({"name": step.name, "may": request.by.may(step.need), "why": _why(request, told, step)})
    return steps


def _now(told: Document) -> set[str]:
    now = {step.verb for step in BATCH if step.before == told.state and step.verb in STEPS}
    if told.state == "approved" and told.needs_second:
        now = (now | {"approve"}) - {"release"}
    if told.state == "released":
        now = {"hand_over"} if told.file is not None else {"make_file"}
    return now


def _why(request: Desk, told: Document, step: Step) -> dict[str, str] | None:
    key = why_not(told.batch, user=request.by.user) if step.signs and request.by.may(step.need) else None
    if key is None and step.name == "release" and told.ended:
        key = "ended_account"
    if key is None:
        return None
    values = {"batch": told.batch, "orders": told.ended}
    way_out = text("records", f"{key}_way_out", lang=language(), **values)
    return {"message": text("records", key, lang=language(), **values), "way_out": way_out}


def _step(step: Step) -> Any:
    """The page of a step: what it will do, in numbers; sent, it does it."""

    @page(step.need, post=True, step_up=step.signs or step.name == "hand_over")
    def view(request: Desk, number: int) -> HttpResponse:
        told, refusal = found(number), None
        if request.method == "POST":
            chosen = {"format": request.POST.get("format", ISO)} if step.name == "make_file" else {}
            if chosen and chosen["format"] not in formats():
                raise Http404
            done, refusal = attempt(request, step.verb, batch=number, **chosen)
            if refusal is None:
                second = step.name == "approve" and done["second"]
                messages.success(request, t(f"payments:done_{'second' if second else step.name}", batch=number))
                return HttpResponseRedirect(reverse("batch", args=[number]), status=303)
            told = found(number)
            if refusal["key"] == "not_now":  # a page that was open while somebody else went on
                said = f"{t('payments:not_now')} {state_word(told.state)}"
                refusal = {**refusal, "message": said}
        context = {
            "batch": told, "name": told.book_name[language()], "step": step.name, "refusal": refusal,
            "why": _why(request, told, step), "is_possible": step.name in _now(told), "formats": formats(),
            "differs": difference(number), "kinds": _kinds(difference(number)),
        }  # fmt: skip
        return render(request, "desk/batch_step.html", context, status=422 if refusal else 200)

    return view


def formats() -> tuple[str, ...]:
    """What the bank's file can be: ISO 20022, or a bank's own of a pack."""
    own = [f"{country}/{name}" for country in packs.available() for name in packs.transfer_templates(country)]
    return (ISO, *own)


@page("money.release")
def batch_file(request: Desk, number: int) -> HttpResponseBase:
    """The file itself, which holds names and accounts: for who releases it, after a fresh proof, and with a trace."""
    found(number)
    if not proof.is_fresh(request):
        return proof.ask_to_take_file(request, reverse("batch", args=[number]))
    try:
        place = made_file(batch=number, folder=settings.BANK_FOLDER)
    except Refused as refused:
        messages.error(request, f"{refused.message(language())} {refused.way_out(language())}")
        return HttpResponseRedirect(reverse("batch", args=[number]))
    leave_trace(request.by, subject=f"batch:{number}", what="bank_file")
    sent = FileResponse(place.open("rb"), as_attachment=True, filename=place.name)
    sent["Cache-Control"] = "no-store"
    return sent


PAGES = (
    ("payments/batches/<int:number>/", batch, "batch"),
    ("payments/batches/<int:number>/file/", batch_file, "batch_file"),
    *((f"payments/batches/<int:number>/{name}/", _step(step), f"batch_{name}") for name, step in STEPS.items()),
)
