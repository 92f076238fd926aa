"""The wheel: it holds the whole program, asks for what is locked, and runs where no checkout is (``make wheel``)."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from email import message_from_bytes
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built of a copy, so that nothing is left in the checkout, and nothing that was left there is built in."""
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("src", "docs/concepts"):
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=leave)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, copy)
    words = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(copy))
    subprocess.run([sys.executable, *PIP, *words], check=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_program_and_every_page_of_the_concepts(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel).namelist()
    held = {name for name in files if ".dist-info/" not in name}
    program = {f"tiwizi/{name}" for name in _files(CHECKOUT / "src" / "tiwizi")}
    concepts = {f"tiwizi/doors/look/concepts/{name}" for name in _files(CHECKOUT / "docs" / "concepts")}
    assert held == program | concepts
    assert any(name.endswith(".typ") for name in held) and any(name.endswith(".woff2") for name in held)


def test_the_wheel_asks_for_what_is_locked_and_nothing_else(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    asked = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist", [])
    locked = (CHECKOUT / "requirements" / "base.in").read_text(encoding="utf-8").split()
    assert {_same(one) for one in asked if "extra ==" not in one} == {_same(one) for one in locked}


@pytest.mark.skipif(not os.environ.get("TIWIZI_WHEEL"), reason="minutes long: make wheel runs it")
def test_the_wheel_runs_in_a_fresh_environment_without_a_checkout(wheel: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", fresh], check=True)
    python = str(fresh / "bin" / "python")
    locked = ("--require-hashes", "-r", str(CHECKOUT / "requirements" / "base.txt"))
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for words in (("install", *locked), ("install", "--no-index", str(wheel)), ("check",)):
        subprocess.run([python, *PIP, *words], env=bare, check=True)  # what the wheel asks for is all there

    place = tmp_path / "place"
    place.mkdir()
    records = str(place / "records.sqlite3")
    alone = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", "TIWIZI_DATABASE": records}
    tiwizi = str(fresh / "bin" / "tiwizi")
    assert "migrate" in _said(tiwizi, "--help", place=place, environment=alone)
    _said(tiwizi, "migrate", place=place, environment=alone)
    _said(tiwizi, "demo", "--members", "200", "--files", "300", "--once", place=place, environment=alone)
    desk = subprocess.Popen(
        [tiwizi, "serve", "--port", str(port := _free_port()), "--workers", "0"], cwd=place, env=alone,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        page = _page(f"http://localhost:{port}/account/login/", desk)
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert urlopen(f"http://localhost:{port}{style}").status == 200
    finally:
        desk.terminate()
        said, _ = desk.communicate(timeout=30)
    assert "Traceback" not in said, said


def _files(folder: Path) -> set[str]:
    """Every file of a folder as a checkout has it: without what Python leaves beside them."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def _same(requirement: str) -> tuple[str, ...]:
    """Name, extras and bounds of a requirement, in whichever order it is written."""
    return tuple(sorted(re.findall(r"\[[^]]+\]|[<>=!~]=?[\d.]+|[\w.-]+", requirement.lower())))


def _said(*words: str, place: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(words, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _page(address: str, desk: subprocess.Popen[str]) -> str:
    for _ in range(1200):
        try:
            with urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, ConnectionError):
            assert desk.poll() is None, desk.stdout.read() if desk.stdout else ""
            time.sleep(0.1)
    raise AssertionError("the desk did not open")
