"""Second opinions: decided lines drawn at random, looked at once more by somebody else, and how often they agree."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, percent, t
from tiwizi.records.care.operations.samples import draw_sample, give_opinion
from tiwizi.records.care.queries import samples as asked
from tiwizi.records.care.queries.review_file import review_file
from tiwizi.records.care.queries.samples import SampleRow
from tiwizi.records.people.looks import regions_within

#: What is proposed: a hundredth of the lines of the last month.
SHARE, BACK = "1", timedelta(days=30)
LARGEST_SEED = 10**9


@page("care.review", post=True)
def samples(request: Desk) -> HttpResponse:
    today = clock.today()
    said = {
        "since": (today - BACK).isoformat(), "until": today.isoformat(), "share": SHARE,
        "seed": str(secrets.randbelow(LARGEST_SEED)),
    }  # fmt: skip
    faults: dict[str, str] = {}
    refusal = None
    if request.method == "POST":
        said = {name: request.POST.get(name, "").strip()[:20] for name in said}
        values = _values(said, faults)
        if not faults:
            made, refusal = attempt(request, draw_sample, **values)
            if refusal is None:
                return HttpResponseRedirect(reverse("sample", args=[made]), status=303)
    context = {
        "said": said, "faults": faults, "refusal": refusal,
        "may_draw": regions_within(request.by, "care.review") is None,
    }  # fmt: skip
    response = answer(request, _listing(), "desk/samples.html", context)
    response.status_code = 422 if refusal or faults else response.status_code
    return response


def _values(said: dict[str, str], faults: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: typed.day_or_fault(said[name], name, faults, needed=True) for name in ("since", "until")
    }
    if found["until"] is not None:
        found["until"] += timedelta(days=1)  # people say the last day that counts
    try:
        found["share"] = (typed.quantity(said["share"]) or 0) // 10  # thousandths of a per cent -> basis points
    except ValueError:
        faults["share"] = t("samples:fault_share")
    if said["seed"].isascii() and said["seed"].isdecimal() and len(said["seed"]) < 16:
        found["seed"] = int(said["seed"])
    else:
        faults["seed"] = t("samples:fault_seed")
    return found


def _listing() -> Listing:
    columns = (
        Column("sample", "samples:number", "code", link=lambda row: reverse("sample", args=[row.sample])),
        Column("since", "samples:since", "day"),
        Column("until", "samples:until", "day", value=_last),
        Column("population", "samples:population", "number"),
        Column("drawn", "samples:drawn", "number"),
        Column("given", "samples:given", "number", value=lambda row: row.agreement.given),
        Column("rate", "samples:rate", "text", value=_rate, sorts=False),
        Column("drawn_by", "samples:drawn_by", "name"),
        Column("at", "samples:at", "moment"),
    )
    filters = (Filter("words", "list:words"),)
    return Listing("samples", "samples:title", columns, rows=asked.samples, filters=filters, empty="samples:empty",
                   need="care.review")  # fmt: skip


def _last(row: SampleRow) -> date:
    """The last day that counts."""
    return row.until - timedelta(days=1)


def _rate(row: SampleRow) -> str:
    return percent(row.agreement.rate) if row.agreement.rate is not None else ""


@page("care.review")
def sample(request: Desk, number: int) -> HttpResponse:
    found = asked.sample(number)
    if found is None:
        raise Http404
    row, strata = found
    columns = (
        Column("claim", "samples:file", "code", link=lambda one: reverse("opinion", args=[one.opinion])),
        Column("number", "samples:line", "number"),
        Column("billed", "samples:billed", "amount"),
        Column("state", "samples:state", "state"),
        Column("verdict", "samples:verdict", "state"),
        Column("by", "samples:by", "name"),
    )
    verdicts = Filter("verdict", "samples:verdict", "choice", choices=_verdicts)
    rows = asked.opinions(request.by, number)
    listing = Listing("opinions", "samples:lines", columns, rows=lambda: rows, need="care.review",
                      filters=(Filter("words", "list:words"), verdicts))  # fmt: skip
    waits = next((one.opinion for one in rows if one.verdict == "waiting"), None)
    context = {"row": row, "last": _last(row), "strata": strata, "waits": waits}
    return answer(request, listing, "desk/sample.html", context)


def _verdicts() -> list[tuple[str, str]]:
    return [(verdict, t(f"states:{verdict}")) for verdict in ("waiting", "same", "otherwise")]


@page("care.review", post=True)
def opinion(request: Desk, number: int) -> HttpResponse:
    """One line of a sample, and the second reviewer's word on it."""
    one = asked.opinion(request.by, number)
    if one is None:
        raise Http404
    refusal, faults = None, {}
    if request.method == "POST":
        same, note = request.POST.get("do") == "same", request.POST.get("note", "").strip()[:200]
        if not same and not note:
            faults["note"] = t("samples:fault_note")
        else:
            _, refusal = attempt(request, give_opinion, opinion=number, same=same, note=note)
            if refusal is None:
                messages.success(request, t("samples:kept", number=one.told.claim), extra_tags="done")
                return HttpResponseRedirect(reverse("sample", args=[one.sample]), status=303)
    file = review_file(request.by, one.claim, language())
    line = next(line for line in file.lines if line.line == one.told.line)
    context = {
        "one": one, "told": one.told, "file": file, "line": line, "refusal": refusal, "faults": faults,
        "note": request.POST.get("note", ""),
    }  # fmt: skip
    return render(request, "desk/opinion.html", context, status=422 if refusal or faults else 200)


PAGES = (
    ("samples/", samples, "samples"),
    ("samples/<int:number>/", sample, "sample"),
    ("samples/line/<int:number>/", opinion, "opinion"),
)
