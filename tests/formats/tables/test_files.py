"""Files as offices write them, and files that cannot be a table: one clear message each."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.formats.tables.sample import book, tables, write_csv
from tests.formats.tables.test_facts import assert_same_facts

from tiwizi.formats.tables import Book, TableError, check, read_folder
from tiwizi.formats.tables.encoding import code_page
from tiwizi.formats.tables.source import Source, as_text, read_source
from tiwizi.locale import LANGUAGES


def _read(folder: Path, **options: Any) -> Book:
    return read_folder(folder, currency="MAD", **options)


def _source(tmp_path: Path, content: bytes | str, table: str = "people", name: str = "") -> Source:
    path = tmp_path / (name or f"{table}.csv")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_source(path, table)


def _cells(source: Source, name: str) -> list[Any]:
    return source.columns[name].cast(pa.string()).to_pylist()


PEOPLE = "person,household,role,birth_date\n"


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_folder_of_csv_files_says_the_same_as_its_rows(tmp_path: Path, encoding: str, delimiter: str) -> None:
    write_csv(tmp_path, tables(), delimiter=delimiter, encoding=encoding)
    assert_same_facts(_read(tmp_path), book())


def test_a_folder_of_parquet_files_says_the_same_as_its_rows(tmp_path: Path) -> None:
    for name, rows in tables().items():
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    assert_same_facts(_read(tmp_path), book())


def test_parquet_may_hold_dates_decimals_and_whole_numbers(tmp_path: Path) -> None:
    money, day = decimal.Decimal, dt.date
    typed = {
        "claim": ["C1", "C1", "C1", "C2", "C3"], "line": [1, 2, 10, 1, 1], "person": ["P1", "P2", "P2", "P1", "P4"],
        "date": [day(2026, 1, 31)] * 3 + [day(2026, 1, 2), day(2026, 3, 5)], "code": ["CS", "M1", "M1", "CS", "CS"],
        "quantity": [1, 2, None, 1, 1],
        "unit_price": [money("250.00"), money("30.50"), None, money("150.00"), money("1150.00")],
        "billed": [250.0, None, 30.5, 150.0, 1150.0],
    }  # fmt: skip
    write_csv(tmp_path, tables())
    (tmp_path / "lines.csv").unlink()
    pq.write_table(pa.table(typed), tmp_path / "lines.parquet")
    assert_same_facts(_read(tmp_path), book())


def test_a_floating_amount_that_is_not_exact_goes_to_repair(tmp_path: Path) -> None:
    write_csv(tmp_path, tables())
    line = {
        "claim": ["C2"],
        "line": ["1"],
        "person": ["P1"],
        "date": ["2026-01-02"],
        "code": ["CS"],
        "billed": [0.1 + 0.2],
    }
    (tmp_path / "lines.csv").unlink()
    pq.write_table(pa.table(line), tmp_path / "lines.parquet")
    (row,) = _read(tmp_path).repair.rows("en")
    assert row.keys == ("too_many_decimals",)
    assert row.cells["billed"] == "0.30000000000000004"


@pytest.mark.parametrize(
    "encoding, name",
    [
        ("cp1256", "فاطمة الزهراء"),
        ("cp1252", "Éléonore CRÉÉ"),
        ("cp1256", "René et محمد"),
        ("cp1252", "Gaël Çağ".replace("ğ", "g")),
    ],
)
def test_the_code_page_is_told_by_what_the_file_says(tmp_path: Path, encoding: str, name: str) -> None:
    source = _source(tmp_path, f"{PEOPLE.strip()},nom\nP1,H1,member,1980-01-01,{name}\n".encode(encoding))
    assert _cells(source, "name_latin") == [name]
    assert code_page(name.encode(encoding)) == encoding


def test_headings_may_be_french_or_arabic_in_any_writing(tmp_path: Path) -> None:
    text = (
        "N° BENEFICIAIRE;رقم الأسره;Qualité ;DATE  DE NAISSANCE;Sexe;remarque\nP1;H1;Adhérente;31/01/1980;Féminin;x\n"
    )
    source = _source(tmp_path, text)
    assert sorted(source.columns) == ["birth_date", "household", "person", "role", "sex"]
    assert source.ignored == ("remarque",)


def test_columns_that_are_not_known_are_noted() -> None:
    rows = tables()
    rows["claims"][0]["remarque"] = "x"
    (note,) = book(rows).notes
    assert note.message("en") == "In claims these columns are not known and were not read: remarque."


def test_line_numbers_count_blank_lines_and_quoted_line_ends(tmp_path: Path) -> None:
    rows = 'P1,H1,member,1980-01-01\n\n"P\n2",H1,member,1980-01-01\n,,,\nP3,H1,member,1980-01-01\n'
    source = _source(tmp_path, PEOPLE + rows)
    assert source.rows == 3
    assert source.lines(np.arange(3)).tolist() == [2, 4, 7]
    assert _cells(source, "person")[1] == "P\n2"


@pytest.mark.parametrize("quoted", [False, True])
def test_a_ragged_row_goes_to_repair_and_the_rest_stays(tmp_path: Path, quoted: bool) -> None:
    first = '"P0 ""x""",H1,member,1980-01-01\n' if quoted else "P0,H1,member,1980-01-01\n"
    first = first.replace("x", "x\ny") if quoted else first
    short, blanks, more = "P2,H1\n", "P3,H1,member,1980-01-01,,\n", "P4,H1,member,1980-01-01,more,\n"
    rows = f"P1,H1,member,1980-01-01\n{short}{blanks}{more}P5,H1,child,2000-01-01\n"
    source = _source(tmp_path, PEOPLE + first + rows)
    at = int(quoted)
    assert source.lines(source.ragged).tolist() == [4 + at, 6 + at]
    assert source.original(source.ragged)["birth_date"].to_pylist() == ["", "1980-01-01,more"]
    assert sorted(source.lines(np.arange(source.rows)).tolist()) == [2, *(n + at for n in (3, 4, 5, 6, 7))]


def test_ragged_rows_are_counted_and_said(tmp_path: Path) -> None:
    write_csv(tmp_path, tables())
    with (tmp_path / "lines.csv").open("a") as file:
        file.write("C1,3,P1\n")
    read = _read(tmp_path)
    assert read.counts["lines"] == (6, 5, 1)
    (row,) = read.repair.rows("en")
    assert (row.line_number, row.keys[0], row.cells["person"]) == (7, "ragged", "P1")


def test_tariffs_that_a_plan_brings_are_read_with_the_folders_own(tmp_path: Path) -> None:
    rows = tables()
    brought = tmp_path / "plan" / "acts.csv"
    write_csv(brought.parent, {"acts": [rows["tariff"].pop(2) | {"price": "3O.50"}]})
    write_csv(tmp_path, rows)
    read = _read(tmp_path, tariff_files=[brought])
    tariff_row = next(row for row in read.repair.rows("en") if "price" in row.fields)
    assert (tariff_row.table, tariff_row.line_number) == ("acts.csv", 2)
    assert read.counts["tariff"] == (3, 2, 1)


# -- what is refused --------------------------------------------------------------------------------------------------


def _parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _people_of(person: Any, **more: Any) -> bytes:
    """People who differ in nothing else."""
    n = len(person)
    same = {"household": ["H1"] * n, "role": ["member"] * n, "birth_date": ["1980-01-01"] * n}
    return _parquet(**{"person": person, **same, **more})


def _xlsx() -> bytes:
    """Two legal cells, A1 and XFD1048576: some programs ask for half a terabyte to hold what lies between."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", '<worksheet><c r="A1"/><c r="XFD1048576"/></worksheet>')
    return sink.getvalue()


ROW = "P1,H1,member,1980-01-01\n"
WHOLE = _parquet(person=["P1"], household=["H1"], role=["member"], birth_date=["1980-01-01"])
NAMED = "person,household,role,birth_date,nom\nP1,H1,member,1980-01-01,"
MIXED = f"{NAMED}Aïcha محمد\n".encode() + "P2,H1,member,1980-01-01,René\n".encode("cp1252")
REFUSED: list[tuple[str, str, bytes]] = [
    ("empty_file", "people.csv", b""),
    ("empty_file", "people.parquet", b""),
    ("no_headings", "people.csv", b"\n\n"),
    ("binary", "people.csv", PEOPLE.encode() + b"P1,H\x001,member,1980-01-01\n"),
    ("binary", "people.csv", bytes(range(256)) * 9),
    ("workbook_as_csv", "people.csv", _xlsx()),
    ("spreadsheet", "people.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("parquet_as_csv", "people.csv", WHOLE),
    ("utf16", "people.csv", (PEOPLE + ROW).encode("utf-16")),
    ("missing_columns", "people.csv", b"person,household\nP1,H1\n"),
    ("missing_columns", "people.csv", ROW.encode()),
    ("column_twice", "people.csv", b"person,personne,household,role,birth_date\nP1,P1,H1,member,1980-01-01\n"),
    ("mixed_encodings", "people.csv", MIXED),
    ("mixed_encodings", "people.csv", b"\xef\xbb\xbf" + f"{NAMED}محمد\n".encode("cp1256")),
    ("unclosed_quote", "people.csv", (PEOPLE + ROW + '"P2,H1,member,1980-01-01\n' + ROW * 3).encode()),
    ("unclosed_quote", "people.csv", (PEOPLE + '"P2,H1\n' + ROW * 9 + '"P9",H1,member,1980-01-01\n').encode()),
    ("all_ragged", "people.csv", (PEOPLE + "P1,H1\n" * 5).encode()),
    ("all_ragged", "people.csv", (PEOPLE + "P1;H1;member;1980-01-01\n" * 5).encode()),
    ("long_line", "people.csv", b"x" * (2 << 20)),
    ("long_line", "people.csv", PEOPLE.encode() + b"x" * (6 << 20)),
    ("not_parquet", "people.parquet", b"person,household\n"),
    ("not_parquet", "people.parquet", WHOLE[:-9]),
    ("not_parquet", "people.parquet", WHOLE[: len(WHOLE) // 2]),
    ("not_parquet", "people.parquet", WHOLE[:4] + bytes(40) + WHOLE[44:]),
    ("missing_columns", "people.parquet", _parquet(person=["P1"])),
    ("column_type", "people.parquet", _parquet(person=[["P1"]], household=["H1"], role=["member"], birth_date=["x"])),
    ("column_type", "people.parquet", _parquet(person=[b"\xff"], household=["H1"], role=["member"], birth_date=["x"])),
    ("column_type", "people.parquet", _people_of(pa.array([b"P1"], pa.binary(2)))),
    ("long_cell", "people.parquet", _people_of(pa.array(["P" * 20_000]))),
]  # fmt: skip


@pytest.mark.parametrize("key, name, content", REFUSED)
def test_a_file_that_cannot_be_a_table_gets_one_clear_message(
    tmp_path: Path, key: str, name: str, content: bytes
) -> None:
    with pytest.raises(TableError) as refused:
        _source(tmp_path, content, name=name)
    assert refused.value.key == key
    for lang in LANGUAGES:
        assert name in refused.value.message(lang)
        assert refused.value.way_out(lang)


def test_a_text_that_a_million_rows_name_is_spelt_for_the_bad_rows_only(tmp_path: Path) -> None:
    n = 200_000
    remark = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array(["x" * 100_000]))
    people = _people_of(pa.array([str(i) for i in range(n)]), remark=remark)
    assert len(people) < 10 << 20, "it would be 20 GB"
    assert _source(tmp_path, people, name="people.parquet").original(np.array([7]))["remark"].to_pylist() == [
        "x" * 100_000
    ]


def test_what_arrow_has_no_text_for_is_still_shown() -> None:
    nowhere = pa.array([0, None], pa.timestamp("us", "Mars/Olympus"))
    nested = pa.array([{"when": 2**62}], pa.struct([("when", pa.timestamp("us"))]))
    assert as_text(pa.chunked_array([nowhere])).to_pylist() == ["<timestamp[us, tz=Mars/Olympus]>", ""]
    assert as_text(pa.chunked_array([nested])).to_pylist() == ["<struct<when: timestamp[us]>>"]


MIDNIGHT = 1_772_409_600 * 10**9


@pytest.mark.parametrize(
    ("kind", "moments", "days"),
    [
        (pa.timestamp("ns"), [MIDNIGHT, MIDNIGHT + 1, None], ["", "not_a_day", "missing"]),
        (pa.timestamp("us"), [MIDNIGHT // 1000, 2**62 // 86_400 * 86_400], ["", "not_a_day"]),
        (pa.timestamp("s", "Mars/Olympus"), [MIDNIGHT // 10**9], ["not_a_day"]),
        (pa.timestamp("s", "Asia/Tokyo"), [MIDNIGHT // 10**9 - 9 * 3600, MIDNIGHT // 10**9], ["", "not_a_day"]),
    ],
)
def test_a_moment_is_a_day_at_midnight_only_and_each_row_for_itself(kind: Any, moments: Any, days: list[str]) -> None:
    read = check.days(pa.chunked_array([pa.array(moments, kind)]), blank=-1)
    assert [check.WRONGS[wrong] for wrong in read.wrong] == days
    assert read.values.tolist() == [20_514 if said == "" else -1 for said in days]


def test_bytes_of_neither_code_page_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError) as refused:
        _source(tmp_path, PEOPLE.encode() + b"P\x8dA\x90B\x9dC,H1,member,1980-01-01\n")
    assert refused.value.key == "encoding"


def test_text_in_parquet_must_be_utf8(tmp_path: Path) -> None:
    offsets, data = pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"P\xff")
    bad = pa.Array.from_buffers(pa.string(), 1, [None, offsets, data])
    table = pa.table({"person": bad, "household": ["H1"], "role": ["member"], "birth_date": ["1980-01-01"]})
    pq.write_table(table, tmp_path / "people.parquet")
    with pytest.raises(TableError) as refused:
        read_source(tmp_path / "people.parquet", "people")
    assert refused.value.key == "not_parquet"


def test_a_parquet_file_that_claims_too_many_rows_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.formats.tables.parquet_file.MAX_ROWS", 0)
    with pytest.raises(TableError) as refused:
        _source(tmp_path, WHOLE, name="people.parquet")
    assert refused.value.key == "too_many_rows"


@pytest.mark.parametrize(
    "key, spoil",
    [
        ("missing_table", lambda folder: (folder / "claims.csv").unlink()),
        ("missing_table", lambda folder: (folder / "tariff.csv").unlink()),
        ("two_files", lambda folder: (folder / "claims.parquet").write_bytes(WHOLE)),
        ("two_files", lambda folder: (folder / "CLAIMS.CSV").write_bytes(b"x")),
        ("not_xlsx", lambda folder: (folder / "reported.xlsx").write_bytes(_xlsx())),
        ("two_files", lambda folder: (folder / "claims.xlsx").write_bytes(_xlsx())),
        ("spreadsheet", lambda folder: (folder / "lines.csv").rename(folder / "lines.ods")),
    ],
)
def test_a_folder_that_cannot_be_a_mutual_gets_one_clear_message(tmp_path: Path, key: str, spoil: Any) -> None:
    write_csv(tmp_path, tables())
    spoil(tmp_path)
    with pytest.raises(TableError) as refused:
        _read(tmp_path, lang="ar")
    assert refused.value.key == key
    assert str(refused.value) == f"{refused.value.message('ar')} {refused.value.way_out('ar')}"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no folder"):
        _read(tmp_path / "nowhere")


def test_random_bytes_never_end_in_anything_but_a_message(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    letters = np.frombuffer(b'person,household;role"birth_date\n\n\r,;" \xe9\xc7\xd8\xa7P1H1', np.uint8)
    for _ in range(150):
        body = chance.choice(letters, chance.integers(1, 200)).tobytes()
        try:
            source = _source(tmp_path, PEOPLE.encode() + body)
        except TableError as refused:
            assert refused.message("fr")
        else:
            assert len(source.original(np.arange(source.rows))["person"]) == source.rows


def test_a_table_of_headings_only_has_no_rows(tmp_path: Path) -> None:
    assert _source(tmp_path, PEOPLE).rows == 0
    assert _source(tmp_path, PEOPLE.strip()).rows == 0


def test_a_large_file_is_read_in_blocks_and_numbered_right(tmp_path: Path) -> None:
    rows = [f"P{n},H1,member,1980-01-01" for n in range(300_000)]
    rows[250_000] = "P,H1"
    source = _source(tmp_path, PEOPLE + "\n".join(rows))
    assert source.rows == 300_000
    assert source.lines(source.ragged).tolist() == [250_002]
