"""The watch: what looks odd, with the figures that make it so. It decides nothing; a person dismisses or sends on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import locale
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.operations.watch import answer_flag, look_out_now
from tiwizi.records.care.queries import flags as found
from tiwizi.records.care.queries.flags import FlagRow
from tiwizi.records.care.queries.watch import KINDS
from tiwizi.records.people.looks import leave_trace, regions_within


@page("care.review", post=True)
def watch(request: Desk) -> HttpResponse:
    refusal = None
    if request.method == "POST":
        counts, refusal = attempt(request, look_out_now)
        if refusal is None:
            messages.success(request, t("watch:looked", count=sum(counts.values())), extra_tags="done")
            return HttpResponseRedirect(reverse("watch"), status=303)
    rows = found.flags(request.by)
    by_kind = {kind: sum(1 for row in rows if row.kind == kind and row.state == "open") for kind in KINDS}
    context = {
        "refusal": refusal, "kinds": [(kind, count) for kind, count in by_kind.items() if count],
        "may_look": regions_within(request.by, "care.look_out") is None, "last": found.last_look(),
    }  # fmt: skip
    response = answer(request, _listing(request, rows), "desk/watch.html", context)
    response.status_code = 422 if refusal else response.status_code
    return response


def _listing(request: Desk, rows: list[FlagRow]) -> Listing:
    currency, lang = str(request.currency), language()
    columns = (
        Column("flag", "watch:number", "code", link=lambda row: reverse("flag", args=[row.flag])),
        Column("kind", "watch:kind", value=lambda row: t(f"watch:kind_{row.kind}")),
        Column("told", "watch:told", value=lambda row: told(row, currency, lang), sorts=False),
        Column("amount", "watch:amount", "amount", total=True),
        Column("claim", "watch:file", "code"),
        Column("found_on", "watch:found_on", "day"),
        Column("state", "watch:state", "state"),
    )
    filters = (
        Filter("words", "list:words"),
        Filter("kind", "watch:kind", "choice", choices=lambda: [(kind, t(f"watch:kind_{kind}")) for kind in KINDS]),
        Filter("state", "watch:state", "choice", choices=_states),
        Filter("found_on", "watch:found_on", "days"),
    )
    return Listing("watch", "watch:title", columns, rows=lambda: rows, filters=filters, empty="watch:empty",
                   need="care.review")  # fmt: skip


def _states() -> list[tuple[str, str]]:
    return [(state, t(f"states:{state}")) for state in ("open", "sent", "dismissed")]


def told(row: FlagRow, currency: str, lang: str) -> str:
    """Why it looks odd, in one sentence with its figures."""
    figures = row.figures
    key = f"told_{row.kind}" + (f"_{figures['what']}" if "what" in figures else "")
    values = {name: _said(name, value, currency, lang) for name, value in figures.items()}
    for name, called, unit in (("count", "files", "claims"), ("households", "homes", "households")):
        if isinstance(figures.get(name), int):
            values[called] = locale.counted(figures[name], unit, lang)
    return locale.text("desk/watch", key, lang=lang, **values)


def _said(name: str, value: Any, currency: str, lang: str) -> str:
    if name.endswith("_day"):
        return locale.day(date.fromisoformat(value), lang)
    if name.endswith("_amount"):
        return locale.money(value, currency, lang)
    if name.endswith("_bp"):
        return locale.percent(value, lang)
    if name == "sex":
        return locale.text("desk/review", f"sex_{value}", lang=lang)
    if name == "days":
        return locale.counted(value, "days", lang)
    return str(value) if isinstance(value, str | list) else locale.number(_exact(value), lang)


def _exact(value: float) -> Any:
    from decimal import Decimal

    return Decimal(str(value))


@page("care.review", post=True)
def flag(request: Desk, number: int) -> HttpResponse:
    row = found.flag(request.by, number)
    if row is None:
        raise Http404
    refusal, faults = None, {}
    if request.method == "POST":
        do, reason = request.POST.get("do", ""), request.POST.get("reason", "").strip()[:200]
        if not reason:
            faults["reason"] = t("watch:fault_reason")
        else:
            sent = do == "send"
            _, refusal = attempt(request, answer_flag, flag=number, sent=sent, reason=reason)
            if refusal is None:
                said = t("watch:sent" if sent else "watch:dismissed", number=row.claim)
                messages.success(request, said, extra_tags="done")
                return HttpResponseRedirect(reverse("watch"), status=303)
    leave_trace(request.by, subject=f"household:{row.home}", what=f"flag:{number}")
    context = {
        "row": row, "told": told(row, str(request.currency), language()), "refusal": refusal, "faults": faults,
        "reason": request.POST.get("reason", ""), "kind": t(f"watch:kind_{row.kind}"),
    }  # fmt: skip
    return render(request, "desk/flag.html", context, status=422 if refusal or faults else 200)


PAGES = (("watch/", watch, "watch"), ("watch/<int:number>/", flag, "flag"))
