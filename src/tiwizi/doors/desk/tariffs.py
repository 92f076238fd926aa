"""Tariffs: their versions, what an act or a medicine costs on a day, what their source is not sure of, and the second
signature."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.cover.operations import publish_tariff
from tiwizi.records.cover.queries import in_force, plan_of_version, prices
from tiwizi.records.cover.queries import tariffs as versions
from tiwizi.records.trail.refusal import Refused

SHOWN = 50


@page("cover.read")
def tariffs(request: Desk) -> HttpResponse:
    return render(request, "desk/tariffs.html", {"versions": versions(on=clock.today())})


@page("cover.read", post="cover.publish_plan")
def tariff(request: Desk, version: int) -> HttpResponse:
    """Prices of a version, by code or word, on a day; and its signature, by who has looked at what is doubtful."""
    shown = next((one for one in versions(on=clock.today()) if one.version == version), None)
    if shown is None:
        raise Http404
    refusal = None
    if request.method == "POST":
        if shown.doubtful and not request.POST.get("looked"):
            refusal = {"message": t("tariffs:look_first"), "way_out": t("tariffs:look_first_way_out")}
        else:
            done, refusal = attempt(request, publish_tariff, version=version, on=clock.today())
            if done is not None:
                messages.success(request, t("tariffs:is_signed"), extra_tags="done")
                return HttpResponseRedirect(reverse("tariff", args=[version]), status=303)
    asked = request.GET
    on = typed.day_or_none(asked.get("on", ""))
    words, doubtful = asked.get("q", "")[:80].replace("\0", ""), bool(asked.get("doubtful"))
    code, _, number = asked.get("after", "").replace("\0", "").rpartition("|")
    after = (code, int(number) if number.isdecimal() and len(number) < 18 else 0)
    rows = prices(version, words=words, on=on, doubtful=doubtful, after=after, limit=SHOWN + 1, lang=language())
    more = asked.copy()
    if len(rows) > SHOWN:
        more["after"] = f"{rows[SHOWN - 1].code}|{rows[SHOWN - 1].id}"
    context = {
        "shown": shown, "rows": rows[:SHOWN], "more": more.urlencode() if len(rows) > SHOWN else "", "words": words,
        "on": on, "doubtful": doubtful, "refusal": refusal, "sources": _sources(),
        "may_sign": request.by.may("cover.publish_plan") and shown.proposed_by != request.by.user,
    }  # fmt: skip
    return render(request, "desk/tariff.html", context, status=422 if refusal else 200)


def _sources() -> dict[str, str]:
    """What the plan in force calls the sources that its prices name."""
    try:
        version, _ = in_force(clock.today())
    except Refused:
        return {}
    found = plan_of_version(version)
    sources = found[0].sources if found else {}
    return {
        name: t("plans:invented") if one.status == "D" else one.title.get(language()) or name
        for name, one in sources.items()
    }


PAGES = (("tariffs/", tariffs, "tariffs"), ("tariffs/<int:version>/", tariff, "tariff"))
