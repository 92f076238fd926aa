"""Reading openIMIS: dumps in the three ways in which PostgreSQL writes them, CSV folders, and what is neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.formats.openimis.fund import Fund, fund

from tiwizi.formats.openimis import SourceError, convert
from tiwizi.formats.openimis.dump import Database, read_source
from tiwizi.locale import LANGUAGES

WRITTEN = ("plan.toml", "people.csv", "cover.csv", "claims.csv", "lines.csv", "tariff.csv", "report.csv")


def _everything(path: Path) -> Database:
    return read_source(path, wanted=lambda table: True)


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Path]:
    made = fund({"claims": ["2026-03-02..2026-03-04 HOSP HEAD E: CON 1 x 50.00 = 50.00; ASP 2 x 10.00 = 20.00"]})
    made.change("tblServices", "1", {"ServName": "A 'quoted'; name, (with) \\N"})
    return {
        "folder": made.as_folder(tmp_path / "csv"),
        "copy": _copied(made, tmp_path / "copy.sql"),
        "insert": made.as_insert_dump(tmp_path / "insert.sql"),
    }


def _copied(made: Fund, path: Path) -> Path:
    dump = made.as_copy_dump(path)
    escaped = dump.read_text(encoding="utf-8").replace("(with) \\N", "(with) \\\\N")
    dump.write_text(escaped, encoding="utf-8")
    return dump


def test_a_folder_a_copy_dump_and_an_insert_dump_give_the_same_bytes(written: dict[str, Path], tmp_path: Path) -> None:
    bytes_of = {}
    for form, source in written.items():
        out = tmp_path / f"out-{form}"
        out.mkdir()
        convert(source, out, currency="USD")
        bytes_of[form] = {name: (out / name).read_bytes() for name in WRITTEN}
    assert bytes_of["copy"] == bytes_of["folder"]
    assert bytes_of["insert"] == bytes_of["folder"]
    assert b"A 'quoted'; name, (with) \\N" in bytes_of["folder"]["tariff.csv"]


def test_sql_server_casts_are_read_as_their_values(tmp_path: Path) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text(
        'INSERT INTO "tblProduct" ("ProdID", "ProductCode", "DateFrom", "LumpSum", "x", "y") VALUES (5, N\'It\'\'s\', '
        "CAST(N'2018-01-01T00:00:00' AS Date), CAST(10000.00 AS Decimal(18, 2)), 1::boolean::boolean, NULL);\n"
        'INSERT INTO public."tblInsuree" ("InsureeID","CHFID","FamilyID","DOB") VALUES\n'
        "\t (1,'a;\nb;\n',2,'1980-01-01'),\n\t (2,'c',2,'1981-01-01');\n"
        'INSERT INTO "tblPolicy" ("PolicyID", "FamilyID", "ProdID", "PolicyStatus", "EffectiveDate", "ExpiryDate") '
        "VALUES (1, 2, 5, -1, '2026-01-01', '2026-12-31');\n",
        encoding="utf-8",
    )
    database = _everything(dump)
    product = {"ProdID": "5", "ProductCode": "It's", "DateFrom": "2018-01-01T00:00:00", "LumpSum": "10000.00", "x": "t"}
    assert database.rows("tblProduct") == [product | {"y": ""}]
    assert [row["CHFID"] for row in database.rows("tblInsuree")] == ["a;\nb;", "c"]
    assert database.rows("tblPolicy")[0]["PolicyStatus"] == "-1"


def test_copy_escapes_are_undone(tmp_path: Path) -> None:
    made = fund()
    dump = made.as_copy_dump(tmp_path / "dump.sql")
    dump.write_text(dump.read_text(encoding="utf-8").replace("Well road 7", "a\\tb\\nc\\\\d"), encoding="utf-8")
    assert _everything(dump).rows("tblFamilies")[0]["FamilyAddress"] == "a\tb\nc\\d"


def test_a_semicolon_folder_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = fund().as_folder(tmp_path / "csv")
    families = folder / "tblFamilies.csv"
    families.write_text("\ufeff" + families.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert _everything(folder).rows("tblFamilies")[0]["FamilyID"] == "1"


@pytest.mark.parametrize("key", ["not_utf8", "no_tables", "missing_tables", "missing_columns", "uneven_row"])
def test_what_is_no_database_gets_one_clear_message(key: str, tmp_path: Path) -> None:
    source = _broken(key, tmp_path)
    with pytest.raises(SourceError) as raised:
        convert(source, tmp_path, currency="USD")
    assert raised.value.key == key
    assert not (tmp_path / "report.csv").exists()
    for lang in LANGUAGES:
        assert raised.value.message(lang)
        assert raised.value.way_out(lang)


def _broken(key: str, tmp_path: Path) -> Path:
    folder = fund().as_folder(tmp_path / "csv")
    if key == "not_utf8":
        (tmp_path / "picture.sql").write_bytes(b"\x89PNG\xff\xfe")
        return tmp_path / "picture.sql"
    if key == "no_tables":
        (tmp_path / "other.sql").write_text("CREATE TABLE other (x integer);\n", encoding="utf-8")
        return tmp_path / "other.sql"
    if key == "missing_tables":
        (folder / "tblClaim.csv").unlink()
    if key == "missing_columns":
        (folder / "tblHF.csv").write_text("HfID\n1\n", encoding="utf-8")
    if key == "uneven_row":
        with (folder / "tblHF.csv").open("a", encoding="utf-8") as file:
            file.write("7,too,short\n")
    return folder


@pytest.mark.parametrize("form", ["copy", "insert"])
def test_a_dump_that_is_cut_anywhere_is_refused(form: str, tmp_path: Path) -> None:
    """A dump of pg_dump says where it ends; of others, a statement that has begun has to end."""
    made, dump = fund(), tmp_path / "dump.sql"
    whole = (made.as_copy_dump if form == "copy" else made.as_insert_dump)(dump).read_text(encoding="utf-8")
    last = whole.rindex("\n--\n") if form == "copy" else len(whole) - 2
    ends = {at + 1 for at in range(len(whole)) if whole.startswith(";\n", at)}
    for at in range(whole.index("tblClaim"), last, 7):
        dump.write_text(whole[:at], encoding="utf-8")
        if form == "insert" and (at in ends or at - 1 in ends or whole[at - 1] == "\n"):
            continue  # whole statements: what follows them is not known to be missing
        with pytest.raises(SourceError) as raised:
            convert(dump, tmp_path, currency="USD")
        assert raised.value.key in ("cut_off", "truncated", "broken_statement", "missing_tables", "no_tables"), at


def test_a_last_line_without_its_end_is_whole(tmp_path: Path) -> None:
    for form in ("copy", "insert"):
        dump = tmp_path / f"{form}.sql"
        made = fund()
        whole = (made.as_copy_dump if form == "copy" else made.as_insert_dump)(dump).read_text(encoding="utf-8")
        dump.write_text(whole.removesuffix("--\n").rstrip("\n"), encoding="utf-8")
        assert _everything(dump).rows("tblFamilies")
    folder = fund().as_folder(tmp_path / "csv")
    families = folder / "tblFamilies.csv"
    families.write_text(families.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert _everything(folder).rows("tblFamilies")


def test_a_copy_in_a_form_that_is_not_known_is_not_passed_over(tmp_path: Path) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text('COPY "tblHF" ("HfID") FROM stdin WITH (FORMAT csv);\n1\n\\.\n', encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        _everything(dump)
    assert raised.value.key == "broken_statement"


@pytest.mark.parametrize(
    ("content", "key"),
    [("", "truncated"), ("HfID,HFCode", "truncated"), ('HfID,HFName\n1,"Health ce', "broken_quotes")],
)
def test_a_torn_table_of_a_folder_gets_one_clear_message(content: str, key: str, tmp_path: Path) -> None:
    folder = fund().as_folder(tmp_path / "csv")
    (folder / "tblHF.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        _everything(folder)
    assert raised.value.key == key
    assert all(raised.value.message(lang) and raised.value.way_out(lang) for lang in LANGUAGES)


@pytest.mark.parametrize(("lost", "key"), [("\\.", "truncated"), ("\t", "broken_statement")])
def test_a_damaged_copy_dump_is_not_read_in_part(lost: str, key: str, tmp_path: Path) -> None:
    dump = fund().as_copy_dump(tmp_path / "dump.sql")
    whole = dump.read_text(encoding="utf-8")
    dump.write_text(whole[: whole.rindex(lost)], encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        _everything(dump)
    assert raised.value.key == key


def test_a_damaged_insert_is_not_read_in_part(tmp_path: Path) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text('INSERT INTO "tblHF" ("HfID") VALUES (1), (\'2', encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        _everything(dump)
    assert raised.value.key == "broken_statement"
