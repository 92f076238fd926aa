"""Amounts above which two people act, and which two people change: one asks for another, a colleague confirms it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.desk.payments import fund_called
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.operations.limit import ask_limit, confirm_limit, refuse_limit
from tiwizi.records.care.queries.limit import review_limit, waiting_limit
from tiwizi.records.money.operations import ask_ceiling, confirm_ceiling, refuse_ceiling
from tiwizi.records.money.queries.entries_list import waiting_ceiling
from tiwizi.records.people.queries import user_names
from tiwizi.rules.ledger import MAX_TRANSFER
from tiwizi.rules.money import MAX_AMOUNT

Verbs = Mapping[str, Callable[..., Any]]


@page("care.set_limit", post=True, step_up=True)
def limit(request: Desk) -> HttpResponse:
    """Above which amount paid on a file two people answer it."""
    verbs: Verbs = {"ask": ask_limit, "confirm": confirm_limit, "refuse": refuse_limit}
    shown = {"kind": "limit", "title": t("two_people:limit"), "now": review_limit(), "waits": waiting_limit()}
    return _changed(request, verbs, shown, currency=str(request.currency), most=MAX_AMOUNT)


@page("money.close", post=True, step_up=True)
def ceiling(request: Desk, book: str) -> HttpResponse:
    """Above which amount two people approve a batch."""
    fund = fund_called(book)
    verbs: Verbs = {"ask": partial(ask_ceiling, book=book), "confirm": confirm_ceiling, "refuse": refuse_ceiling}
    shown = {
        "kind": "ceiling", "title": t("two_people:ceiling", fund=fund.name[language()]), "now": fund.ceiling,
        "waits": waiting_ceiling(book),
    }  # fmt: skip
    return _changed(request, verbs, shown, currency=fund.currency, most=MAX_TRANSFER)


def _changed(request: Desk, verbs: Verbs, shown: dict[str, Any], *, currency: str, most: int) -> HttpResponse:
    refusal, wrong, waits = None, "", shown["waits"]
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in ("confirm", "refuse"):
            _, refusal = attempt(request, verbs[do], change=typed.number(request.POST.get("change", "")))
        else:
            do = "ask"
            try:
                asked = typed.amount(request.POST.get("amount", ""), currency, most=most)
                _, refusal = attempt(request, verbs[do], amount=asked)
            except ValueError:
                wrong = t("two_people:wrong")
        if refusal is None and not wrong:
            messages.success(request, t(f"two_people:done_{do}"), extra_tags="done")
            return HttpResponseRedirect(request.path, status=303)
    context = shown | {
        "refusal": refusal, "wrong": wrong, "own": waits is not None and waits.asked_by == request.by.user,
        "asked_name": user_names([waits.asked_by]).get(waits.asked_by, "") if waits else "",
    }  # fmt: skip
    return render(request, "desk/two_people.html", context, status=422 if refusal or wrong else 200)


PAGES = (
    ("review/limit/", limit, "review_limit"),
    ("books/funds/<slug:book>/ceiling/", ceiling, "ceiling"),
)
