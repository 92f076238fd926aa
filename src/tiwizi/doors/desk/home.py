"""Home: what waits for me."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from tiwizi.doors.desk.page import Desk, page


@page(None)
def home(request: Desk) -> HttpResponse:
    return render(request, "desk/home.html")


PAGES = (("", home, "home"),)
