"""The desk of a small made-up mutual: what the demo leaves behind, a copy for each test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.databases import copied_database, set_up_django, using
from tests.once import made_once

set_up_django()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from tests.browser import browser, desk_in, standing_desk  # noqa: E402

__all__ = ["browser", "desk_in", "standing_desk"]

#: (desk, login, lang): a browser without a screen, of somebody who is signed in.
Desk = Callable[..., Client]


def prove(client: Client) -> Client:
    """As after a proof of who one is, which money, accounts and roles ask for (``page(step_up=True)``)."""
    from allauth.account.internal.flows import login

    from tiwizi.doors.clock import now

    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": now().timestamp(), "reauthenticated": True}
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return client


@pytest.fixture(scope="session")
def demo_records() -> Path:
    """The records of `tiwizi demo` with 60 members, which nobody writes to."""
    return made_once("demo", _make_demo) / "records.sqlite3"


def _make_demo(out: Path) -> None:
    words = ["demo", "--members", "60", "--files", "160", "--out", str(out), "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "TIWIZI_DATABASE"}
    subprocess.run([sys.executable, "-m", "tiwizi", *words], check=True, capture_output=True, env=environment)


@pytest.fixture
def records(demo_records: Path, tmp_path: Path) -> Iterator[str]:
    """A copy of them, as Django's default database."""
    with copied_database(str(demo_records), tmp_path, name="records") as word, using(word):
        yield word


@pytest.fixture
def desk(records: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """``desk("imane")``: somebody of the demo mutual at the desk; ``lang="ar"`` speaks Arabic. Without a login: nobody
    is signed in. ``second_factor=True`` asks for it, as outside the demo."""

    def open_desk(login: str = "", *, lang: str = "fr", second_factor: bool = False) -> Client:
        from django.contrib.auth import get_user_model

        monkeypatch.setattr(settings, "DEMO", not second_factor)
        client = Client(SERVER_NAME="localhost")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        if login:
            client.force_login(get_user_model().objects.get(login=login), backend=settings.AUTHENTICATION_BACKENDS[1])
        return client

    return open_desk
