"""Passkeys in a real browser, with a key that Chromium makes up."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from tests.browser import DeskIn

_KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def give_key(page: Page) -> None:
    """A key in the browser, which a finger touches at once."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})


PASSWORD = "trois mulets sur la crete"


@pytest.fixture
def imane(records: str) -> None:
    """She has a password and no second factor yet."""
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(login="imane")
    user.set_password(PASSWORD)
    user.save()


def sign_in(page: Page) -> None:
    page.goto("/account/login/")
    page.fill("#id_login", "imane")
    page.fill("#id_password", PASSWORD)
    page.click("main button.main")


def add_key(page: Page, name: str, *, alone: bool) -> None:
    page.goto("/account/2fa/passkeys/add/")
    page.fill("#id_password", PASSWORD)
    page.click("main button.main")
    page.fill("#id_name", name)
    page.set_checked("[name=passwordless]", alone)
    page.click("main button.main")
    page.wait_for_url("**/account/2fa/codes/")
    assert page.locator(".codes li").count() == 10
    page.goto("/account/logout/")
    page.click("main button.main")


def is_in(page: Page) -> bool:
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    return page.locator(".who summary").inner_text().strip() == "Imane"


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_passkey_opens_the_desk_alone_proves_who_one_is_and_is_removed(
    imane: None, desk_in: DeskIn, lang: str
) -> None:
    page = desk_in(lang=lang)
    give_key(page)
    sign_in(page)
    add_key(page, "مفتاح المكتب" if lang == "ar" else "clé du bureau", alone=True)
    page.goto("/account/login/")
    page.click("form[data-passkey] button")
    assert is_in(page)
    page.goto("/account/2fa/passkeys/")
    page.click("main tbody a >> nth=1")
    page.goto(page.url.replace("/account/reauthenticate/", "/account/2fa/passkeys/reauthenticate/"))
    page.click("form[data-passkey] button")
    page.wait_for_url("**/remove/")
    page.click("main button.danger")
    page.wait_for_url("**/account/2fa/passkeys/")
    assert page.locator("main tbody tr").count() == 0


def test_a_passkey_is_the_second_factor_after_a_password(imane: None, desk_in: DeskIn) -> None:
    page = desk_in()
    give_key(page)
    sign_in(page)
    add_key(page, "clé", alone=False)
    sign_in(page)
    page.wait_for_url("**/account/2fa/authenticate/")
    page.click("form[data-passkey] button")
    assert is_in(page)


def test_who_has_no_passkey_is_told_another_way(desk_in: DeskIn) -> None:
    page = desk_in(lang="en")
    give_key(page)
    page.goto("/account/login/")
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-passkey-problem]:not([hidden])")
    assert "choose another way" in page.locator("[data-passkey-problem]").inner_text()
