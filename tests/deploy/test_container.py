"""The container and compose files, read without an engine: what they name exists, and nothing runs as root."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from tiwizi.doors.cli.main import app

CHECKOUT = Path(__file__).resolve().parents[2]
INSTRUCTIONS = {
    "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest) of the Containerfile, with its continued lines joined and its comments gone."""
    text = (CHECKOUT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def told(word: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == word]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load((CHECKOUT / "deploy" / "compose.yaml").read_text(encoding="utf-8")))


def test_every_instruction_is_one() -> None:
    assert {word for word, _ in instructions()} <= INSTRUCTIONS
    assert instructions()[0][0] == "FROM"


def test_images_have_a_version_and_no_host(compose: dict[str, Any]) -> None:
    images = [rest.split()[0] for rest in told("FROM")] + [compose["services"]["database"]["image"]]
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d[\w.-]*", image), image


def test_what_is_copied_is_there() -> None:
    for words in told("COPY"):
        if "--from" not in words:
            assert all((CHECKOUT / source).exists() for source in shlex.split(words)[:-1]), words


def test_only_what_is_locked_by_its_hash_is_installed() -> None:
    installs = [part for run in told("RUN") for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert all("--require-hashes" in part or "--no-deps" in part for part in installs)


def test_what_runs_is_nobody_special_and_says_that_it_is_well() -> None:
    words = [word for word, _ in instructions()]
    assert told("USER") == ["10001"]
    assert words.index("USER") < words.index("ENTRYPOINT") and words.count("HEALTHCHECK") == 1


def test_no_secret_is_written_down_and_each_is_declared(compose: dict[str, Any]) -> None:
    text = (CHECKOUT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert not re.search(r"PASSWORD:\s", text)
    for service in compose["services"].values():
        assert set(service["secrets"]) <= set(compose["secrets"])


def test_the_database_is_waited_for_and_keeps_what_it_has(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "pg_isready" in services["database"]["healthcheck"]["test"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["worker"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    named = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert named == set(compose["volumes"])


def test_every_verb_that_the_files_call_is_one(compose: dict[str, Any]) -> None:
    calls = [told("CMD")[0].strip('[]"').split('"')[0], compose["services"]["migrate"]["command"][0], "backup"]
    for verb in calls:
        assert CliRunner().invoke(app, [verb, "--help"]).exit_code == 0, verb


def test_the_client_is_of_the_server_s_version_or_later(compose: dict[str, Any]) -> None:
    client = re.search(r"postgresql-client-(\d+)", " ".join(told("RUN")))
    server = re.match(r"postgres:(\d+)", compose["services"]["database"]["image"])
    assert client and server and int(client[1]) >= int(server[1])
