"""How pages write: texts by key, amounts, days, states. In every template without asking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tiwizi import locale
from tiwizi.doors.look.typed_day import day_of
from tiwizi.rules.adjudicate.waterfall import Step

register = template.Library()

#: A state's colour and its mark: green only for paid, red only for refusal and loss, saffron only for what waits.
LOOKS = {
    "paid": ("green", "✓"), "booked": ("green", "✓"), "confirmed": ("green", "✓"), "posted": ("green", "✓"),
    "reconciled": ("green", "✓"), "upheld": ("green", "✓"), "approved": ("green", "✓"), "covered": ("green", "✓"),
    "in_force": ("green", "✓"), "proposed": ("saffron", "●"),
    "refused": ("red", "✕"), "rejected": ("red", "✕"), "returned": ("red", "↩"), "failed": ("red", "✕"),
    "to_review": ("saffron", "●"), "to_repair": ("saffron", "●"), "waiting": ("saffron", "●"),
    "prepared": ("saffron", "●"), "raised": ("saffron", "●"), "asked": ("saffron", "●"), "seen": ("saffron", "●"),
    "parked": ("saffron", "●"), "stopped": ("saffron", "●"), "arrived": ("ink", "◐"), "draft": ("saffron", "●"),
    "open": ("saffron", "●"), "same": ("plain", "="), "otherwise": ("saffron", "≠"),
    "reduced": ("ink", "◐"), "working": ("ink", "◐"), "posting": ("ink", "◐"), "leased": ("ink", "◐"),
    "settled": ("green", "✓"), "done": ("ink", "✓"), "ready": ("saffron", "●"), "sent": ("ink", "→"),
    "released": ("ink", "→"), "handed_over": ("ink", "→"),
}  # fmt: skip


def language() -> str:
    """The reader's: ar, fr or en."""
    spoken = (get_language() or "fr")[:2]
    return spoken if spoken in locale.LANGUAGES else "fr"


@register.simple_tag
def t(key: str, **values: object) -> str:
    """``{% t "home:title" %}``: the text "title" of locale/<lang>/desk/home.toml."""
    subject, _, name = key.partition(":")
    return locale.text(f"desk/{subject}", name, lang=language(), **values)


@register.simple_tag
def say(subject: str, key: str, **values: object) -> str:
    """A text of a subject that is not the desk's own: ``{% say "payment" "held_no_account" %}``."""
    return locale.text(subject, key, lang=language(), **values)


@register.simple_tag(takes_context=True)
def amount(context: dict[str, Any], minor: int | str | None, sign: bool = False) -> str:
    """Minor units as an amount that stays whole and reads from left to right; nothing for None."""
    if minor is None or isinstance(minor, str):  # "": what a template is given of a row that lacks it
        return ""
    written = locale.money(minor, context.get("currency") or "MAD", language())
    return _amount(written, "+" if sign and minor > 0 else "")


@register.simple_tag(takes_context=True)
def figure(context: dict[str, Any], minor: int | str | None) -> str:
    """An amount without its currency, which the heading of its column says (``{% unit %}``)."""
    if minor is None or isinstance(minor, str):
        return ""
    written, _ = _parted(locale.money(minor, context.get("currency") or "MAD", language()))
    return format_html('<bdi class="amount" dir="ltr">{}</bdi>', written)


@register.simple_tag(takes_context=True)
def unit(context: dict[str, Any]) -> str:
    """What people call the currency."""
    return locale.currency_name(context.get("currency") or "MAD", language())


def _parted(written: str) -> tuple[str, str]:
    figure, _, unit = _bare(written).rpartition("\u00a0" if "\u00a0" in written else " ")
    return figure, unit


def _amount(written: str, plus: str = "") -> SafeString:
    """The figure from left to right, the currency after it in the reader's own direction."""
    figure, unit = _parted(written)
    return format_html('<span class="amount"><bdi dir="ltr">{}{}</bdi>\u00a0{}</span>', plus, figure, unit)


def _bare(written: str) -> str:
    return written.replace(locale.FIRST_STRONG_ISOLATE, "").replace(locale.POP_ISOLATE, "")


@register.filter
def number(value: Any) -> str:
    """A count or a decimal as the language writes it."""
    return "" if value is None else locale.number(value, language())


@register.filter
def quantity(thousandths: int | None) -> str:
    return "" if thousandths is None else locale.quantity(thousandths, language())


@register.filter
def percent(basis_points: int) -> str:
    return locale.percent(basis_points, language())


@register.filter
def day(when: date | None) -> str:
    """``8 juillet 2026``."""
    return "" if when is None else locale.day(when, language())


@register.filter
def short_day(when: date | datetime | None) -> SafeString | str:
    """``08/07/2026``, for tables."""
    if when is None:
        return ""
    return format_html('<time dir="ltr" datetime="{}">{}</time>', when.isoformat(), f"{when:%d/%m/%Y}")


@register.filter
def as_typed(day: date | str | None) -> str:
    """A day as one types it, ``08/07/2026``; what is no day stays as it is."""
    try:
        day = day_of(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    return "" if day is None else f"{day:%d/%m/%Y}"


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """``08/07/2026 14:05``, where the desk stands."""
    if when is None:
        return ""
    here = when.astimezone()
    return format_html('<time dir="ltr" datetime="{}">{}</time>', here.isoformat(), f"{here:%d/%m/%Y %H:%M}")


@register.filter
def ltr(value: Any) -> SafeString | str:
    """A number, an account, a phone: from left to right also within Arabic."""
    return "" if value in (None, "") else format_html('<bdi dir="ltr" class="code">{}</bdi>', value)


@register.filter
def state(word: str) -> SafeString:
    """A state as a chip: colour, mark and word (desk/states.toml)."""
    colour, mark = LOOKS.get(word, ("plain", "·"))
    said = locale.text("desk/states", word, lang=language())
    return format_html('<span class="chip chip-{}"><span aria-hidden="true">{}</span> {}</span>', colour, mark, said)


def listed(words: Iterable[str]) -> str:
    """Words after each other, with the comma of the language."""
    return ("، " if language() == "ar" else ", ").join(words)


def state_word(word: str) -> str:
    """A state as a word alone."""
    return locale.text("desk/states", word, lang=language())


@register.filter
def counted(n: int, unit: str) -> str:
    """``{{ 3|counted:"day" }}``: a number with its noun, in the right plural."""
    return locale.counted(n, unit, language())


@register.filter
def named(person: Any) -> SafeString:
    """Whoever has name_ar and name_latin, in the reader's script where it is known."""
    first, second = person.name_ar, person.name_latin
    if language() != "ar":
        first, second = second, first
    return format_html('<bdi dir="auto">{}</bdi>', first or second or person.number)


@register.filter
def may(by: Any, permission: str) -> bool:
    """``{% if request.by|may:"money.release" %}``: whether the reader may."""
    return bool(by and by.may(permission))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if hasattr(mapping, "get") else None


#: How wide a waterfall is in the units of its picture, and its thinnest bar.
_WIDE, _THIN = 1000, 4


@register.filter
def bars(steps: Sequence[Step]) -> list[tuple[Step, int, int]]:
    """The steps of a waterfall, each with where its bar begins and how wide it is, for a picture 1000 wide that runs
    as the language does."""
    whole = max((step.amount for step in steps), default=0) or 1
    drawn = []
    for step in steps:
        wide = max(_WIDE * step.amount // whole, _THIN) if step.amount else 0
        start = min(_WIDE * step.start // whole, _WIDE - wide)
        drawn.append((step, _WIDE - start - wide if language() == "ar" else start, wide))
    return drawn
