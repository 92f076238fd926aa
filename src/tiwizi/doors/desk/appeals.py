"""Appeals: a member does not agree, and somebody else than who decided answers in time."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.household import to_household
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.care.operations.appeals import answer_appeal, raise_appeal, withdraw_appeal
from tiwizi.records.care.queries import appeals as asked
from tiwizi.records.care.queries.appeals import Opened
from tiwizi.records.people.looks import leave_trace

#: What is proposed as the day by which an appeal is answered; whoever takes it in may say another.
PROPOSED = timedelta(days=30)


@page("care.read")
def appeals(request: Desk) -> HttpResponse:
    today = clock.today()
    columns = (
        Column("appeal", "appeals:number", "code", link=lambda row: reverse("appeal", args=[row.appeal])),
        Column("claim", "appeals:file", "code", link=lambda row: reverse("file", args=[row.claim])),
        Column("state", "appeals:state", "state"),
        Column("household", "appeals:household", "code", link=to_household(request.by)),
        Column("raised_on", "appeals:raised_on", "day"),
        Column("deadline", "appeals:deadline", "day"),
        Column("days_left", "appeals:days_left", "number"),
        Column("answered_by", "appeals:answered_by", "name"),
        Column("region", "appeals:region"),
    )
    filters = (
        Filter("words", "list:words"),
        Filter("state", "appeals:state", "choice", choices=_states),
        Filter("late", "appeals:late", "flag", matches=lambda row, _: row.days_left is not None and row.days_left < 0),
        Filter("deadline", "appeals:deadline", "days"),
    )
    rows = asked.appeals(request.by, on=today)
    listing = Listing("appeals", "appeals:title", columns, rows=lambda: rows, filters=filters, empty="appeals:empty")
    waits = [row for row in rows if row.days_left is not None]
    late = sum(1 for row in waits if row.days_left is not None and row.days_left < 0)
    return answer(request, listing, "desk/appeals.html", {"waits": len(waits), "late": late})


def _states() -> list[tuple[str, str]]:
    return [(state, t(f"states:{state}")) for state in ("raised", "upheld", "rejected", "withdrawn")]


@page("care.receive", post=True)
def appeal_new(request: Desk, number: str) -> HttpResponse:
    """The member's objection to what was decided on a file."""
    found = asked.claim_to_appeal(request.by, number)
    if found is None:
        raise Http404
    claim, household = found
    said = {"grounds": "", "deadline": (clock.today() + PROPOSED).isoformat()}
    faults: dict[str, str] = {}
    refusal = None
    if request.method == "POST":
        said = {name: request.POST.get(name, "").strip()[:200] for name in said}
        deadline = typed.day_or_fault(said["deadline"], "deadline", faults, needed=True)
        if not said["grounds"]:
            faults["grounds"] = t("appeals:fault_grounds")
        if not faults:
            raised, refusal = attempt(request, raise_appeal, claim=claim, grounds=said["grounds"], deadline=deadline)
            if refusal is None:
                messages.success(request, t("appeals:raised", number=number), extra_tags="done")
                return HttpResponseRedirect(reverse("appeal", args=[raised]), status=303)
    leave_trace(request.by, subject=f"household:{household}", what=f"appeal:{claim}")
    context = {"number": number, "said": said, "faults": faults, "refusal": refusal}
    return render(request, "desk/appeal_new.html", context, status=422 if refusal or faults else 200)


@page("care.read", post=True)
def appeal(request: Desk, number: int) -> HttpResponse:
    found = asked.appeal(request.by, number, on=clock.today())
    if found is None:
        raise Http404
    refusal, faults = None, {}
    if request.method == "POST":
        do, text = request.POST.get("do", ""), request.POST.get("answer", "").strip()[:200]
        if not text:
            faults["answer"] = t("appeals:fault_answer")
        else:
            refusal, address = _answered(request, found, do, text)
            if refusal is None:
                return HttpResponseRedirect(address, status=303)
    leave_trace(request.by, subject=f"household:{found.told.home}", what=f"appeal:{number}")
    context = {
        "found": found, "one": found.told, "refusal": refusal, "faults": faults,
        "answer": request.POST.get("answer", ""), "may_answer": request.by.may("care.review"),
        "may_withdraw": request.by.may("care.receive"), "over": -(found.told.days_left or 0),
        "sees_care": found.told.sees_care,
    }  # fmt: skip
    return render(request, "desk/appeal.html", context, status=422 if refusal or faults else 200)


def _answered(request: Desk, found: Opened, do: str, text: str) -> tuple[dict[str, str] | None, str]:
    """(the refusal, where to go on): upheld leads to the review of its lines."""
    one = found.told
    if do == "withdraw":
        _, refusal = attempt(request, withdraw_appeal, appeal=one.appeal, reason=text)
        told, address = "withdrawn", reverse("appeals")
    else:
        upheld = do == "uphold"
        _, refusal = attempt(request, answer_appeal, appeal=one.appeal, upheld=upheld, answer=text)
        told = "upheld" if upheld else "rejected"
        address = reverse("review_file", args=[one.claim]) if upheld else reverse("appeals")
    if refusal is None:
        messages.success(request, t(f"appeals:{told}", number=one.claim), extra_tags="done")
    return refusal, address


PAGES = (
    ("appeals/", appeals, "appeals"),
    ("appeals/new/<path:number>/", appeal_new, "appeal_new"),
    ("appeals/<int:number>/", appeal, "appeal"),
)
