"""Runs: all that waits decided in one sweep. Started and watched here; what they correct is booked once seen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import counted, language, t
from tiwizi.records.care.operations.corrections import book_corrections
from tiwizi.records.care.operations.run import cancel_run, retry_shard, start_run
from tiwizi.records.care.queries.corrected import File, files_of, lines_of
from tiwizi.records.care.queries.corrections import waiting
from tiwizi.records.care.queries.runs import (
    is_run,
    left_of,
    runs,
    to_decide,
    unfinished,
    watched,
    workers_seen,
)
from tiwizi.records.cover.queries import plan_names
from tiwizi.records.people.looks import leave_trace, regions_within

#: The address that the page of a run asks again every two seconds answers this once the run is at an end, and the
#: browser asks no more (htmx).
STOP_ASKING = 286


@page("care.decide", post=True)
def all_runs(request: Desk) -> HttpResponse:
    refusal = None
    if request.method == "POST":
        run, refusal = attempt(request, start_run, day=clock.today())
        if refusal is None:
            messages.success(request, t("runs:started", run=run), extra_tags="done")
            return HttpResponseRedirect(reverse("run", args=[run]), status=303)
    context = {
        "refusal": refusal, "households": to_decide(), "unfinished": unfinished(), "today": clock.today(),
        "workers": workers_seen(clock.now()),
    }  # fmt: skip
    response = answer(request, _listing(), "desk/runs.html", context)
    response.status_code = 422 if refusal else 200
    return response


def _listing() -> Listing:
    names = plan_names(language())
    columns = (
        Column("run", "runs:run", "code", link=lambda row: reverse("run", args=[row.run])),
        Column("state", "runs:state", "state"),
        Column("asked_at", "runs:asked_at", "moment"),
        Column("asked_by", "runs:asked_by", "name"),
        Column("lines", "runs:lines", "number"),
        Column("paid", "runs:paid", "amount"),
        Column("corrections", "runs:corrections", "number", link=lambda row: reverse("corrections", args=[row.run])),
        Column("finished_at", "runs:finished_at", "moment"),
        *((Column("plan", "runs:plan", value=lambda row: names.get(row.plan, row.plan)),) if len(names) > 1 else ()),
    )
    filters = (Filter("words", "list:words"), Filter("state", "runs:state", "choice", choices=_states))
    return Listing("runs", "runs:title", columns, rows=runs, filters=filters, empty="runs:empty", need="care.decide")


def _states() -> list[tuple[str, str]]:
    return [(state, t(f"states:{state}")) for state in ("waiting", "working", "done", "cancelled")]


@page("care.decide", post=True)
def one_run(request: Desk, run: int) -> HttpResponse:
    if not is_run(run):
        raise Http404
    refusal = _asked_of(request, run) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return HttpResponseRedirect(reverse("run", args=[run]), status=303)
    parts, households = left_of(run)
    context = _watched(run) | {"refusal": refusal, "parts_left": parts, "households_left": households}
    return render(request, "desk/run.html", context, status=422 if refusal else 200)


def _asked_of(request: Desk, run: int) -> dict[str, str] | None:
    """Cancel it, or try a part again; the refusal."""
    if request.POST.get("do") == "cancel":
        _, refusal = attempt(request, cancel_run, run=run)
        told = "cancelled"
    else:
        shard = next((one.shard for one in watched(run, now=clock.now()).parked
                      if str(one.shard) == request.POST.get("shard")), None)  # fmt: skip
        if shard is None:
            raise Http404
        _, refusal = attempt(request, retry_shard, shard=shard)
        told = "retried"
    if refusal is None:
        messages.success(request, t(f"runs:{told}", run=run), extra_tags="done")
    return refusal


@page("care.decide")
def run_progress(request: Desk, run: int) -> HttpResponse:
    """The part of the page that grows."""
    if not is_run(run):
        raise Http404
    context = _watched(run)
    ended = context["run"].told.at_an_end
    return render(request, "desk/run_progress.html", context, status=STOP_ASKING if ended else 200)


def _watched(run: int) -> dict[str, Any]:
    return {"run": watched(run, now=clock.now()), "number": run}


# -- corrections --------------------------------------------------------------------------------------------------


@page("care.decide", post=True)
def corrections(request: Desk, run: int) -> HttpResponse:
    """What a run decides otherwise than it is booked, and the form that books it."""
    _must_reach_all(request, run)
    refusal = _book(request, run) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return HttpResponseRedirect(reverse("corrections", args=[run]), status=303)
    files = files_of(run)
    count, difference = waiting(run)
    open_ones = [one for one in files if one.state == "waiting"]
    context = {
        "number": run, "count": count, "difference": difference, "refusal": refusal,
        "more": sum(1 for one in open_ones if one.difference > 0),
        "less": sum(1 for one in open_ones if one.difference < 0),
        "gained": sum(one.difference for one in open_ones if one.difference > 0),
        "lost": sum(one.difference for one in open_ones if one.difference < 0), "today": clock.today(),
    }  # fmt: skip
    response = answer(request, _corrections(run, files), "desk/corrections.html", context)
    response.status_code = 422 if refusal else 200
    return response


def _must_reach_all(request: Desk, run: int) -> None:
    """Corrections of a run lie in all regions: who is bound to one does not see them."""
    if regions_within(request.by, "care.decide") is not None or not is_run(run):
        raise Http404


def _book(request: Desk, run: int) -> dict[str, str] | None:
    """Book what was shown; the refusal, where that is so no more."""
    try:
        shown = {name: int(request.POST.get(name, "")) for name in ("count", "difference")}
    except ValueError:
        shown = {"count": -1, "difference": 0}
    _, refusal = attempt(request, book_corrections, run=run, day=clock.today(), **shown)
    if refusal is None:
        booked = t("runs:booked", files=counted(shown["count"], "claims"))
        messages.success(request, booked, extra_tags="done")
    return refusal


def _corrections(run: int, files: list[File]) -> Listing:
    columns = (
        Column("number", "runs:file", "code", link=lambda row: reverse("correction", args=[run, row.number])),
        Column("household", "runs:household", "code"),
        Column("received", "runs:received", "day"),
        Column("state", "runs:state", "state"),
        Column("before", "runs:before", "amount", total=True),
        Column("after", "runs:after", "amount", total=True),
        Column("difference", "runs:difference", "amount", total=True),
    )
    filters = (
        Filter("words", "list:words"),
        Filter("state", "runs:state", "choice", choices=lambda: [(s, t(f"states:{s}")) for s in ("waiting", "booked")]),
    )
    return Listing(
        "corrections", "runs:corrections_of", columns, rows=lambda: files, filters=filters, need="care.decide",
        empty="runs:no_corrections",
    )  # fmt: skip


@page("care.decide")
def correction(request: Desk, run: int, number: str) -> HttpResponse:
    """The lines of a file that a run decided otherwise, and why."""
    _must_reach_all(request, run)
    found = lines_of(run, number, language())
    if found is None:
        raise Http404
    file, lines = found
    leave_trace(request.by, subject=f"household:{file.home}", what=f"correction:{run}")
    return render(request, "desk/correction.html", {"run": run, "file": file, "lines": lines})


PAGES = (
    ("runs/", all_runs, "runs"),
    ("runs/<int:run>/", one_run, "run"),
    ("runs/<int:run>/progress/", run_progress, "run_progress"),
    ("runs/<int:run>/corrections/", corrections, "corrections"),
    ("runs/<int:run>/corrections/<path:number>/", correction, "correction"),
)
