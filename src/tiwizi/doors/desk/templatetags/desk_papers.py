"""Sections for the page of a file or a household, once ``{% load desk_papers %}`` stands above: its papers by
``{% papers_section "claim" number %}``, its letters by ``{% letters_section "household" number %}``.

The papers have a form of its own, so that section never stands within another; after sending it comes back to the page
that it stands on.
"""

from __future__ import annotations

from typing import Any

from django import template

from tiwizi import locale
from tiwizi.records.care.queries.letters_made import letters_of
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


@register.inclusion_tag("desk/letters_section.html", takes_context=True)
def letters_section(context: dict[str, Any], what: str, number: str) -> dict[str, Any]:
    by = context["request"].by
    subject = subject_of(by, what=what, number=number, need="people.write_letters")
    letters = letters_of(by, [subject.household], limit=20) if subject else []
    return {"request": context["request"], "lang": context.get("lang"), "subject": subject, "letters": letters}


@register.simple_tag
def said(lang: str, key: str) -> str:
    """A text of cards.toml in a language of its own, on the page that is in three."""
    return locale.text("desk/cards", key, lang=lang)


@register.filter
def chosen(typed: Any, name: str) -> list[str]:
    """All values of a field that was sent."""
    return list(typed.getlist(name))
