"""How large a request may be. Django spools an upload to the disk while it looks for the form's token, whoever sent it;
so what says to be too large is turned away before anybody reads it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tiwizi import locale
from tiwizi.doors.look.templatetags.look import language
from tiwizi.doors.turns import IS_KNOWN
from tiwizi.records.intake.kept import MOST_BYTES

#: Bytes of a form beside its sheets; a stranger has nothing but forms to send.
FORM = 1 << 20


class BurdenMiddleware:
    """Stands last: no view has been asked yet, and who asks is known. A body of no stated length is never read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = request.META[IS_KNOWN] = request.user.is_authenticated
        most = FORM + (MOST_BYTES if is_known else 0)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdecimal() and int(length) <= most:
            return self.get_response(request)
        return render(request, "desk/too_large.html", {"most": locale.number(most >> 20, language())}, status=413)
