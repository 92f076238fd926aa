"""A file entered in a real browser: by keyboard alone, counted; and with the network away, sent once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.browser import DeskIn, axe_finds
from tests.doors.desk.test_entry import home as home  # noqa: PLC0414  (a fixture)

from tiwizi.doors.clock import today

#: In thirty seconds: a key a second, for who looks at the paper between them.
MOST_KEYS = 30


class Hands:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=5)
        self.keys += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


def reach(page: Page, field: str) -> None:
    """Wait until the hand is in a field: Enter waits for what is being looked up."""
    expect(page.locator(f"#{field}")).to_be_focused()


@pytest.fixture(autouse=True)
def specialist(records: str) -> None:
    from tiwizi.records.care.models import Provider

    Provider.objects.create(
        number="987654321", name_latin="Dr Amina Filali", name_ar="الدكتورة أمينة الفيلالي", sector=1
    )


def open_form(desk_in: DeskIn, home: str, lang: str) -> Page:
    page = desk_in("imane", lang=lang)
    page.goto(f"/household/{home}/new-file/")
    reach(page, "provider")
    return page


def type_one_line(page: Page) -> Hands:
    """A specialist's consultation of five days ago for 250.00, from the first field to the last."""
    hands = Hands(page)
    hands.type("987654321")
    hands.press("Enter")
    reach(page, "care_from")
    hands.type(f"{today() - timedelta(days=5):%d%m}")
    hands.press("Enter", "Enter")
    reach(page, "receipt")
    hands.type("117")
    hands.press("Enter")
    reach(page, "code-0")
    hands.type("cs")
    hands.press("Enter")
    reach(page, "quantity-0")
    hands.press("Enter", "Enter")
    hands.type("250")
    return hands


def test_in_arabic_a_file_of_one_line_is_entered_by_keyboard_alone_with_its_reason(desk_in: DeskIn, home: str) -> None:
    page = open_form(desk_in, home, "ar")
    hands = type_one_line(page)
    paid = page.locator("#sum-paid")
    expect(paid).to_contain_text("144,00")
    expect(paid).to_contain_text("درهم")
    told = page.locator("#told-0")
    expect(told).to_contain_text(re.compile("80%"))
    expect(told.locator("svg")).to_have_count(6)
    hands.press("Control+Enter")
    page.wait_for_url("**/slip/**")
    expect(page.locator("#number")).to_contain_text(re.compile(r"N\d{9}"))
    assert hands.keys <= MOST_KEYS, hands.keys


def test_enter_on_the_last_amount_makes_the_next_line(desk_in: DeskIn, home: str) -> None:
    page = open_form(desk_in, home, "fr")
    hands = type_one_line(page)
    hands.press("Enter")
    reach(page, "code-1")
    hands.type("nfs")
    hands.press("Enter")
    reach(page, "quantity-1")
    hands.press("Enter", "Enter")
    hands.type("88")
    expect(page.locator("#told-1")).to_contain_text("Numération")
    expect(page.locator("#decision")).to_contain_text("338,00")


def test_a_refusal_keeps_what_was_typed_and_the_page_goes_on_working(desk_in: DeskIn, home: str) -> None:
    page = open_form(desk_in, home, "en")
    type_one_line(page)
    page.fill("#code-0", "NOTHING")
    page.keyboard.press("Escape")
    page.locator("#send").click()
    expect(page.locator("#refusal")).to_be_visible()
    expect(page.locator("#billed-0")).to_have_value("250")
    page.fill("#code-0", "CS")
    expect(page.locator("#sum-paid")).to_contain_text("144.00")
    page.locator("#billed-0").press("Control+Enter")
    page.wait_for_url("**/slip/**")


def test_what_is_typed_is_there_again_after_the_page_was_left(desk_in: DeskIn, home: str) -> None:
    page = open_form(desk_in, home, "fr")
    type_one_line(page)
    page.wait_for_url("**draft=**")
    expect(page.locator("#saved")).not_to_be_empty()
    page.reload()
    expect(page.locator("#billed-0")).to_have_value("250")
    page.fill("#receipt", "118")
    page.locator("a[href='/']").first.click()
    page.wait_for_url("**/")
    page.go_back()
    expect(page.locator("#receipt")).to_have_value("118")


def test_a_browser_asks_before_it_leaves_what_it_would_not_bring_back(desk_in: DeskIn, home: str) -> None:
    page, asked = desk_in("imane", lang="fr"), []
    page.goto(f"/household/{home}/changes/birth/")
    page.fill("[name=name_latin]", "Adam")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("a[href='/']").first.click()
    expect(page.locator("[name=name_latin]")).to_have_value("Adam")
    assert asked == ["beforeunload"]
    page.locator("main form button.main").click()
    page.wait_for_load_state()
    page.locator("a[href='/']").first.click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"], "what was sent is not asked for"


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_is_sent_while_the_network_is_away_goes_once_when_it_is_back(
    desk_in: DeskIn, home: str, lang: str
) -> None:
    from tiwizi.records.care.models import Claim

    before = Claim.objects.count()
    page = open_form(desk_in, home, lang)
    type_one_line(page)
    expect(page.locator("#sum-paid")).to_contain_text("144")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#offline")).to_be_visible()
    page.keyboard.press("Control+Enter")
    assert Claim.objects.count() == before
    page.context.set_offline(False)
    page.wait_for_url("**/slip/**")
    assert Claim.objects.count() == before + 1


def test_the_answer_that_got_lost_is_given_again_and_the_file_is_one(desk_in: DeskIn, home: str) -> None:
    """The first send arrives and its answer does not: the network goes away in between."""
    from tiwizi.records.care.models import Claim

    before, sends = Claim.objects.count(), []
    page = open_form(desk_in, home, "fr")
    type_one_line(page)

    def lose_the_first(route: object) -> None:
        if route.request.method != "POST":  # type: ignore[attr-defined]
            route.continue_()  # type: ignore[attr-defined]
            return
        sends.append(1)
        if len(sends) == 1:
            route.fetch(max_redirects=0)  # type: ignore[attr-defined]
            route.abort("connectionreset")  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route(re.compile(r"/new-file/\?draft="), lose_the_first)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/slip/**")
    assert len(sends) == 2 and Claim.objects.count() == before + 1


def shown(desk_in: DeskIn, home: str, lang: str, width: int) -> Iterator[tuple[str, Page]]:
    """My pages, each with something on it."""
    page = desk_in("salma", lang=lang, width=width)
    page.goto("/files/new/")
    yield "start", page
    page.goto(f"/household/{home}/new-file/")
    for field, text in (("provider", "987654321"), ("care_from", f"{today() - timedelta(days=5):%d/%m/%Y}"),
                        ("code-0", "CS"), ("billed-0", "250")):  # fmt: skip
        page.fill(f"#{field}", text)
    expect(page.locator("#sum-paid")).to_contain_text("144")
    yield "entry", page
    page.locator("#send").click()
    page.wait_for_url("**/slip/**")
    yield "slip", page
    page.goto(page.url.replace("/slip/", "/claim/"))
    yield "file", page
    page.goto("/files/")
    yield "files", page


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_axe_finds_nothing_serious_where_files_are_entered_and_read(desk_in: DeskIn, home: str, lang: str) -> None:
    found = [(name, fault) for name, page in shown(desk_in, home, lang, 1280) for fault in axe_finds(page)]
    assert not found


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_no_page_of_a_file_is_wider_than_a_phone(desk_in: DeskIn, home: str, lang: str) -> None:
    for name, page in shown(desk_in, home, lang, 360):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
