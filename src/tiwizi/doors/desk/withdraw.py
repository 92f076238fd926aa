"""Taking back a file, or some of its lines, that was handed in by mistake: what that changes, then a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import counted, language, t
from tiwizi.records.care.operations.withdraw import withdraw_lines
from tiwizi.records.care.queries.file import ClaimFile, claim_file
from tiwizi.records.care.queries.paid import order_that_pays


@page("care.receive", post=True)
def withdraw(request: Desk, number: str) -> HttpResponse:
    """``?line=``: the one that is meant; without it all that stand."""
    found = claim_file(request.by, number, language(), need="care.receive", what="withdraw")
    if found is None:
        raise Http404
    own = {str(line.line): line.line for line in found.lines}  # sent twice, the verb is asked the same twice
    said = request.POST if request.method == "POST" else request.GET
    lines = [own[name] for name in dict.fromkeys(said.getlist("line")) if name in own]
    reason, faults, refusal = request.POST.get("reason", "").strip()[:200], {}, None
    if request.method == "POST":
        if not reason:
            faults["reason"] = t("withdraw:fault_reason")
        else:
            left, refusal = attempt(request, withdraw_lines, claim=found.claim, lines=lines, reason=reason)
            if refusal is None:
                key = "withdraw:done" if left else "withdraw:done_all"
                said_so = t(key, lines=counted(len(lines), "lines"), number=number)
                messages.success(request, said_so, extra_tags="done")
                return HttpResponseRedirect(reverse("file", args=[number]), status=303)
    elif not lines:
        lines = [line.line for line in found.standing]
    return _form(request, found, lines, reason, faults, refusal)


def _form(
    request: Desk, found: ClaimFile, lines: list[int], reason: str, faults: dict[str, str],
    refusal: dict[str, str] | None,
) -> HttpResponse:  # fmt: skip
    here = {
        "file": found, "chosen": lines, "reason": reason, "faults": faults, "refusal": refusal,
        "order": order_that_pays(found.claim),
    }  # fmt: skip
    return render(request, "desk/withdraw.html", here, status=422 if faults or refusal else 200)


PAGES = (("withdraw/<path:number>/", withdraw, "withdraw"),)
