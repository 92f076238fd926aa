"""Breaking the glass: who may not read what the care was reads it for an hour, gives the reason, and is seen to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.people.operations.glass import LONGEST, SHORTEST, break_glass
from tiwizi.records.people.queries import BREAKS_GLASS, broken_glass, glass_until


@page(BREAKS_GLASS, post=True, step_up=True)
def glass(request: Desk) -> HttpResponse:
    refusal, reason = None, request.POST.get("reason", "")
    if request.method == "POST":
        _, refusal = attempt(request, break_glass, reason=reason)
        if refusal is None:
            messages.success(request, t("glass:broken"))
            return HttpResponseRedirect(request.path, status=303)
    context = {
        "until": glass_until(request.by.user, at=clock.now()),
        "broken": broken_glass(),
        "refusal": refusal,
        "reason": reason,
        "least": SHORTEST,
        "most": LONGEST,
    }
    return render(request, "desk/glass.html", context, status=422 if refusal else 200)


PAGES = (("glass/", glass, "glass"),)
