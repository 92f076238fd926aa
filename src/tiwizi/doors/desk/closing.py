"""Closing a period as a path, with what it will do; files for accountants' programs."""

from __future__ import annotations

import tempfile
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.doors.desk.payments import fund_called
from tiwizi.doors.gateways import accounting_file
from tiwizi.doors.look import proof
from tiwizi.doors.look.listing_out import sent
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.doors.look.typed_day import day_of
from tiwizi.records.money.operations import close_period
from tiwizi.records.money.queries.before_closing import before_closing, closed_until
from tiwizi.records.money.queries.funds import funds
from tiwizi.records.people.looks import leave_trace_of_export
from tiwizi.records.trail.refusal import Refused

#: Where each thing is done that closing waits for.
WHERE = {
    "unexplained": "lines", "entries": "entries", "batches": "payments", "statement": "statements",
    "reconciled": "statements",
}  # fmt: skip


@page("money.close", post=True, step_up=True)
def close(request: Desk, book: str) -> HttpResponse:
    fund = fund_called(book)
    given = request.POST if request.method == "POST" else request.GET
    until, wrong = _until(given.get("last", ""), book)
    state, refusal = before_closing(book, until=until), None
    if request.method == "POST" and not wrong:
        if state.todo and "anyway" not in request.POST:
            refusal = {"message": t("closing:not_ready"), "way_out": t("closing:not_ready_way_out")}
        else:
            year_end = "year_end" in request.POST
            _, refusal = attempt(request, close_period, book=book, until=until, year_end=year_end)
        if refusal is None:
            messages.success(request, t("closing:closed", day=f"{state.last_day:%d/%m/%Y}"))
            return HttpResponseRedirect(reverse("books"), status=303)
    steps = [{"name": name, "done": name not in state.todo, "address": _address(name, book)} for name in WHERE]
    context = {
        "fund": fund, "name": fund.name[language()], "state": state, "steps": steps, "wrong": wrong, "refusal": refusal,
        "given": given, "is_year": until.day == 1 and until.month == 1,
    }  # fmt: skip
    return render(request, "desk/closing.html", context, status=422 if refusal or wrong else 200)


def _until(said: str, book: str) -> tuple[date, dict[str, str]]:
    """The first day that stays open, from the last that closes; by itself the month after the last closed one."""
    try:
        return day_of(said) + timedelta(days=1), {}
    except ValueError:
        return _next_month(closed_until(book)), {"last": t("list:no_day")} if said else {}


def _next_month(closed: date | None) -> date:
    """The end of the first month that is not closed, or of the last one that is over."""
    today = clock.today()
    if closed is None:
        return today.replace(day=1)
    return closed + timedelta(days=monthrange(closed.year, closed.month)[1] - closed.day + 1)


def _address(name: str, book: str) -> str:
    query = {"unexplained": f"?what=suspense&book={book}", "entries": f"?state=waiting&book={book}"}
    return reverse(WHERE[name]) + query.get(name, "")


# -- for an accountant's program ---------------------------------------------------------------------------------------


@page("money.read")
def export(request: Desk) -> HttpResponseBase:
    """Choose, or take away: with a format the file comes, after a fresh proof, and leaves a trace."""
    given = request.GET
    names = {fund.code: fund.name[language()] for fund in funds()}
    days, wrong = _days(given)
    refusal = None
    if given.get("format") in accounting_file.FORMATS and not wrong:
        if not proof.is_fresh(request):
            return proof.ask_to_take(request, "format")
        try:
            return _taken(request, given["format"], given.get("book", "") if given.get("book") in names else "", days)
        except Refused as refused:
            refusal = told(refused)
    context = {"names": names, "given": given, "wrong": wrong, "refusal": refusal, "formats": accounting_file.FORMATS}
    response = render(request, "desk/export.html", context, status=422 if refusal or wrong else 200)
    return proof.bring(request, response, "format")


def _days(given: Any) -> tuple[dict[str, date | None], dict[str, str]]:
    days: dict[str, date | None] = {}
    wrong = {}
    for name in ("since", "until"):
        try:
            days[name] = day_of(given[name]) if given.get(name) else None
        except ValueError:
            wrong[name] = t("list:no_day")
    return days, wrong


def _taken(request: Desk, format: str, book: str, days: dict[str, date | None]) -> HttpResponseBase:
    ends = accounting_file.FORMATS[format]
    with tempfile.TemporaryDirectory(prefix="tiwizi-") as folder:
        path = Path(folder) / f"journal.{ends}"
        with path.open("w", encoding="utf-8", newline="") as file:
            count = accounting_file.write(
                file, format, book=book or None, since=days["since"], until=days["until"], lang=language(),
                today=clock.today(),
            )  # fmt: skip
        leave_trace_of_export(request.by, name="journal", format=format, rows=count, query=request.GET.urlencode())
        return sent(path, f"journal-{book or 'all'}-{format}-{clock.today().isoformat()}.{ends}")


PAGES = (
    ("books/funds/<slug:book>/close/", close, "close_period"),
    ("books/export/", export, "export_books"),
)
