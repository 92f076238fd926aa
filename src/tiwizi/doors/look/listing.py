"""A list: rows described by columns, which the reader narrows, sorts, turns over, saves under a name and takes away.

    BATCHES = (
        Column("batch", "payments:batch", "code", link=lambda row: reverse("batch", args=[row.batch])),
        Column("day", "payments:day", "day"),
        Column("state", "payments:state", "state"),
        Column("amount", "payments:amount", "amount", total=True),
    )

    @page("money.read")
    def batches_page(request: Desk) -> HttpResponse:
        listing = Listing("batches", "payments:batches", BATCHES, rows=batches, filters=(
            Filter("words", "list:words"), Filter("state", "payments:state", "choice", choices=states),
            Filter("day", "payments:day", "days")), sort="-batch")
        return answer(request, listing, "desk/payments.html", {"more": ...})

and in the template, wherever the list stands, ``{% include "look/listing.html" %}``. One list a page.

``rows`` is a function that gives all rows (objects, tuples with names or dicts), which are then filtered, sorted and
added up here: good for some thousands. For a large table give ``ask`` instead, a function (Asked) -> Page that filters,
sorts and adds up in the database and answers from ``asked.after`` on: keyset paging. Every filter is a GET parameter of
its key (of "days": <key>_since, <key>_until), with ``sort``, ``after`` and ``per``; ``export=xlsx`` or ``csv`` takes
away all pages of what is shown (listing_out.py), once proven (proof.py), and leaves a trace. Amounts: minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html

from tiwizi import locale
from tiwizi.doors.look.templatetags import look
from tiwizi.doors.look.typed_day import day_of
from tiwizi.formats.tables.schema import fold
from tiwizi.records.people.queries import saved_views

KINDS = ("text", "name", "amount", "day", "moment", "number", "state", "code")
NUMERIC = ("amount", "number")
SIZES = (50, 200, 1000)
#: A longer text in an address is nobody's question.
_LONGEST = 200
#: A text of so many signs is long.
_LONG = 32
_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "day": look.short_day, "moment": look.moment, "number": look.number, "state": look.state,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """``key``: of the row, what is shown and sorted by, unless ``value`` says otherwise: (row) -> value. ``heading``:
    the key of a text, as of ``{% t %}``. ``link``: (row) -> address, or "". ``total``: its sum stands at the foot.
    ``sorts``: its heading can be pressed (of an ``ask``: only what that sorts by)."""

    key: str
    heading: str
    kind: str = "text"
    link: Callable[[Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    total: bool = False
    sorts: bool = True

    def of(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key)

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC


@dataclass(frozen=True)
class Filter:
    """kind: "text" (of a list of ``rows``: within any text, name or code), "choice" (``choices``: () -> value and word
    pairs), "days" (from a day to a day, both included), "flag" (a box to tick). ``matches``: (row, value) -> whether a
    row is meant, where it is not ``key`` of the row that tells; unused by ``ask``. ``default``: the choice that holds
    where none is made; there is no choice of all then."""

    key: str
    heading: str
    kind: str = "text"
    choices: Callable[[], Iterable[tuple[str, str]]] = tuple
    matches: Callable[[Any, Any], bool] | None = None
    default: str = ""


@dataclass(frozen=True)
class Asked:
    """What a reader asks of a list. ``filters``: key -> text, or (since, until) of days, or True; what is not asked is
    not in it. ``sort``: the key of a column, or "". ``after``: what the last ``Page.next`` was, or "" at the start."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    after: str = ""
    size: int = SIZES[0]

    def get(self, key: str) -> Any:
        return self.filters.get(key)


@dataclass(frozen=True)
class Page:
    """At most ``size`` rows. ``next``: what to ask for those after them, "" at the end. ``count`` and ``totals`` (key
    of a column -> sum) are of all pages; a count of None: too many to count while somebody waits."""

    rows: Sequence[Any]
    next: str = ""
    count: int | None = None
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """``name`` is the list's for ever: saved views know it by that. ``title``: the key of a text, its caption and the
    name of its file. ``empty``: the key of the text where nothing is there. ``need``: without that permission nobody
    takes it away, "" for whoever sees it. ``bare``: of many amounts; their headings say the currency, once."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Callable[[], Iterable[Any]] | None = None
    ask: Callable[[Asked], Page] | None = None
    filters: Sequence[Filter] = ()
    sort: str = ""
    empty: str = "list:empty"
    need: str = ""
    bare: bool = False

    def page(self, asked: Asked) -> Page:
        assert (self.rows is None) != (self.ask is None), "a list has rows or asks for them"
        return self.ask(asked) if self.ask is not None else self._page_of(self._chosen(asked), asked)

    def every(self, asked: Asked) -> Iterator[Any]:
        """The rows of all pages."""
        if self.ask is None:
            yield from self._chosen(asked)
            return
        asked = replace(asked, after="", size=SIZES[-1])
        while True:
            page = self.ask(asked)
            yield from page.rows
            if not page.next:
                return
            asked = replace(asked, after=page.next)

    # -- a list that lies in memory --------------------------------------------------------------------------------

    def _chosen(self, asked: Asked) -> list[Any]:
        assert self.rows is not None
        rows = [row for row in self.rows() if all(self._is_meant(row, f, asked.get(f.key)) for f in self.filters)]
        by = next((column for column in self.columns if column.key == asked.sort), None)
        if by is not None:
            rows.sort(key=lambda row: _sortable(by.of(row), by.kind), reverse=asked.descending)
        return rows

    def _is_meant(self, row: Any, chosen: Filter, value: Any) -> bool:
        if value is None:
            return True
        if chosen.matches is not None:
            return chosen.matches(row, value)
        if chosen.kind == "text":
            return all(word in self._words_of(row) for word in fold(value).split())
        held = row.get(chosen.key) if isinstance(row, Mapping) else getattr(row, chosen.key)
        if chosen.kind == "days":
            since, until = value
            return held is not None and (since is None or held >= since) and (until is None or held <= until)
        return bool(held) if chosen.kind == "flag" else str(held) == value

    def _words_of(self, row: Any) -> str:
        said = (column.of(row) for column in self.columns if column.kind in ("text", "name", "code"))
        return fold(" ".join(words_of(value) for value in said if value not in (None, "")))

    def _page_of(self, rows: list[Any], asked: Asked) -> Page:
        first = int(asked.after) if asked.after.isdecimal() and len(asked.after) < 10 else 0
        ends = first + asked.size
        sums = {c.key: sum(c.of(row) or 0 for row in rows) for c in self.columns if c.total}
        return Page(rows[first:ends], str(ends) if ends < len(rows) else "", len(rows), sums)


def words_of(value: Any) -> str:
    """A value as words: of a person, both names."""
    if hasattr(value, "name_ar"):
        return f"{value.name_ar} {value.name_latin} {getattr(value, 'number', '')}"
    return str(value)


def _sortable(value: Any, kind: str) -> tuple[int, Any]:
    """Nothing comes first; texts as their readers compare them."""
    if value is None or value == "":
        return (0, 0)
    if kind == "state":
        return (1, fold(locale.text("desk/states", value, lang=look.language())))
    return (
        1,
        value if kind in ("amount", "number", "day", "moment") or isinstance(value, int) else fold(words_of(value)),
    )


# -- what is asked ---------------------------------------------------------------------------------------------------


def asked_of(request: HttpRequest, listing: Listing) -> tuple[Asked, dict[str, str]]:
    """What the address asks, and what of it cannot be understood: key of a filter -> what is typed there."""
    said = {name: " ".join(value.replace("\0", "").split())[:_LONGEST] for name, value in request.GET.dict().items()}
    filters, wrong = {}, {}
    for one in listing.filters:
        try:
            value = _value(one, said)
        except ValueError:
            wrong[one.key] = said.get(f"{one.key}_since", "") or said.get(f"{one.key}_until", "")
            continue
        if value is not None:
            filters[one.key] = value
    sort = said.get("sort", "") or listing.sort
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if not any(column.key == key and column.sorts for column in listing.columns):
        key, descending = listing.sort.removeprefix("-"), listing.sort.startswith("-")
    per = said.get("per", "")
    size = int(per) if per in map(str, SIZES) else SIZES[0]
    return Asked(filters, key, descending, said.get("after", ""), size), wrong


def _value(one: Filter, said: Mapping[str, str]) -> Any:
    """What a filter is asked, None for nothing. Raises ValueError for what is no day."""
    if one.kind == "days":
        days = tuple(_day(said.get(f"{one.key}_{end}", "")) for end in ("since", "until"))
        return days if any(days) else None
    value = said.get(one.key, "")
    if one.kind == "flag":
        return True if value else None
    if one.kind == "choice" and value not in {str(choice) for choice, _ in one.choices()}:
        return None
    return value or None


def _day(said: str) -> date | None:
    return day_of(said) if said else None


# -- what is shown ---------------------------------------------------------------------------------------------------


def answer(
    request: HttpRequest, listing: Listing, template: str, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page with the list in it; for htmx only the list; or the file that is taken away."""
    from tiwizi.doors.look import listing_out, proof

    asked, wrong = asked_of(request, listing)
    if "export" in request.GET:
        return listing_out.export(request, listing, asked)  # type: ignore[no-any-return]
    shown = Shown(request, listing, asked, wrong)
    htmx: Any = getattr(request, "htmx", None)
    part = htmx and htmx.target == "listing" and not htmx.history_restore_request
    response = render(request, "look/listing_table.html" if part else template, {**(context or {}), "listing": shown})
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return proof.bring(request, response, "export")


@dataclass(frozen=True)
class Cell:
    """``is_long``: on a phone it has a line of its own."""

    shown: str
    link: str
    is_numeric: bool
    is_long: bool = False


class Shown:
    """A list as its template reads it."""

    def __init__(self, request: HttpRequest, listing: Listing, asked: Asked, wrong: Mapping[str, str]) -> None:
        self.request, self.listing, self.asked, self.wrong = request, listing, asked, wrong
        self.name, self.title, self.empty = listing.name, said(listing.title), said(listing.empty)
        self.path = request.path
        self.page = listing.page(asked)
        self.currency = str(getattr(request, "currency", "MAD"))
        by: Any = getattr(request, "by", None)
        self.user = by.user if by is not None else None
        self.may_export = by is not None and (not listing.need or by.may(listing.need))

    # -- the table -------------------------------------------------------------------------------------------------

    def headings(self) -> Iterator[dict[str, Any]]:
        for column in self.listing.columns:
            at = column.key == self.asked.sort
            down = at and not self.asked.descending
            yield {
                "key": column.key, "text": self._heading(column), "is_numeric": column.is_numeric,
                "address": self.address(sort=f"-{column.key}" if down else column.key) if column.sorts else "",
                "sorted": ("descending" if self.asked.descending else "ascending") if at else "none",
            }  # fmt: skip

    def _heading(self, column: Column) -> str:
        unit = f" ({look.unit({'currency': self.currency})})" if self.listing.bare and column.kind == "amount" else ""
        return said(column.heading) + unit

    def rows(self) -> Iterator[list[Cell]]:
        for row in self.page.rows:
            yield [self._cell(column, row) for column in self.listing.columns]

    def _cell(self, column: Column, row: Any) -> Cell:
        link = column.link(row) if column.link is not None else ""
        value = column.of(row)
        is_long = isinstance(value, str) and len(value) > _LONG and column.kind != "state"
        return Cell(self._written(value, column.kind), link or "", column.is_numeric, is_long)

    def _written(self, value: Any, kind: str) -> str:
        if value is None or value == "":
            return ""
        if kind == "amount":
            write = look.figure if self.listing.bare else look.amount
            return str(write({"currency": self.currency}, value))
        if kind == "name" and hasattr(value, "name_ar"):
            return look.named(value)
        if kind in ("text", "name"):
            return format_html('<bdi dir="auto">{}</bdi>', value)
        filters: dict[str, Any] = {
            "day": look.short_day,
            "moment": look.moment,
            "number": look.number,
            "state": look.state,
        }
        return str(filters.get(kind, look.ltr)(value))

    def foot(self) -> list[Cell]:
        """The sums of all pages; nothing where no column adds up."""
        totals = self.page.totals
        if not totals or not any(column.total for column in self.listing.columns):
            return []
        return [
            Cell(self._written(totals[column.key], column.kind) if column.key in totals else "", "", column.is_numeric)
            for column in self.listing.columns
        ]

    def count(self) -> str:
        """How many rows there are, in words."""
        if self.page.count is None:
            return ""
        return locale.counted(self.page.count, "rows", look.language())

    # -- what can be asked -----------------------------------------------------------------------------------------

    def filters(self) -> Iterator[dict[str, Any]]:
        given = self.request.GET
        for one in self.listing.filters:
            yield {
                "key": one.key, "kind": one.kind, "text": said(one.heading), "wrong": one.key in self.wrong,
                "value": given.get(one.key) or one.default, "default": one.default,
                "choices": [(str(value), word) for value, word in one.choices()],
                "since": given.get(f"{one.key}_since", ""), "until": given.get(f"{one.key}_until", ""),
                "since_id": f"f-{one.key}-since", "since_name": f"{one.key}_since",
                "until_id": f"f-{one.key}-until", "until_name": f"{one.key}_until",
                "told": f"f-{one.key}-wrong" if one.key in self.wrong else "",
            }  # fmt: skip

    def kept(self) -> list[tuple[str, str]]:
        """What the filters' own form carries besides them."""
        return [(name, self.request.GET[name]) for name in ("sort", "per") if self.request.GET.get(name)]

    def sizes(self) -> list[tuple[int, str, bool]]:
        return [(size, self.address(per=str(size)), size == self.asked.size) for size in SIZES]

    def query(self) -> str:
        """What is asked, as an address asks it, from its first page."""
        return urlencode(self._asked())

    def is_narrowed(self) -> bool:
        return bool(self.asked.filters)

    def next(self) -> str:
        return self.address(after=self.page.next) if self.page.next else ""

    def first(self) -> str:
        return self.address() if self.asked.after else ""

    def exports(self) -> list[tuple[str, str]]:
        formats = ("xlsx", "csv") if self.may_export and self.page.rows else ()
        return [(format, self.address(export=format)) for format in formats]

    def address(self, **changed: str) -> str:
        query = urlencode({**self._asked(), **changed})
        return f"{self.path}?{query}" if query else self.path

    def _asked(self) -> dict[str, str]:
        names = [*(name for one in self.listing.filters for name in _names(one)), "sort", "per"]
        return {name: self.request.GET[name] for name in names if self.request.GET.get(name)}

    # -- saved views -----------------------------------------------------------------------------------------------

    def views(self) -> list[dict[str, Any]]:
        """Those of the reader and those that colleagues share."""
        if self.user is None:
            return []
        here = self.query()
        return [
            {"id": view.id, "name": view.name, "address": f"{self.path}?{view.query}", "here": view.query == here,
             "own": view.user == self.user, "shared": view.shared}
            for view in saved_views(self.name, user=self.user)
        ]  # fmt: skip


def _names(one: Filter) -> tuple[str, ...]:
    return (f"{one.key}_since", f"{one.key}_until") if one.kind == "days" else (one.key,)


def said(key: str) -> str:
    """The text of a key, as of ``{% t %}``."""
    return look.t(key)
