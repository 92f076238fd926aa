"""Any order of the verbs that move money: the books say what was owed, taken back, sent and returned, and nothing else
(F7)."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.databases import fresh_database
from tests.records.money import house
from tests.soak.conftest import many

from tiwizi.records.money import soundness
from tiwizi.records.money.models import PaymentBatch, PaymentOrder, Transfer
from tiwizi.records.money.operations import approve, cancel, hand_over, note_file, prepare, release
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.trail.refusal import Refused

AMOUNT = st.integers(1, 1_000_000)
ANY = st.integers(0, 10**6)


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        folder = self.ends.enter_context(tempfile.TemporaryDirectory())
        self.ends.enter_context(fresh_database("sqlite", Path(folder)))
        self.book = house.books()
        self.payees = [house.payee() for _ in range(3)]
        self.owed: list[Transfer] = []
        self.expected = 0  # what the book owes, in minor units
        self.statements = 0

    def teardown(self) -> None:
        self.ends.close()

    @rule(amount=AMOUNT, which=ANY)
    def owe(self, amount: int, which: int) -> None:
        self.owed.append(house.owe(self.book, self.payees[which % 3], amount))
        self.expected += amount

    @rule(which=ANY)
    def take_back(self, which: int) -> None:
        if self.owed:
            transfer = self.owed.pop(which % len(self.owed))
            house.take_back(transfer)
            self.expected -= transfer.amount

    @rule()
    def prepare(self) -> None:
        try:
            prepare(house.acting(house.PREPARER), book=self.book.code, on=house.DAY)
        except Refused as refused:
            assert refused.key == "nothing_to_pay"

    @rule(which=ANY, step=st.sampled_from(["approve", "release", "cancel", "hand_over"]))
    def move_on(self, which: int, step: str) -> None:
        batches = list(PaymentBatch.objects.order_by("id"))
        if not batches:
            return
        batch = batches[which % len(batches)]
        try:
            if step == "approve":
                approve(house.acting(house.APPROVER), batch=batch.id)
            elif step == "release":
                release(house.acting(house.TREASURER), batch=batch.id)
            elif step == "cancel":
                cancel(house.acting(house.PREPARER), batch=batch.id)
            else:
                note_file(house.acting(house.TREASURER), batch=batch.id, format="f", digest=bytes(32), size=1)
                again = hand_over(house.acting(house.TREASURER), batch=batch.id)["again"]
                self.expected -= 0 if again else batch.amount
        except Refused:
            assert PaymentBatch.objects.get(id=batch.id).state == batch.state, "a refusal moved something"

    @rule(which=ANY, back=st.booleans())
    def statement(self, which: int, back: bool) -> None:
        orders = list(PaymentOrder.objects.filter(state="paid" if back else "sent").order_by("id"))
        if not orders:
            return
        order = orders[which % len(orders)]
        movement = house.came_back(order) if back else house.left(order)
        self.statements += 1
        read = house.statement(movement, name=f"S{self.statements}")
        first, again = house.take(read), house.take(read)
        assert (first["paid"], first["returned"]) == ((0, 1) if back else (1, 0))
        assert (again["paid"], again["returned"], again["lines"]) == (0, 0, 0)
        self.expected += order.amount if back else 0

    @invariant()
    def the_books_say_what_happened(self) -> None:
        found = balances()
        assert sum(one.net for one in found) == 0
        payable = house.account(self.book, "members_payable")
        held = sum(one.net for one in found if one.account == f"{self.book.code}:{payable.code}")
        assert -held == self.expected
        assert [check for check in soundness.checks() if check.broken] == []


TestPayments = Payments.TestCase
TestPayments.settings = settings(
    max_examples=many(test=5, soak=250), stateful_step_count=many(test=20, soak=40), deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
