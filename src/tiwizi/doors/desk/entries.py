"""Entries by hand: asked by one, in columns of debit and credit that must balance, and confirmed by another (S6)."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, state_word, t
from tiwizi.doors.look.typed_day import day_of
from tiwizi.records.money.operations import ask_entry, confirm_entry, refuse_entry
from tiwizi.records.money.queries.entries_list import STATES, entries, entry_numbered
from tiwizi.records.money.queries.journal import chart
from tiwizi.records.money.queries.lines import line_numbered
from tiwizi.rules.chart import Chart
from tiwizi.rules.ledger import MAX_TRANSFER, pairs

POST = "money.post"
#: Rows of the form when it opens, and the most that it takes.
ROWS, MOST_ROWS = 6, 60


@page("money.read")
def entry_list(request: Desk) -> HttpResponse:
    names = {code: fund.name[language()] for code, fund in chart().funds.items()}
    listing = Listing(
        "entries", "entries:title",
        (
            Column("number", "entries:entry", "code", link=lambda row: reverse("entry", args=[row.number])),
            Column("book", "entries:fund", value=lambda row: names[row.book]),
            Column("day", "entries:day", "day"),
            Column("memo", "entries:memo"),
            Column("state", "entries:state", "state"),
            Column("asked_name", "entries:asked_by", "name"),
            Column("answered_name", "entries:answered_by", "name"),
            Column("amount", "entries:amount", "amount", total=True),
        ),
        rows=entries,
        filters=(
            Filter("words", "list:words"),
            Filter("state", "entries:state", "choice", choices=lambda: [(s, state_word(s)) for s in STATES]),
            Filter("book", "entries:fund", "choice", choices=lambda: list(names.items())),
            Filter("day", "entries:day", "days"),
        ),
        sort="-number", empty="entries:none",
    )  # fmt: skip
    return answer(request, listing, "desk/entries.html")


@page(POST, post=True)
def entry_new(request: Desk) -> HttpResponse:
    """Ask for an entry; with ``line``, one that explains a movement in suspense."""
    held = chart()
    given = request.POST if request.method == "POST" else request.GET
    book = given.get("book", "") if given.get("book", "") in held.funds else next(iter(held.funds), "")
    number = typed.number(given.get("line", ""))
    line = line_numbered(number) if number else None
    if line is not None and line.what == "suspense":
        book = line.book
    rows = _rows(given)
    wrong: dict[str, Any] = {}
    refusal = None
    if request.method == "POST":
        told, wrong = _told(given, rows, held, book)
        if not wrong:
            _, refusal = attempt(request, ask_entry, book=book, line=line.number if line else None, **told)
            if refusal is None:
                messages.success(request, t("entries:asked"))
                return HttpResponseRedirect(reverse("entries"), status=303)
    elif line is not None:
        rows = _of_line(line, held)
    context = {
        "book": book, "funds": [(code, fund.name[language()]) for code, fund in held.funds.items()], "line": line,
        "accounts": [(one.code, one.name[language()]) for one in held.of_fund(book)], "refusal": refusal,
        "rows": [*rows, *({} for _ in range(ROWS - len(rows)))], "wrong": wrong,
        "day": given.get("day") or (line.booked_on if line else clock.today()).isoformat(), "given": given,
        "memo": given.get("memo") or (line.text[:140] if line else ""),
    }  # fmt: skip
    return render(request, "desk/book_entry_new.html", context, status=422 if wrong or refusal else 200)


def _rows(given: Any) -> list[dict[str, str]]:
    columns = [given.getlist(name)[:MOST_ROWS] for name in ("account", "debit", "credit", "payee")]
    rows = [
        dict(zip(("account", "debit", "credit", "payee"), cells, strict=True))
        for cells in zip_longest(*columns, fillvalue="")
    ]
    return [row for row in rows if any(value.strip() for value in row.values())]


def _told(given: Any, rows: list[dict[str, str]], held: Chart, book: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is asked for, or what is wrong: field -> what to say beside it; "rows": by place."""
    wrong: dict[str, Any] = {}
    try:
        day = day_of(given.get("day", ""))
    except ValueError:
        day, wrong["day"] = clock.today(), t("list:no_day")
    if not (memo := given.get("memo", "").strip()):
        wrong["memo"] = t("entries:memo_missing")
    legs = []
    for place, row in enumerate(rows, 1):
        leg = _leg(row, held, book)
        if isinstance(leg, str):
            row["wrong"] = leg
            wrong["rows"] = t("entries:row_wrong", row=place)
        else:
            legs.append(leg)
    rest = sum(amount for _, amount, _ in legs)
    if "rows" not in wrong and not legs:
        wrong["rows"] = t("entries:no_rows")
    elif "rows" not in wrong and rest:
        wrong["rows"], wrong["rest"] = t("entries:not_balanced"), rest
    if wrong:
        return {}, wrong
    return {"day": day, "memo": memo[:140], "moves": _moves(legs), "opening": "opening" in given}, {}


def _leg(row: dict[str, str], held: Chart, book: str) -> tuple[str, int, int | None] | str:
    """(account, minor units, payee), positive for a debit; or what is wrong."""
    try:
        debit, credit = (typed.amount(row[side], "MAD", most=MAX_TRANSFER) or 0 for side in ("debit", "credit"))
    except ValueError:
        return t("bank:not_an_amount")
    if f"{book}:{row['account']}" not in held.accounts:
        return t("entries:which_account")
    if bool(debit) == bool(credit):
        return t("entries:one_side")
    payee = row["payee"].strip().removeprefix("P")
    if payee and not (payee.isdecimal() and len(payee) < 12):
        return t("entries:payee_number")
    return row["account"], debit - credit, int(payee) if payee else None


def _moves(legs: list[tuple[str, int, int | None]]) -> list[list[Any]]:
    """Legs as debits against credits; whom it is owed to stands at the leg that owes it."""
    moves: list[list[Any]] = []
    for debit, credit, amount in pairs([amount for _, amount, _ in legs]):
        payee = legs[debit][2] if legs[debit][2] is not None else legs[credit][2]
        moves.append([legs[debit][0], legs[credit][0], amount, *([payee] if payee is not None else [])])
    return moves


def _of_line(line: Any, held: Chart) -> list[dict[str, str]]:
    """What takes a movement out of suspense: the other side is to be said."""
    suspense = held.account(line.book, "suspense").partition(":")[2]
    amount = f"{abs(line.amount) / 100:.2f}" if abs(line.amount) < 10**13 else ""
    out, back = ("credit", "debit") if line.amount < 0 else ("debit", "credit")
    other = held.account(line.book, "bank_charges").partition(":")[2] if line.amount < 0 else ""
    rows = [{"account": other, back: amount}, {"account": suspense, out: amount}]
    return rows if line.amount < 0 else rows[::-1]


@page("money.read", post=POST)
def entry(request: Desk, number: int) -> HttpResponse:
    """An entry with its legs; another than who asked books it, and either may say that it will not be."""
    found = entry_numbered(number)
    if found is None:
        raise Http404
    row, legs = found
    refusal = None
    if request.method == "POST":
        verb = confirm_entry if request.POST.get("act") == "confirm" else refuse_entry
        _, refusal = attempt(request, verb, entry=number)
        if refusal is None:
            messages.success(request, t("entries:confirmed" if verb is confirm_entry else "entries:refused"))
            return HttpResponseRedirect(reverse("entry", args=[number]), status=303)
    held = chart()
    context = {
        "entry": row, "legs": _sided(legs, row.book, held), "fund": held.funds[row.book].name[language()],
        "total": sum(leg.amount for leg in legs), "own": row.asked_by == request.by.user, "refusal": refusal,
    }  # fmt: skip
    return render(request, "desk/book_entry.html", context, status=422 if refusal else 200)


def _sided(legs: Any, book: str, held: Chart) -> list[dict[str, Any]]:
    """Each leg as a row of debit and a row of credit."""
    rows = []
    for leg in legs:
        for code, side in ((leg.debit, "debit"), (leg.credit, "credit")):
            account = held.accounts[f"{book}:{code}"]
            owed = leg.payee if any("payable" in role for role in account.roles) else None
            rows.append({"code": code, "name": account.name[language()], side: leg.amount, "payee": owed})
    return rows


PAGES = (
    ("books/entries/", entry_list, "entries"),
    ("books/entries/new/", entry_new, "entry_new"),
    ("books/entries/<int:number>/", entry, "entry"),
)
