"""Sheets that are dropped at the desk: kept, read by a worker, accepted by a person, posted by a worker, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.formats.tables.sample import tables
from tests.records.intake.mutual import BY, DAY, DECLARED, folder
from tests.records.refused import refuses

from tiwizi.records.care.models import ClaimLine
from tiwizi.records.intake import delivering, duties, kept, queries
from tiwizi.records.intake.models import Delivery
from tiwizi.records.intake.operations import accept_delivery, deliver, tell_sheets, withdraw_delivery
from tiwizi.records.trail.roles import Grant

CLERK = replace(BY, user=4, grants=(Grant("manager"), Grant("contributions_officer"), Grant("desk_agent")))
BOSS = replace(BY, user=5, grants=(Grant("system"),))
TOLD = {table: [total.rows, total.amount] for table, total in DECLARED.items()}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")
    yield tmp_path / "files"


def drop(at: Path, name: str = "a" * 32, *, follows: int | None = None, rename: dict[str, str] | None = None) -> int:
    """The files of a folder, dropped."""
    paths = sorted(at.iterdir())
    sheets = kept.keep(name, (((rename or {}).get(path.name, path.name), [path.read_bytes()]) for path in paths))
    told = [sheet._asdict() for sheet in sheets]
    return int(deliver(CLERK, folder=name, sheets=told, on=DAY, currency="MAD", lang="fr", follows=follows))


def work(after: int = 0) -> int:
    return delivering.work(worker="w", clock=lambda: BY.at + timedelta(seconds=after))


def shown(number: int) -> queries.Brought:
    found = queries.delivery(number)
    assert found is not None
    return found


def test_sheets_are_read_accepted_and_posted(tmp_path: Path, files: Path) -> None:
    number = drop(folder(tmp_path / "a"))
    assert shown(number).state == "arrived" and work() == 1
    seen = shown(number)
    assert (seen.state, seen.rows) == ("seen", 19) and seen.preview["totals"]["lines"] == [5, 164_150, 0]
    assert ClaimLine.objects.count() == 0 and duties.imports_to_accept(CLERK).count == 1
    with refuses("amounts_differ"):
        accept_delivery(BOSS, delivery=number, declared=TOLD | {"lines": [5, 1]})
    accept_delivery(BOSS, delivery=number, declared=TOLD)
    assert work() == 1 and shown(number).state == "posted" and ClaimLine.objects.count() == 5
    assert not list((files / "intake" / ("a" * 32)).iterdir()), "sheets are gone once they are posted"
    assert work() == 0


def test_each_table_needs_its_own_permission(tmp_path: Path) -> None:
    number = drop(folder(tmp_path / "a"))
    work()
    with refuses("not_allowed"):
        accept_delivery(replace(BY, grants=(Grant("contributions_officer"),)), delivery=number, declared=TOLD)


def test_a_file_whose_name_says_nothing_waits_to_be_told(tmp_path: Path) -> None:
    number = drop(folder(tmp_path / "a", only=("people",)), rename={"people.csv": "2026.csv"})
    assert [sheet["file"] for sheet in shown(number).unnamed] == ["2026.csv"]
    tell_sheets(CLERK, delivery=number, tables={shown(number).sheets[0]["kept"]: "people"})
    work()
    assert shown(number).preview["totals"] == {"people": [4, None, 0]}


def test_what_cannot_be_a_table_says_why_and_is_kept(tmp_path: Path) -> None:
    at = tmp_path / "a"
    at.mkdir()
    (at / "people.csv").write_text("one,two\n1,2\n", encoding="utf-8")
    number = drop(at)
    assert work() == 0
    held = shown(number)
    assert held.state == "failed" and held.problem is not None and held.problem["key"] == "missing_columns"
    assert held.problem["values"]["file"] == "people.csv", "no path of the house is told"


def test_rows_to_repair_come_back_as_the_same_sheet(tmp_path: Path) -> None:
    content = tables()
    content["lines"][1] |= {"date": "31/02/2026"}
    number = drop(folder(tmp_path / "a", content))
    work()
    accept_delivery(BOSS, delivery=number, declared=shown(number).preview["totals"])
    work()
    assert shown(number).to_repair == 1 and duties.rows_to_repair(CLERK).count == 1
    assert queries.repair_book(BOSS, number) is None, "what somebody suffers from is for who brought it"
    path = queries.repair_book(CLERK, number)
    assert path is not None
    again = drop(_corrected(path, tmp_path / "back"), "b" * 32, follows=number)
    work()
    accept_delivery(BOSS, delivery=again, declared=shown(again).preview["totals"])
    work()
    assert ClaimLine.objects.count() == 5
    assert shown(number).repaired and duties.rows_to_repair(CLERK).count == 0


def _corrected(path: Path, back: Path) -> Path:
    """The workbook as somebody saves it again, with another day in it."""
    import xlsxwriter
    from python_calamine import CalamineWorkbook

    back.mkdir()
    headings, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("lines").to_python()
    row[headings.index("date")] = tables()["lines"][1]["date"]
    with xlsxwriter.Workbook(str(back / "a-corriger-1.xlsx")) as book:
        sheet = book.add_worksheet("lines")
        sheet.write_row(0, 0, headings)
        sheet.write_row(1, 0, row)
    return back


def test_a_worker_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    number = drop(folder(tmp_path / "a"))
    assert delivering.lease(worker="dies", now=BY.at) == number
    assert work(after=10) == 0, "its lease holds"
    assert work(after=1000) == 1 and shown(number).state == "seen"


def test_what_takes_every_worker_with_it_is_put_aside(tmp_path: Path) -> None:
    number = drop(folder(tmp_path / "a"))
    for turn in range(delivering.MOST_TRIES):
        assert delivering.lease(worker=f"dies {turn}", now=BY.at + timedelta(hours=turn)) == number
    assert delivering.lease(worker="w", now=BY.at + timedelta(hours=9)) is None
    assert shown(number).state == "failed" and shown(number).problem is None


def test_withdrawn_or_old_sheets_are_removed(tmp_path: Path, files: Path) -> None:
    withdrawn, old = drop(folder(tmp_path / "a")), drop(folder(tmp_path / "b", only=("people",)), "b" * 32)
    withdraw_delivery(CLERK, delivery=withdrawn)
    work()
    assert not (files / "intake" / ("a" * 32)).exists() and (files / "intake" / ("b" * 32)).exists()
    delivering.clear(now=BY.at + timedelta(days=40))
    assert not (files / "intake" / ("b" * 32)).exists() and shown(old).state == "withdrawn"


def test_who_brings_sheets_in_leaves_their_family_to_a_colleague(tmp_path: Path) -> None:
    from tiwizi.records.people.models import Household

    first = drop(folder(tmp_path / "a", only=("people", "cover", "tariff")))
    work()
    accept_delivery(BOSS, delivery=first, declared=shown(first).preview["totals"])
    work()
    home = Household.objects.get(number=tables()["claims"][0]["household"]).id
    number = drop(folder(tmp_path / "b", only=("claims", "lines")), "b" * 32)
    Delivery.objects.filter(id=number).update(household=home)
    work()
    assert shown(number).preview["outcome"]["claims"]["repair"] > 0


def test_too_much_leaves_nothing_behind(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    with pytest.raises(kept.TooLarge):
        kept.keep("c" * 32, [("people.csv", [b"x" * 20])])
    assert not (files / "intake" / ("c" * 32)).exists()
