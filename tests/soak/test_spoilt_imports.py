"""Whatever is sent, spoilt anywhere: nothing of it is posted unless it adds up to what was declared (F16)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction
from tests.formats.tables.test_uploads import spoilt
from tests.formats.tables.workbook import parts_of, write_book, zipped
from tests.records.intake import mutual
from tests.soak.conftest import many

from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.totals import Total
from tiwizi.records.intake.models import Import
from tiwizi.records.trail.refusal import Refused

DECLARED = {name: mutual.DECLARED[name] for name in ("claims", "lines")}
TABLES = ("care_claim", "care_line", "people_person", "cover_cover", "care_touch")
WITHIN = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml")


@pytest.fixture
def there(sqlite: str, tmp_path: Path) -> Iterator[Path]:
    """A mutual whose people are known, and the folder of the claims that are to come."""
    people = ("people", "statuses", "cover", "tariff")
    mutual.bring_in(mutual.folder(tmp_path / "people", only=people))
    yield mutual.folder(tmp_path / "claims", only=("claims", "lines"))


def test_of_spoilt_csv_files_nothing_is_posted_that_does_not_add_up(there: Path) -> None:
    """Half of them keep their heading, so that it is the rows that are wrong."""
    chance = np.random.default_rng(16)
    tables = [there / "claims.csv", there / "lines.csv"]
    honest = [table.read_bytes() for table in tables]
    ends = Counter([_end(there)])
    assert ends["posted"], "as it was made it adds up"
    for turn in range(many(test=60, soak=10_000)):
        at, spare_heading = turn % 2, turn // 2 % 2
        heading = honest[at].index(b"\n") + 1
        tables[at].write_bytes(spoilt(honest[at], chance, spare=heading * spare_heading))
        ends[_end(there)] += 1
        tables[at].write_bytes(honest[at])
        _tell("CSV", turn, ends)
    assert len(ends) > 3, ends


def test_of_spoilt_workbooks_nothing_is_posted_that_does_not_add_up(there: Path) -> None:
    """A third are spoilt as an archive, a third in the text of one part, a third in what the cells say."""
    chance = np.random.default_rng(17)
    table, book = there / "lines.csv", there / "lines.xlsx"
    lines = table.read_bytes()
    table.unlink()
    write_book(book, _as_sheet(lines))
    whole, parts = book.read_bytes(), parts_of(book)
    ends = Counter([_end(there)])
    assert ends["posted"], "as it was made it adds up"
    for turn in range(many(test=60, soak=10_000)):
        name = WITHIN[turn // 3 % len(WITHIN)]
        if turn % 3 == 0:
            book.write_bytes(spoilt(whole, chance))
        elif turn % 3 == 1:
            book.write_bytes(zipped(parts | {name: spoilt(parts[name], chance)}))
        else:
            write_book(book, _as_sheet(spoilt(lines, chance, spare=lines.index(b"\n") + 1)))
        ends[_end(there)] += 1
        _tell("workbooks", turn, ends)
    assert len(ends) > 3, ends


def _as_sheet(table: bytes) -> dict[str, list[list[str]]]:
    text = "".join(sign if sign.isprintable() or sign in "\r\n" else "?" for sign in table.decode("utf-8", "replace"))
    return {"Feuil1": [row for row in csv.reader(text.splitlines()) if row]}


def _end(folder: Path) -> str:
    """What came of an import: "posted", or why it was not; it is undone afterwards."""
    before = _counts()
    with transaction.atomic():
        try:
            arrived = mutual.bring_in(folder, declared=DECLARED, uploaded=True)
        except (TableError, Refused) as refused:
            assert _counts() == before, "half of what was refused is there"
            transaction.set_rollback(True)
            return refused.key
        assert {name: Total(*arrived.totals[name][:2]) for name in DECLARED} == DECLARED
        assert Import.objects.get(id=arrived.number).state == "posted"
        new = {name: sum(many_.values()) for name, many_ in arrived.outcome.items()}
        assert all(new[name] == total.rows for name, total in DECLARED.items()), "a row was lost"
        transaction.set_rollback(True)
    return "posted"


def _counts() -> list[int]:
    found = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            found.append(int(cursor.fetchone()[0]))
    return found


def _tell(what: str, turn: int, ends: Counter[str]) -> None:
    if (turn + 1) % 500 == 0:
        print(f"{turn + 1} spoilt {what}: {dict(ends)}", flush=True)
