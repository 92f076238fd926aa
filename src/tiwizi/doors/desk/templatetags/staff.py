"""Roles as people call them."""

from __future__ import annotations

from django import template

from tiwizi import locale
from tiwizi.doors.look.templatetags.look import language

register = template.Library()


@register.filter
def role(name: str) -> str:
    """``{{ held.role|role }}``: at the head of a line."""
    said = locale.text("desk/roles", name, lang=language())
    return said[:1].upper() + said[1:]
