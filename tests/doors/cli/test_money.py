"""Payment and books from the command line: two accountants, who waits, what is paid, the bank."""

from __future__ import annotations

import pytest
from tests.doors.cli.conftest import Tiwizi
from tests.records import world
from tests.records.money import house
from tests.records.world import NOW

from tiwizi.doors.cli.voice import ERRORS, REFUSED, UNUSABLE
from tiwizi.records.people.models import RoleGrant, User


@pytest.fixture
def book(database: str) -> house.Book:
    """Books, and two accountants, anna and idir."""
    first = [User.objects.create(login=f"admin-{at}", name="a") for at in range(2)]
    for login in ("anna", "idir"):
        RoleGrant.objects.create(
            user=User.objects.create(login=login, name=login), role="accountant", asked_by=first[0], asked_at=NOW,
            confirmed_by=first[1], confirmed_at=NOW,
        )  # fmt: skip
    return house.books()


def test_an_entry_by_hand_is_asked_by_one_and_confirmed_by_another(tiwizi: Tiwizi, book: house.Book) -> None:
    words = ("books", "enter", "sm", "--text", "Rent", "--day", "2026-03-02", "--move", "6147/5141/35.00")
    entry = tiwizi(*words, "--as", "anna", "--json").json["entry"]
    (waits,) = tiwizi("books", "entries", "--json").json["entries"]
    assert (waits["number"], waits["memo"], waits["legs"][0]["amount"]) == (entry, "Rent", 3_500)
    assert "Rent" in tiwizi("books", "entries").out
    alone = tiwizi("books", "confirm", entry, "--as", "anna")
    assert alone.code == REFUSED and "two people" in alone.err
    assert tiwizi("books", "confirm", entry, "--as", "idir").code == 0
    assert tiwizi("books", "entries", "--json").json["entries"] == []


def test_a_transfer_by_hand_is_taken_back_by_its_name_in_the_journal(tiwizi: Tiwizi, book: house.Book) -> None:
    for words in (
        ("enter", "sm", "--text", "Rent", "--day", "2026-03-02", "--move", "6147/5141/35.00", "--as", "anna"),
        ("confirm", "1", "--as", "idir"),
        ("reverse", "manual:1/1", "--text", "Twice", "--day", "2026-03-02", "--as", "anna"),
        ("confirm", "2", "--as", "idir"),
    ):
        assert tiwizi("books", *words).code == 0
    assert {one["net"] for one in tiwizi("books", "balances", "--json").json["balances"]} == {0}
    assert tiwizi("books", "reverse", "manual:9/1", "--text", "No", "--as", "anna").code == UNUSABLE
    refused = tiwizi("books", "enter", "sm", "--text", "Rent", "--move", "6147/5141", "--as", "anna")
    assert refused.code == UNUSABLE and "6147/5141" in refused.err


def test_an_entry_may_be_refused(tiwizi: Tiwizi, book: house.Book) -> None:
    tiwizi("books", "enter", "sm", "--text", "R", "--day", "2026-03-02", "--move", "6147/5141/1", "--as", "anna")
    assert tiwizi("books", "refuse", 1, "--as", "idir").code == 0
    assert tiwizi("books", "confirm", 1, "--as", "idir").code == REFUSED


def test_who_waits_is_told_with_the_way_out(tiwizi: Tiwizi, book: house.Book) -> None:
    house.owe(book, house.payee(with_account=False), 700)
    said = tiwizi("pay", "waiting", "sm", "--on", "2026-03-02", "--json").json
    assert (said["payees"], said["waiting"][0]["reason"]) == (0, "no_account")
    assert "RIB" in tiwizi("pay", "waiting", "sm", "--on", "2026-03-02").out


def test_an_order_and_the_files_that_it_pays_are_shown(tiwizi: Tiwizi, book: house.Book) -> None:
    file = world.claim()
    house.owe(book, house.payee(), 700, claim=file.id)
    batch = house.prepared(book)
    (order,) = tiwizi("pay", "orders", batch, "--json").json["orders"]
    assert (order["amount"], order["state"]) == (700, "ready") and world.RIB not in tiwizi("pay", "orders", batch).out
    assert file.number in tiwizi("pay", "advice", order["reference"]).out
    assert tiwizi("pay", "advice", "TWZ999999999999").code == UNUSABLE


def test_the_books_are_set_beside_the_bank(tiwizi: Tiwizi, book: house.Book) -> None:
    assert tiwizi("bank", "reconcile", "sm").code == UNUSABLE
    house.owe(book, house.payee(), 700)
    (order,) = house.orders(house.handed_over(book))
    house.take(house.statement(house.left(order), opening=0))
    assert tiwizi("bank", "reconcile", "sm").code == 0
    house.take(house.statement(house.came_back(order), name="S2", opening=5_000))
    said = tiwizi("bank", "reconcile", "sm", "--json")
    assert said.code == ERRORS and (said.json["bank"], said.json["books"]) == (5_700, 0)
