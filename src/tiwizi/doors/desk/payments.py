"""Payments: what each fund owes, who can be paid and who waits and why, and the batches that were prepared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, say, state_word, t
from tiwizi.doors.look.typed_day import day_of
from tiwizi.records.money.lifecycles import BATCH
from tiwizi.records.money.operations import prepare
from tiwizi.records.money.queries.batches import batches, to_pay
from tiwizi.records.money.queries.funds import Fund, funds
from tiwizi.records.money.queries.orders import waits_again
from tiwizi.records.money.queries.to_pay import HELD, PAYABLE
from tiwizi.records.people.queries import who_may

#: Batches that a list holds: some years of them.
MOST = 5_000
BATCH_STATES = tuple(dict.fromkeys(name for before, _, after in BATCH for name in (before, after)))


@page("money.read")
def payments(request: Desk) -> HttpResponse:
    found = funds()
    names = {fund.code: fund.name[language()] for fund in found}
    listing = Listing(
        "batches", "payments:batches",
        (
            Column("batch", "payments:batch", "code", link=lambda row: reverse("batch", args=[row.batch])),
            Column("book", "payments:fund", value=lambda row: names[row.book]),
            Column("day", "payments:day", "day"),
            Column("state", "payments:state", "state"),
            Column("orders", "payments:orders", "number", total=True),
            Column("amount", "payments:amount", "amount", total=True),
            Column("paid", "payments:orders_paid", "number", total=True),
            Column("returned", "payments:orders_returned", "number", total=True),
        ),
        rows=lambda: batches(limit=MOST),
        filters=(
            Filter("book", "payments:fund", "choice", choices=lambda: list(names.items())),
            Filter("state", "payments:state", "choice", choices=lambda: [(s, state_word(s)) for s in BATCH_STATES]),
            Filter("day", "payments:day", "days"),
        ),
        sort="-batch", empty="payments:no_batches",
    )  # fmt: skip
    sums = {name: sum(getattr(fund, name) for fund in found) for name in ("owed", "way", "bank", "suspense")}
    return answer(request, listing, "desk/payments.html", {"funds": found, "sums": sums, "back": waits_again()})


def fund_called(code: str) -> Fund:
    """Raises Http404."""
    found = next((fund for fund in funds() if fund.code == code), None)
    if found is None:
        raise Http404
    return found


@page("money.read")
def fund_to_pay(request: Desk, book: str) -> HttpResponse:
    """Who can be paid from a fund and who waits; with the effect that preparing a batch would have."""
    fund = fund_called(book)
    asked, wrong = _asked(request.GET)
    found = to_pay(
        book=book, on=asked["on"], at=clock.now(), to=asked["to"], limit=20_000,
        without=(request.by.user, *asked["without"]) if request.by.may("money.prepare") else (),
    )  # fmt: skip
    names = request.by.may("people.read")
    reasons = sorted({one.reason for one in found.waiting})
    listing = Listing(
        "waiting", "payments:waiting",
        (
            Column("payee", "payments:payee", "code", value=lambda row: f"P{row.payee}"),
            *((Column("name", "payments:name", "name"),) if names else ()),
            Column("amount", "payments:amount", "amount", total=True),
            Column("reason", "payments:reason", value=lambda row: say("payment", f"held_{row.reason}")),
            Column("what", "payments:what_to_do", value=lambda row: say("payment", f"held_{row.reason}_way_out"),
                   sorts=False),
        ),
        rows=lambda: found.waiting,
        filters=(
            Filter("words", "list:words"),
            Filter("reason", "payments:reason", "choice",
                   choices=lambda: [(reason, say("payment", f"held_{reason}")) for reason in reasons]),
        ),
        sort="-amount", empty="payments:nobody_waits",
    )  # fmt: skip
    counts = [(reason, sum(one.reason == reason for one in found.waiting),
               sum(one.amount for one in found.waiting if one.reason == reason)) for reason in HELD[1:]]  # fmt: skip
    context = {
        "fund": fund, "found": found, "asked": asked, "wrong": wrong, "signers": _signers(request),
        "after": fund.bank - found.amount, "counts": [count for count in counts if count[1]],
        "kinds": tuple(PAYABLE)[::-1],
    }  # fmt: skip
    return answer(request, listing, "desk/payments_fund.html", context)


def _asked(given: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What a batch is asked to hold, and what of it cannot be understood: field -> what to say beside it."""
    wrong = {}
    try:
        on = day_of(given.get("on") or clock.today().isoformat())
    except ValueError:
        on, wrong["on"] = clock.today(), t("list:no_day")
    to = given.get("to", "")
    without = [int(number) for number in given.getlist("without") if number.isdecimal() and len(number) < 10]
    return {"on": on, "to": to if to in PAYABLE else "", "without": without, "text": given.get("text", "")[:140]}, wrong


def _signers(request: Desk) -> list[tuple[int, str]]:
    """Who may approve and release: what touches them can be left for another batch."""
    both = {*who_may("money.approve"), *who_may("money.release")}
    return sorted((one for one in both if one[0] != request.by.user), key=lambda one: one[1])


@page("money.prepare", post=True)
def prepare_batch(request: Desk, book: str) -> HttpResponse:
    """The form of the page before, sent: the batch stands, or the page says why not."""
    fund = fund_called(book)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("fund_to_pay", args=[book]))
    asked, wrong = _asked(request.POST)
    refusal = {"message": t("payments:day_wrong"), "way_out": t("payments:day_wrong_way_out")} if wrong else None
    if refusal is None:
        made, refusal = attempt(request, prepare, book=book, **asked)
        if refusal is None:
            messages.success(request, t("payments:prepared", batch=made["batch"]))
            return HttpResponseRedirect(reverse("batch", args=[made["batch"]]), status=303)
    context = {"fund": fund, "asked": asked, "wrong": wrong, "refusal": refusal, "signers": _signers(request),
               "kinds": tuple(PAYABLE)[::-1]}  # fmt: skip
    return render(request, "desk/payments_prepare.html", context, status=422)


PAGES = (
    ("payments/", payments, "payments"),
    ("payments/funds/<slug:book>/", fund_to_pay, "fund_to_pay"),
    ("payments/funds/<slug:book>/prepare/", prepare_batch, "prepare_batch"),
)
