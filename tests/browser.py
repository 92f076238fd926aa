"""A real browser at the desk: Chromium on a desk that runs as ``tiwizi serve`` runs it.

    def test_a_clerk_enters_a_file(desk_in: DeskIn) -> None:
        page = desk_in("imane", lang="ar", width=360)
        page.goto("/")

Whatever a page prints on its console, and whatever the browser refuses by the policy, fails the test at its end.
Where there is no Chromium the tests are skipped, and say so; TIWIZI_CHROMIUM names another place for it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[1]
#: As who runs Chromium in a container, without a screen and without a network.
_WORDS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
)  # fmt: skip
DeskIn = Callable[..., Page]
_RECORDS = "records.sqlite3"
#: Nothing is on its way any more: fonts, and what htmx asked for by itself.
_SETTLED = """() => new Promise(whole => {
  const look = () => document.fonts.status === 'loaded' && !document.querySelector('.htmx-request, .htmx-settling')
    ? whole() : setTimeout(look, 20);
  look();
})"""
#: What a browser says of a page that was asked for, and refused, on purpose, and of a network that was cut so.
_EXPECTED = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_RESET")


def chromium() -> str | None:
    named = os.environ.get("TIWIZI_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Browser:
    where = chromium()
    if where is None:
        pytest.skip("no Chromium: install it (Debian: apt install chromium), or name it in TIWIZI_CHROMIUM")
    return _running(where)


@cache
def _running(where: str) -> Browser:
    """One for all tests of this process, also where several folders ask for it: Playwright bears no second."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # it keeps a loop in this thread, and waits for it
    playwright = sync_playwright().start()
    running = playwright.chromium.launch(executable_path=where, args=list(_WORDS))
    atexit.register(playwright.stop)
    atexit.register(running.close)
    return running


@dataclass
class Desk:
    """A desk that runs as processes of its own."""

    address: str
    log: IO[str]

    def is_faultless(self) -> None:
        """It printed no fault since it was asked last."""
        said = self.log.read()
        assert "Traceback" not in said, said


@contextmanager
def served(word: str, *, demo: bool = True, processes: int = 1) -> Iterator[str]:
    """The address of a desk on a database."""
    with _at_work(word, demo=demo, processes=processes) as desk:
        yield desk.address


@contextmanager
def _at_work(word: str, *, demo: bool = True, processes: int = 1) -> Iterator[Desk]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "TIWIZI_DEMO": "1" if demo else "0", "TIWIZI_ADDRESS": f"http://localhost:{port}",
        "PYTHONPATH": str(CHECKOUT / "src"),
    }  # fmt: skip
    words = [sys.executable, "-m", "tiwizi", "serve", "--database", word, "--port", str(port), "--workers", "0"]
    words += ["--processes", str(processes)]
    with NamedTemporaryFile() as written, open(written.name, encoding="utf-8") as log:
        process = subprocess.Popen(words, env=environment, stdout=written, stderr=subprocess.STDOUT)
        desk = Desk(f"http://localhost:{port}", log)
        try:
            _wait_for(port, process, log)
            yield desk
        finally:
            process.terminate()
            process.wait(30)
            desk.is_faultless()


def _wait_for(port: int, desk: subprocess.Popen[bytes], log: IO[str]) -> None:
    for _ in range(600):
        try:
            urlopen(f"http://localhost:{port}/account/login/", timeout=5).close()
            return
        except OSError:  # not there yet, or so busy that it takes its time
            assert desk.poll() is None, log.read()
            time.sleep(0.05)
    raise AssertionError("the desk did not open")


@dataclass
class StandingDesk:
    desk: Desk
    #: to the folder of the records it works on
    link: Path

    def turns_to(self, records: Path) -> None:
        assert records.name == _RECORDS
        self.link.unlink()
        self.link.symlink_to(records.parent)


@pytest.fixture(scope="session")
def standing_desk(demo_records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandingDesk]:
    """One desk for the tests of this process, because starting one takes seconds: each turns it to its own records.

    It keeps plans and tariffs by their number. A test that publishes one needs a desk of its own (``served``).
    """
    place = tmp_path_factory.mktemp("desk")
    link = place / "now"
    link.symlink_to(place)
    shutil.copy(demo_records, place / _RECORDS)
    with _at_work(str(link / _RECORDS)) as desk:
        yield StandingDesk(desk, link)


@pytest.fixture
def desk_in(browser: Browser, standing_desk: StandingDesk, records: str) -> Iterator[DeskIn]:
    """``desk_in("imane", lang="fr", width=1280)``: a page of somebody who is signed in. Addresses are those of the
    desk: ``page.goto("/")``."""
    heard: list[str] = []
    contexts = []
    address = standing_desk.desk.address
    standing_desk.turns_to(Path(records))

    def open_page(login: str = "", *, lang: str = "fr", width: int = 1280, height: int = 900) -> Page:
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale=lang, is_mobile=width < 600
        )
        contexts.append(context)
        cookies = {"lang": lang} | ({"sessionid": session_of(login)} if login else {})
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda problem: heard.append(str(problem)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    standing_desk.desk.is_faultless()
    faults = [said for said in heard if not any(word in said for word in _EXPECTED)]
    assert not faults, f"the browser complains: {faults}"


def settles(page: Page) -> None:
    """Wait until a page that has loaded is whole."""
    page.evaluate(_SETTLED)


def axe_finds(page: Page) -> list[tuple[str, list[str]]]:
    """(rule, the first places) of what is serious for axe."""
    return [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]][:3])
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def session_of(login: str) -> str:
    """A session of somebody, as if they had signed in."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(login=login), backend=settings.AUTHENTICATION_BACKENDS[1])
    return client.cookies["sessionid"].value
