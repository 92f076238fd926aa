"""Every page, seen in a real browser in each language: nothing serious for axe, nothing on the console."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser import DeskIn

from tiwizi.locale import LANGUAGES

#: (who looks, the page).
PAGES = [
    ("", "/account/login/"), ("imane", "/"), ("imane", "/account/2fa/"), ("imane", "/account/sessions/"),
    ("imane", "/account/reauthenticate/"), ("anna", "/staff/"), ("anna", "/staff/new/"), ("anna", "/staff/of/imane/"),
    ("anna", "/trail/"), ("anna", "/trail/verify/"),
]  # fmt: skip
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_serious(desk_in: DeskIn, lang: str) -> None:
    found = []
    for login, address in PAGES:
        page = desk_in(login, lang=lang)
        page.goto(address)
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in SERIOUS:
                found.append((address, fault["id"], [node["html"] for node in fault["nodes"]][:3]))
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_is_wider_than_a_phone(desk_in: DeskIn, lang: str) -> None:
    for login, address in PAGES:
        page = desk_in(login, lang=lang, width=360, height=740)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
