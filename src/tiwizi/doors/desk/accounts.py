"""Where people are paid: an account is asked for by one, confirmed by another who reads the paper again, and usable 48
hours later (S4). Numbers are shown by their ends alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.household import looked_at
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.people.accounts import accounts_of, accounts_to_confirm, payees_of
from tiwizi.records.people.operations.accounts import confirm_account, end_account, request_account
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.rib import read_rib

LONGEST = 60


@page("people.request_account", post=True, step_up=True)
def accounts(request: Desk, number: str) -> HttpResponse:
    """The accounts of a household: ask for another, or take one out of use."""
    file = looked_at(request, number, what="accounts", need="people.request_account")
    held, payees = accounts_of(file.household, at=clock.now()), payees_of(file.household)
    typed, refusal = request.POST.get("number", "")[:LONGEST], None
    checked: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("end"):
        known = {str(one.account): one.account for one in held if one.state != "ended"}
        account = _of(known, request.POST["end"])
        answer, refusal = attempt(request, end_account, account=account)
        if refusal is None:
            return _back(request, "accounts", "ended", number)
    elif request.method == "POST":
        payee = _of({str(one[0]): one[0] for one in payees}, request.POST.get("payee", ""))
        checked = check_typed(typed)
        if checked.get("good"):
            answer, refusal = attempt(request, request_account, payee=payee, number=typed)
            if refusal is None:
                return _back(request, "accounts", "asked", number)
    here = {"file": file, "accounts": held, "payees": payees, "typed": typed, "refusal": refusal, "checked": checked}
    wrong = refusal is not None or (request.method == "POST" and not checked.get("good"))
    return render(request, "desk/accounts.html", here, status=422 if wrong else 200)


@page("people.confirm_account", post=True, step_up=True)
def accounts_waiting(request: Desk) -> HttpResponse:
    """What colleagues asked for: whoever confirms reads the number from the paper once more."""
    waiting, refusal, wrong = accounts_to_confirm(request.by), None, ""
    if request.method == "POST":
        wrong = request.POST.get("account", "")
        account = _of({str(one.account): one.account for one in waiting}, wrong)
        typed = request.POST.get("number", "")[:LONGEST]
        _, refusal = attempt(request, confirm_account, account=account, number=typed)
        if refusal is None:
            return _back(request, "accounts_waiting", "confirmed")
    here = {"waiting": waiting, "refusal": refusal, "wrong": wrong, "me": request.by.user}
    return render(request, "desk/accounts_waiting.html", here, status=422 if refusal else 200)


@page("people.request_account", post=True)
def check_account(request: Desk) -> HttpResponse:
    """What is wrong with a number, beside the field, while it is typed."""
    typed = request.POST.get("number", "")[:LONGEST]
    return render(request, "desk/account_checked.html", {"checked": check_typed(typed) if typed.strip() else {}})


def check_typed(typed: str) -> dict[str, str]:
    """``good``: the end of a number whose key is right; or ``message`` and ``way_out``."""
    read = read_rib(typed)
    if isinstance(read, Mistake):
        return {"message": read.message(language()), "way_out": read.way_out(language())}
    return {"good": read[-4:]}


def _of(known: dict[str, Any], said: str) -> Any:
    if said not in known:
        raise Http404
    return known[said]


def _back(request: Desk, name: str, what: str, *args: str) -> HttpResponse:
    messages.success(request, t(f"accounts:{what}"), extra_tags="done")
    response = HttpResponseRedirect(reverse(name, args=args))
    response.status_code = 303
    return response


PAGES = (
    ("household/<str:number>/accounts/", accounts, "accounts"),
    ("accounts/", accounts_waiting, "accounts_waiting"),
    ("accounts/check/", check_account, "check_account"),
)
