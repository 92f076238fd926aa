"""The run: what waits is decided, kept and booked, once, whatever happens to it and in whatever pieces it comes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import DAY, clock, corrected, decided, file, hand_in, open_village, owed, paid, started

from tiwizi import packs
from tiwizi.formats.tables import read_folder
from tiwizi.packs.generate import generate
from tiwizi.records.care import booking, deciding, worker
from tiwizi.records.care.decision import sums_of
from tiwizi.records.care.models import ClaimLine, Correction, Decision, Run, Shard, Touch
from tiwizi.records.care.operations import run as verbs
from tiwizi.records.care.queries.progress import parked_shards, progress, runs_put_aside
from tiwizi.records.care.standing import read_standing
from tiwizi.records.care.worker import LEASE, work
from tiwizi.records.intake.operations import bring_in
from tiwizi.records.money.models import DECISION, REVERSAL, Book, Transfer
from tiwizi.records.money.operations import open_books
from tiwizi.records.money.queries.to_pay import open_transfers
from tiwizi.records.people.models import Household, Membership
from tiwizi.records.trail import gate
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate import engine
from tiwizi.rules.plan.compile import compile_plan

F0 = file("F0", ("2026-03-01", "100.00"), received="2026-04-02")
F1 = file("F1", ("2026-03-05", "400.00"))
F2 = file("F2", ("2026-03-18", "100.00"))


@pytest.fixture
def village(tmp_path: Path) -> Callable[..., None]:
    """Takes files in, after the village was opened."""
    open_village(tmp_path)
    return lambda *files: hand_in(tmp_path, **mutual.together(files))


def test_what_the_tables_say_is_decided_alike_in_the_records(tmp_path: Path) -> None:
    generate(tmp_path / "tables", members=120, files=500, seed=3)
    path = packs.folder("ma") / "plans" / "public.toml"
    plan, _ = packs.read_plan_file(path)
    assert plan is not None
    tariffs = [path.parent / name for name in plan.tariffs]
    by = world.by("system")
    bring_in(by, tmp_path / "tables", currency="MAD", on=DAY, declared=None, tariff_files=tariffs)
    mutual.sign_tariffs()
    open_books(world.by("accountant", user=33), country="ma")
    mutual.publish(path.read_text())
    run = decided(claims_per_shard=70)
    book = read_folder(tmp_path / "tables", currency="MAD", tariff_files=tariffs)
    expected = sums_of(engine.decide(compile_plan(plan, book.tariff), book.facts, book.tariff))
    names = {i: (c, label or str(n)) for i, c, n, label in
             ClaimLine.objects.values_list("id", "claim__number", "number", "label")}  # fmt: skip
    found = read_standing(np.array(sorted(names), np.int64))
    rows = {names[line]: row for row, line in enumerate(found["line"].tolist())}
    order = [rows[book.name_line(row)] for row in range(book.facts.lines)]
    assert len(rows) == book.facts.lines > 1000
    for name, column in expected.items():
        assert found[name][order].tolist() == column.tolist(), name
    known = progress(run)
    assert (known.done, known.lines, known.changed) == (known.shards, book.facts.lines, book.facts.lines)
    assert known.shards > 5 and known.billed == known.paid + known.reductions + known.share
    due = sum(column[found["state"] != 3].sum() for name, column in found.items() if name.startswith("paid_"))
    assert mutual.booked() == due > 0


def test_a_late_file_is_paid_and_what_it_changes_waits_to_be_seen(village: Callable[..., None]) -> None:
    village(F1, F2)
    decided()
    assert paid() == {"F1/1": 28_000, "F2/1": 2_000}
    village(F0)
    late = decided()
    assert paid() == {"F0/1": 7_000, "F1/1": 23_000, "F2/1": 0}
    assert owed() == {"H1": 28_000 + 2_000 + 7_000}  # the corrections are not booked yet
    assert mutual.waiting(late) == (2, -7_000)
    assert corrected(late) == 3  # two reversals, and F1 anew
    assert owed() == {"H1": 30_000}
    assert mutual.waiting(late) == (0, 0)


def test_a_file_that_is_to_lose_by_a_correction_is_not_paid_before_it_is_booked(village: Callable[..., None]) -> None:
    village(F1, F2)
    decided()
    book = Book.objects.get().pk
    assert sorted(open_transfers(book=book, until=DAY).amount.tolist()) == [2_000, 28_000]
    village(F0)
    late = decided()
    assert open_transfers(book=book, until=DAY).amount.tolist() == [7_000]
    corrected(late)
    assert open_transfers(book=book, until=DAY).amount.sum() == 30_000


def test_corrections_are_booked_only_as_they_were_shown(village: Callable[..., None]) -> None:
    village(F1, F2)
    decided()
    village(F0)
    late = decided()
    by = world.by("adjudicator", user=42)
    with pytest.raises(Refused, match="2 corrections"):
        mutual.book_corrections(by, run=late, count=1, difference=-5_000, day=DAY)
    assert Transfer.objects.filter(source=REVERSAL).count() == 0


def test_what_is_decided_again_the_same_leaves_no_second_trace(village: Callable[..., None]) -> None:
    village(F1, F2)
    decided()
    before = Decision.objects.count(), Transfer.objects.count()
    Touch.objects.create(household=Household.objects.get(), cause="test")
    again = decided()
    assert (Decision.objects.count(), Transfer.objects.count()) == before
    assert progress(again).lines == 2 and progress(again).changed == 0


def test_a_later_decision_takes_the_place_of_a_correction_that_waits(village: Callable[..., None]) -> None:
    village(F1, F2)
    decided()
    village(F0)
    first = decided()
    ClaimLine.objects.filter(claim__number="F0").update(withdrawn=True)
    Touch.objects.create(household=Household.objects.get(), cause="line")
    second = decided()
    assert mutual.waiting(first) == (0, 0)
    assert [c.claim.number for c in Correction.objects.filter(run=second, state="waiting").select_related("claim")] == [
        "F0"
    ]
    corrected(second)
    assert owed() == {"H1": 30_000} and paid() == {"F0/1": 0, "F1/1": 28_000, "F2/1": 2_000}


def test_what_a_person_must_see_is_owed_once_they_have_seen_it(village: Callable[..., None]) -> None:
    village(file("F1", ("2026-03-05", "1200.00")))
    decided()
    assert owed() == {}
    ClaimLine.objects.update(quantity_approved=1000)
    Touch.objects.create(household=Household.objects.get(), cause="review")
    assert mutual.waiting(decided()) == (0, 0)
    assert owed() == {"H1": 30_000}


def test_a_third_party_payment_is_owed_to_the_provider(village: Callable[..., None]) -> None:
    village(file("F1", ("2026-03-05", "100.00"), payee="provider", provider="DR1"))
    decided()
    transfer = Transfer.objects.select_related("credit", "payee").get()
    assert (transfer.amount, transfer.credit.roles) == (7_000, "providers_payable")
    assert transfer.payee is not None and transfer.payee.person is None


def test_where_no_member_is_left_who_comes_next_is_paid(village: Callable[..., None]) -> None:
    Membership.objects.filter(role=0).update(until=date(2026, 3, 1))
    village(F1)
    decided()
    payee = Transfer.objects.select_related("payee__person").get().payee
    assert payee is not None and payee.person is not None and payee.person.number == "H1-child"


def test_who_left_the_household_is_not_covered_by_it_any_more(village: Callable[..., None]) -> None:
    village(F1)
    Membership.objects.filter(person__number="H1-child").update(until=date(2026, 3, 1))
    decided()
    assert paid() == {"F1/1": 0}


def test_who_was_there_first_is_covered_from_the_start_and_who_came_later_from_then_on(tmp_path: Path) -> None:
    open_village(tmp_path, ("H1", "H2"))
    Membership.objects.update(since=date(2026, 2, 10))
    Membership.objects.filter(person__number="H2-member").update(since=date(2026, 2, 1))
    early = ("2026-01-20", "100.00")
    hand_in(tmp_path, **mutual.together([file("F1", early), file("G1", early, home="H2")]))
    decided()
    assert paid() == {"F1/1": 7_000, "G1/1": 0}


def test_only_households_that_something_touched_are_decided_again(tmp_path: Path) -> None:
    open_village(tmp_path, ("H1", "H2"))
    hand_in(tmp_path, **mutual.together([F1, file("G1", ("2026-03-01", "10.00"), home="H2")]))
    assert progress(decided()).households == 2
    hand_in(tmp_path, **F2)
    assert progress(decided()).households == 1


def test_another_plan_touches_those_that_it_may_decide_otherwise(tmp_path: Path) -> None:
    open_village(tmp_path, ("H1", "H2"))
    hand_in(tmp_path, **mutual.together([F1, file("G1", ("2026-01-10", "10.00"), home="H2")]))
    decided()
    changed = mutual.VILLAGE.replace(
        'rate = "70%"\neffective = 2026-01-01\nsource = "assembly"',
        'rate = "70%"\neffective = 2026-01-01\nuntil = 2026-03-01\nsource = "assembly"\n\n[[layers.coverage]]\n'
        'id = "medicine-50"\nfor = ["medicine"]\nbase = "claim"\nrate = "50%"\neffective = 2026-03-01\n'
        'source = "assembly"',
    )
    version = mutual.publish(changed, on=DAY)
    run = decided()
    assert Run.objects.get(pk=run).plan_version_id == version
    assert progress(run).households == 1
    assert paid() == {"F1/1": 20_000, "G1/1": 700}
    assert mutual.waiting(run) == (1, -8_000)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_and_any_split_into_runs_comes_out_alike(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    whole, pieces = files_twice(rng)
    open_village(tmp_path, [f"{half}{n}" for half in "AB" for n in range(4)])
    hand_in(tmp_path, **mutual.together(whole))
    corrected(decided())
    rng.shuffle(pieces)
    cuts = sorted(rng.sample(range(1, len(pieces)), 3))
    for low, high in zip([0, *cuts], [*cuts, len(pieces)], strict=True):
        hand_in(tmp_path, **mutual.together(pieces[low:high]))
        corrected(decided(claims_per_shard=rng.choice((1, 5, 100))))
    found, balances = paid(), owed()
    assert {k[1:]: v for k, v in found.items() if k[0] == "A"} == {k[1:]: v for k, v in found.items() if k[0] == "B"}
    assert {k[1:]: v for k, v in balances.items() if k[0] == "A"} == {
        k[1:]: v for k, v in balances.items() if k[0] == "B"
    }
    assert sum(found.values()) == sum(balances.values()) == mutual.booked()


def files_twice(rng: random.Random) -> tuple[list[Any], list[Any]]:
    """Files of four households, and the same of four others; many come in on the same day."""
    halves: dict[str, list[Any]] = {"A": [], "B": []}
    for number in range(24):
        home, received = rng.randrange(4), f"2026-03-{rng.randint(20, 23)}"
        lines = [(f"2026-03-{rng.randint(1, 9):02}", f"{rng.randint(5, 200)}.00") for _ in range(rng.randint(1, 3))]
        for half, files in halves.items():
            files.append(file(f"{half}{number:02}", *lines, home=f"{half}{home}", received=received))
    return halves["A"], halves["B"]


class Killed(BaseException):
    """Nothing of ours catches it, as nothing catches kill -9."""


#: Where a worker may die: (what it was about to do, or had just done).
STEPS = [
    (module, name, when)
    for module, name in (
        (verbs, "decide_and_keep"), (deciding, "read_known"), (deciding, "_keep"), (deciding, "_book"),
        (booking, "post"), (verbs, "tell"), (gate, "append"), (worker, "decide_shard"), (worker, "finish_run"),
    )
    for when in ("before", "after")
]  # fmt: skip


@pytest.mark.parametrize("module, name, when", STEPS)
def test_a_run_killed_between_any_two_steps_is_finished_by_another_worker(
    module: Any, name: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_village(tmp_path, ("H1", "H2", "H3"))
    files = [file(f"F{h}", ("2026-03-05", "100.00"), home=f"H{h}") for h in (1, 2, 3)]
    hand_in(tmp_path, **mutual.together(files))
    run, real, calls = started(claims_per_shard=1), getattr(module, name), iter(range(99))

    def dies(*args: Any, **how: Any) -> Any:
        fatal = next(calls) == (0 if name == "finish_run" else 1)
        if fatal and when == "before":
            raise Killed
        answer = real(*args, **how)
        if fatal:
            raise Killed
        return answer

    monkeypatch.setattr(module, name, dies)
    with pytest.raises(Killed):
        work(run=run, worker="w1", clock=clock())
    monkeypatch.undo()
    work(run=run, worker="w2", clock=clock(LEASE.seconds + 1))
    assert progress(run).state == "done"
    assert owed() == {"H1": 7_000, "H2": 7_000, "H3": 7_000}
    assert Decision.objects.count() == Transfer.objects.filter(source=DECISION).count() == 3


def test_a_shard_in_another_workers_hands_is_left_alone_until_its_lease_runs_out(tmp_path: Path) -> None:
    open_village(tmp_path)
    hand_in(tmp_path, **F1)
    run = started()
    shard = worker.lease(run=run, worker="w1", now=world.NOW)
    assert shard is not None
    assert work(run=run, worker="w2", clock=clock(LEASE.seconds - 1)) == 0
    assert progress(run).leased == 1 and progress(run).state == "working"
    assert work(run=run, worker="w2", clock=clock(LEASE.seconds + 1)) == 1
    with pytest.raises(Refused, match="other hands"):
        verbs.decide_shard(world.by("system"), shard=shard, worker="w1")


def test_what_fails_five_times_is_put_aside_and_the_rest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_village(tmp_path, ("H1", "H2"))
    hand_in(tmp_path, **mutual.together([F1, file("G1", ("2026-03-01", "10.00"), home="H2")]))
    run, real = started(claims_per_shard=1), deciding.read_known
    poison = Household.objects.get(number="H1").pk

    def poisoned(households: Any, *args: Any, **how: Any) -> Any:
        assert poison not in households
        return real(households, *args, **how)

    monkeypatch.setattr(deciding, "read_known", poisoned)
    work(run=run, worker="w", clock=clock())
    assert (progress(run).done, progress(run).parked, progress(run).state) == (1, 1, "working")
    assert runs_put_aside() == {run: 1}
    monkeypatch.undo()
    (aside,) = parked_shards(run)
    verbs.retry_shard(world.by("adjudicator"), shard=aside)
    assert runs_put_aside() == {}
    work(run=run, worker="w", clock=clock())
    assert progress(run).state == "done"


def test_there_is_one_run_at_a_time_and_a_cancelled_one_leaves_its_households_to_the_next(
    village: Callable[..., None],
) -> None:
    village(F1, F2)
    first = started()
    with pytest.raises(Refused, match=f"Run {first}"):
        started()
    verbs.cancel_run(world.by("adjudicator"), run=first)
    assert work(run=first, worker="w", clock=clock()) == 0
    assert progress(decided()).lines == 2


def test_a_run_with_nothing_to_do_is_done(village: Callable[..., None]) -> None:
    assert progress(decided()).lines == 0


def test_no_run_starts_without_a_plan_or_a_book_that_pays_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No published plan"):
        started()
    mutual.publish(mutual.VILLAGE)
    with pytest.raises(Refused, match="No tariff"):
        started()
    hand_in(tmp_path, people=[], tariff=[{"code": "SYRUP", "category": "medicine"}])
    with pytest.raises(Refused, match="No fund's book pays the plan's layer fund"):
        started()


def test_an_event_tells_what_a_shard_did(village: Callable[..., None]) -> None:
    village(F1)
    run = decided()
    done = [e for e in gate.Event.objects.filter(subject=f"run:{run}") if e.verb == "care.decide_shard"]
    assert len(done) == 1 and '"paid":28000' in done[0].body and '"digest":' in done[0].body


def test_the_moment_of_a_lease_is_the_workers(village: Callable[..., None]) -> None:
    village(F1)
    run = started()
    worker.lease(run=run, worker="w", now=world.NOW)
    assert Shard.objects.get(run=run).leased_until == world.NOW + timedelta(seconds=60)
