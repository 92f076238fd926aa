"""Every heading that the page about statements names is one that is read."""

from __future__ import annotations

import re
from pathlib import Path

from tiwizi.formats.bank_statement_csv import COLUMNS
from tiwizi.formats.tables.schema import fold

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "bank-statement.md").read_text(encoding="utf-8")


def test_the_headings_of_the_page_are_read_and_each_column_is_there() -> None:
    known = {fold(heading): name for name, more in COLUMNS.items() for heading in more.split("|")}
    rows = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("|") and "--" not in line][1:]
    named = [known[fold(heading)] for row in rows for heading in re.split("[,،]", row)]
    assert set(named) == set(COLUMNS)
