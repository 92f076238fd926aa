"""Covers that the counter asked for: the contributions office starts each, or says why not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.desk.household import looked_at, to_household
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.cover.expected import waits
from tiwizi.records.cover.operations import answer_request
from tiwizi.records.cover.requests import cover_request, cover_requests

NEED = "cover.write"


@page(NEED)
def covers_waiting(request: Desk) -> HttpResponse:
    """What was asked for, the latest first, with what waits in a figure above."""
    columns = (
        Column("request", "covers:number", "code", link=lambda row: reverse("cover_request", args=[row.request])),
        Column("plan", "covers:plan", "code"),
        Column("state", "covers:state", "state"),
        Column("number", "covers:household", "code", link=to_household(request.by, "number")),
        Column("member", "covers:member", "name", value=lambda row: row),
        Column("since", "covers:since", "day"),
        Column("asked_at", "covers:asked_at", "moment"),
        Column("asked_by_name", "covers:asked_by", "name"),
        Column("region", "covers:region"),
    )
    rows = cover_requests()
    plans = sorted({row.plan for row in rows})
    filters = (
        Filter("words", "list:words"),
        Filter("state", "covers:state", "choice", choices=_states),
        Filter("plan", "covers:plan", "choice", choices=lambda: [(plan, plan) for plan in plans]),
        Filter("since", "covers:since", "days"),
    )
    listing = Listing("covers_waiting", "covers:title", columns, rows=lambda: rows, filters=filters,
                      empty="covers:empty")  # fmt: skip
    context = {"waits": sum(row.state == "waiting" for row in rows)}
    return answer(request, listing, "desk/covers_waiting.html", context)


def _states() -> list[tuple[str, str]]:
    return [(state, t(f"states:{state}")) for state in ("waiting", "started", "refused")]


@page(NEED, post=True)
def cover_requested(request: Desk, number: int) -> HttpResponse:
    """One request, with the household that it is for: the cover begins, or the counter reads why not."""
    one = cover_request(number)
    if one is None:
        raise Http404
    file = looked_at(request, one.number, what="cover_request", need=NEED)
    said, faults, refusal = request.POST.get("reason", "").strip()[:200], {}, None
    accepted = request.POST.get("do") == "start"
    if request.method == "POST" and not accepted and not said:
        faults["reason"] = t("covers:fault_reason")
    elif request.method == "POST":
        reason = "" if accepted else said
        _, refusal = attempt(request, answer_request, number=number, accepted=accepted, reason=reason)
        if refusal is None:
            told = t("covers:is_started", plan=one.plan) if accepted else t("covers:is_refused")
            messages.success(request, told, extra_tags="done")
            return HttpResponseRedirect(reverse("covers_waiting"), status=303)
    lang = language()
    context = {
        "one": one, "file": file, "said": said, "faults": faults, "refusal": refusal,
        "effect": t("covers:effect", plan=one.plan, day=locale.day(one.since, lang)),
        "waits": waits([one.plan], joined=one.since, today=clock.today(), lang=lang),
    }  # fmt: skip
    return render(request, "desk/cover_request.html", context, status=422 if refusal or faults else 200)


PAGES = (
    ("covers/", covers_waiting, "covers_waiting"),
    ("covers/<int:number>/", cover_requested, "cover_request"),
)
