"""How a session is told apart from others."""

from __future__ import annotations

from django import template

register = template.Library()

#: The first that is found names it; the order matters, for browsers name those that they descend from.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """``Firefox · Windows``; of what is neither, its first words."""
    names = [next((said for word, said in known if word in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, names)) or user_agent[:40]
