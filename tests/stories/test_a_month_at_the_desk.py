"""A member joins, and a month is closed: stories in a real browser, in three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.browser import DeskIn
from tests.stories.at_the_desk import presses, signs_in

from tiwizi.doors.clock import today
from tiwizi.locale import LANGUAGES

NUMBER = "A90000001"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_member_joins_with_her_daughter_and_is_found_by_name_in_either_script(desk_in: DeskIn, lang: str) -> None:
    page = desk_in("imane", lang=lang)
    page.goto("/enrol/")
    typed = {
        "household": NUMBER, "number": f"{NUMBER}-01", "name_ar": "فاطمة بنعلي", "name_latin": "Fatima Benali",
        "birth": "1990-05-01", "cin": "BK 123456", "phone": "06 12 34 56 78", "employer": "MEN",
        "employer_name": "Ministère", "employee_number": "77", "on": "2026-03-01",
    }  # fmt: skip
    for field, value in typed.items():
        page.fill(f"#f_{field}", value)
    page.select_option("#f_sex", "F")
    presses(page)
    expect(page.locator(".notice.waits li").first).to_be_visible()
    presses(page)
    page.goto(f"/household/{NUMBER}/changes/birth/")
    for field, value in {"name_ar": "سلمى العلمي", "name_latin": "Salma Alami", "birth": "2026-05-02"}.items():
        page.fill(f"#f_{field}", value)
    page.select_option("#f_sex", "F")
    presses(page)
    presses(page)
    for said in ("benali fatima", "فاطمه بنعلي", "0612345678", "bk123456"):
        page.goto("/")
        page.fill("#search", said)
        expect(page.locator("#answers")).to_contain_text(NUMBER)
    page.goto(f"/household/{NUMBER}/")
    expect(page.locator("main")).to_contain_text("سلمى" if lang == "ar" else "Salma")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_accountants_close_a_month(desk_in: DeskIn, lang: str) -> None:
    from tiwizi.records.money.models import Account, Period

    charges = Account.objects.get(book__code="sm", roles__contains="bank_charges").code
    bank = Account.objects.get(book__code="sm", roles="bank").code
    hicham, zineb = (signs_in(desk_in("", lang=lang), login) for login in ("hicham", "zineb"))
    hicham.goto("/books/entries/new/?book=sm")
    hicham.fill("#memo", "Frais de tenue de compte")
    for row, (account, side) in enumerate(((charges, "debit"), (bank, "credit"))):
        hicham.locator("[name=account]").nth(row).select_option(account)
        hicham.locator(f"[name={side}]").nth(row).fill("35,00")
    presses(hicham)
    zineb.goto("/books/entries/")
    zineb.locator("#listing tbody tr").first.get_by_role("link").first.click()
    presses(zineb, zineb.locator("button[value=confirm]"))
    last = today().replace(day=1) - timedelta(days=1)
    hicham.goto(f"/books/funds/sm/close/?last={last.isoformat()}")
    expect(hicham.locator("main li .chip").first).to_be_visible()
    anyway = hicham.locator("[name=anyway]")
    if anyway.count():
        anyway.check()
    presses(hicham, hicham.locator("form.stack .form-end button"))
    assert Period.objects.filter(book__code="sm").count() == 1
    hicham.goto(f"/books/trial/?book=sm&day={today().isoformat()}")
    expect(hicham.locator("main tfoot").first).to_be_visible()
    hicham.goto("/books/entries/new/?book=sm")
    hicham.fill("#memo", "Trop tard")
    hicham.fill("#day", last.isoformat())
    for row, (account, side) in enumerate(((charges, "debit"), (bank, "credit"))):
        hicham.locator("[name=account]").nth(row).select_option(account)
        hicham.locator(f"[name={side}]").nth(row).fill("1,00")
    hicham.locator("main button.main").click()
    expect(hicham.locator("#refusal, .notice.refusal").first).to_be_visible()
    expect(hicham.locator("#memo")).to_have_value("Trop tard")
