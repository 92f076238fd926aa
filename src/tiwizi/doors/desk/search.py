"""One search box: number, CIN, phone, name in either script."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from tiwizi.doors.desk.page import Desk, page


@page("people.read")
def search(request: Desk) -> HttpResponse:
    return render(request, "desk/search.html", {"asked": request.GET.get("q", "")})


@page("people.read")
def answers(request: Desk) -> HttpResponse:
    return HttpResponse("")


PAGES = (("search/", search, "search"), ("search/answers/", answers, "search_answers"))
