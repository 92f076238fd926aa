"""``tiwizi serve``: what it needs before it opens, and that it answers."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.browser import served
from tests.databases import empty_database, fresh_database

from tiwizi.doors.cli.secret import find_secret
from tiwizi.doors.cli.voice import Stop


def test_the_desk_answers_with_its_styles_packed_under_names_that_say_their_content(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as word, served(word) as address:
        page = urlopen(f"{address}/account/login/").read().decode()
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert style.startswith("/static/look/look.") and style != "/static/look/look.css"
        with urlopen(address + style) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


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
