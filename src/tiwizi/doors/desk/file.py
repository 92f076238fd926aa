"""A sickness file once it is kept: its slip for the counter, its page, and the list of a desk's files."""

from __future__ import annotations

import segno
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from tiwizi.doors import clock
from tiwizi.doors.desk.household import to_household
from tiwizi.doors.desk.page import Desk, page
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, answer
from tiwizi.doors.look.listing import Page as Rows
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.queries.file import WAITING, Filed, claim_file, files, neighbours
from tiwizi.records.care.queries.letters_made import mutual
from tiwizi.records.people.search import members_of

PAPERS = ("a4", "a6")
UNDECIDED = (WAITING, "to_review")


@page("care.read")
def file(request: Desk, number: str) -> HttpResponse:
    """States, amounts and payments; of the care only what the reader may read."""
    found = claim_file(request.by, number, language())
    if found is None:
        raise Http404
    newer, older = neighbours(request.by, found.claim)
    may = {name: request.by.may(name) for name in ("care.review", "care.receive", "money.read")}
    here = {
        "file": found, "newer": newer, "older": older, "days": (clock.today() - found.received).days,
        "may_review": may["care.review"], "may_print": may["care.receive"], "may_see_batches": may["money.read"],
    }  # fmt: skip
    return render(request, "desk/file.html", here)


@page("care.receive")
def slip(request: Desk, number: str) -> HttpResponse:
    """What the member takes home: the number, its picture for a scanner, and what happens next. Nothing of the care."""
    found = claim_file(request.by, number, language(), need="care.receive", what="slip")
    if found is None:
        raise Http404
    paper = request.GET.get("paper", "a4")
    address = settings.ADDRESS + reverse("file", args=[found.number])
    # The picture is made of the address alone, which is ours.
    made = segno.make(address, error="m")
    picture = mark_safe(made.svg_inline(scale=4, border=2, svgclass="qr", lineclass="qr-line"))
    members = members_of(request.by, need="care.receive", households=[found.household])
    here = {
        "file": found, "qr": picture, "paper": paper if paper in PAPERS else "a4", "today": clock.today(),
        "member": members.get(found.household), "mutual": mutual(),
    }  # fmt: skip
    return render(request, "desk/slip.html", here)


@page("care.read")
def files_page(request: Desk) -> HttpResponse:
    return answer(request, _listing(request), "desk/files.html", {})


def _listing(request: Desk) -> Listing:
    today = clock.today()

    def ask(asked: Asked) -> Rows:
        rows, more = files(
            request.by, words=asked.get("words") or "", state=asked.get("state") or "",
            received=asked.get("received") or (None, None), after=asked.after, size=asked.size,
        )  # fmt: skip
        return Rows(rows, more)

    def age(one: Filed) -> int | None:
        """Of what still waits for somebody."""
        return (today - one.received).days if one.state in UNDECIDED else None

    columns = (
        Column("number", "file:number", "code", link=lambda one: reverse("file", args=[one.number]), sorts=False),
        Column("household", "file:household", "code", link=to_household(request.by), sorts=False),
        Column("received", "file:received", "day", sorts=False),
        Column("age", "file:age", "number", value=age, sorts=False),
        Column("lines", "file:lines", "number", sorts=False),
        Column("billed", "file:billed", "amount", sorts=False),
        Column("paid", "file:paid", "amount", value=_paid, sorts=False),
        Column("state", "file:state", "state", sorts=False),
    )
    filters = (
        Filter("words", "file:words"),
        Filter("state", "file:state", "choice", choices=_states),
        Filter("received", "file:received", "days"),
    )
    return Listing("files", "file:title", columns, ask=ask, filters=filters, empty="file:empty", need="care.read")


def _paid(one: Filed) -> int | None:
    """Nothing, rather than 0.00, of what nobody has decided."""
    return None if one.state == WAITING else one.paid


def _states() -> list[tuple[str, str]]:
    return [(name, t(f"states:{name}")) for name in UNDECIDED]


PAGES = (
    ("files/", files_page, "files"),
    ("slip/<path:number>/", slip, "slip"),
    ("claim/<path:number>/", file, "file"),
)
