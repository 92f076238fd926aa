"""``tiwizi serve``: what it needs before it opens, and that it answers."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.db.models import Sum
from tests.browser import served
from tests.databases import empty_database, fresh_database

from tiwizi.doors.cli.secret import find_secret
from tiwizi.doors.cli.serve import gather_static
from tiwizi.doors.cli.voice import Stop
from tiwizi.doors.turns import STRANGERS


def test_the_desk_answers_with_its_styles_packed_under_names_that_say_their_content(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as word, served(word) as address:
        page = urlopen(f"{address}/account/login/").read().decode()
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert style.startswith("/static/look/look.") and style != "/static/look/look.css"
        with urlopen(address + style) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


def test_styles_are_gathered_once_by_desks_that_begin_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[Path] = []
    folder = tmp_path / "static"
    monkeypatch.setenv("TIWIZI_STATIC", str(folder))
    monkeypatch.setattr(
        "django.core.management.call_command", lambda *_, **__: (gathered.append(folder), sleep(0.2), folder.exists())
    )
    with ThreadPoolExecutor(4) as desks:
        for begun in [desks.submit(gather_static) for _ in range(4)]:
            begun.result()
    assert gathered == [folder]


def test_half_sent_forms_keep_nobody_waiting_and_count_for_nothing(tmp_path: Path) -> None:
    """As from slow lines, and from who means harm; nothing of it is a fault of ours (``served`` reads what it said)."""
    token = "t" * 32
    form = f"csrfmiddlewaretoken={token}&login=anna&password=x"
    kind = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    with fresh_database("sqlite", tmp_path) as word, served(word) as address:
        port = urlsplit(address).port
        lines = [HTTPConnection("localhost", port, timeout=20) for _ in range(STRANGERS)]
        for line in lines:
            line.putrequest("POST", "/account/login/")
            for name, value in (kind | {"Content-Length": str(len(form) + 1)}).items():
                line.putheader(name, value)
            line.endheaders(form.encode())
        assert urlopen(f"{address}/account/login/", timeout=20).status == 200
        for line in lines:
            line.close()
        many = form + "&a=1" * 20_000
        for sent, status in ((many, 400), (form, 200), (form.replace("=t", "=u"), 403)):
            line = HTTPConnection("localhost", port, timeout=20)
            line.request("POST", "/account/login/", sent, kind)
            assert line.getresponse().status == status
        assert _failures() == 1, "of all who sent a password, one sent it whole"


def _failures() -> int:
    from axes.models import AccessAttempt

    return int(AccessAttempt.objects.aggregate(n=Sum("failures_since_start"))["n"] or 0)


def test_a_secret_is_made_once_beside_the_database_for_nobody_else_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, secrets = str(tmp_path / "records.sqlite3"), []
    for _ in range(2):
        monkeypatch.setenv("TIWIZI_SECRET", "")
        find_secret(database)
        secrets.append((tmp_path / "records.sqlite3.secret").read_text(encoding="utf-8"))
    assert secrets[0] == secrets[1] and len(secrets[0]) >= 50
    assert stat.S_IMODE((tmp_path / "records.sqlite3.secret").stat().st_mode) == 0o600


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIWIZI_SECRET", "")
    monkeypatch.setenv("TIWIZI_SECRET_FILE", str(tmp_path / "secret"))
    (tmp_path / "secret").write_text("s" * 60 + "\n", encoding="utf-8")
    find_secret("postgresql:///tiwizi")
    assert os.environ["TIWIZI_SECRET"] == "s" * 60


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_shared_database_without_a_shared_secret_is_refused(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIWIZI_SECRET", "")
    monkeypatch.delenv("TIWIZI_SECRET_FILE", raising=False)
    with pytest.raises(Stop) as stopped:
        find_secret("postgresql://localhost/tiwizi")
    assert "TIWIZI_SECRET" in stopped.value.words(lang)


def test_tables_that_are_older_than_the_program_are_told(tmp_path: Path) -> None:
    with empty_database("sqlite", tmp_path) as word:
        said = subprocess.run(
            [sys.executable, "-m", "tiwizi", "serve", "--database", word, "--lang", "en"],
            capture_output=True,
            text=True,
        )
    assert said.returncode == 2
    assert "tiwizi migrate" in said.stderr and "Traceback" not in said.stderr
