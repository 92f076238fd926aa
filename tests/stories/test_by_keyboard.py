"""A day's work without a mouse: each is reached and done with the keyboard alone, in three languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser import DeskIn
from tests.doors.desk import waiting
from tests.doors.desk.test_entry_browser import home, specialist
from tests.stories.keyboard import Keyboard, comes_in
from tests.stories.test_a_file_at_the_desk import _imane_enters_a_file, _salma_has_it_decided

from tiwizi.doors.clock import today
from tiwizi.locale import LANGUAGES

__all__ = ["home", "specialist"]
PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_from_the_search_to_the_household_to_its_file_and_the_one_before(desk_in: DeskIn, lang: str) -> None:
    number = waiting.household()[1]
    keys = Keyboard(desk_in("imane", lang=lang))
    keys.page.goto("/")
    keys.press("/")
    keys.is_at("#search")
    keys.type(number)
    expect(keys.page.locator("#answers [role=option]").first).to_be_visible()
    keys.press("ArrowDown")
    keys.goes("Enter")
    assert keys.page.url.endswith(f"/household/{number}/")
    keys.press("Tab")
    keys.is_at(".skip")
    keys.press("Enter")
    keys.is_at("main")
    keys.opens("main a[href^='/claim/']")
    first = keys.page.url
    keys.goes("Alt+ArrowDown")
    assert keys.page.url != first and "/claim/" in keys.page.url
    keys.goes("Alt+ArrowUp")
    assert keys.page.url == first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_is_sorted_and_the_hand_stays_at_the_heading(desk_in: DeskIn, lang: str) -> None:
    keys = Keyboard(desk_in("nadia", lang=lang))
    keys.page.goto("/payments/")
    keys.reach("#sort-amount")
    for order in ("ascending", "descending"):
        keys.press("Enter")
        expect(keys.page.locator(f"#listing th[aria-sort={order}]")).to_have_count(1)
        keys.is_at("#sort-amount")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_is_reviewed_and_a_mistake_leads_to_its_field(desk_in: DeskIn, lang: str) -> None:
    from tiwizi.records.care.models import Review

    waiting.hand_in("R1")
    keys = Keyboard(desk_in("salma", lang=lang))
    keys.page.goto("/")
    keys.opens(".menu a[href='/review/']")
    keys.opens("main .head button.main")
    assert "/review/file/R1/" in keys.page.url
    keys.reach("input[type=radio]")
    while keys.page.evaluate("document.activeElement.value") != "refuse":
        keys.press("ArrowDown")
    keys.goes("Control+Enter")
    keys.is_at("main [role=alert]")
    keys.reach("main [role=alert] a")
    keys.press("Enter")
    keys.is_at("select[name^=cause-]")
    keys.press("ArrowDown")
    keys.goes("Control+Enter")
    keys.is_at("#effect")
    keys.goes("Control+Shift+Enter")
    expect(keys.page.locator("#refusal")).to_have_count(0)
    assert Review.objects.filter(line__claim__number="R1").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_batch_is_prepared_approved_and_released_by_three_people(
    desk_in: DeskIn, records: str, home: str, lang: str
) -> None:
    _salma_has_it_decided(desk_in, records, _imane_enters_a_file(desk_in, home, lang), lang)
    nadia = comes_in(desk_in, "nadia", lang)
    nadia.opens(".menu a[href='/payments/']")
    nadia.opens("main a[href='/payments/funds/amo/']")
    nadia.opens("main form button.main")
    batch = re.search(r"/batches/(\d+)/", nadia.page.url)[1]  # type: ignore[index]
    for login, steps in (("omar", ["approve"]), ("leila", ["release", "make_file", "hand_over"])):
        signer = comes_in(desk_in, login, lang)
        signer.opens(".menu a[href='/payments/']")
        signer.opens(f"#listing a[href='/payments/batches/{batch}/']")
        for step in steps:
            signer.opens(f"main .actions a[href$='/{step}/']")
            signer.opens("main .form-end button.main")
            expect(signer.page.locator("#refusal")).to_have_count(0)
    expect(signer.page.locator(".signature .small")).to_have_count(3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_month_is_closed(desk_in: DeskIn, lang: str) -> None:
    from tiwizi.records.money.models import Account, Period

    codes = [
        Account.objects.get(book__code="amo", roles__contains=role, **({"roles": role} if role == "bank" else {})).code
        for role in ("bank_charges", "bank")
    ]
    hicham = comes_in(desk_in, "hicham", lang)
    hicham.opens(".menu a[href='/books/']")
    hicham.opens("main .actions a.main")
    hicham.reach("#memo")
    hicham.type("Frais")
    for code, side in zip(codes, ("debit", "credit"), strict=True):
        hicham.reach("[name=account]")
        hicham.type(code)
        hicham.reach(f"[name={side}]")
        hicham.type("35,00" if side == "debit" else "34,00")
    hicham.opens("main button.main")
    hicham.is_at("main [role=alert]")
    for _ in codes:
        hicham.reach("[name=credit]")
    hicham.press("Control+a")
    hicham.type("35,00")
    hicham.opens("main button.main")
    zineb = comes_in(desk_in, "zineb", lang)
    zineb.opens(".menu a[href='/books/']")
    zineb.opens(".tabs a[href='/books/entries/']")
    zineb.opens("#listing tbody a")
    zineb.opens("main button[value=confirm]")
    hicham.page.goto("/")
    hicham.opens(".menu a[href='/books/']")
    hicham.opens("main a[href$='/amo/close/']")
    if hicham.page.locator("[name=anyway]").count():
        hicham.reach("[name=anyway]")
        hicham.press("Space")
    hicham.opens("main form.stack .form-end button")
    expect(hicham.page.locator("#refusal")).to_have_count(0)
    assert Period.objects.filter(book__code="amo", until=today().replace(day=1)).exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_member_is_enrolled_and_what_will_follow_is_met_before_it_is_recorded(desk_in: DeskIn, lang: str) -> None:
    keys = Keyboard(desk_in("imane", lang=lang))
    keys.page.goto("/")
    keys.opens(".menu a[href='/enrol/']")
    keys.reach("#f_name_latin")
    keys.type("Fatima Benali")
    keys.goes("Enter")
    keys.is_at("main [role=alert]")
    keys.reach("main [role=alert] a[href='#f_birth']")
    keys.press("Enter")
    keys.is_at("#f_birth")
    keys.type("05051990")  # whichever the browser asks first, the day or the month
    keys.reach("#f_sex")
    keys.press("ArrowDown")
    keys.opens("main .form-end button")
    keys.is_at("main [data-lands]")
    keys.opens("main [data-lands] button.main")
    expect(keys.page.locator("main [role=alert]")).to_have_count(0)
    expect(keys.page.locator("main")).to_contain_text("Benali")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_and_the_own_menu_give_the_focus_back_where_it_was(desk_in: DeskIn, lang: str) -> None:
    keys = Keyboard(desk_in("nadia", lang=lang))
    keys.page.goto("/payments/")
    keys.reach(".help-open")
    keys.press("Enter")
    keys.is_at("#help")
    keys.press("Escape")
    keys.is_at(".help-open")
    keys.reach(".who summary")
    keys.press("Enter")
    keys.reach(".who .sheet a")
    keys.press("Escape")
    keys.is_at(".who summary")


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_on_a_phone_nothing_lies_upon_what_has_the_focus(desk_in: DeskIn, lang: str) -> None:
    """The head does not stay where there is little room; every stop of a long page is in sight, there and back."""
    keys = Keyboard(desk_in("imane", lang=lang, **PHONE))
    keys.page.goto(f"/household/{waiting.household()[1]}/")
    keys.reach("#papers button")
    keys.reach(".skip", back=True)
