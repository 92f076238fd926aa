"""What the database refuses about claims, runs and decisions."""

from __future__ import annotations

from datetime import date

import pytest
from tests.records import world
from tests.records.refused import refused
from tests.records.world import NOW

from tiwizi.records.care.models import Agreement, Appeal, Claim, ClaimLine, PriorApproval, Reported, Run, Shard, Touch


def test_a_file_and_a_line_come_in_once() -> None:
    line = world.line()
    with refused("care_claim_number"):
        Claim.objects.create(number=line.claim.number, household=line.claim.household, received=world.START)
    with refused("care_line_number"):
        world.line(of=line.claim)


def test_a_line_is_of_a_file_a_person_and_an_act_that_exist() -> None:
    line = world.line()
    whole = {"claim_id": line.claim_id, "person_id": line.person_id, "act_id": line.act_id}
    for column in whole:
        with refused(f"{column}_exists"):
            ClaimLine.objects.create(number=9, day=line.day, quantity=1, billed=1, **(whole | {column: 999}))


def test_a_withdrawn_line_stays_withdrawn() -> None:
    line = world.line()
    ClaimLine.objects.filter(id=line.id).update(withdrawn=True)
    with refused("withdrawn_for_good"):
        ClaimLine.objects.filter(id=line.id).update(withdrawn=False)


def test_the_three_sums_of_a_decision_hold() -> None:
    line, run = world.line(), world.run()
    with refused("care_decision_three_sums"):
        world.decision(line, run, paid=16_000, share=4_001)
    with refused("care_decision_not_negative"):
        world.decision(line, run, paid=20_001, share=-1)


def test_decisions_of_a_line_come_one_after_the_other() -> None:
    line, run = world.line(), world.run()
    with refused("in_turn"):
        world.decision(line, run, number=2)
    world.decision(line, run, number=1)
    with refused("care_decision"):
        world.decision(line, run, number=1)
    world.decision(line, run, number=2)


def test_a_decision_is_of_a_line_and_a_run_that_exist() -> None:
    line, run = world.line(), world.run()
    with refused("line_id_exists"):
        world.decision(ClaimLine(id=999), run)
    with refused("run_id_exists"):
        world.decision(line, Run(id=999))


def test_one_run_at_a_time() -> None:
    first = world.run()
    with refused("one_at_a_time"):
        world.run()
    Run.objects.filter(id=first.id).update(state="cancelled")
    world.run()


def test_a_run_and_a_shard_go_on_as_their_life_cycle_says() -> None:
    run = world.run()
    with refused("state_moves"):
        Run.objects.filter(id=run.id).update(state="done")
    shard = Shard.objects.create(run=run, number=1, first_household=1, last_household=9)
    with refused("state_moves"):
        Shard.objects.filter(id=shard.id).update(state="done")
    Shard.objects.filter(id=shard.id).update(state="leased")
    with refused("care_shard_three_sums"):
        Shard.objects.filter(id=shard.id).update(state="done", billed=1)
    Shard.objects.filter(id=shard.id).update(state="done")
    with refused("done_for_good"):
        Shard.objects.filter(id=shard.id).update(lines=1)


def test_what_touched_a_household_names_one_that_exists() -> None:
    with refused("household_id_exists"):
        Touch.objects.create(household_id=999, cause="claim:1")


def test_another_payer_reports_a_line_once() -> None:
    line = world.line()
    Reported.objects.create(line=line, layer="amo", paid=5)
    with refused("care_reported_once"):
        Reported.objects.create(line=line, layer="amo", paid=6)


def test_a_provider_has_one_agreement_on_a_day() -> None:
    provider = world.claim().provider
    Agreement.objects.create(provider=provider, since=date(2026, 1, 1))
    with refused("no_overlap"):
        Agreement.objects.create(provider=provider, since=date(2026, 6, 1))


def test_a_prior_approval_has_an_answer_with_a_name_and_a_deadline() -> None:
    place = world.member()
    told = {"household": place.household, "person": place.person, "asked_on": date(2026, 3, 1)}
    with refused("care_approval_deadline"):
        PriorApproval.objects.create(number="a", deadline=date(2026, 2, 28), **told)
    asked = PriorApproval.objects.create(number="a", deadline=date(2026, 3, 15), **told)
    with refused("care_approval_decided_by_somebody"):
        PriorApproval.objects.filter(id=asked.id).update(state="approved")
    PriorApproval.objects.filter(id=asked.id).update(state="approved", decided_by=4, decided_at=NOW)
    with refused("state_moves"):
        PriorApproval.objects.filter(id=asked.id).update(state="refused")


def test_an_appeal_is_answered_once() -> None:
    appeal = Appeal.objects.create(
        claim=world.claim(), raised_on=date(2026, 3, 1), deadline=date(2026, 4, 1), grounds="too little"
    )
    Appeal.objects.filter(id=appeal.id).update(state="rejected", decided_by=4)
    with refused("state_moves"):
        Appeal.objects.filter(id=appeal.id).update(state="upheld")


@pytest.mark.parametrize("quantity, billed, name", [(0, 1, "quantity"), (1, -1, "billed")])
def test_a_line_has_a_quantity_and_no_negative_amount(quantity: int, billed: int, name: str) -> None:
    line = world.line()
    with refused(f"care_line_{name}"):
        ClaimLine.objects.create(
            claim=line.claim, number=9, person=line.person, day=line.day, act=line.act, quantity=quantity, billed=billed
        )
