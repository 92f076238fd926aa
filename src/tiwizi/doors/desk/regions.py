"""The regions of the mutual, its delegations: opened and named here, given to colleagues on their own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.people.operations.regions import LONGEST_CODE, open_regions
from tiwizi.records.people.places import every_region

NAMES = ("code", "name_ar", "name_latin")


@page("people.describe_mutual", post=True)
def regions(request: Desk) -> HttpResponse:
    """Those that there are, and a form that opens one or, led to from its code, names it anew."""
    every = every_region()
    asked = request.POST.get("named", "") if request.method == "POST" else request.GET.get("named", "")
    named = next((one for one in every if one.code == asked), None)
    said = {name: getattr(named, name) if named else "" for name in NAMES}
    faults: dict[str, str] = {}
    refusal = None
    if request.method == "POST":
        said |= {name: " ".join(request.POST.get(name, said[name]).replace("\0", "").split())[:100] for name in NAMES}
        said |= {"code": named.code} if named else {}
        faults = {name: t("regions:blank") for name in NAMES if not said[name]}
        if not named and any(one.code == said["code"] for one in every):
            faults["code"] = t("regions:taken")
        elif len(said["code"]) > LONGEST_CODE:
            faults["code"] = t("regions:too_long")
        if not faults:
            _, refusal = attempt(request, open_regions, regions=[[said[name] for name in NAMES]])
            if refusal is None:
                done = t("regions:is_named" if named else "regions:is_open", code=said["code"])
                messages.success(request, done, extra_tags="done")
                return HttpResponseRedirect(reverse("regions"), status=303)
    columns = (
        Column("code", "regions:code", "code", link=lambda one: f"?named={one.code}#say"),
        Column("name_ar", "regions:name_ar", "name"),
        Column("name_latin", "regions:name_latin", "name"),
        Column("households", "regions:households", "number", total=True),
        Column("colleagues", "regions:colleagues", "number"),
    )
    listing = Listing("regions", "regions:title", columns, rows=lambda: every, filters=(Filter("words", "list:words"),),
                      sort="code", empty="regions:empty")  # fmt: skip
    context = {"said": said, "faults": faults, "refusal": refusal, "named": named}
    response = answer(request, listing, "desk/regions.html", context)
    response.status_code = 422 if faults or refusal else response.status_code
    return response


PAGES = (("mutual/regions/", regions, "regions"),)
