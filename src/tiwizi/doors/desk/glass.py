"""Breaking the glass: who may not read what the care was reads that of one household for an hour, gives the reason, and
is seen to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.household import looked_at
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.people.operations.glass import LONGEST, SHORTEST, break_glass
from tiwizi.records.people.queries import BREAKS_GLASS, broken_glass, glass_until


@page(BREAKS_GLASS)
def glass(request: Desk) -> HttpResponse:
    """Every time that it was broken."""
    return render(request, "desk/glass.html", {"broken": broken_glass()})


@page(BREAKS_GLASS, post=True, step_up=True)
def household_glass(request: Desk, number: str) -> HttpResponse:
    """Asked from the page of a household, or of a file (``?file=``), and back there."""
    home, refusal, reason = looked_at(request, number, what="glass").household, None, request.POST.get("reason", "")
    claim = request.GET.get("file", "")
    back = reverse("file", args=[claim]) if claim.isprintable() and claim else reverse("household", args=[number])
    if request.method == "POST":
        _, refusal = attempt(request, break_glass, household=home, reason=reason)
        if refusal is None:
            messages.success(request, t("glass:broken"))
            return HttpResponseRedirect(back, status=303)
    context = {
        "number": number, "back": back, "until": glass_until(request.by.user, household=home, at=clock.now()),
        "refusal": refusal, "reason": reason, "least": SHORTEST, "most": LONGEST,
    }  # fmt: skip
    return render(request, "desk/household_glass.html", context, status=422 if refusal else 200)


PAGES = (
    ("glass/", glass, "glass"),
    ("household/<str:number>/glass/", household_glass, "household_glass"),
)
