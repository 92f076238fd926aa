"""A fresh proof of who one is: what is grave waits for it (ACCOUNT_REAUTHENTICATION_TIMEOUT).

A form that had to wait is sent again by itself once the proof is there, with all that was typed; what is taken away
comes by itself, to the page from which it was asked for.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, did_recently_reauthenticate
from allauth.core.internal.httpkit import serialize_request
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

#: In the address of a page: what comes once somebody has proved who they are, by a parameter of that address or by an
#: address of its own.
_TAKE, _TAKE_FILE = "take", "take_file"


def is_fresh(request: HttpRequest) -> bool:
    return bool(did_recently_reauthenticate(request))


def ask(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """To the proof, and from there ``back``; by itself to where the request asked, which is then asked again."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if request.method == "POST":
        # Its query is kept with the form: allauth knows the form again by its path alone.
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        back = request.path
    where = ways[0]["url"] if ways else reverse("account_login")
    return HttpResponseRedirect(f"{where}?{urlencode({REDIRECT_FIELD_NAME: back or request.get_full_path()})}")


def ask_to_take(request: HttpRequest, name: str) -> HttpResponse:
    """Before something is taken away by the parameter ``name`` of this address."""
    return ask(request, back=_renamed(request, name, _TAKE))


def bring(request: HttpRequest, response: HttpResponse, name: str) -> HttpResponse:
    """The page from which something was to be taken away: after the proof it comes by itself."""
    if request.GET.get(_TAKE) and is_fresh(request):
        response["Refresh"] = f"0;url={_renamed(request, _TAKE, name)}"
    return response


def ask_to_take_file(request: HttpRequest, page: str) -> HttpResponse:
    """Before a file that has this address is taken away, from the ``page`` that leads to it."""
    return ask(request, back=f"{page}?{_TAKE_FILE}=1")


def bring_file(request: HttpRequest, response: HttpResponse, address: str) -> HttpResponse:
    if request.GET.get(_TAKE_FILE) and is_fresh(request):
        response["Refresh"] = f"0;url={address}"
    return response


def _renamed(request: HttpRequest, old: str, new: str) -> str:
    query: Any = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        query.setlist(new if name == old else name, values)
    return f"{request.path}?{query.urlencode()}"
