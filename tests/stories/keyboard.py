"""Hands that know no mouse: they reach a thing with Tab, as far as it is, and see at every stop where they stand.

    keys = Keyboard(page)
    keys.reach("main a.main")
    keys.press("Enter")

At every stop the focus must be visible, and what has it lie within the window and under nothing.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from tests.browser import DeskIn

from tiwizi.doors.cli.demo_mutual import PASSWORD

#: Stops from the top of a page to the last thing on it; whoever needs more is lost.
FARTHEST = 150
#: What has the focus: whether it is ``wanted``, its ring, whether it lies in the window, and what lies upon it.
_STANDING = """(wanted) => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 0), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const label = at.closest('label');
  return {
    there: at.matches(wanted), nowhere: at === document.body, what: at.outerHTML.slice(0, 120),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: Boolean(over) && !at.contains(over) && !over.contains(at) && !(label && label.contains(over)),
    by: over && over.outerHTML.slice(0, 120),
  };
}"""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=3)

    def reach(self, wanted: str, *, back: bool = False) -> None:
        """Tab until something that is ``wanted`` (a selector) has the focus."""
        for _ in range(FARTHEST):
            self.press("Shift+Tab" if back else "Tab")
            if self.stands(wanted)["there"]:
                return
        raise AssertionError(f"no way to {wanted} on {self.page.url}")

    def stands(self, wanted: str = "*") -> dict[str, Any]:
        """Where the focus is; it must be seen there."""
        self.page.wait_for_function("document.readyState === 'complete'")
        at: dict[str, Any] = self.page.evaluate(_STANDING, wanted)
        if not at["nowhere"]:
            assert at["ring"] and at["inside"] and not at["covered"], at
        return at

    def is_at(self, wanted: str) -> None:
        """The focus was brought there, without a key."""
        expect(self.page.locator(wanted).first).to_be_focused()
        self.stands(wanted)

    def goes(self, *keys: str) -> None:
        """Keys that lead to another page."""
        with self.page.expect_navigation():
            self.press(*keys)

    def opens(self, wanted: str) -> None:
        self.reach(wanted)
        self.goes("Enter")
        if "/account/reauthenticate/" in self.page.url:
            self.is_at("#id_password")
            self.type(PASSWORD)
            self.goes("Enter")


def comes_in(desk_in: DeskIn, login: str, lang: str) -> Keyboard:
    """Somebody signs in."""
    keys = Keyboard(desk_in("", lang=lang))
    keys.page.goto("/account/login/")
    keys.is_at("#id_login")
    keys.type(login)
    keys.reach("#id_password")
    keys.type(PASSWORD)
    keys.goes("Enter")
    expect(keys.page.locator(".who summary")).to_contain_text(login.title())
    return keys
