"""A statement that somebody hands in is read by a process of its own, the same as at home, and harms nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.formats.statements import RIB
from tests.formats.test_camt053 import GOOD

from tiwizi.formats import camt053, statement_file
from tiwizi.formats.tables.confined import Limits


def test_a_message_is_read_as_it_is_at_home(tmp_path: Path) -> None:
    path = tmp_path / "mars.xml"
    path.write_text(GOOD)
    with path.open("rb") as file:
        assert statement_file.read(path, name="mars.xml") == camt053.read(file, name="mars.xml")


def test_mistakes_come_over_with_their_values(tmp_path: Path) -> None:
    path = tmp_path / "mars.xml"
    path.write_text(GOOD.replace("<Ccy>MAD</Ccy>", "<Ccy>XYZ</Ccy>"))
    statements, mistakes = statement_file.read(path, name="mars.xml")
    assert statements == () and "XYZ" in mistakes[0].message("en") and mistakes[0].line > 0


def test_a_csv_file_is_one_too(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("date;libellé;débit;crédit;solde\n05/03/2026;Virement;;10,00;110,00\n")
    (one,), mistakes = statement_file.read(path, name="x.csv", account=RIB)
    assert mistakes == [] and (one.opening, one.closing) == (10_000, 11_000)


@pytest.mark.parametrize("limits", [Limits(memory=1 << 16), Limits(seconds=1, longest=0.001)])
def test_a_limit_that_is_reached_is_a_plain_message(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "mars.xml"
    path.write_text(GOOD + " " * 1_000_000)
    statements, (mistake,) = statement_file.read(path, name="mars.xml", limits=limits)
    assert statements == () and mistake.key == "unreadable" and mistake.way_out("ar")


def test_a_bomb_harms_nobody(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">]><d>&a;</d>')
    assert statement_file.read(path, name="bomb.xml")[1][0].key in ("hostile", "unreadable", "not_camt053")
