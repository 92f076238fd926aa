"""The books: how each fund stands, the trial balance as of any day, the journal, where a transfer comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, answer, asked_of
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.queries.advice import file_number, file_numbers
from tiwizi.records.money.operations import ask_reversal
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.money.queries.before_closing import closed_until
from tiwizi.records.money.queries.entries_list import waiting_ceiling
from tiwizi.records.money.queries.funds import funds
from tiwizi.records.money.queries.journal import chart
from tiwizi.records.money.queries.journal_page import KINDS, Row, journal_page, reversal_of, transfer_named
from tiwizi.rules.chart import Chart


@page("money.read")
def books(request: Desk) -> HttpResponse:
    """Every fund: what it has, owes, and does not know; until when it is closed."""
    found = funds()
    rows = [
        {"fund": one, "closed": closed_until(one.code), "ceiling_waits": waiting_ceiling(one.code)} for one in found
    ]
    sums = {name: sum(getattr(one, name) for one in found) for name in ("bank", "owed", "way", "suspense", "result")}
    return render(request, "desk/books.html", {"rows": rows, "sums": sums})


# -- the trial balance -------------------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """An account in a period: what it brought in, moved, and holds at the end, on its two sides, in minor units."""

    fund: str
    code: str
    name: str
    opening_debit: int | None
    opening_credit: int | None
    debit: int
    credit: int
    closing_debit: int | None
    closing_credit: int | None

    @property
    def is_at_rest(self) -> bool:
        return not any(self[3:])


def trial(*, since: date | None, until: date, book: str, chart: Chart, lang: str) -> list[Standing]:
    """Each account of the books, or of one, as of the end of a day; what it moved since a day, or ever."""
    ended = {one.account: one for one in balances(book=book or None, until=until)}
    began = {} if since is None else balances(book=book or None, until=since - timedelta(days=1))
    before = {one.account: one for one in began}
    rows = []
    for account in sorted(chart.accounts.values(), key=lambda one: (list(chart.funds).index(one.fund), one.code)):
        if book and account.fund != book:
            continue
        end, start = ended.get(account.id), before.get(account.id)
        debit, credit = (end.debit, end.credit) if end else (0, 0)
        if start:
            debit, credit = debit - start.debit, credit - start.credit
        name = account.name[lang]
        rows.append(
            Standing(account.fund, account.code, name, *_sides(start), debit, credit, *_sides(end))
        )  # fmt: skip
    return rows


def _sides(balance: Any) -> tuple[int | None, int | None]:
    """A balance on its side, nothing on the other."""
    net = balance.net if balance else 0
    return (net or None, None) if net >= 0 else (None, -net)


_SUMMED = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")


@page("money.read")
def trial_page(request: Desk) -> HttpResponse:
    held = chart()
    names = {code: fund.name[language()] for code, fund in held.funds.items()}

    def ask(asked: Asked) -> Page:
        since, until = asked.get("day") or (None, None)
        rows = trial(
            since=since, until=until or clock.today(), book=asked.get("book") or "", chart=held, lang=language()
        )
        shown = [row for row in rows if not (asked.get("hide") and row.is_at_rest)]
        sums = {name: sum(getattr(row, name) or 0 for row in rows) for name in _SUMMED}
        return Page(shown, "", len(shown), sums)

    def amount(key: str) -> Column:
        return Column(key, f"books:{key}", "amount", total=True, sorts=False)

    chosen = request.GET.get("book") in names
    since = "opening" if not request.GET.get("day_since") else ""
    columns = (
        *(() if chosen else (Column("fund", "books:fund", value=lambda row: names[row.fund], sorts=False),)),
        Column("code", "books:account", "code", sorts=False, link=lambda row: _journal_of(row, request)),
        Column("name", "books:name", sorts=False),
        *(amount(key) for key in _SUMMED if not (since and key.startswith(since))),
    )
    filters = (
        Filter("book", "books:fund", "choice", choices=lambda: list(names.items())),
        Filter("day", "books:period", "days"),
        Filter("hide", "books:hide_zero", "flag"),
    )
    listing = Listing("trial", "books:trial", columns, ask=ask, filters=filters, empty="books:no_account", bare=True)
    asked, _ = asked_of(request, listing)
    sums = listing.page(asked).totals
    until = (asked.get("day") or (None, None))[1] or clock.today()
    equal = sums["closing_debit"] == sums["closing_credit"] and sums["debit"] == sums["credit"]
    context = {
        "until": until, "debit": sums["closing_debit"], "credit": sums["closing_credit"], "equal": equal,
    }  # fmt: skip
    return answer(request, listing, "desk/trial.html", context)


def _journal_of(row: Standing, request: Desk) -> str:
    days = "".join(f"&{name}={request.GET[name]}" for name in ("day_since", "day_until") if request.GET.get(name))
    return f"{reverse('journal')}?book={row.fund}&account={row.code}{days}"


# -- the journal -------------------------------------------------------------------------------------------------------


@page("money.read")
def journal(request: Desk) -> HttpResponse:
    held = chart()
    names = {code: fund.name[language()] for code, fund in held.funds.items()}
    accounts = {one.code: f"{one.code} {one.name[language()]}" for one in held.accounts.values()}

    files: dict[int, str] = {}

    def ask(asked: Asked) -> Page:
        since, until = asked.get("day") or (None, None)
        found = journal_page(
            book=asked.get("book") or "", account=asked.get("account") or "", source=asked.get("source") or "",
            since=since, until=until, words=asked.get("words") or "", descending=asked.descending, after=asked.after,
            size=asked.size,
        )  # fmt: skip
        files.update(file_numbers(subject for source, subject in map(_from, found.rows) if source == "decision"))
        sums = {} if found.count is None else {"debit": found.debit, "credit": found.credit}
        return Page(found.rows, found.next, found.count, sums)

    chosen = request.GET.get("book") in names
    columns = (
        Column("id", "books:number", "code"),
        Column("day", "books:day", "day", sorts=False),
        Column("name", "books:piece", "code", sorts=False, link=address_of, value=lambda row: _piece(row, files)),
        Column("source", "books:source", value=lambda row: t(f"books:source_{row.source}"), sorts=False),
        *(() if chosen else (Column("book", "books:fund", value=lambda row: names[row.book], sorts=False),)),
        Column("debited", "books:debited", "code", sorts=False),
        Column("credited", "books:credited", "code", sorts=False),
        Column("memo", "books:label", sorts=False),
        Column("debit", "books:debit", "amount", sorts=False, total=True),
        Column("credit", "books:credit", "amount", sorts=False, total=True),
    )
    filters = (
        Filter("book", "books:fund", "choice", choices=lambda: list(names.items())),
        Filter("account", "books:account", "choice", choices=lambda: sorted(accounts.items())),
        Filter("source", "books:source", "choice", choices=lambda: [(k, t(f"books:source_{k}")) for k in KINDS]),
        Filter("day", "books:day", "days"),
        Filter("words", "books:label"),
    )
    listing = Listing(
        "journal", "books:journal", columns, ask=ask, filters=filters, sort="-id", empty="books:nothing", bare=True
    )
    return answer(request, listing, "desk/journal.html")


def _from(row: Row) -> tuple[str, int]:
    """What a transfer comes from; of one that takes another back, what that came from: (source, number)."""
    source, _, rest = (row.reverses or row.name).partition(":")
    return source, int(rest.partition("/")[0])


def _piece(row: Row, files: Mapping[int, str]) -> str:
    """The paper behind a transfer, as people call it: a file, an order, a movement of a statement, an entry."""
    source, subject = _from(row)
    if source == "decision":
        return files.get(subject, "")
    return f"TWZ{subject:012d}" if source in ("payment", "return") else str(subject)


def address_of(row: Row) -> str:
    return reverse("transfer", args=[row.source, row.subject, row.part])


@page("money.read", post="money.post")
def transfer(request: Desk, source: str, subject: int, part: int) -> HttpResponse:
    """A transfer and what it comes from; what was made by hand can be asked to be taken back."""
    found = transfer_named(source, subject, part)
    if found is None:
        raise Http404
    refusal, wrong = None, {}
    if request.method == "POST":
        memo, day = request.POST.get("memo", "").strip()[:140], typed.day_or_none(request.POST.get("day", ""))
        wrong = {"memo": t("books:memo_missing")} if not memo else {}
        wrong |= {"day": t("list:no_day")} if day is None else {}
        if not wrong:
            _, refusal = attempt(request, ask_reversal, transfer=found.id, day=day, memo=memo)
            if refusal is None:
                messages.success(request, t("books:asked"))
                return HttpResponseRedirect(reverse("entries"), status=303)
    held = chart()
    context = {
        "row": found, "back": reversal_of(found.id), "fund": held.funds[found.book].name[language()],
        "debited": held.accounts[f"{found.book}:{found.debited}"].name[language()],
        "credited": held.accounts[f"{found.book}:{found.credited}"].name[language()],
        "origin": _origin(found, may_read_files=request.by.may("care.read")),
        "by_hand": found.source in ("manual", "opening"), "refusal": refusal, "wrong": wrong,
        "given": request.POST, "today": clock.today(),
    }  # fmt: skip
    return render(request, "desk/transfer.html", context, status=422 if refusal or wrong else 200)


def _origin(row: Row, *, may_read_files: bool) -> tuple[str, str]:
    """What a transfer comes from, in words and as an address, "" where there is no page of it."""
    if row.source == "decision":
        number = file_number(row.subject)
        return t("books:of_file", file=number), reverse("file", args=[number]) if number and may_read_files else ""
    if row.source in ("payment", "return"):
        reference = f"TWZ{row.subject:012d}"
        return t("books:of_order", order=reference), reverse("order", args=[reference])
    if row.source == "statement":
        return t("books:of_movement", movement=row.subject), reverse("line", args=[row.subject])
    if row.source in ("manual", "opening"):
        return t("books:of_entry", entry=row.subject), reverse("entry", args=[row.subject])
    if row.reverses:
        source, _, rest = row.reverses.partition(":")
        subject, _, part = rest.partition("/")
        first = transfer_named(source, int(subject), int(part))
        return t("books:of_reversed", number=first.id if first else row.reverses), reverse(
            "transfer", args=[source, int(subject), int(part)]
        )
    return t(f"books:source_{row.source}"), ""


PAGES = (
    ("books/", books, "books"),
    ("books/trial/", trial_page, "trial"),
    ("books/journal/", journal, "journal"),
    ("books/journal/<slug:source>/<int:subject>/<int:part>/", transfer, "transfer"),
)
