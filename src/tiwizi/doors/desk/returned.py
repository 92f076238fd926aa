"""One order and what it pays; payments that came back, and what to do next about each."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors.desk.page import Desk, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.queries.advice import advice
from tiwizi.records.money.queries.funds import funds
from tiwizi.records.money.queries.orders import OrderTold, order_called, returned_orders


@page("money.read")
def order(request: Desk, reference: str) -> HttpResponse:
    """An order; the files that it pays are told to who may know people, their sum to all."""
    told = order_called(reference)
    if told is None:
        raise Http404
    lines = advice(reference)
    context = {
        "order": told, "lines": lines if request.by.may("people.read") else [], "count": len(lines),
        "reason": reason_of(told.reason or ""),
        "sum": sum(line.amount for line in lines), "named": request.by.may("people.read"),
    }  # fmt: skip
    return render(request, "desk/order.html", context)


@page("money.read")
def returned(request: Desk) -> HttpResponse:
    names = {fund.code: fund.name[language()] for fund in funds()}
    listing = Listing(
        "returned", "payments:returned",
        (
            Column("reference", "payments:order", "code", value=lambda one: one.row.reference,
                   link=lambda one: reverse("order", args=[one.row.reference])),
            *((Column("name", "payments:name", "name", value=lambda one: one.row.name),
               Column("account", "payments:account", "code", value=lambda one: one.row.account))
              if request.by.may("people.read") else ()),
            Column("book", "payments:fund", value=lambda one: names[one.book]),
            Column("returned_on", "payments:returned_on", "day"),
            Column("reason", "payments:bank_says", value=lambda one: reason_of(one.reason)),
            Column("again", "payments:what_next", value=_next),
            Column("amount", "payments:amount", "amount", value=lambda one: one.row.amount, total=True),
        ),
        rows=returned_orders,
        filters=(
            Filter("words", "list:words"),
            Filter("book", "payments:fund", "choice", choices=lambda: list(names.items())),
            Filter("waits", "payments:only_waiting", "flag", matches=lambda one, _: one.again is None),
            Filter("returned_on", "payments:returned_on", "days"),
        ),
        sort="-returned_on", empty="payments:nothing_returned",
    )  # fmt: skip
    return answer(request, listing, "desk/returned.html")


def _next(one: OrderTold) -> str:
    return t("payments:ask_account") if one.again is None else t("payments:paid_again", batch=one.again)


#: ISO 20022 external return reasons that banks give for a transfer, as keys of payments.toml.
REASONS = ("AC01", "AC04", "AC06", "AM04", "BE01", "MD07", "MS03", "RR04")


def reason_of(code: str) -> str:
    """What a bank means by a code, in words; its own words as they are."""
    return t(f"payments:reason_{code}") if code in REASONS else code


PAGES = (
    ("payments/orders/<slug:reference>/", order, "order"),
    ("payments/returned/", returned, "returned"),
)
