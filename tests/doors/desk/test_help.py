"""Help where one is: a concept beside the screen, in the reader's language where somebody wrote it."""

from __future__ import annotations

import re

import pytest
from tests.doors.desk.conftest import Desk

from tiwizi.doors.look import concepts
from tiwizi.locale import catalogue

NEEDED = ("desk", "adjudication", "payment", "run", "intake", "trail", "ledger")


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("name", NEEDED)
def test_what_staff_needs_most_is_in_their_language(name: str, lang: str) -> None:
    found = concepts.concept(name, lang)
    assert found is not None and found.lang == lang and found.title


@pytest.mark.parametrize("name", concepts.names())
def test_a_page_brings_no_html_of_its_own_and_leads_nowhere_foreign(name: str) -> None:
    found = concepts.concept(name, "fr")
    assert found is not None
    assert not re.search(r"<(script|style|img|iframe|form|input)\b|style=|javascript:", found.html)
    assert all(re.match(r"/help/[a-z-]+/|https://", href) for href in re.findall(r'href="([^"]*)"', found.html))


def test_html_in_a_page_is_shown_as_it_is_written() -> None:
    assert "&lt;b" in concepts._markdown().render("<b onclick=x>bold</b>")


def test_a_page_opens_beside_the_screen_and_alone(desk: Desk) -> None:
    client = desk("imane", lang="ar")
    assert 'href="/help/intake/"' in client.get("/intake/").content.decode()
    alone = client.get("/help/intake/").content.decode()
    assert "<html" in alone and 'lang="ar" dir="rtl"' in alone
    part = client.get("/help/intake/", headers={"HX-Request": "true", "HX-Target": "help"}).content.decode()
    assert "<html" not in part and "data-closes-help" in part


def test_a_page_that_is_not_translated_says_so(desk: Desk) -> None:
    page = desk("imane", lang="fr").get("/help/transfer-file/").content.decode()
    assert catalogue("desk/help", "fr")["in_english"] in page and '<article class="prose" lang="en" dir="ltr">' in page


@pytest.mark.parametrize("name", ["nothing", "..", "ar", "desk.md"])
def test_there_is_no_help_on_what_there_is_not(desk: Desk, name: str) -> None:
    assert desk("imane").get(f"/help/{name}/").status_code == 404


def test_every_page_of_the_desk_has_help() -> None:
    assert all(name in concepts.names() for name in (*concepts.PAGES.values(), *concepts._SUBJECTS.values()))
