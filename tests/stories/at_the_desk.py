"""How people move at the desk in a story: they sign in as themselves and press what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tiwizi.doors.cli.demo_mutual import PASSWORD

ComesIn = Callable[[str], Page]


def signs_in(page: Page, login: str) -> Page:
    """As a person does, which is also what lets them move money for the next five minutes."""
    page.goto("/account/login/")
    page.fill("#id_login", login)
    page.fill("#id_password", PASSWORD)
    page.click("main button.main")
    expect(page.locator(".who summary")).to_contain_text(login.title())
    return page


def presses(page: Page, button: Locator | None = None) -> None:
    """The one main thing of a page; no page answers with a refusal. Who is asked to prove who they are, does."""
    with page.expect_navigation():
        (button or page.locator("main button.main, main a.main").first).click()
    if "/account/reauthenticate/" in page.url:
        page.fill("main input[type=password]", PASSWORD)
        with page.expect_navigation():
            page.locator("main button.main").click()
    expect(page.locator("#refusal, .notice.refusal")).to_have_count(0)


def the_worker_works(records: str) -> None:
    """Whatever people set off, until nothing is left."""
    words = [sys.executable, "-m", "tiwizi", "worker", "--once", "--database", records]
    subprocess.run(words, check=True, capture_output=True, env=os.environ | {"TIWIZI_DATABASE": records})
