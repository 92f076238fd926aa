"""One search box: a number, a CIN, a phone, a payment, or a name in either script."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from tiwizi.doors.desk.page import Desk, page
from tiwizi.records.care.queries.search import find

#: Answers below the box while one types, and on the page.
BELOW, ON_PAGE = 8, 50


@page("people.read")
def search(request: Desk) -> HttpResponse:
    """The whole page, which works without a script too."""
    asked = request.GET.get("q", "")
    return render(request, "desk/search.html", _found(request, asked, ON_PAGE))


@page("people.read")
def answers(request: Desk) -> HttpResponse:
    """What comes below the box while one types."""
    asked = request.GET.get("q", "")
    return render(request, "desk/search_answers.html", _found(request, asked, BELOW))


def _found(request: Desk, asked: str, most: int) -> dict[str, Any]:
    leads = request.by.may("care.read_providers")
    return {"asked": asked, "found": find(request.by, asked, most=most), "may_providers": leads}


PAGES = (("search/", search, "search"), ("search/answers/", answers, "search_answers"))
