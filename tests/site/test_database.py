"""One word of the environment says where the records are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiwizi.site.database import database


def test_a_path_is_a_sqlite_file() -> None:
    told = database("records.sqlite3")
    assert told["ENGINE"].endswith("sqlite3") and told["NAME"] == "records.sqlite3"
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_names_user_host_port_and_what_libpq_knows() -> None:
    told = database("postgresql://an%40na:p%3Aw@db.example:5433/mutual?sslmode=require")
    assert (told["USER"], told["PASSWORD"], told["HOST"], told["PORT"]) == ("an@na", "p:w", "db.example", "5433")
    assert told["NAME"] == "mutual" and told["OPTIONS"]["sslmode"] == "require"


def test_the_password_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    assert database("postgresql://anna@db/mutual", password_file=str(tmp_path / "secret"))["PASSWORD"] == "hush"


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        database("mysql://x/y")
