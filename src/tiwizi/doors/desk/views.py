"""Views of a list that somebody keeps under a name (look/listing.py): saved and forgotten here, whatever the list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.people.operations.views import forget_view, save_view

KEEPS = "people.keep_views"


@page(KEEPS, post=True)
def save(request: Desk) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect("/")
    said = {name: request.POST.get(name, "") for name in ("list", "query", "name")}
    _, refusal = attempt(
        request, save_view, listing=said["list"], query=said["query"], name=said["name"],
        shared="shared" in request.POST,
    )  # fmt: skip
    return _back(request, refusal, t("list:saved", name=said["name"].strip()[:60]))


@page(KEEPS, post=True)
def forget(request: Desk, number: int) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect("/")
    _, refusal = attempt(request, forget_view, view=number)
    return _back(request, refusal, t("list:forgotten"))


def _back(request: Desk, refusal: dict[str, str] | None, done: str) -> HttpResponse:
    """To the list, with what became of it said above."""
    if refusal is None:
        messages.success(request, done)
    else:
        messages.error(request, f"{refusal['message']} {refusal['way_out']}")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if safe else "/", status=303)


PAGES = (
    ("views/save/", save, "save_view"),
    ("views/<int:number>/forget/", forget, "forget_view"),
)
