"""Run the command as a person would, and look at what it said and how it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.databases import VENDORS, fresh_database, set_up_django
from tests.readme import write_village
from typer.testing import CliRunner

import tiwizi as tiwizi_package
from tiwizi.doors.cli.main import app

set_up_django()


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Tiwizi = Callable[..., Said]


@pytest.fixture
def tiwizi(monkeypatch: pytest.MonkeyPatch) -> Tiwizi:
    """``tiwizi("plan", "check", path)`` in this process; a traceback of ours fails the test."""
    monkeypatch.delenv("TIWIZI_LANG", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*words: object, input: str | None = None) -> Said:
        result = CliRunner().invoke(app, [str(word) for word in words], input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(params=VENDORS)
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty, migrated database, once on each of the two kinds, which the command finds by TIWIZI_DATABASE."""
    with fresh_database(request.param, tmp_path) as word:
        monkeypatch.setenv("TIWIZI_DATABASE", word)
        yield word


@pytest.fixture
def village(tmp_path: Path) -> Path:
    """A folder with the README's village fund: plan.toml and its tables."""
    return write_village(tmp_path / "village")


@pytest.fixture
def decided(tiwizi: Tiwizi, village: Path) -> Path:
    """The village's files, decided."""
    out = village.parent / "decided"
    said = tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", out)
    assert said.code == 0, said.err
    return out


def edit(file: Path, before: str, after: str) -> None:
    """Change one place of a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after), encoding="utf-8")


def start(*words: object) -> subprocess.Popen[str]:
    """The command in a process of its own, for those who want to stop it."""
    return python("-m", "tiwizi", *words)


def python(*words: object) -> subprocess.Popen[str]:
    """Python in a process of its own, which finds the package where this one does."""
    source = str(Path(tiwizi_package.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": source, "LANG": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    """What a shell starts in the background ignores Ctrl+C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
