"""Pages for what went wrong: each says what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/fault.html", {"fault": "bad_request"}, status=400)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of this session (CSRF_FAILURE_VIEW), or one that broke off on its way (turns.py)."""
    return render(request, "desk/fault.html", {"fault": "stale_form"}, status=403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/fault.html", {"fault": "forbidden"}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/fault.html", {"fault": "not_found"}, status=404)


def our_fault(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/our_fault.html", status=500)
