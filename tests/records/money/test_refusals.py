"""What the database refuses about books and payments."""

from __future__ import annotations

from datetime import date
from threading import Thread
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction
from tests.records import world
from tests.records.refused import refused
from tests.records.world import NOW

from tiwizi.records.money.models import (
    DECISION,
    REVERSAL,
    BankFile,
    PaymentBatch,
    PaymentItem,
    PaymentOrder,
    Period,
    Statement,
    StatementLine,
    Transfer,
)


def reversal(of: Transfer, **changed: object) -> Transfer:
    told = {
        "book": of.book, "debit": of.credit, "credit": of.debit, "amount": of.amount, "day": of.day, "source": REVERSAL,
        "subject": of.id, "payee": of.payee, "reverses": of,
    }  # fmt: skip
    return Transfer.objects.create(**(told | changed))


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
def test_a_transfer_moves_more_than_nothing_and_less_than_everything(amount: int) -> None:
    with refused("money_transfer_amount"):
        world.owed(world.book(), amount=amount)


def test_a_transfer_stays_within_its_book() -> None:
    fund, benefits, payable = world.book("sm")
    _, _, foreign = world.book("ccd")
    with refused("same_book"):
        world.owed((fund, benefits, foreign))
    with refused("two_accounts"):
        world.owed((fund, payable, payable))


def test_what_a_transfer_comes_from_names_it_once() -> None:
    first = world.owed(world.book())
    with refused("money_transfer_once"):
        Transfer.objects.create(
            book=first.book, debit=first.debit, credit=first.credit, amount=1, day=first.day, source=DECISION,
            subject=first.subject, payee=first.payee,
        )  # fmt: skip


def test_a_transfer_is_owed_to_somebody_who_exists() -> None:
    first = world.owed(world.book())
    with refused("payee_id_exists"):
        Transfer.objects.create(
            book=first.book, debit=first.debit, credit=first.credit, amount=1, day=first.day, source=DECISION,
            subject=0, payee_id=999,
        )  # fmt: skip


def test_a_reversal_is_the_mirror_of_what_it_takes_back_and_comes_once() -> None:
    first = world.owed(world.book())
    for changed in ({"amount": 1}, {"debit": first.debit, "credit": first.credit}, {"payee": None}):
        with refused("mirror"):
            reversal(first, **changed)
    with refused("reversal_names_what"):
        reversal(first, reverses=None)
    reversal(first)
    with refused("money_transfer_"):
        reversal(first)


def test_a_closed_period_takes_nothing_and_stays_closed() -> None:
    accounts = world.book()
    january = Period.objects.create(book=accounts[0], since=date(2026, 1, 1), until=date(2026, 2, 1))
    world.owed(accounts, day=date(2026, 1, 31))
    Period.objects.filter(id=january.id).update(closed_at=NOW, closed_by=101)
    with refused("open_period"):
        world.owed(accounts, day=date(2026, 1, 31))
    world.owed(accounts, day=date(2026, 2, 1))
    with refused("closed_for_good"):
        Period.objects.filter(id=january.id).update(closed_at=None)
    with refused("no_overlap"):
        Period.objects.create(book=accounts[0], since=date(2026, 1, 31), until=date(2026, 3, 1))


def test_a_period_does_not_close_under_a_transfer_that_is_being_booked() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    accounts = world.book()
    january = Period.objects.create(book=accounts[0], since=date(2026, 1, 1), until=date(2026, 2, 1))
    order: list[str] = []

    def close() -> None:
        Period.objects.filter(id=january.id).update(closed_at=NOW)
        order.append("closed")
        connection.close()

    with transaction.atomic():
        world.owed(accounts, day=date(2026, 1, 31))
        closing = Thread(target=close)
        closing.start()
        sleep(0.2)
        order.append("booked")
    closing.join()
    assert order == ["booked", "closed"]


def signed(batch: PaymentBatch, **more: object) -> None:
    PaymentBatch.objects.filter(id=batch.id).update(**more)


def approved(batch: PaymentBatch, by: int = 102) -> None:
    signed(batch, state="approved", approved_by=by, approved_at=NOW)


def test_three_different_people_prepare_approve_and_release() -> None:
    batch = world.batch(world.owed(world.book()))
    with refused("money_batch_different_people"):
        approved(batch, by=101)
    approved(batch, by=102)
    for who in (101, 102):
        with refused("money_batch_different_people"):
            signed(batch, state="released", released_by=who, released_at=NOW)
    signed(batch, state="released", released_by=103, released_at=NOW)


def test_a_second_approver_is_somebody_else_again() -> None:
    batch = world.batch(world.owed(world.book()))
    for who in (101, 102):
        with refused("money_batch_different_people"):
            signed(batch, state="approved", approved_by=102, second_approved_by=who)


def test_a_batch_is_not_released_before_it_was_approved_and_never_without_a_name() -> None:
    batch = world.batch(world.owed(world.book()))
    with refused("money_batch_approved_by_somebody"):
        signed(batch, state="approved")
    with refused("state_moves"):
        signed(batch, state="released", approved_by=102, released_by=103)
    approved(batch)
    with refused("money_batch_released_by_somebody"):
        signed(batch, state="released")
    with refused("signed_once"):
        signed(batch, approved_by=104)


def test_a_batch_does_not_begin_in_the_middle() -> None:
    fund, *_ = world.book()
    told = {"book": fund, "day": NOW.date(), "prepared_by": 101, "prepared_at": NOW}
    with refused("state_begins"):
        PaymentBatch.objects.create(state="approved", approved_by=102, **told)
    with refused("begins_empty"):
        PaymentBatch.objects.create(orders=1, amount=5, **told)


def test_a_book_has_one_batch_that_is_being_prepared() -> None:
    fund, *_ = world.book()
    told = {"book": fund, "day": NOW.date(), "prepared_by": 101, "prepared_at": NOW}
    PaymentBatch.objects.create(**told)
    with refused("money_batch_one_is_prepared_at_a_time"):
        PaymentBatch.objects.create(**told)


def test_no_transfer_is_paid_twice() -> None:
    transfer = world.owed(world.book())
    world.batch(transfer)
    with refused("money_paymentitem"):
        world.batch(transfer, to_account=world.account(transfer.payee))


def test_a_payee_has_one_order_in_a_batch() -> None:
    transfer = world.owed(world.book())
    batch = world.batch(transfer)
    with refused("money_order_one_per_payee"):
        PaymentOrder.objects.create(
            batch=batch, payee=transfer.payee, account=world.account(transfer.payee), amount=1, reference="again"
        )


def test_nobody_signs_what_is_still_being_prepared_and_nothing_comes_in_afterwards() -> None:
    accounts = world.book()
    transfer, more = world.owed(accounts), world.owed(accounts)
    batch = world.preparing(transfer)
    with refused("state_moves"):
        approved(batch)
    world.finish(batch)
    with refused("added_up_once"):
        signed(batch, amount=1)
    order = {"batch": batch, "payee": more.payee, "account": world.account(more.payee), "amount": more.amount}
    with refused("own_account"):
        PaymentOrder.objects.create(reference="late", **order)
    with refused("money_paymentitem: refused by the guard owed"):
        PaymentItem.objects.create(transfer=world.owed(accounts, to=transfer.payee), order=batch.items.get())


def test_an_order_goes_to_an_account_of_its_payee_that_is_usable() -> None:
    transfer = world.owed(world.book())
    with refused("own_account"), transaction.atomic():
        world.batch(transfer, to_account=world.account(world.payee()))
    waiting = world.account(transfer.payee)
    with connection.cursor() as cursor:
        assert waiting.usable_from < NOW
        cursor.execute("SELECT COUNT(*) FROM money_paymentorder")
        assert cursor.fetchone() == (0,)


def test_what_an_order_settles_is_owed_to_its_payee() -> None:
    accounts = world.book()
    batch = world.preparing(world.owed(accounts))
    with refused("money_paymentitem: refused by the guard owed"):
        PaymentItem.objects.create(transfer=world.owed(accounts), order=batch.items.get())


def test_a_batch_that_says_another_sum_than_is_owed_is_not_prepared() -> None:
    batch = world.preparing(world.owed(world.book(), amount=16_000), amount=16_001)
    with refused("money_paymentbatch: refused by the guard owed"):
        world.finish(batch)


def test_a_batch_says_what_its_orders_say_part_by_part() -> None:
    batch = world.preparing(world.owed(world.book(), amount=16_000))
    for wrong in ({"orders": 2}, {"amount": 15_999}, {"last_order": 0, "orders": 0, "amount": 0}):
        with refused("money_paymentbatch: refused by the guard owed"):
            world.finish(batch, **wrong)
    world.finish(batch, state="preparing")
    world.finish(batch)


def test_a_reversal_in_an_order_counts_against_what_is_owed() -> None:
    accounts, to = world.book(), world.payee()
    first, more = world.owed(accounts, to=to, amount=5_000), world.owed(accounts, to=to, amount=16_000)
    back = reversal(first)
    batch = world.preparing(more, amount=16_000)
    for transfer in (first, back):
        PaymentItem.objects.create(transfer=transfer, order=batch.items.get())
    world.finish(batch)
    approved(batch)


def test_who_changed_an_account_does_not_approve_its_next_payment() -> None:
    transfer = world.owed(world.book())
    asked, confirmed = world.user("a"), world.user("b")
    batch = world.batch(transfer, to_account=world.account(transfer.payee, asked_by=asked, confirmed_by=confirmed))
    for who in (asked, confirmed):
        with refused("changed_account"):
            approved(batch, by=who.id)


def test_items_leave_a_batch_only_once_it_is_given_up_and_are_owed_again() -> None:
    transfer = world.owed(world.book())
    batch = world.batch(transfer)
    with refused("kept"):
        PaymentItem.objects.filter(order__batch=batch).delete()
    signed(batch, state="cancelled")
    PaymentItem.objects.filter(order__batch=batch).delete()
    world.batch(transfer)


def test_a_file_is_handed_over_once() -> None:
    batch = world.batch(world.owed(world.book()))
    file = BankFile.objects.create(batch=batch, format="pain", message="M1", digest=b"1" * 32, size=1, made_at=NOW)
    BankFile.objects.filter(id=file.id).update(handed_over_at=NOW, handed_over_by=3)
    with refused("handed_over_once"):
        BankFile.objects.filter(id=file.id).update(handed_over_by=4)
    with refused("guard fixed"):
        BankFile.objects.filter(id=file.id).update(digest=b"2" * 32)


def test_a_statement_and_a_line_of_the_bank_come_in_once() -> None:
    fund, *_ = world.book()
    told = {"book": fund, "since": world.START, "until": world.START, "opening": 0, "closing": 5}
    first = Statement.objects.create(identifier="S1", digest=b"1" * 32, **told)
    with refused("money_statement_once"):
        Statement.objects.create(identifier="S1", digest=b"2" * 32, **told)
    line = {"statement": first, "book": fund, "day": world.START, "booked_on": world.START, "amount": 5}
    StatementLine.objects.create(number=1, identity="B1", **line)
    with refused("money_line_identity"):
        StatementLine.objects.create(number=4, identity="B1", **line)
    with refused("money_line_number"):
        StatementLine.objects.create(number=1, identity="B2", **line)


def test_a_refusal_is_an_integrity_error_on_both_databases() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        world.owed(world.book(), amount=0)
