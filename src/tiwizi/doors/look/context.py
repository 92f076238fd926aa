"""What every template may say: the language and its direction, the currency, the menu."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tiwizi import __version__
from tiwizi.doors.look import concepts
from tiwizi.doors.look.templatetags.look import language
from tiwizi.locale import direction


def look(request: HttpRequest) -> dict[str, Any]:
    lang = language()
    return {
        "lang": lang,
        "direction": direction(lang),
        "languages": settings.LANGUAGES,
        "version": __version__,
        "is_demo": settings.DEMO,
        "currency": getattr(request, "currency", "MAD"),
        "help_concept": _help(request),
        "menu": getattr(request, "menu", ()),
        "within": lambda: _within(request),
        "may_search": hasattr(request, "by") and request.by.may("people.read"),
        "form_key": _form_key,
    }


def _within(request: HttpRequest) -> str:
    """The page of the menu under whose address the reader is; "" at home."""
    menu = getattr(request, "menu", ())
    around = [(len(address), name) for name, address in menu if address != "/" and request.path.startswith(address)]
    return max(around, default=(0, ""))[1]


def _help(request: HttpRequest) -> str:
    """The concept that helps where the reader is; "" for who is not signed in."""
    match = request.resolver_match
    if match is None or not hasattr(request, "by"):
        return ""
    return concepts.of(match.url_name or "", match.func.__module__.rpartition(".")[2])


def _form_key() -> str:
    """A name for what a form will do, so that it is done once however often it is sent."""
    from uuid import uuid4

    return uuid4().hex
