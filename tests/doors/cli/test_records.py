"""Making the tables, asking whether all holds, copying everything and putting it back: on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from tests.databases import empty_database, using
from tests.doors.cli.conftest import Tiwizi, start

from tiwizi.doors.cli.voice import ERRORS, UNUSABLE


@pytest.fixture
def opened(tiwizi: Tiwizi, database: str) -> Tiwizi:
    assert tiwizi("user", "first", "anna", "idir").code == 0
    for login in ("samir", "lina", "zahra"):
        assert tiwizi("user", "create", login, "--name", login, "--as", "anna").code == 0
    return tiwizi


def test_the_tables_are_made_once(tiwizi: Tiwizi, database: str, tmp_path: Path) -> None:
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        assert len(tiwizi("migrate", "--json").json["made"]) >= 10
        assert tiwizi("migrate", "--json").json["made"] == []
        assert tiwizi("verify").code == 0


def test_a_database_without_tables_is_said_to_be_one(tiwizi: Tiwizi, database: str, tmp_path: Path) -> None:
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        said = tiwizi("verify")
        assert said.code == UNUSABLE and "tiwizi migrate" in said.err


def test_a_mistyped_name_makes_no_empty_database(tmp_path: Path) -> None:
    words = start("verify", "--database", tmp_path / "typo.sqlite3")
    assert words.wait() == UNUSABLE and not (tmp_path / "typo.sqlite3").exists()


@pytest.mark.parametrize("word", ["mysql://x/y", "postgresql://nobody@/nowhere?host=/nowhere"])
def test_what_is_no_database_is_said(word: str) -> None:
    verify = start("verify", "--database", word)
    _, said = verify.communicate()
    assert verify.returncode == UNUSABLE and "Traceback" not in said


def test_sound_records_are_said_to_be_sound(opened: Tiwizi) -> None:
    said = opened("verify", "--json")
    assert said.code == 0 and said.json["sound"]
    asked = {check["name"]: check["rows"] for check in said.json["checks"]}
    assert asked["trail"] == 4 and asked["guards"] > 50


def test_an_altered_event_ends_with_1_and_is_named(opened: Tiwizi) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE trail_event DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER trail_event_append_only_update")
        cursor.execute("UPDATE trail_event SET verb = 'people.other' WHERE position = 3")
    said = opened("verify", "--json")
    found = {check["name"]: check["found"] for check in said.json["checks"]}
    assert said.code == ERRORS
    assert found["trail"] == ["3 (altered)"] and "trail_event_append_only_update" in found["guards"]


def test_a_backup_comes_back_as_it_was(opened: Tiwizi, tmp_path: Path) -> None:
    head = opened("backup", tmp_path / "copy", "--json").json["head"]
    opened("user", "create", "late", "--name", "after the copy", "--as", "anna")
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        assert opened("restore", tmp_path / "copy", "--json").json["head"] == head
        assert opened("verify", "--head", head).code == 0
        logins = [who["login"] for who in opened("user", "list", "--json").json["users"]]
        assert logins == ["anna", "idir", "lina", "samir", "zahra"]
        assert opened("user", "create", "more", "--name", "M", "--as", "anna").code == 0


def test_a_trail_whose_end_was_cut_off_is_found_by_the_head_that_was_noted(opened: Tiwizi, tmp_path: Path) -> None:
    before = opened("backup", tmp_path / "copy", "--json").json["head"]
    opened("user", "create", "late", "--name", "L", "--as", "anna")
    after = opened("backup", tmp_path / "later", "--json").json["head"]
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        opened("restore", tmp_path / "copy")
        assert opened("verify", "--head", before).code == 0
        assert opened("verify", "--head", after).code == ERRORS


def test_nothing_is_put_over_something(opened: Tiwizi, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert opened("backup", copy).code == 0
    assert opened("backup", copy).code == UNUSABLE
    said = opened("restore", copy)
    assert said.code == UNUSABLE and "not empty" in said.err


def test_a_damaged_backup_is_refused_and_leaves_nothing(opened: Tiwizi, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    opened("backup", copy)
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        assert opened("restore", copy).code == UNUSABLE
        assert opened("verify").code == UNUSABLE
        assert opened("restore", __file__).code == UNUSABLE


def test_a_backup_that_cannot_be_written_is_said(opened: Tiwizi, tmp_path: Path) -> None:
    said = opened("backup", tmp_path / "nowhere" / "copy")
    assert said.code == UNUSABLE and "Traceback" not in said.err
