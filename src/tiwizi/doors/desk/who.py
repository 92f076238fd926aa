"""Who is at the desk: their roles, what the menu shows them, that nobody works there without a second factor, and that
no browser keeps what they were shown."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tiwizi.doors import clock
from tiwizi.records.cover.queries import currency
from tiwizi.records.people.queries import who_acts
from tiwizi.records.trail.gate import By


class WhoMiddleware:
    """``request.by``: who acts, for the gate. ``request.menu``: the pages that their roles open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.currency = SimpleLazyObject(lambda: currency() or "MAD")  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            by = who_acts(request.user.login, at=clock.now())
            if by is None:
                return HttpResponseRedirect(reverse("account_inactive"))
            request.by = by  # type: ignore[attr-defined]
            request.menu = SimpleLazyObject(lambda: menu(by))  # type: ignore[attr-defined]
            if _lacks_second_factor(request):
                return HttpResponseRedirect(reverse("mfa_index"))
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


def _lacks_second_factor(request: HttpRequest) -> bool:
    if settings.DEMO or request.path.startswith(("/account/", "/language/", settings.STATIC_URL)):
        return False
    return not is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def menu(by: By) -> list[tuple[str, str]]:
    """(name of the page, its address), of those that this person may open, in the order of the day."""
    from tiwizi.doors.desk.urls import MENU

    return [(name, reverse(name)) for name, need in MENU if need is None or by.may(need)]
