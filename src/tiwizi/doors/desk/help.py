"""Help where one is: a concept beside the screen, or as a page of its own where no script runs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from tiwizi.doors.desk.page import Desk, page
from tiwizi.doors.look import concepts
from tiwizi.doors.look.templatetags.look import language


@page(None)
def help_index(request: Desk) -> HttpResponse:
    """Every concept by its title: first those that somebody has written in the reader's language."""
    found = [one for name in concepts.names() if (one := concepts.concept(name, language())) is not None]
    own, others = ([one for one in found if (one.lang == language()) is here] for here in (True, False))
    return render(request, "desk/help_index.html", {"concepts": own, "others": others})


@page(None)
def help_page(request: Desk, name: str) -> HttpResponse:
    found = concepts.concept(name, language())
    if found is None:
        raise Http404
    is_part = request.htmx and request.htmx.target == "help"
    response = render(request, "desk/help_part.html" if is_part else "desk/help.html", {"concept": found})
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


PAGES = (("help/", help_index, "help_index"), ("help/<slug:name>/", help_page, "help"))
