"""``{% load desk_papers %}{% papers_section "claim" number %}``: the papers of a file or a household, on its page.

The section has a form of its own, so it never stands within another; after sending it comes back to the page that it
stands on.
"""

from __future__ import annotations

from typing import Any

from django import template

from tiwizi.records.care.queries.papers import subject_of

register = template.Library()


@register.inclusion_tag("desk/attachments.html", takes_context=True)
def papers_section(context: dict[str, Any], what: str, number: str) -> dict[str, Any]:
    from tiwizi.doors.desk.papers import context as told

    request = context["request"]
    subject = subject_of(request.by, what=what, number=number)
    shared = {name: context.get(name) for name in ("request", "lang", "csrf_token", "form_key")}
    if subject is None:
        return shared | {"subject": None}
    return shared | told(request, subject) | {"back": request.get_full_path()}
