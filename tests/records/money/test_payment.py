"""From what is owed to the bank: one order a payee, signed by people who are all different and have no hand in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from tests.records import world
from tests.records.at_once import at_once
from tests.records.money import house
from tests.records.money.house import APPROVER, DAY, PREPARER, SECOND, TREASURER, acting
from tests.records.refused import refused, refuses
from tests.records.world import NOW

from tiwizi.records.care.models import Review
from tiwizi.records.money.models import Book, PaymentBatch, PaymentItem, PaymentOrder, Transfer
from tiwizi.records.money.operations import approve, cancel, hand_over, note_file, prepare, release
from tiwizi.records.money.queries.balances import balances, control_accounts
from tiwizi.records.people.models import Membership, Payee, Region, User
from tiwizi.records.people.operations.accounts import confirm_account, end_account, request_account
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.queries import waiting_messages


@pytest.fixture
def book(database: str) -> Book:
    return house.books()


def signed(batch: int, **columns: Any) -> None:
    """Sign past the verb, as somebody with the database in their hands would."""
    PaymentBatch.objects.filter(id=batch).update(**columns)


# -- what is taken into a batch ------------------------------------------------------------------------------------


def test_everything_that_is_owed_to_a_payee_goes_into_one_order(book: Book) -> None:
    first, second = house.payee(), house.payee()
    for amount in (10_000, 2_500):
        house.owe(book, first, amount)
    house.owe(book, second, 700)
    answer = prepare(acting(PREPARER), book="sm", on=DAY)
    assert (answer["orders"], answer["amount"], answer["items"]) == (2, 13_200, 3)
    assert {order.payee_id: order.amount for order in house.orders(answer["batch"])} == {
        first.id: 12_500,
        second.id: 700,
    }


def test_what_is_owed_later_than_the_day_of_payment_waits(book: Book) -> None:
    to = house.payee()
    house.owe(book, to, 100)
    house.owe(book, to, 999, day=DAY + timedelta(days=1))
    assert prepare(acting(PREPARER), book="sm", on=DAY)["amount"] == 100


def test_members_and_providers_are_paid_apart_where_that_is_asked(book: Book) -> None:
    member, provider = house.payee(), house.payee()
    house.owe(book, member, 100)
    house.owe(book, provider, 5_000, role="providers_payable")
    assert prepare(acting(PREPARER), book="sm", on=DAY, to="providers")["amount"] == 5_000
    assert prepare(acting(PREPARER), book="sm", on=DAY, to="members")["amount"] == 100


def test_a_correction_is_netted_and_who_owes_is_carried_not_paid(book: Book) -> None:
    nets, owes = house.payee(), house.payee()
    house.take_back(house.owe(book, nets, 3_000))
    house.owe(book, nets, 5_000)
    first = house.owe(book, owes, 3_000)
    batch = house.prepared(book)
    assert sorted(order.amount for order in house.orders(batch)) == [3_000, 5_000]
    house.take_back(first)
    house.owe(book, owes, 1_000)
    with refuses("nothing_to_pay"):
        house.prepared(book)
    house.owe(book, owes, 2_500)
    answer = prepare(acting(PREPARER), book="sm", on=DAY)
    assert (answer["amount"], answer["items"]) == (500, 3)


def test_what_one_batch_takes_no_other_takes(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    house.prepared(book)
    with refuses("nothing_to_pay"):
        house.prepared(book)


def test_what_a_cancelled_batch_took_is_owed_again(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    assert cancel(acting(PREPARER), batch=house.prepared(book)) == 1
    assert prepare(acting(PREPARER), book="sm", on=DAY)["amount"] == 100


def test_a_second_send_of_one_request_prepares_one_batch(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    first = prepare(acting(PREPARER, key="form-1"), book="sm", on=DAY)
    assert prepare(acting(PREPARER, key="form-1"), book="sm", on=DAY) == first
    assert PaymentBatch.objects.count() == 1


def test_the_payees_who_wait_are_counted_by_their_reason(book: Book) -> None:
    pays, without, changing, owes, foreign = (house.payee(with_account=number != 1) for number in range(5))
    for to in (pays, without, changing, foreign):
        house.owe(book, to, 100)
    house.take_back(house.owe(book, owes, 100))
    request_account(desk(world.user("asker")), payee=changing.id, number=world.RIB)
    type(foreign).objects.filter(id=foreign.id).update(name="فاطمة")
    answer = prepare(acting(PREPARER), book="sm", on=DAY)
    assert answer["orders"] == 1 and answer["held"] == {
        "nothing_owed": 1,
        "no_account": 1,
        "account_changing": 1,
        "name_not_latin": 1,
    }


def test_the_database_takes_no_payment_for_something_owed(book: Book) -> None:
    to = house.payee()
    house.owe(book, to, 100)
    batch = house.handed_over(book)
    house.owe(book, to, 50)
    again = house.prepared(book)
    (payment,) = Transfer.objects.filter(subject=house.orders(batch)[0].id, source=4)
    with refused("owed"):
        PaymentItem.objects.create(transfer=payment, order=house.orders(again)[0])


# -- the duties kept apart -----------------------------------------------------------------------------------------


def test_s1_who_prepared_neither_approves_nor_releases_and_who_approved_does_not_release(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    batch = house.prepared(book)
    with refuses("signed_before"):
        approve(acting(PREPARER, role="payment_approver"), batch=batch)
    with refused("money_batch_different_people"):
        signed(batch, state="approved", approved_by=PREPARER, approved_at=NOW)
    approve(acting(APPROVER), batch=batch)
    for who in (PREPARER, APPROVER):
        with refuses("signed_before"):
            release(acting(who, role="treasurer"), batch=batch)
        with refused("money_batch_different_people"):
            signed(batch, state="released", released_by=who, released_at=NOW)
    assert release(acting(TREASURER), batch=batch) == "released"


def reviewer_of(claim: Any) -> User:
    reviewer = world.user("reviewer")
    Review.objects.create(line=world.line(of=claim), number=1, price=1, reason="r", by=reviewer.id, at=NOW)
    return reviewer


def asker_of(claim: Any) -> User:
    asker = world.user("asker")
    run = world.run()
    type(run).objects.filter(id=run.id).update(state="cancelled")
    mine = type(run).objects.create(
        plan_version=run.plan_version, tariff_version=run.tariff_version, day=DAY, touched_after=0, touched_upto=1,
        asked_by=asker.id, asked_at=NOW,
    )  # fmt: skip
    world.decision(world.line(of=claim), mine)
    return asker


def family_of(claim: Any) -> User:
    relative = world.user("relative")
    member = world.member(home=claim.household)
    User.objects.filter(id=relative.id).update(person=member.person)
    return relative


@pytest.mark.parametrize("tie", [reviewer_of, asker_of, family_of])
def test_s2_s3_nobody_signs_what_they_decided_or_is_of_their_family(book: Book, tie: Any) -> None:
    claim = world.claim()
    tied = tie(claim).id
    house.owe(book, house.payee(), 100, claim=claim.id)
    batch = house.prepared(book)
    with refuses("tied"):
        approve(acting(tied, role="payment_approver"), batch=batch)
    with refused("money_paymentbatch: refused by the guard tied"):
        signed(batch, state="approved", approved_by=tied, approved_at=NOW)
    approve(acting(APPROVER), batch=batch)
    with refuses("tied"):
        release(acting(tied, role="treasurer"), batch=batch)
    with refused("money_paymentbatch: refused by the guard tied"):
        signed(batch, state="released", released_by=tied, released_at=NOW)


@pytest.mark.parametrize("tie", [reviewer_of, asker_of, family_of])
def test_s2_s3_who_prepares_leaves_their_own_for_a_colleague(book: Book, tie: Any) -> None:
    claim = world.claim()
    tied = tie(claim).id
    house.owe(book, house.payee(), 100, claim=claim.id)
    house.owe(book, house.payee(), 70)
    answer = prepare(acting(tied, role="payment_preparer"), book="sm", on=DAY)
    assert (answer["amount"], answer["tied"]) == (70, 1)
    with refuses("nothing_to_pay"):
        prepare(acting(PREPARER), book="sm", on=DAY, without=[tied])
    batch = prepare(acting(PREPARER), book="sm", on=DAY)["batch"]
    assert house.orders(batch)[0].amount == 100


def test_s3_nobody_signs_a_payment_to_their_own_family(book: Book) -> None:
    home = world.household()
    relative, payee = world.user("relative"), house.payee()
    User.objects.filter(id=relative.id).update(person=world.member(home=home).person)
    Membership.objects.create(household=home, person=payee.person, role=1, since=world.START)
    house.owe(book, payee, 100)
    batch = house.prepared(book)
    with refuses("tied"):
        approve(acting(relative.id, role="payment_approver"), batch=batch)


def test_s2_holds_for_a_payment_that_came_back_and_is_made_again(book: Book) -> None:
    claim, to = world.claim(), house.payee()
    tied = reviewer_of(claim).id
    house.owe(book, to, 100, claim=claim.id)
    (order,) = house.orders(house.handed_over(book))
    house.take(house.statement(house.left(order), house.came_back(order)))
    world.account(to)
    batch = prepare(acting(PREPARER), book="sm", on=DAY + timedelta(days=1))["batch"]
    with refuses("tied"):
        approve(acting(tied, role="payment_approver"), batch=batch)


def desk(user: User) -> By:
    return acting(user.id, role="desk_agent")


def test_s4_a_new_account_is_asked_by_one_confirmed_by_another_and_waits_48_hours(book: Book) -> None:
    to = house.payee()
    house.owe(book, to, 100)
    asker, confirmer = world.user("asker"), world.user("confirmer")
    request = request_account(desk(asker), payee=to.id, number="011 519 0000012050005349 21")
    with refuses("two_people"):
        confirm_account(desk(asker), account=request)
    with refuses("nothing_to_pay"):
        house.prepared(book)
    confirm_account(desk(confirmer), account=request)
    almost, after = (NOW + timedelta(hours=hours) for hours in (47.9, 48))
    with refuses("nothing_to_pay"):
        prepare(acting(PREPARER, at=almost), book="sm", on=DAY)
    batch = prepare(acting(PREPARER, at=after), book="sm", on=DAY)["batch"]
    assert house.orders(batch)[0].account_id == request
    for who in (asker, confirmer):
        with refuses("changed_account"):
            approve(acting(who.id, role="payment_approver", at=after), batch=batch)
        with refused("changed_account"):
            signed(batch, state="approved", approved_by=who.id, approved_at=after)
    approve(acting(APPROVER), batch=batch)


def test_s4_after_its_first_payment_an_account_is_like_any_other(book: Book) -> None:
    to = house.payee(with_account=False)
    confirmer = world.user("confirmer")
    world.account(to, confirmed_by=confirmer)
    house.owe(book, to, 100)
    house.handed_over(book)
    house.owe(book, to, 200)
    approve(acting(confirmer.id, role="payment_approver"), batch=house.prepared(book))


def test_a_request_that_is_taken_back_leaves_the_account_there_was(book: Book) -> None:
    to = house.payee()
    house.owe(book, to, 100)
    request = request_account(desk(world.user("asker")), payee=to.id, number=world.RIB)
    with refuses("account_waits"):
        request_account(desk(world.user("another")), payee=to.id, number=world.RIB)
    end_account(desk(world.user("third")), account=request)
    house.prepared(book)


def test_of_requests_made_in_the_same_moment_one_waits(book: Book) -> None:
    to, clerks = house.payee(), [desk(world.user(name)) for name in ("asker", "another", "third")]
    asked = [partial(request_account, clerk, payee=to.id, number=world.RIB) for clerk in clerks]
    assert at_once(*asked) == ["", "account_waits", "account_waits"]


def test_nothing_is_released_to_an_account_that_was_taken_out_of_use_meanwhile(book: Book) -> None:
    to = house.payee()
    house.owe(book, to, 100)
    batch = house.prepared(book)
    approve(acting(APPROVER), batch=batch)
    end_account(desk(world.user("clerk")), account=to.accounts.get().id)
    with refuses("ended_account"):
        release(acting(TREASURER), batch=batch)
    with refused("money_paymentbatch: refused by the guard ended_account"):
        signed(batch, state="released", released_by=TREASURER, released_at=NOW)
    cancel(acting(PREPARER), batch=batch)


def test_s3_nobody_changes_the_account_of_their_own_family(book: Book) -> None:
    place = world.member()
    to = Payee.objects.create(person=place.person, name="A")
    own = replace(desk(world.user("relative")), household=place.household_id)
    with refuses("own_family"):
        request_account(own, payee=to.id, number=world.RIB)


def test_an_agent_of_one_region_changes_accounts_there_only(book: Book) -> None:
    here, there = (Region.objects.create(code=code, name_ar=code, name_latin=code) for code in ("here", "there"))
    place = world.member()
    type(place.household).objects.filter(id=place.household_id).update(region=here)
    to = Payee.objects.create(person=place.person, name="A")
    with refuses("elsewhere"):
        request_account(world.by("desk_agent", region=there.id), payee=to.id, number=world.RIB)
    agent = world.by("desk_agent", user=world.user("agent").id, region=here.id)
    request_account(agent, payee=to.id, number=world.RIB)
    assert [message.topic for message in waiting_messages()] == ["bank_account.requested"]


def test_an_account_with_a_wrong_digit_is_not_asked_for(book: Book) -> None:
    with refuses("account_number"):
        request_account(desk(world.user("asker")), payee=house.payee().id, number=world.RIB[:-1] + "0")


def test_s7_above_the_ceiling_two_approve(database: str) -> None:
    book = house.books(ceiling=1_000)
    house.owe(book, house.payee(), 1_001)
    batch = house.prepared(book)
    assert approve(acting(APPROVER), batch=batch) == {"state": "approved", "second": True}
    with refuses("second_approval"):
        release(acting(TREASURER), batch=batch)
    with refused("two_approvers"):
        signed(batch, state="released", released_by=TREASURER, released_at=NOW)
    with refuses("signed_before"):
        approve(acting(APPROVER), batch=batch)
    assert approve(acting(SECOND), batch=batch) == {"state": "approved", "second": False}
    release(acting(TREASURER), batch=batch)


def test_s7_at_the_ceiling_one_approves_and_no_second_is_taken(database: str) -> None:
    book = house.books(ceiling=1_000)
    house.owe(book, house.payee(), 1_000)
    batch = house.prepared(book)
    assert approve(acting(APPROVER), batch=batch)["second"] is False
    with refuses("not_now"):
        approve(acting(SECOND), batch=batch)
    release(acting(TREASURER), batch=batch)


# -- handing over --------------------------------------------------------------------------------------------------


def test_what_was_payable_is_in_transit_once_the_file_is_handed_over(book: Book) -> None:
    house.owe(book, house.payee(), 12_500)
    house.owe(book, house.payee(), 700, role="providers_payable")
    batch = house.handed_over(book)
    net = {balance.account: balance.net for balance in balances(book="sm")}
    assert net[f"sm:{house.account(book, 'in_transit').code}"] == -13_200
    assert net[f"sm:{house.account(book, 'members_payable').code}"] == 0
    assert batch.state == "handed_over" and {order.state for order in house.orders(batch)} == {"sent"}
    assert all(held == parts for _, held, parts in control_accounts())


def test_an_order_that_nets_two_payable_accounts_clears_each(book: Book) -> None:
    to = house.payee()
    house.take_back(house.owe(book, to, 300, role="providers_payable"))
    first = house.owe(book, to, 200, role="providers_payable")
    house.handed_over(book)
    house.take_back(first)
    house.owe(book, to, 1_000)
    batch = house.handed_over(book)
    assert [order.amount for order in house.orders(batch)] == [800]
    net = {balance.account: balance.net for balance in balances(book="sm")}
    for role in ("members_payable", "providers_payable"):
        assert net[f"sm:{house.account(book, role).code}"] == 0


def test_a_file_is_handed_over_once_whoever_asks_again(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    batch = house.handed_over(book)
    before = Transfer.objects.count()
    assert hand_over(acting(TREASURER), batch=batch.id)["again"] is True
    assert Transfer.objects.count() == before


def test_the_database_hands_no_batch_over_without_its_file_and_sends_no_order_without_its_batch(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    batch = house.prepared(book)
    approve(acting(APPROVER), batch=batch)
    release(acting(TREASURER), batch=batch)
    with refused("handed_over_with_its_file"):
        signed(batch, state="handed_over")
    with refused("sent_with_its_batch"):
        PaymentOrder.objects.filter(batch=batch).update(state="sent")


def test_a_file_that_is_made_again_must_be_the_same(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    batch = house.handed_over(book)
    note_file(acting(TREASURER), batch=batch.id, format="pain.001.001.09", digest=bytes(32), size=1)
    with refuses("file_differs"):
        note_file(acting(TREASURER), batch=batch.id, format="pain.001.001.09", digest=b"1" * 32, size=1)


def test_a_batch_is_signed_by_who_has_the_role(book: Book) -> None:
    house.owe(book, house.payee(), 100)
    batch = house.prepared(book)
    with refuses("not_allowed"):
        approve(acting(TREASURER), batch=batch)
    with refuses("no_such_batch"):
        approve(acting(APPROVER), batch=batch + 1)


def test_the_number_of_questions_to_prepare_does_not_grow_with_what_is_owed(book: Book) -> None:
    from django.test.utils import CaptureQueriesContext

    counts = []
    for payees in (1, 12):
        for _ in range(payees):
            house.owe(book, house.payee(), 100)
        with CaptureQueriesContext(connection) as asked:
            house.prepared(book)
        counts.append(len(asked))
    assert counts[0] == counts[1]
