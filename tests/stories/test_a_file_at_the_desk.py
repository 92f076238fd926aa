"""A file from the paper to the reconciled payment, in a real browser, in three languages, by six people."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.browser import DeskIn
from tests.doors.desk.test_entry_browser import home, open_form, specialist, type_one_line
from tests.stories.at_the_desk import presses, signs_in, the_worker_works

from tiwizi.doors.clock import today
from tiwizi.locale import LANGUAGES

__all__ = ["home", "specialist"]
FUND = "amo"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_is_entered_decided_paid_and_found_on_the_statement_by_six_people(
    desk_in: DeskIn, records: str, home: str, lang: str
) -> None:
    number = _imane_enters_a_file(desk_in, home, lang)
    _salma_has_it_decided(desk_in, records, number, lang)
    nadia, omar, leila = (signs_in(desk_in("", lang=lang), login) for login in ("nadia", "omar", "leila"))
    batch = _nadia_prepares(nadia)
    _may_not_sign_twice(nadia, batch)
    omar.goto(f"/payments/batches/{batch}/approve/")
    presses(omar)
    for step in ("release", "make_file", "hand_over"):
        leila.goto(f"/payments/batches/{batch}/{step}/")
        presses(leila)
    leila.goto(f"/payments/batches/{batch}/")
    expect(leila.locator(".signature .small")).to_have_count(3)
    with leila.expect_download() as download:
        leila.click(f"a[href='/payments/batches/{batch}/file/']")
    assert b"pain.001.001.09" in download.value.path().read_bytes()
    _hicham_reads_the_bank(signs_in(desk_in("", lang=lang), "hicham"), int(batch))
    leila.goto(f"/payments/batches/{batch}/")
    expect(leila.locator("main .head .chip").first).to_have_class(re.compile("chip-green"))


def _imane_enters_a_file(desk_in: DeskIn, home: str, lang: str) -> str:
    page = open_form(desk_in, home, lang)
    hands = type_one_line(page)
    expect(page.locator("#sum-paid")).to_contain_text("144")
    hands.press("Control+Enter")
    page.wait_for_url("**/slip/**")
    return re.search(r"N\d{9}", page.locator("#number").inner_text())[0]  # type: ignore[index]


def _salma_has_it_decided(desk_in: DeskIn, records: str, number: str, lang: str) -> None:
    the_worker_works(records)  # at what the morning brought
    salma = signs_in(desk_in("", lang=lang), "salma")
    salma.goto("/runs/")
    presses(salma)
    the_worker_works(records)
    salma.reload()
    expect(salma.locator("main")).not_to_contain_text("{")
    salma.goto(f"/claim/{number}/")
    expect(salma.locator("main")).to_contain_text("144")


def _nadia_prepares(nadia: Page) -> str:
    nadia.goto(f"/payments/funds/{FUND}/")
    expect(nadia.locator("main")).not_to_contain_text("{")
    presses(nadia)
    if "/batches/" not in nadia.url:
        presses(nadia)
    return re.search(r"/batches/(\d+)/", nadia.url)[1]  # type: ignore[index]


def _hicham_reads_the_bank(hicham: Page, batch: int) -> None:
    """A statement as the bank's customers save it: every order of the batch left, and the balance after each."""
    from tiwizi.records.money.models import PaymentBatch, PaymentOrder, Statement

    book = PaymentBatch.objects.get(id=batch).book_id
    balance = Statement.objects.filter(book_id=book).order_by("-id")[0].closing
    rows = ["Date;Libellé;Référence;Débit;Crédit;Solde"]
    for order in PaymentOrder.objects.filter(batch=batch):
        balance -= order.amount
        rows.append(f"{today():%d/%m/%Y};Virement;{order.reference};{_comma(order.amount)};;{_comma(balance)}")
    content = "\n".join(rows).encode("cp1252")
    hicham.goto("/bank/")
    hicham.set_input_files("#file", {"name": "releve.csv", "mimeType": "text/csv", "buffer": content})
    hicham.locator("details:has(#book)").evaluate("details => { details.open = true; }")
    hicham.select_option("#book", FUND)
    presses(hicham)
    hicham.wait_for_url("**/bank/preview/**")
    presses(hicham)


def _comma(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"


def _may_not_sign_twice(nadia: Page, batch: str) -> None:
    """Whoever prepares has no door to the approval."""
    answer = nadia.goto(f"/payments/batches/{batch}/approve/")
    assert answer is not None and answer.status == 403
    nadia.goto("/")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clerk_does_not_see_what_she_must_not_see(desk_in: DeskIn, records: str, home: str, lang: str) -> None:
    number = _imane_enters_a_file(desk_in, home, lang)
    imane = desk_in("imane", lang=lang)
    imane.goto(f"/claim/{number}/")
    expect(imane.locator("main")).to_contain_text(number)
    words = imane.locator("main").inner_text()
    assert "CS" not in words.split() and "987654321" not in words
    for place in (f"/review/file/{number}/", "/runs/", "/trail/", "/payments/batches/1/approve/"):
        answer = imane.goto(place)
        assert answer is not None and answer.status == 403, place
    answer = imane.goto("/household/NOBODY/")
    assert answer is not None and answer.status == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_member_does_not_agree_and_somebody_else_answers(desk_in: DeskIn, records: str, home: str, lang: str) -> None:
    number = _imane_enters_a_file(desk_in, home, lang)
    _salma_has_it_decided(desk_in, records, number, lang)
    imane = desk_in("imane", lang=lang)
    imane.goto(f"/appeals/new/{number}/")
    imane.fill("#grounds", "Le reçu dit 300")
    imane.fill("#deadline", (today() + timedelta(days=30)).isoformat())
    presses(imane)
    brahim = desk_in("brahim", lang=lang)
    brahim.goto("/appeals/")
    brahim.locator("main tr", has_text=number).get_by_role("link").first.click()
    brahim.fill("#answer", "Le tarif est celui de la convention")
    presses(brahim, brahim.locator("button[value=reject]"))
    expect(brahim.locator("main .chip").first).to_have_class(re.compile("chip-red"))
