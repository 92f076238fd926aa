"""Bulk intake: sheets are dropped, read by a worker, previewed, accepted against their sender's totals, posted by a
worker; what went to repair is taken away, and comes back in.

The requests themselves hold nobody up: they keep what was sent and say what a worker made of it (records/intake)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.formats.tables.fault import Said
from tiwizi.formats.tables.schema import TABLES
from tiwizi.formats.tables.template import template
from tiwizi.formats.tables.totals import read_amount
from tiwizi.records.intake import kept, queries
from tiwizi.records.intake.operations import (
    accept_delivery,
    deliver,
    resume_delivery,
    tell_sheets,
    withdraw_delivery,
)

#: Files in one go.
MOST = 20
EFFECTS = ("new", "changed", "same", "repair")
STATES = ("arrived", "seen", "posting", "posted", "failed", "stopped", "withdrawn")
DELIVERIES = (
    Column("number", "intake:number", "code", link=lambda row: reverse("delivery", args=[row.number])),
    Column("files", "intake:files", value=lambda row: ", ".join(row.files)),
    Column("state", "intake:state", "state"),
    Column("rows", "intake:rows", "number"),
    Column("to_repair", "intake:to_repair", "number"),
    Column("name", "intake:brought_by", "text"),
    Column("brought_at", "intake:brought_at", "moment"),
)


@page("intake.write", post=True)
def intake(request: Desk) -> HttpResponse:
    """The sheets that came in, and the form that takes more."""
    refusal, status = None, 200
    if request.method == "POST":
        number, refusal = bring(request)
        if number is not None:
            return _see(number)
        status = 422
    listing = Listing(
        "deliveries", "intake:list", DELIVERIES, rows=queries.deliveries, sort="-number", empty="intake:none",
        filters=(Filter("words", "list:words"), Filter("state", "intake:state", "choice", choices=_states)),
    )  # fmt: skip
    shown: dict[str, Any] = {
        "refusal": refusal,
        "on": request.POST.get("on") or clock.today().isoformat(),
        "tables": list(TABLES),
    }
    shown["on_wrong"] = status == 422 and typed.day_or_none(str(shown["on"])) is None
    response = answer(request, listing, "desk/intake.html", shown)
    response.status_code = status
    return response


def _states() -> list[tuple[str, str]]:
    return [(state, locale.text("desk/states", state, lang=language())) for state in STATES]


def bring(request: Desk, *, follows: int | None = None) -> tuple[int | None, dict[str, str] | None]:
    """Keep the sheets that were sent, and note them: the number of the delivery, or why not. Sent twice under one key
    they are one delivery."""
    sent = request.FILES.getlist("sheets")
    on = typed.day_or_none(request.POST.get("on", ""))
    if not sent or len(sent) > MOST or on is None:
        key = "no_day" if on is None else "no_sheets" if not sent else "too_many_sheets"
        return None, {"message": t(f"intake:{key}"), "way_out": t(f"intake:{key}_way_out", most=MOST)}
    named = sha256(f"{request.by.user}:{request.POST.get('key', '')}".encode()).hexdigest()[:16]
    folder = named + uuid4().hex[:16]
    try:
        sheets = kept.keep(folder, ((file.name or "?", file.chunks()) for file in sent))
    except kept.TooLarge:
        most = locale.number(kept.MOST_BYTES >> 20, language())
        return None, {"message": t("intake:too_large", most=most), "way_out": t("intake:too_large_way_out")}
    number, refusal = attempt(
        request, deliver, folder=folder, sheets=[sheet._asdict() for sheet in sheets], on=on,
        currency=str(getattr(request, "currency", "MAD")), lang=language(), follows=follows,
    )  # fmt: skip
    if number is None:
        kept.forget(folder)
        number = queries.delivery_in(named) if refusal and refusal["key"] == "key_used" else None
    return number, None if number else refusal


def _see(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("delivery", args=[number]), status=303)


@page("intake.write", post=True)
def delivery(request: Desk, number: int) -> HttpResponse:
    """One delivery: what it holds, what it would do or did, and what is to be done about it."""
    held = queries.delivery(number)
    if held is None:
        raise Http404
    refusal = None
    if request.method == "POST":
        done, refusal = _act(request, held)
        if done is not None:
            return _see(done)
        held = queries.delivery(number) or held
    return render(request, "desk/intake_delivery.html", _shown(request, held, refusal), status=422 if refusal else 200)


def _act(request: Desk, held: queries.Brought) -> tuple[int | None, dict[str, str] | None]:
    """Do what a form of the page asks: the delivery to look at next, or why not."""
    action, number = request.POST.get("action"), held.number
    done: Any
    if action == "again":
        return bring(request, follows=number)
    if action == "accept":
        declared = _declared(request, held)
        wrong = next((line for line in declared if line.wrong), None)
        if wrong is not None:
            table = t(f"intake:table_{wrong.table}")
            return None, {"message": t("intake:not_a_number", table=table), "way_out": t("intake:not_a_number_way_out")}
        told = {line.table: [line.rows, line.amount] for line in declared}
        done, refusal = attempt(request, accept_delivery, delivery=number, declared=told)
    elif action == "tables":
        tables = {sheet["kept"]: request.POST.get(sheet["kept"]) for sheet in held.sheets}
        said = {name: table for name, table in tables.items() if table is not None}
        done, refusal = attempt(request, tell_sheets, delivery=number, tables=said)
    elif action == "amounts":
        done, refusal = attempt(request, tell_sheets, delivery=number, amounts_in=request.POST.get("amounts_in", ""))
    elif action in ("withdraw", "resume"):
        verb = withdraw_delivery if action == "withdraw" else resume_delivery
        done, refusal = attempt(request, verb, delivery=number)
    else:
        raise Http404
    if done is not None:
        messages.success(request, t(f"intake:done_{action}"), extra_tags="done")
    return (None if done is None else number), refusal


class Declared(NamedTuple):
    """A table as the form has it: ``rows`` and ``amount`` (minor units) as numbers, ``said`` as they were typed.
    ``counted``: [rows, amount, unread] of what was read."""

    table: str
    counted: list[int | None]
    said: tuple[str, str]
    rows: int | None
    amount: int | None
    wrong: bool


def _declared(request: Desk, held: queries.Brought) -> list[Declared]:
    """Typed; else as the totals that came along; "as_counted" declares what was counted."""
    lines = []
    for table, counted in held.preview.get("totals", {}).items():
        came = (held.preview.get("declared") or {}).get(table)
        told = _typed(request.POST, table) or _written(came, held.currency) or ("", "")
        if request.POST.get("as_counted"):
            rows, amount, wrong = counted[0], counted[1], False
        else:
            rows = read_amount(told[0], digits=0)
            amount = read_amount(told[1], digits=_digits(held)) if told[1] else None
            wrong = rows is None or (bool(told[1]) and amount is None)
        lines.append(Declared(table, counted, told, rows, amount, wrong))
    return lines


def _typed(form: Mapping[str, str], table: str) -> tuple[str, str] | None:
    if f"rows_{table}" not in form:
        return None
    return form[f"rows_{table}"].strip(), form.get(f"amount_{table}", "").strip()


def _written(came: list[int | None] | None, currency: str) -> tuple[str, str] | None:
    if came is None:
        return None
    from tiwizi.rules.money import major

    return str(came[0]), "" if came[1] is None else major(came[1], currency).split()[0]


def _digits(held: queries.Brought) -> int:
    from tiwizi.rules.money import MINOR_DIGITS

    return MINOR_DIGITS[held.currency]


def _shown(request: Desk, held: queries.Brought, refusal: dict[str, str] | None) -> dict[str, Any]:
    preview, lang = held.preview, language()
    outcome = (
        held.imported.outcome if held.imported and held.state in ("posting", "posted") else preview.get("outcome", {})
    )
    mine = held.brought_by == request.by.user or request.by.may("care.read_medical")
    return {
        "held": held, "refusal": refusal, "effects": EFFECTS, "tables": [*TABLES, "totals"],
        "outcome": [(table, preview["totals"][table], outcome.get(table, {})) for table in preview.get("totals", {})],
        "declared": _declared(request, held) if held.state == "seen" else [],
        "declared_came": bool(preview.get("declared")),
        "question": _told(preview.get("question"), lang),
        "notes": [_told(note, lang) for note in preview.get("notes", ())],
        "problem": _told(held.problem, lang), "repair": preview.get("repair", ()) if mine else (), "mine": mine,
        "has_repair": mine and queries.repair_book(request.by, held.number) is not None,
        "moves": held.state in ("arrived", "posting") and not held.unnamed,
    }  # fmt: skip


def _told(said: dict[str, Any] | None, lang: str) -> dict[str, str] | None:
    """What the reading of tables says, in the reader's language."""
    if said is None:
        return None
    words = Said(said["key"], said["values"])
    has_way_out = f"{said['key']}_way_out" in locale.catalogue("tables", lang)
    return {"message": words.message(lang), "way_out": words.way_out(lang) if has_way_out else ""}


@page("intake.write")
def progress(request: Desk, number: int) -> HttpResponse:
    """How far a worker is; asked again every second, until the page is another."""
    held = queries.delivery(number)
    if held is None:
        raise Http404
    response = render(request, "desk/intake_progress.html", {"held": held})
    if held.state not in ("arrived", "posting"):
        response["HX-Refresh"] = "true"
    return response


@page("intake.write")
def repair(request: Desk, number: int) -> FileResponse:
    """The rows to repair, as the sheets that they came in, with their reasons."""
    path = queries.repair_book(request.by, number)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=t("intake:repair_file", number=number) + ".xlsx")


@page("intake.write")
def empty_sheet(request: Desk, table: str) -> HttpResponse:
    """A template of a table."""
    if table not in TABLES:
        raise Http404
    response = HttpResponse(
        template(table, lang=language()),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="{table}.xlsx"'
    return response


PAGES = (
    ("intake/", intake, "intake"),
    ("intake/<int:number>/", delivery, "delivery"),
    ("intake/<int:number>/progress/", progress, "delivery_progress"),
    ("intake/<int:number>/repair/", repair, "delivery_repair"),
    ("intake/template/<slug:table>/", empty_sheet, "intake_template"),
)
