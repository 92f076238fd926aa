"""Lists and the books in a real browser: only the table is exchanged, the address follows, sums stand while typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser import DeskIn, axe_finds


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_list_is_sorted_and_narrowed_without_loading_the_page_and_its_address_says_so(
    desk_in: DeskIn, lang: str
) -> None:
    page = desk_in("nadia", lang=lang)
    page.goto("/payments/")
    page.evaluate("window.stayed = true")
    amount = page.locator("#listing th a[href*='sort=amount']")
    amount.click()
    expect(page.locator("#listing th[aria-sort=ascending]")).to_have_count(1)
    assert "sort=amount" in page.url and page.evaluate("window.stayed")
    page.select_option("#f-book", "sm")
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    assert "book=sm" in page.url and page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator("#listing tbody tr")).to_have_count(4)


def test_a_view_is_saved_and_found_again(desk_in: DeskIn) -> None:
    page = desk_in("nadia")
    page.goto("/payments/?book=sm")
    page.locator("#listing summary").click()
    page.fill("#view-name", "Le mutualiste")
    page.locator("#listing details button.main").click()
    page.goto("/payments/")
    page.get_by_role("link", name="Le mutualiste").click()
    expect(page.locator("#listing tbody tr")).to_have_count(1)


def test_an_entry_adds_up_while_it_is_typed(desk_in: DeskIn) -> None:
    page = desk_in("hicham")
    page.goto("/books/entries/new/?book=sm")
    page.fill("[name=debit] >> nth=0", "1 234,56")
    expect(page.locator("[data-sum=rest]")).to_have_text("Δ 1\u202f234,56")
    page.fill("[name=credit] >> nth=1", "1234.56")
    expect(page.locator("[data-sum=rest]")).to_have_text("✓")
    rows = page.locator("form[data-legs] tbody tr")
    before = rows.count()
    page.locator("[data-more]").click()
    expect(rows).to_have_count(before + 1)


#: Pages of payments, the bank and the books, and who reads them.
PAGES = [
    ("nadia", "/payments/"), ("nadia", "/payments/funds/sm/"), ("omar", "/payments/batches/2/"),
    ("omar", "/payments/orders/TWZ000000000001/"), ("omar", "/payments/returned/"), ("hicham", "/bank/"),
    ("hicham", "/bank/movements/"), ("hicham", "/bank/movements/1/"), ("hicham", "/bank/statements/1/"),
    ("hicham", "/books/"), ("hicham", "/books/trial/"), ("hicham", "/books/journal/"), ("hicham", "/books/entries/"),
    ("hicham", "/books/entries/1/"), ("hicham", "/books/entries/new/"), ("hicham", "/books/journal/opening/1/1/"),
    ("hicham", "/books/funds/sm/close/"), ("hicham", "/books/funds/sm/ceiling/"), ("hicham", "/books/export/"),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_pages_of_money_are_for_everybody_and_no_wider_than_a_phone(desk_in: DeskIn, lang: str) -> None:
    found: list[tuple[str, object]] = []
    for login in ("nadia", "omar", "hicham"):
        page = desk_in(login, lang=lang, width=360, height=740)
        for address in (address for who, address in PAGES if who == login):
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth") > 360:
                found.append((address, "wider than 360"))
            found += [(address, fault) for fault in axe_finds(page)]
    assert not found
