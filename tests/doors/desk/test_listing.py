"""A list is narrowed, sorted, turned over, kept under a name and taken away, without a live formula in it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.utils import translation
from python_calamine import CalamineWorkbook
from tests.doors.desk.conftest import Desk, prove

from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, Shown, answer, asked_of
from tiwizi.records.people.queries import saved_views, who_acts
from tiwizi.records.trail.models import Event

HOSTILE = ["=1+1", "+212", "-2+3", "@SUM(A1)", "\t=1", "ok;=cmd|' /C calc'!A0", '"\n=HYPERLINK("x")', "<script>", "٣"]


@dataclass(frozen=True)
class Row:
    name: str
    amount: int
    day: date
    state: str = "paid"


ROWS = [
    Row("Ahmed", 14400, date(2026, 1, 5)),
    Row("فاطمة", 100, date(2026, 2, 1), "refused"),
    Row("Élodie", 25, date(2026, 3, 1)),
]
LISTING = Listing(
    "samples",
    "list:views",
    (
        Column("name", "list:words", "name", link=lambda row: f"/samples/{row.amount}/"),
        Column("amount", "list:total", "amount", total=True),
        Column("day", "list:since", "day"),
        Column("state", "list:all", "state"),
    ),
    rows=lambda: ROWS,
    filters=(
        Filter("words", "list:words"),
        Filter("state", "list:all", "choice", choices=lambda: [("paid", "Payé"), ("refused", "Refusé")]),
        Filter("day", "list:since", "days"),
    ),
    sort="-day",
)

Ask = Callable[..., Any]


@pytest.fixture
def ask(desk: Desk) -> Ask:
    """A request of Leila, who reads payments and has just proved who she is, for a list."""

    def make(query: str = "", lang: str = "fr", **headers: str) -> Any:
        translation.activate(lang)
        request: Any = RequestFactory().get(f"/samples/?{query}", headers=headers)
        request.by = who_acts("leila", at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
        request.user = get_user_model().objects.get(login="leila")
        request.currency, request.menu, request.htmx = "MAD", [], None
        proven = prove(desk("leila"))
        request.session = proven.session
        return request

    return make


def _names(request: Any, listing: Listing = LISTING) -> list[str]:
    asked, wrong = asked_of(request, listing)
    return [row.name for row in Shown(request, listing, asked, wrong).page.rows]


def test_a_list_is_sorted_by_its_own_order_or_the_one_that_is_asked(ask: Ask) -> None:
    assert _names(ask()) == ["Élodie", "فاطمة", "Ahmed"]
    assert _names(ask("sort=amount")) == ["Élodie", "فاطمة", "Ahmed"]
    assert _names(ask("sort=-amount")) == ["Ahmed", "فاطمة", "Élodie"]
    assert _names(ask("sort=name")) == ["Ahmed", "Élodie", "فاطمة"]
    assert _names(ask("sort=nothing;drop")) == ["Élodie", "فاطمة", "Ahmed"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("words=elod", ["Élodie"]),
        ("state=refused", ["فاطمة"]),
        ("state=nonsense", ["Élodie", "فاطمة", "Ahmed"]),
        ("day_since=2026-02-01&day_until=2026-02-01", ["فاطمة"]),
        ("day_since=yesterday", ["Élodie", "فاطمة", "Ahmed"]),
        ("words=nobody", []),
    ],
)
def test_filters_narrow_a_list(ask: Ask, query: str, names: list[str]) -> None:
    assert _names(ask(query)) == names


def test_a_filter_that_is_no_day_says_so_beside_its_field(ask: Ask) -> None:
    assert "pas une date" in answer(ask("day_since=yesterday"), LISTING, "look/listing.html").content.decode()


def test_sums_are_of_all_pages_and_a_page_leads_to_the_next(ask: Ask) -> None:
    many = replace(LISTING, rows=lambda: [replace(ROWS[0], amount=1)] * 120)
    asked, wrong = asked_of(ask(), many)
    first = Shown(ask(), many, asked, wrong)
    assert (len(first.page.rows), first.page.count, first.page.totals) == (50, 120, {"amount": 120})
    query = first.next().partition("?")[2]
    assert len(_names(ask(query), many)) == 50
    last = asked_of(ask(query.replace("after=50", "after=100")), many)
    assert (len(many.page(last[0]).rows), many.page(last[0]).next) == (20, "")


def test_headings_say_how_the_list_is_sorted(ask: Ask) -> None:
    page = answer(ask("sort=-amount"), LISTING, "look/listing.html").content.decode()
    assert page.count('aria-sort="descending"') == 1 and page.count('aria-sort="none"') == 3


def test_without_htmx_the_page_answers_with_it_only_the_table(ask: Ask) -> None:
    class Htmx:
        target, history_restore_request = "listing", False

    request = ask()
    whole = answer(request, LISTING, "look/listing.html")
    request.htmx = Htmx()
    part = answer(request, LISTING, "look/listing.html")
    assert b'<form class="tools"' in whole.content and b'<form class="tools"' not in part.content
    assert part.content.strip().startswith(b'<div id="listing"') and "HX-Request" in part["Vary"]


# -- taken away --------------------------------------------------------------------------------------------------------


def _sheet(ask: Ask, listing: Listing, lang: str = "fr") -> tuple[list[tuple[Any, ...]], bytes]:
    response = answer(ask("export=xlsx", lang), listing, "")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return [
        tuple(row) for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    ], data


def _csv(ask: Ask, listing: Listing, lang: str = "fr", query: str = "") -> list[list[str]]:
    data = b"".join(answer(ask(f"export=csv&{query}", lang), listing, "").streaming_content)  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter="," if lang == "en" else ";"))


def test_a_sheet_has_amounts_as_numbers_days_as_days_and_headings_in_the_readers_language(ask: Ask) -> None:
    rows, _ = _sheet(ask, LISTING, "ar")
    assert rows[0] == ("البحث في اللائحة", "المجموع", "من", "الكل")
    assert rows[1][:3] == ("Élodie", 0.25, date(2026, 3, 1))
    assert [row[1] for row in rows[1:]] == [0.25, 1, 144]


def test_a_csv_file_is_written_as_the_readers_spreadsheets_read_it(ask: Ask) -> None:
    assert _csv(ask, LISTING)[3] == ["Ahmed", "144,00", "2026-01-05", "Payé"]
    assert _csv(ask, LISTING, "en")[3] == ["Ahmed", "144.00", "2026-01-05", "Paid"]
    assert _csv(ask, LISTING, query="state=refused")[1:] == [["فاطمة", "1,00", "2026-02-01", "Refusé"]]


def test_no_cell_that_is_taken_away_is_a_live_formula(ask: Ask) -> None:
    hostile = replace(LISTING, rows=lambda: [replace(ROWS[0], name=name) for name in HOSTILE], sort="")
    rows, data = _sheet(ask, hostile)
    assert len(rows) == len(HOSTILE) + 1
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    for row in _csv(ask, hostile)[1:]:
        assert row[0].startswith("'") or row[0][0] not in "=+-@\t" or row[0] == "+212"
        assert ";=" not in row[0] and "\n=" not in row[0]


def test_all_pages_are_taken_away_and_that_stands_in_the_trail(ask: Ask) -> None:
    def asks(asked: Asked) -> Page:
        first = int(asked.after or 0)
        rows = [replace(ROWS[0], amount=at) for at in range(first, min(first + asked.size, 2500))]
        return Page(rows, str(first + asked.size) if first + asked.size < 2500 else "")

    large = replace(LISTING, rows=None, ask=asks)
    assert len(_csv(ask, large)) == 2501
    event = Event.objects.order_by("-position")[0]
    assert (event.verb, event.subject) == ("people.exported", "list:samples")
    assert '"rows":2500' in event.body.replace(" ", "")


def test_who_may_see_a_list_but_not_take_it_away_is_refused(ask: Ask) -> None:
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        answer(ask("export=csv"), replace(LISTING, need="care.review"), "")


# -- kept under a name -------------------------------------------------------------------------------------------------


def _save(desk: Desk, **changed: str) -> Any:
    said = {"list": "samples", "name": "Les payés", "query": "state=paid", "back": "/?x=1", "key": "k1", **changed}
    return desk("leila").post("/views/save/", said)


def test_a_view_is_kept_by_whoever_works_here_and_replaced_under_its_name(desk: Desk) -> None:
    answered = _save(desk)
    assert (answered.status_code, answered["Location"]) == (303, "/?x=1")
    _save(desk, key="k1")
    _save(desk, key="k2", query="state=refused")
    leila = get_user_model().objects.get(login="leila").id
    assert [(view.name, view.query) for view in saved_views("samples", user=leila)] == [("Les payés", "state=refused")]
    assert desk("imane").post("/views/save/", {"list": "samples", "name": "x", "key": "k"}).status_code == 303


def test_a_view_is_a_colleagues_only_where_it_is_shared_and_only_its_own_forgets_it(desk: Desk) -> None:
    _save(desk, name="mine", key="a")
    _save(desk, name="ours", key="b", shared="1")
    nadia, leila = (get_user_model().objects.get(login=login).id for login in ("nadia", "leila"))
    assert [view.name for view in saved_views("samples", user=nadia)] == ["ours"]
    ours = saved_views("samples", user=nadia)[0].id
    desk("nadia").post(f"/views/{ours}/forget/", {"key": "c"})
    assert len(saved_views("samples", user=leila)) == 2
    desk("leila").post(f"/views/{ours}/forget/", {"key": "d"})
    assert [view.name for view in saved_views("samples", user=leila)] == ["mine"]


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere_after_saving(desk: Desk, back: str) -> None:
    assert _save(desk, back=back)["Location"] == "/"


def test_a_view_without_a_name_or_with_a_long_one_is_refused_in_words(desk: Desk) -> None:
    client = desk("leila")
    for name in ("  ", "x" * 61):
        client.post("/views/save/", {"list": "samples", "name": name, "key": name})
    page = client.get("/").content.decode()
    assert "pas de nom" in page and "trop long" in page
