"""Prior approvals: care that is asked for before it is given, and answered by the medical adviser in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.operations.approvals import ask_approval, decide_approval, withdraw_approval
from tiwizi.records.care.queries import approvals as asked
from tiwizi.records.care.queries.approval_use import used_of
from tiwizi.records.care.queries.approvals import ApprovalRow
from tiwizi.records.people.looks import leave_trace

#: Proposed: the day by which a request is answered, and how long an approval holds.
PROPOSED, HOLDS = timedelta(days=10), timedelta(days=180)


@page("care.read")
def approvals(request: Desk) -> HttpResponse:
    rows = asked.approvals(request.by, language(), on=clock.today())
    columns = [
        Column("number", "approvals:number", "code", link=lambda row: reverse("approval", args=[row.number])),
        Column("who", "approvals:person", "name"),
        Column("state", "approvals:state", "state"),
        Column("days_left", "approvals:days_left", "number"),
        Column("household", "approvals:household", "code"),
        *([Column("label", "approvals:act", value=_act)] if any(row.sees_care for row in rows) else []),
        Column("amount", "approvals:amount", "amount"),
        Column("asked_on", "approvals:asked_on", "day"),
        Column("deadline", "approvals:deadline", "day"),
        Column("until", "approvals:until", "day"),
        Column("region", "approvals:region"),
    ]
    filters = (
        Filter("words", "list:words"),
        Filter("state", "approvals:state", "choice", choices=_states),
        Filter(
            "late", "approvals:late", "flag", matches=lambda row, _: row.days_left is not None and row.days_left < 0
        ),
        Filter("deadline", "approvals:deadline", "days"),
    )
    waits = [row.days_left for row in rows if row.days_left is not None]
    listing = Listing("approvals", "approvals:title", columns, rows=lambda: rows, filters=filters,
                      empty="approvals:empty")  # fmt: skip
    context = {
        "waits": len(waits), "late": sum(1 for days in waits if days < 0), "may_ask": request.by.may("care.receive"),
    }  # fmt: skip
    return answer(request, listing, "desk/approvals.html", context)


def _act(row: ApprovalRow) -> str:
    return row.label if row.sees_care else ""


def _states() -> list[tuple[str, str]]:
    return [(state, t(f"states:{state}")) for state in ("asked", "approved", "refused", "expired", "withdrawn")]


# -- asking -------------------------------------------------------------------------------------------------------


@page("care.receive", post=True)
def approval_new(request: Desk) -> HttpResponse:
    """First the household, then for whom and for what."""
    number = (request.POST if request.method == "POST" else request.GET).get("household", "").strip()[:40]
    found = asked.who_can_ask(request.by, number) if number else None
    context: dict[str, Any] = {"household": number, "is_unknown": bool(number) and found is None, "faults": {}}
    if found is None:
        status = 404 if context["is_unknown"] else 200
        return render(request, "desk/approval_new.html", context, status=status)
    home, people = found
    said = _said(request)
    refusal = None
    if request.method == "POST":
        values = _asked_values(request, said, {str(one.person) for one in people}, context["faults"])
        if not context["faults"]:
            made, refusal = attempt(request, ask_approval, household=home, **values)
            if refusal is None:
                messages.success(request, t("approvals:asked", number=made["number"]), extra_tags="done")
                return HttpResponseRedirect(reverse("approval", args=[made["number"]]), status=303)
    leave_trace(request.by, subject=f"household:{home}", what="approval")
    context |= {"people": people, "said": said, "refusal": refusal}
    return render(request, "desk/approval_new.html", context, status=422 if refusal or context["faults"] else 200)


def _said(request: Desk) -> dict[str, str]:
    if request.method != "POST":
        return {"deadline": (clock.today() + PROPOSED).isoformat()}
    names = ("person", "code", "provider", "quantity", "amount", "deadline")
    return {name: request.POST.get(name, "").strip()[:40] for name in names}


def _asked_values(request: Desk, said: dict[str, str], people: set[str], faults: dict[str, str]) -> dict[str, Any]:
    if said["person"] not in people:
        faults["person"] = t("approvals:fault_person")
    return {
        "person": int(said["person"]) if said["person"] in people else 0, "code": said["code"] or None,
        "provider": said["provider"] or None,
        "deadline": typed.day_or_fault(said["deadline"], "deadline", faults, needed=True),
        **_measures(request, said, faults),
    }  # fmt: skip


def _measures(request: Desk, said: dict[str, str], faults: dict[str, str]) -> dict[str, int | None]:
    """Quantity and amount, each None where nothing was typed."""
    found: dict[str, int | None] = {"quantity": None, "amount": None}
    try:
        found["quantity"] = typed.quantity(said.get("quantity", ""))
    except ValueError:
        faults["quantity"] = t("review:fault_quantity")
    try:
        found["amount"] = typed.amount(said.get("amount", ""), str(request.currency))
    except ValueError:
        faults["amount"] = t("review:fault_price")
    return found


# -- answering ----------------------------------------------------------------------------------------------------


@page("care.read", post=True)
def approval(request: Desk, number: str) -> HttpResponse:
    one = asked.approval(request.by, number, language(), on=clock.today())
    if one is None:
        raise Http404
    said = {"since": clock.today().isoformat(), "until": (clock.today() + HOLDS).isoformat()}
    faults: dict[str, str] = {}
    refusal = None
    if request.method == "POST":
        names = ("since", "until", "quantity", "amount", "answer")
        said = {name: request.POST.get(name, "").strip()[:200] for name in names}
        refusal = _decided(request, one, said, faults)
        if refusal is None and not faults:
            return HttpResponseRedirect(reverse("approval", args=[number]), status=303)
    leave_trace(request.by, subject=f"household:{one.home}", what=f"approval:{one.approval}")
    used = used_of(one, language(), on=clock.today()) if one.state == "approved" else None
    files = asked.files_that_name(number)
    told = {line.file for line in used.lines} if used else set()
    context = {
        "one": one, "said": said, "faults": faults, "refusal": refusal, "over": -(one.days_left or 0),
        "sees_care": one.sees_care, "may_decide": request.by.may("care.approve_care"),
        "files": files, "others": [file for file in files if file not in told], "used": used,
    }  # fmt: skip
    return render(request, "desk/approval.html", context, status=422 if refusal or faults else 200)


def _decided(request: Desk, one: ApprovalRow, said: dict[str, str], faults: dict[str, str]) -> dict[str, str] | None:
    do = request.POST.get("do", "")
    if do == "withdraw":
        _, refusal = attempt(request, withdraw_approval, approval=one.approval)
    elif do == "approve":
        values: dict[str, Any] = {
            name: typed.day_or_fault(said.get(name, ""), name, faults) for name in ("since", "until")
        }
        values |= _measures(request, said, faults)
        if faults:
            return None
        _, refusal = attempt(
            request, decide_approval, approval=one.approval, approved=True, answer=said["answer"] or None, **values
        )
    else:
        if not said["answer"]:
            faults["answer"] = t("approvals:fault_answer")
            return None
        _, refusal = attempt(request, decide_approval, approval=one.approval, approved=False, answer=said["answer"])
    if refusal is None:
        messages.success(request, t("approvals:answered", number=one.number), extra_tags="done")
    return refusal


PAGES = (
    ("approvals/", approvals, "approvals"),
    ("approvals/new/", approval_new, "approval_new"),
    ("approvals/number/<path:number>/", approval, "approval"),
)
