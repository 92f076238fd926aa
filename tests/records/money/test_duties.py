"""What waits for somebody among payments and books: never what they signed themselves."""

from __future__ import annotations

from tests.records.money import house
from tests.records.money.house import ACCOUNTANT, APPROVER, COLLEAGUE, PREPARER, SECOND, TREASURER, acting

from tiwizi.records.money import duties
from tiwizi.records.money.operations import approve, ask_entry, release


def test_a_batch_waits_for_one_after_the_other() -> None:
    book = house.books(ceiling=10_000)
    house.owe(book, house.payee(), 12_000)
    assert (duties.to_prepare(acting(PREPARER)).count, duties.to_prepare(acting(PREPARER)).amount) == (1, 12_000)
    batch = house.prepared(book)
    assert duties.to_prepare(acting(PREPARER)).amount == 0
    assert duties.to_approve(acting(APPROVER)).amount == 12_000
    assert duties.to_approve(acting(PREPARER, role="payment_approver")).count == 0
    approve(acting(APPROVER), batch=batch)
    assert duties.to_approve(acting(APPROVER)).count == 0 and duties.to_approve(acting(SECOND)).count == 1
    assert duties.to_release(acting(TREASURER)).count == 0
    approve(acting(SECOND), batch=batch)
    assert duties.to_approve(acting(SECOND)).count == 0
    assert duties.to_release(acting(TREASURER)).amount == 12_000
    release(acting(TREASURER), batch=batch)
    assert duties.to_release(acting(TREASURER)).count == 0 and duties.to_hand_over(acting(TREASURER)).count == 1


def test_an_entry_waits_for_a_colleague() -> None:
    book = house.books()
    bank, cost = house.account(book, "bank"), house.account(book, "benefits")
    ask_entry(acting(ACCOUNTANT), book="sm", day=house.DAY, memo="fees", moves=[(cost.code, bank.code, 500)])
    assert duties.entries_to_confirm(acting(ACCOUNTANT)).count == 0
    assert duties.entries_to_confirm(acting(COLLEAGUE)).count == 1
