"""What people read: texts, amounts, days and rates in Arabic, French and English.

The texts of a subject are ``<lang>/<subject>.toml``: a flat table of key = "template with {names}". Digits are Western
in the three languages, months in Arabic are those of Morocco. Where a number or a name is read in the direction
opposite to its sentence it is isolated (U+2068 ... U+2069), so that a terminal, a page and a spreadsheet show it alike.

This room lies under all the others: it imports none of them, and the rules may use its texts.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from string import Formatter

LANGUAGES = ("ar", "fr", "en")
FIRST_STRONG_ISOLATE, POP_ISOLATE, NO_BREAK_SPACE = "\u2068", "\u2069", "\u00a0"

#: How each language writes a number: (decimal mark, mark between groups of three, what stands before a unit).
_MARKS = {
    "ar": (",", "\u202f", NO_BREAK_SPACE),
    "fr": (",", "\u202f", NO_BREAK_SPACE),
    "en": (".", ",", " "),
}
_DAY_LOCALE = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}
_FIRST_OF_MONTH = {"ar": "فاتح", "fr": "1er", "en": "1"}
_DIRHAM = {"ar": "درهم", "fr": "DH", "en": "DH"}
_FRENCH_SPACE = re.compile(r" (?=[:;!?»%])|(?<=«) ")
#: Letters, digits and signs of reckoning that are read from left to right as one.
_RUN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9%+=/\u202f -]|[.,](?=[A-Za-z0-9]))*(?<=[A-Za-z0-9%])")
_LATIN, _ARABIC = re.compile(r"[A-Za-zÀ-ɏ]"), re.compile(r"[\u0600-\u06ff]")


def text(subject: str, key: str, *, lang: str, **values: object) -> str:
    """The text of a key in a language, its names filled in. A missing key or name is a bug of ours. A value may be a
    function: it is asked where the text names it."""
    template = catalogue(subject, lang).get(key)
    assert template is not None, f"locale/{lang}/{subject}.toml has no text {key!r}"
    said = {name: values[name] for name in _names(template) if name in values}
    return template.format(
        **{name: isolate(str(value() if callable(value) else value), lang) for name, value in said.items()}
    )


@cache
def _names(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name))


@cache
def catalogue(subject: str, lang: str) -> dict[str, str]:
    """Every text of a subject in a language: key -> template."""
    path = files(__name__).joinpath(lang, f"{subject}.toml")
    texts = tomllib.loads(path.read_text(encoding="utf-8"))
    return {str(key): _spaced(str(template), lang) for key, template in texts.items()}


def _spaced(template: str, lang: str) -> str:
    """French has a space before a colon, a semicolon, a question and within quotation marks, never a line's end."""
    return _FRENCH_SPACE.sub(NO_BREAK_SPACE, template) if lang == "fr" else template


def direction(lang: str) -> str:
    """Which way the language is written: "rtl" or "ltr"."""
    return "rtl" if lang == "ar" else "ltr"


def isolate(value: str, lang: str) -> str:
    """A value to stand in a sentence of this language, isolated where it is written in the other direction.

    A value that is made of texts already has its foreign parts isolated.
    """
    foreign = _LATIN if direction(lang) == "rtl" else _ARABIC
    if FIRST_STRONG_ISOLATE in value or not foreign.search(value):
        return value
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"


def isolate_runs(words: str, lang: str) -> str:
    """A sentence that somebody wrote, with its numbers, codes and sums ("4 x 250,00 = 1000,00") isolated where the
    sentence runs from right to left."""
    if direction(lang) != "rtl" or FIRST_STRONG_ISOLATE in words:
        return words
    return _RUN.sub(rf"{FIRST_STRONG_ISOLATE}\g<0>{POP_ISOLATE}", words)


def number(value: Decimal | int, lang: str, *, decimals: int | None = None) -> str:
    """A number as it is written in the language; without ``decimals``, as many as it needs."""
    mark, group, _ = _MARKS[lang]
    exact = Decimal(value)
    written = f"{exact:,.{decimals}f}" if decimals is not None else _plain(exact)
    written = written.replace(",", "\0").replace(".", mark).replace("\0", group)
    return _digits(written, lang)


@lru_cache(maxsize=10_000)
def money(amount_minor: int, currency: str, lang: str) -> str:
    """``money(14400, "MAD", "en") == "144.00 DH"``, from whole minor units."""
    digits = _minor_digits(currency)
    amount = number(Decimal(amount_minor).scaleb(-digits), lang, decimals=digits)
    return f"{amount}{_MARKS[lang][2]}{currency_name(currency, lang)}"


def percent(bp: int, lang: str) -> str:
    """``percent(8000, "en") == "80 %"``, from basis points."""
    before = NO_BREAK_SPACE if lang == "fr" else " "
    mark = _MARKS[lang][0]
    written = _plain(Decimal(bp).scaleb(-2)).replace(".", mark)
    return _digits(f"{written}%" if lang == "ar" else f"{written}{before}%", lang)


def quantity(thousandths: int, lang: str) -> str:
    """``quantity(1500, "fr") == "1,5"``, from thousandths."""
    return number(Decimal(thousandths).scaleb(-3), lang)


@lru_cache(maxsize=10_000)
def day(when: date, lang: str) -> str:
    """``day(date(2026, 7, 8), "fr") == "8 juillet 2026"``; in Arabic with the months of Morocco (يوليوز)."""
    from babel.dates import format_date  # Babel costs a quarter of a second: only who writes a date pays it

    rest = format_date(when, "MMMM y", locale=_DAY_LOCALE[lang])
    return f"{_FIRST_OF_MONTH[lang] if when.day == 1 else when.day} {rest}"


def counted(number_of: int | Decimal, unit: str, lang: str) -> str:
    """A number of days, months, years, units ... with its noun: "60 days", "3 أيام", "1,5 unité"."""
    return text("units", f"{unit}_{_plural(number_of, lang)}", lang=lang, n=number(number_of, lang))


@cache
def _minor_digits(currency: str) -> int:
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@cache
def currency_name(currency: str, lang: str) -> str:
    """What people call a currency beside an amount: the dirham is "DH" or "درهم"."""
    if currency == "MAD":
        return _DIRHAM[lang]
    from babel.numbers import get_currency_name, get_currency_symbol

    return get_currency_name(currency, locale=lang) if lang == "ar" else get_currency_symbol(currency, locale=lang)


def _plural(count: int | Decimal, lang: str) -> str:
    """The CLDR plural category: zero, one, two, few, many or other."""
    if lang == "fr":
        return "one" if count < 2 else "other"
    if lang != "ar" or count != int(count):
        return "one" if count == 1 else "other"
    if count < 3:
        return ("zero", "one", "two")[int(count)]
    last_two = count % 100
    return "few" if 3 <= last_two <= 10 else "many" if last_two >= 11 else "other"


def _plain(value: Decimal) -> str:
    """All the digits that a number has, without useless zeros: 22.50 is "22.5", 1500 is "1,500"."""
    written = f"{value:,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _digits(written: str, lang: str) -> str:
    """In a sentence from right to left, a number keeps its own order, its sign and its percent sign."""
    return f"{FIRST_STRONG_ISOLATE}{written}{POP_ISOLATE}" if direction(lang) == "rtl" else written
