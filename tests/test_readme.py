"""The README's first plan works as it is written: its files, its commands, and what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.readme import CHECKOUT, blocks
from typer.testing import CliRunner

from tiwizi.doors.cli.main import app


def test_the_first_plan_does_what_the_readme_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("TIWIZI_LANG", raising=False)
    said, compared = "", 0
    for language, name, content in blocks("A first plan of your own"):
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        elif language == "sh":
            said = "".join(_run(command) for command in content.splitlines())
        elif language == "text":
            assert _tidy(said) == _tidy(content)
            compared += 1
    assert compared >= 3


def test_the_commands_for_a_newcomer_are_make_targets() -> None:
    targets = re.findall(r"^make (\w+)", "\n".join(content for *_, content in blocks("Two commands")), re.MULTILINE)
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/guide/command-line.md"])
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    folder = (CHECKOUT / page).parent
    links = re.findall(r"\]\((?!http)([^)#]+)", (CHECKOUT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (folder / link).exists()] == []


def _run(command: str) -> str:
    program, *words = shlex.split(command)
    assert program == "tiwizi", command
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


def _tidy(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
