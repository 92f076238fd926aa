"""The papers beside the records: kept whole, in the backup, and cleaned of what nobody names."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from tests.databases import empty_database, using
from tests.doors.cli.conftest import Tiwizi
from tests.records import world

from tiwizi.records.database import files
from tiwizi.records.people.models import Document


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "FILES", tmp_path / "papers")
    return tmp_path / "papers"


def document(data: bytes) -> str:
    digest = files.keep(data)
    Document.objects.create(
        household=world.household(), subject="claim:1", kind="invoice", digest=bytes.fromhex(digest), size=len(data),
        received_at=world.NOW, page=1,
    )  # fmt: skip
    return digest


def test_the_same_bytes_are_one_file_and_what_was_spoiled_is_not_given_out(database: str, folder: Path) -> None:
    digest = files.keep(b"a page")
    assert files.keep(b"a page") == digest and len(list(files.every())) == 1
    assert files.read(digest) == b"a page" and files.read("0" * 64) is None
    (folder / digest[:2] / digest).write_bytes(b"another page")
    assert files.read(digest) is None


def test_papers_come_back_with_the_records(
    tiwizi: Tiwizi, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = document(b"a page")
    assert tiwizi("backup", tmp_path / "copy", "--json").json["papers"] == 1
    monkeypatch.setattr(settings, "FILES", tmp_path / "elsewhere")
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        assert tiwizi("restore", tmp_path / "copy", "--json").json["papers"] == 1
        assert files.read(digest) == b"a page"
        assert tiwizi("files", "check").code == 0


def test_one_folder_serves_all_backups(tiwizi: Tiwizi, database: str, tmp_path: Path) -> None:
    document(b"a page")
    shared = tmp_path / "shared"
    assert tiwizi("backup", tmp_path / "one", "--files", shared).code == 0
    document(b"another")
    assert tiwizi("backup", tmp_path / "two", "--files", shared, "--json").json["papers"] == 2
    assert len(list(files.every(shared))) == 2


def test_a_restore_without_its_papers_says_how_many_are_missing(
    tiwizi: Tiwizi, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(b"a page")
    tiwizi("backup", tmp_path / "copy")
    monkeypatch.setattr(settings, "FILES", tmp_path / "elsewhere")
    with empty_database(connection.vendor, tmp_path) as word, using(word):
        said = tiwizi("restore", tmp_path / "copy", "--files", tmp_path / "nowhere")
        assert said.code != 0 and "1 papers or letters" in said.err


def test_a_paper_that_was_spoiled_does_not_go_into_a_backup_unseen(
    tiwizi: Tiwizi, database: str, tmp_path: Path, folder: Path
) -> None:
    digest = document(b"a page")
    (folder / digest[:2] / digest).write_bytes(b"spoiled")
    said = tiwizi("backup", tmp_path / "copy")
    assert said.code != 0 and digest in said.err
    assert tiwizi("files", "check").code != 0


def test_old_files_that_no_row_names_are_cleaned_away_and_young_ones_are_not(
    tiwizi: Tiwizi, database: str, folder: Path
) -> None:
    named, orphan, young = document(b"named"), files.keep(b"orphan"), files.keep(b"young")
    long_ago = (world.NOW - timedelta(days=400)).timestamp()
    for digest in (named, orphan):
        os.utime(folder / digest[:2] / digest, (long_ago, long_ago))
    unfinished = folder / "ab" / ".new-1"
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (long_ago, long_ago))
    assert tiwizi("files", "clean", "--json").json["removed"] == 2
    assert [digest for digest, _ in files.every()] == sorted([named, young]) and not unfinished.exists()
