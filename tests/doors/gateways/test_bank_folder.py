"""The file that goes to the bank: valid, adding up, the same when made again, handed over once."""

from __future__ import annotations

import csv
import hashlib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from lxml import etree
from tests.records.money import house
from tests.records.money.house import APPROVER, TREASURER, acting
from tests.records.refused import refuses

from tiwizi.doors.gateways.bank_folder import hand_over_file, make_file
from tiwizi.formats import pain001
from tiwizi.records.money.models import BankFile, PaymentBatch, PaymentOrder, Transfer
from tiwizi.records.money.operations import approve, release

X = {"p": pain001.NAMESPACE}


@pytest.fixture
def batch(database: str) -> int:
    """A released batch of two orders."""
    book = house.books()
    for amount in (12_500, 700):
        house.owe(book, house.payee(), amount)
    number = house.prepared(book, text="Remboursement de soins")
    approve(acting(APPROVER), batch=number)
    release(acting(TREASURER), batch=number)
    return number


def made(batch: int, folder: Path, **more: str) -> Path:
    return make_file(acting(TREASURER), batch=batch, folder=folder, **more)


def test_f9_the_file_is_valid_and_says_what_the_database_says(batch: int, tmp_path: Path) -> None:
    path = made(batch, tmp_path)
    with path.open("rb") as file:
        assert pain001.first_error(file) == ""
    root = etree.parse(str(path))
    said = PaymentBatch.objects.get(id=batch)
    assert {int(n) for n in root.xpath("//p:NbOfTxs/text()", namespaces=X)} == {said.orders}
    assert {Decimal(n) * 100 for n in root.xpath("//p:CtrlSum/text()", namespaces=X)} == {said.amount}
    references = [order.reference for order in house.orders(batch)]
    assert root.xpath("//p:EndToEndId/text()", namespaces=X) == references
    assert hashlib.sha256(path.read_bytes()).digest() == bytes(BankFile.objects.get().digest)


def test_f9_the_file_made_again_is_the_same(batch: int, tmp_path: Path) -> None:
    first = made(batch, tmp_path / "one").read_bytes()
    assert made(batch, tmp_path / "two").read_bytes() == first
    hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path / "two")
    assert made(batch, tmp_path / "three").read_bytes() == first
    assert BankFile.objects.count() == 1


def test_f9_several_who_make_it_at_once_have_the_same_whole_file(batch: int, tmp_path: Path) -> None:
    """Four, as a page that is pressed again has it: each has a file of its own until it is whole."""

    def make(_: int) -> bytes:
        try:
            return made(batch, tmp_path).read_bytes()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as desks:
        files = set(desks.map(make, range(4)))
    assert len(files) == 1 and BankFile.objects.count() == 1
    assert [path.name[:1] for path in (tmp_path / "made").iterdir()] != ["."]


def test_f9_references_are_unique_for_ever(batch: int, tmp_path: Path) -> None:
    book = PaymentBatch.objects.get().book
    house.owe(book, house.payee(), 5)
    house.prepared(book)
    references = list(PaymentOrder.objects.values_list("reference", flat=True))
    assert len(set(references)) == 3


def test_a_bank_that_takes_its_own_format_gets_it(batch: int, tmp_path: Path) -> None:
    path = made(batch, tmp_path, format="ma/demo_csv")
    rows = list(csv.reader(path.open(encoding="utf-8", newline=""), delimiter=";"))
    assert any(house.orders(batch)[0].reference in row for row in rows)
    with refuses("file_differs"):
        made(batch, tmp_path)


def test_the_file_is_handed_over_once_and_stays_what_it_is(batch: int, tmp_path: Path) -> None:
    made(batch, tmp_path)
    place = hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path)
    booked = Transfer.objects.count()
    assert hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path) == place
    assert Transfer.objects.count() == booked
    assert [path.name for path in place.parent.iterdir()] == [f"TWZ-B{batch:010d}.xml"]


def test_a_file_that_was_changed_in_the_folder_is_not_handed_over(batch: int, tmp_path: Path) -> None:
    path = made(batch, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"12", b"92"))
    with refuses("file_gone"):
        hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path)
    assert not (tmp_path / "handed-over").exists()
    assert PaymentBatch.objects.get().state == "released"


def test_who_may_not_release_makes_and_hands_over_nothing(batch: int, tmp_path: Path) -> None:
    with refuses("not_allowed"):
        make_file(acting(APPROVER), batch=batch, folder=tmp_path)
    assert not list(tmp_path.rglob("*.xml"))
    made(batch, tmp_path)
    with refuses("not_allowed"):
        hand_over_file(acting(APPROVER), batch=batch, folder=tmp_path)
    assert not (tmp_path / "handed-over").exists()


def test_a_kill_between_the_books_and_the_folder_is_made_good_by_asking_again(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(batch, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("os.link", killed)
        with pytest.raises(KeyboardInterrupt):
            hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path)
    booked = Transfer.objects.count()
    assert hand_over_file(acting(TREASURER), batch=batch, folder=tmp_path).exists()
    assert Transfer.objects.count() == booked


def killed(*paths: Path) -> None:
    raise KeyboardInterrupt
