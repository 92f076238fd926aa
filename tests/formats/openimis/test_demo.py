"""openIMIS's own demo database, as SQL and as CSV: what is in it, what is carried, what is decided."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.formats.openimis.dates import put_dates_right, read_rows
from tests.formats.openimis.decided import decide
from tests.formats.openimis.fund import Expected

from tiwizi.formats.openimis import convert
from tiwizi.formats.openimis.register import fate

WRITTEN = ("plan.toml", "people.csv", "cover.csv", "claims.csv", "lines.csv", "tariff.csv")
_EXPECTED = re.compile(r"(\w+) = ([\d.]+)(?: (?!here)(\w+))?(?: here ([\d.]+)(?: (\w+))?)?")

Outside = Callable[[str], Path]


def _expected() -> dict[tuple[str, str], Expected]:
    said = tomllib.loads((Path(__file__).parent / "demo.toml").read_text(encoding="utf-8"))["lines"]
    found = {}
    for claim, lines in said.items():
        for written in lines:
            match = _EXPECTED.fullmatch(written)
            assert match, written
            line, paid, reason, here, why = match.groups()
            found[claim, line] = Expected(written, paid, (why if here else reason) or "", here or "")
    return found


@pytest.fixture(scope="module")
def database(outside_data: Outside) -> Path:
    return outside_data("openimis/csv")


@pytest.fixture(scope="module")
def with_dates_put_right(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database with the policies' dates as the insurees' parts in them have them."""
    return put_dates_right(database, tmp_path_factory.mktemp("openimis") / "csv")


def test_the_dump_and_the_folder_give_the_same_plan_and_tables(outside_data: Outside, tmp_path: Path) -> None:
    for source in ("demo_db.sql", "csv"):
        (tmp_path / source).mkdir()
        convert(outside_data(f"openimis/{source}"), tmp_path / source, currency="USD")
    for name in WRITTEN:
        assert (tmp_path / "demo_db.sql" / name).read_bytes() == (tmp_path / "csv" / name).read_bytes(), name


def test_rows_are_carried_and_history_is_counted(database: Path, tmp_path: Path) -> None:
    report = convert(database, tmp_path, currency="USD")
    tables = report.tables
    assert tables["tblInsuree"] == {"rows": 144, "in_force": 60, "history": 75, "deleted": 9}
    assert tables["tblClaim"] == {"rows": 24, "in_force": 10, "history": 10, "deleted": 4}
    assert tables["tblPolicy"] == {"rows": 79, "in_force": 21, "history": 45, "deleted": 13}
    assert tables["tblProduct"]["in_force"] == 4
    # 60 insurees, and one who was deleted and of whom a claim speaks
    assert report.files["people.csv"] == 61
    assert report.files["claims.csv"] == 10


def test_every_line_is_decided_or_listed(database: Path, tmp_path: Path) -> None:
    report = convert(database, tmp_path, currency="USD")
    rows = sum(report.tables[table]["rows"] for table in ("tblClaimItems", "tblClaimServices"))
    history = sum(report.tables[table]["history"] for table in ("tblClaimItems", "tblClaimServices"))
    decided, listed = len(read_rows(tmp_path / "lines.csv")), report.whys["claim_not_in_force"]
    assert (rows, decided, listed, history) == (54, 39, 12, 3)
    assert rows == decided + listed + history


def test_every_field_of_the_database_is_in_the_register(outside_data: Outside) -> None:
    unknown = []
    for path in sorted(outside_data("openimis/csv").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            unknown += [(path.stem, column) for column in next(csv.reader(file)) if fate(path.stem, column) is None]
    dump = outside_data("openimis/demo_db.sql").read_text(encoding="utf-8")
    for table, columns in set(re.findall(r'INSERT INTO (?:public\.)?"(\w+)" \(([^)]*)\)', dump)):
        unknown += [(table, column) for column in re.findall(r'"(\w+)"', columns) if fate(table, column) is None]
    assert not unknown


def test_the_plan_passes_the_checker_without_a_word(database: Path, tmp_path: Path) -> None:
    assert decide(database, tmp_path / "out").problems == []


def test_as_the_database_stands_no_claim_is_covered(database: Path, tmp_path: Path) -> None:
    decided = decide(database, tmp_path / "out")
    assert decided.lines.keys() == _expected().keys()
    for name in decided.lines:
        decided.holds(name, Expected("", "0.00", "no_cover"))
    assert decided.report.whys["periods_do_not_meet"] == 58


def test_the_claims_are_decided_by_the_documented_meaning(with_dates_put_right: Path, tmp_path: Path) -> None:
    decided = decide(with_dates_put_right, tmp_path / "out")
    expected = _expected()
    assert decided.lines.keys() == expected.keys()
    for name, line in expected.items():
        decided.holds(name, line)
