"""A page of the desk: who may open it, and how what it asks for is done, once, or told why not.

    @page("care.read")
    def claim(request: Desk, number: str) -> HttpResponse: ...

Every view of the desk is a page; tests/doors/desk/test_matrix.py walks all addresses and holds each against
domain/access.md's table, so that a view without its permission fails the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from tiwizi.doors.look import proof
from tiwizi.doors.look.templatetags.look import language
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused

P = ParamSpec("P")
_TABLE_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


class Desk(HttpRequest):
    """A request of somebody who is signed in; ``by``: who acts (WhoMiddleware)."""

    by: By
    htmx: Any
    currency: str


View = Callable[Concatenate[Desk, P], HttpResponseBase]


def page(need: str | None, *, post: bool | str = False, step_up: bool = False) -> Callable[[View[P]], View[P]]:
    """``need``: the permission without which nobody opens it; None: everybody who is signed in. ``post``: it also
    takes forms; a permission, from those alone who have it. ``step_up``: a form is taken only within five minutes of a
    proof of who one is; it is asked for once it is certain that nothing else is in the way."""

    def make(view: View[P]) -> View[P]:
        taken = require_http_methods(["GET", "HEAD", "POST"] if post else ["GET", "HEAD"])(view)

        @wraps(view)
        def guarded(request: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            asked = (need, post if request.method == "POST" and isinstance(post, str) else None)
            for permission in asked:
                if permission is not None and not request.by.may(permission):
                    raise PermissionDenied(permission)
            if step_up and request.method == "POST" and not proof.is_fresh(request):
                return proof.ask(request)
            answer: HttpResponseBase = taken(request, *args, **kwargs)
            return answer

        made: Any = guarded
        made.need, made.post, made.step_up = need, post, step_up
        return made  # type: ignore[no-any-return]

    return make


def acting(request: Desk) -> By:
    """Who acts, under the key that the form carries: sent twice, it has one effect and one answer."""
    key = request.POST.get("key", "")
    return replace(request.by, key=key[:120] or None)


def attempt(request: Desk, verb: Callable[..., Any], **values: Any) -> tuple[Any, dict[str, str] | None]:
    """(what the verb answered, None), or (None, the refusal as the page shows it: "message" and "way_out")."""
    try:
        return verb(acting(request), **values), None
    except Refused as refused:
        return None, told(refused)
    except IntegrityError:
        return None, told(Refused("guarded_by_the_records"))


def told(refused: Refused) -> dict[str, str]:
    """A refusal in the reader's language. Verbs and states are for the command line: a page that was open while
    somebody else went on says just that."""
    lang = language()
    said = Refused("moved_on") if refused.key == "not_now" else refused
    message, way_out = as_typed(said.message(lang)), as_typed(said.way_out(lang))
    return {"key": refused.key, "message": message, "way_out": way_out}


def as_typed(words: str) -> str:
    """Words with their days as people type them: what tables call 2026-12-01 is 01/12/2026 at the desk."""
    return _TABLE_DAY.sub(r"\3/\2/\1", words)
