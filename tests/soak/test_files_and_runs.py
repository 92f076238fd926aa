"""Any order of what comes in, is decided and corrected: it is booked as it is decided, once, and nothing else (F7)."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.databases import fresh_database
from tests.records import world
from tests.records.care import mutual
from tests.soak.conftest import many

from tiwizi.records.care import soundness as care
from tiwizi.records.care.models import Claim, ClaimLine, Decision, Run, Shard
from tiwizi.records.care.operations.desk import decide_household
from tiwizi.records.care.operations.reviews import review_line
from tiwizi.records.care.operations.run import cancel_run
from tiwizi.records.care.queries.corrections import waiting
from tiwizi.records.care.queries.lines import open_runs
from tiwizi.records.care.worker import work
from tiwizi.records.money import soundness as money
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.people.models import Household
from tiwizi.records.trail.chain import verify
from tiwizi.records.trail.refusal import Refused

HOMES = ("H1", "H2", "H3")
DAYS = st.integers(1, 28)
AMOUNTS = st.integers(1, 150_000)
ANY = st.integers(0, 10**6)


class Files(RuleBasedStateMachine):
    stories = 0

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        self.folder = Path(self.ends.enter_context(tempfile.TemporaryDirectory()))
        self.ends.enter_context(fresh_database("sqlite", self.folder))
        mutual.open_village(self.folder, HOMES)
        self.sent: list[dict[str, Any]] = []
        self.lines = 0

    def teardown(self) -> None:
        self.ends.close()
        Files.stories += 1
        if Files.stories % 10 == 0:
            print(f"{Files.stories} stories", flush=True)

    @rule(
        home=st.sampled_from(HOMES),
        lines=st.lists(st.tuples(DAYS, AMOUNTS), min_size=1, max_size=3),
        month=st.integers(1, 4),
    )
    def a_file_comes_in(self, home: str, lines: list[tuple[int, int]], month: int) -> None:
        billed = [(f"2026-{month:02d}-{day:02d}", f"{amount // 100}.{amount % 100:02d}") for day, amount in lines]
        sent = mutual.file(f"F{len(self.sent)}", *billed, home=home)
        mutual.hand_in(self.folder, **sent)
        self.sent.append(sent)
        self.lines += len(lines)

    @precondition(lambda self: self.sent)
    @rule(which=ANY)
    def a_file_comes_in_again(self, which: int) -> None:
        mutual.hand_in(self.folder, **self.sent[which % len(self.sent)])

    @rule(parts=st.integers(1, 3))
    def a_run_begins(self, parts: int) -> None:
        try:
            mutual.started(claims_per_shard=parts)
        except Refused as refused:
            assert refused.key == "run_unfinished"

    @rule()
    def a_worker_comes_by(self) -> None:
        for run in open_runs():
            work(run=run, worker="w", clock=mutual.clock())

    @rule(home=st.sampled_from(HOMES))
    def somebody_waits_at_the_desk(self, home: str) -> None:
        household = Household.objects.get(number=home)
        decide_household(world.by("adjudicator", user=43), household=household.pk, day=mutual.DAY)

    @precondition(lambda self: self.lines)
    @rule(which=ANY, price=AMOUNTS)
    def a_line_is_reviewed(self, which: int, price: int) -> None:
        line = ClaimLine.objects.order_by("pk")[which % self.lines]
        with suppress(Refused):
            review_line(world.by("medical_adviser", user=44), line=line.pk, price=price, reason="looked at")

    @rule()
    def what_is_corrected_is_booked(self) -> None:
        for run in Run.objects.filter(state="done").order_by("pk"):
            if waiting(run.pk)[0]:
                mutual.corrected(run.pk)

    @rule()
    def a_run_is_left(self) -> None:
        for run in open_runs():
            cancel_run(world.by("adjudicator", user=41), run=run)

    @invariant()
    def it_is_booked_as_it_is_decided(self) -> None:
        assert Claim.objects.count() == len(self.sent) and ClaimLine.objects.count() == self.lines
        assert [check for checks in (care.checks(), money.checks()) for check in checks if check.broken] == []
        assert sum(one.net for one in balances()) == 0
        assert mutual.booked() == sum(mutual.owed().values())
        if not any(waiting(run.pk)[0] for run in Run.objects.all()):
            assert mutual.booked() == sum(mutual.paid().values())
        assert not verify().faults
        assert not Shard.objects.filter(state="parked").exists()
        assert Decision.objects.filter(number=1).count() <= self.lines


TestFiles = Files.TestCase
TestFiles.settings = settings(
    max_examples=many(test=3, soak=250), stateful_step_count=many(test=12, soak=40), deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
