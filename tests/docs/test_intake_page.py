"""The page about intake shows totals that are those of the tables it speaks of."""

from __future__ import annotations

import re
from pathlib import Path

from tests.formats.tables.sample import tables

from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.source import from_mappings
from tiwizi.formats.tables.totals import count_totals, read_totals

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "intake.md").read_text(encoding="utf-8")


def test_the_totals_that_the_page_shows_are_those_of_a_small_mutual(tmp_path: Path) -> None:
    shown = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    assert shown
    (tmp_path / "totals.csv").write_text(shown[1], encoding="utf-8")
    counted = {
        table: count_totals(Sheet(from_mappings(rows, table)), rows=len(rows)) for table, rows in tables().items()
    }
    assert read_totals(tmp_path / "totals.csv", digits=2) == counted
