"""A file's life: it comes in, is decided, explained, paid by three people, found on the bank's statement; then a price
turns out to have been misread, and it is corrected in the open. All of it at the command line, on both databases."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.doors.cli.conftest import Tiwizi
from tests.stories.office import Office, rib

from tiwizi.doors.cli.voice import REFUSED, UNUSABLE

TABLES = {
    "people": """person,household,role,birth_date,sex,name_latin,name_ar
A1-01,A1,member,1980-05-02,F,Fatima Amghar,فاطمة أمغار
A1-02,A1,child,2015-09-20,M,Idir Amghar,إيدير أمغار
""",
    "cover": "household,plan,start\nA1,AMO,2010-01-01\nA1,MGPAP-SM,2010-01-01\n",
    "claims": "claim,household,provider,sector,received_on\nD1,A1,100200300,private,2026-03-10\n",
    "lines": """claim,line,person,date,code,billed,price_approved
D1,1,A1-01,2026-03-02,C,150.00,
D1,2,A1-02,2026-03-02,CS,250.00,
""",
}
TOTALS = "table,rows,amount\npeople,2,\ncover,2,\nclaims,1,\nlines,2,400.00\ntariff,{tariff},\n"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def office(tiwizi: Tiwizi, database: str) -> Office:
    """Nine days ago the mutual opened, with a plan in force and a book for each fund."""
    office = Office(tiwizi)
    office.opens(days=9)
    version = office.says("karim", "plan", "propose", "ma/public", "--effective", "2005-08-18", days=9)["version"]
    assert office.tries("karim", "plan", "publish", version, days=9).code == REFUSED  # nobody publishes their own
    office.says("imane", "plan", "publish", version, days=9)
    banks = [
        word
        for number, book in enumerate(("amo", "sm", "ccd", "os"), 1)
        for word in ("--bank", f"{book}={rib(number)}")
    ]
    office.says("hicham", "books", "open", "ma", "--payer", "Mutuelle", *banks, days=9)
    return office


def test_a_file_from_intake_to_the_reconciled_payment_and_its_later_correction(
    office: Office, tables: Path, tmp_path: Path
) -> None:
    _comes_in(office, tables)
    paid = _is_decided(office)
    _is_paid(office, tmp_path, paid)
    _is_corrected(office, tables, paid)
    assert office.asks("verify")["sound"]


def _comes_in(office: Office, tables: Path) -> None:
    """Only if it adds up to what its sender declared; sent again it has no second effect."""
    take = ("intake", tables, "--plan", "ma/public")
    assert office.tries("imane", *take, days=8).code == UNUSABLE  # nobody declared anything
    rows = office.says("imane", *take, "--look", days=8)["totals"]["tariff"]["rows"]
    (tables / "totals.csv").write_text(TOTALS.format(tariff=rows).replace("400.00", "400.01"), encoding="utf-8")
    assert office.tries("imane", *take, days=8).code == REFUSED
    (tables / "totals.csv").write_text(TOTALS.format(tariff=rows), encoding="utf-8")
    first = office.says("imane", *take, days=8)
    assert first["outcome"]["lines"] == {"new": 2, "changed": 0, "same": 0, "repair": 0}
    [tariff] = first["tariffs_waiting"]
    assert office.tries("imane", "tariff", "publish", tariff, days=8).code == REFUSED  # nobody signs what they brought
    office.says("karim", "tariff", "publish", tariff, days=8)
    assert office.says("imane", *take, days=8)["repeated"]
    assert office.tries("nadia", *take, days=8).code == REFUSED  # who pays does not take files in


def _is_decided(office: Office) -> int:
    """On every line the three sums are what was billed, and the line says why in three languages."""
    run = office.says("salma", "run", "start", days=7)
    assert (run["state"], run["claims"], run["lines"]) == ("done", 1, 2)
    assert run["billed"] == 40_000 == run["paid"] + run["reductions"] + run["share"]
    for lang, word in (("ar", "المفوتر"), ("fr", "facturés"), ("en", "billed")):
        assert word in " ".join(office.asks("run", "explain", "D1/1", "--lang", lang)["sentences"])
    assert run["paid"] > 0
    return int(run["paid"])


def _is_paid(office: Office, tmp_path: Path, paid: int) -> None:
    """By three people, to an account that two have seen and that is two days old; handed to the bank once."""
    assert office.tries("nadia", "pay", "prepare", "amo", days=7).code == REFUSED  # no account yet
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(f"person,rib\nA1-01,{rib(77)}\nA9-99,{rib(78)}\nA1-02,123\n", encoding="utf-8")
    assert office.says("imane", "account", "bring", accounts, days=6) == {"asked": 1, "known": 0, "wrong": 2}
    assert office.says("tariq", "account", "confirm", days=6) == {"confirmed": 1}
    assert office.tries("nadia", "pay", "prepare", "amo", days=5).code == REFUSED  # 48 hours have not passed
    owed, folder = 0, tmp_path / "bank"
    for book in ("amo", "sm"):
        batch = office.says("nadia", "pay", "prepare", book, days=3)
        owed += batch["amount"]
        assert batch["orders"] == 1
        number = batch["batch"]
        assert office.tries("nadia", "pay", "approve", number, days=3).code == REFUSED
        office.says("omar", "pay", "approve", number, days=3)
        assert office.tries("omar", "pay", "release", number, days=3).code == REFUSED
        office.says("leila", "pay", "release", number, days=3)
        file = Path(office.says("leila", "bank", "file", number, "--folder", folder, days=3)["file"])
        before = file.read_bytes()
        office.says("leila", "bank", "file", number, "--folder", folder, days=2)
        assert file.read_bytes() == before  # made again it is the same
        given = office.says("leila", "bank", "hand-over", number, "--folder", folder, days=3)
        assert office.says("leila", "bank", "hand-over", number, "--folder", folder, days=2) == given
        _reconcile(office, tmp_path, number, batch["amount"], before, account=rib(1 if book == "amo" else 2))
    assert owed == paid
    assert office.tries("nadia", "pay", "prepare", "amo", days=2).code == REFUSED  # nothing is owed any more
    assert {batch["state"] for batch in office.asks("pay", "show")["batches"]} == {"settled"}


def _reconcile(office: Office, tmp_path: Path, batch: int, amount: int, file: bytes, *, account: str) -> None:
    """The bank's statement names our reference; read twice it has no second effect."""
    order = etree.fromstring(file).find(".//{*}EndToEndId").text
    statement = tmp_path / f"statement-{batch}.csv"
    major = f"{amount // 100}.{amount % 100:02d}"
    statement.write_text(
        f"date;libellé;référence;débit;crédit\n04/03/2026;VIREMENT;{order};{major};\n", encoding="utf-8"
    )
    closing = f"{(1_000_000 - amount) // 100}.{(1_000_000 - amount) % 100:02d}"
    words = ("bank", "statement", statement, "--account", account, "--opening", "10000.00", "--closing", closing)
    assert office.says("hicham", *words, days=2)["statements"][0]["paid"] == 1
    assert office.says("hicham", *words, days=2)["statements"][0]["lines"] == 0
    assert office.asks("bank", "unexplained")["lines"] == []


def _is_corrected(office: Office, tables: Path, paid: int) -> None:
    """The doctor's price was misread: the reviewer's stands beside it, the file is decided anew, and the difference is
    shown before it is booked, as a reversal and a new entry."""
    rows = list(csv.reader((tables / "lines.csv").read_text(encoding="utf-8").splitlines()))
    rows[1][rows[0].index("price_approved")] = "50.00"
    (tables / "lines.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    transfers = _transfers(office)
    assert office.says("imane", "intake", tables, "--plan", "ma/public", days=1)["outcome"]["lines"]["changed"] == 1
    run = office.says("salma", "run", "start", days=1)
    assert run["corrections"] == 1
    assert _transfers(office) == transfers  # shown, not booked
    shown = office.says("salma", "run", "corrections", run["run"], days=1)
    assert shown["difference"] < 0 and [line["line"] for line in shown["lines"]] == [1]
    booked = office.says("salma", "run", "corrections", run["run"], "--book", days=1)
    assert booked["difference"] == shown["difference"] and booked["transfers"] > 0
    assert _transfers(office)[: len(transfers)] == transfers  # what stood there stands there still
    assert set(office.asks("books", "trial")["nets"].values()) == {0}
    assert office.asks("run", "explain", "D1/1")["decisions"][-1]["number"] == 2
    owed = sum(_payable(office, book) for book in ("amo", "sm"))
    assert owed == shown["difference"] and paid + owed < paid  # the member owes it, and the books say so


def _transfers(office: Office) -> list[dict[str, Any]]:
    return list(office.asks("books", "journal")["transfers"])


def _payable(office: Office, book: str) -> int:
    """What members are owed in a book, in minor units; negative where they owe."""
    found = office.asks("books", "balances", "--book", book)["balances"]
    return -sum(one["net"] for one in found if one["account"] == f"{book}:4430")
