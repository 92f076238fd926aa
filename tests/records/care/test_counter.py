"""One claim over the counter, its review, its appeal, and care that is asked for before it is given."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.records import world
from tests.records.intake.mutual import BY, bring_in, folder

from tiwizi.records.care.models import Agreement, Claim, ClaimLine, PriorApproval, Provider, Recheck, Review
from tiwizi.records.care.operations.appeals import answer_appeal, raise_appeal, withdraw_appeal
from tiwizi.records.care.operations.approvals import (
    ask_approval,
    decide_approval,
    expire_approvals,
    withdraw_approval,
)
from tiwizi.records.care.operations.providers import agree, register_provider
from tiwizi.records.care.operations.reviews import review_line
from tiwizi.records.care.operations.withdraw import withdraw_lines
from tiwizi.records.care.queries.household import household_file
from tiwizi.records.intake.operations import enter_claim
from tiwizi.records.people.models import Household, Payee, Person, Touch
from tiwizi.records.trail.former import former
from tiwizi.records.trail.refusal import Refused

DESK, MANAGER = world.by("desk_agent"), world.by("manager", user=11)
ADVISER = world.by("medical_adviser", user=8)


@pytest.fixture(autouse=True)
def home(database: str, tmp_path: Path) -> int:
    bring_in(folder(tmp_path / "first"))
    return Household.objects.get(number="H1").id


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


def line(number: str = "1", **more: str) -> dict[str, str]:
    return {"line": number, "person": "P1", "date": "2026-02-11", "code": "CS", "unit_price": "150"} | more


def entered(home: int, *lines: dict[str, str], key: str | None = None, **claim: str) -> dict[str, Any]:
    told = {"received_on": "2026-03-01", "provider": "DR77", "sector": "private"} | claim
    return enter_claim(world.by("desk_agent", key=key), household=home, claim=told, lines=list(lines or [line()]))


def test_a_claim_is_entered_and_gets_a_number(home: int) -> None:
    before = Touch.objects.count()
    done = entered(home, line("1"), line("2", person="P2", code="M1", unit_price="30.50", quantity="2"))
    claim = Claim.objects.get(id=done["claim"])
    assert (claim.number, done["new"], len(done["lines"])) == (done["number"], True, 2)
    assert list(ClaimLine.objects.filter(claim=claim).values_list("billed", flat=True)) == [15000, 6100]
    assert Provider.objects.get(number="DR77").sector == 1
    assert Touch.objects.count() == before + 1


def test_the_same_submit_is_one_claim_and_another_body_under_its_key_is_refused(home: int) -> None:
    once = entered(home, key="form-1")
    assert entered(home, key="form-1") == once and Claim.objects.count() == 4
    with refused("key_used"):
        entered(home, line(unit_price="151"), key="form-1")


def test_the_same_claim_over_another_channel_is_one_claim(home: int) -> None:
    once = entered(home, claim="D77", channel="counter")
    again = entered(home, claim="D77", channel="counter")
    assert (again["claim"], again["new"], once["new"]) == (once["claim"], False, True)
    with pytest.raises(Refused, match="another content"):
        entered(home, line(unit_price="160"), claim="D77", channel="counter")
    assert ClaimLine.objects.filter(claim=once["claim"]).count() == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (line(person="P3"), "another household"),
        (line(person="P99"), "P99"),
        (line(code="XX"), "XX"),
        (line(date="2026-04-01"), "received"),
        (line(unit_price="-1"), "negative|less than"),
        (line(unit_price=""), "price"),
    ],
)
def test_a_claim_with_a_mistake_is_not_taken_and_says_why(home: int, sent: dict[str, str], why: str) -> None:
    before = ClaimLine.objects.count()
    with pytest.raises(Refused, match=f"(?i){why}") as refusal:
        entered(home, line("1"), sent | {"line": "2"})
    assert refusal.value.key == "claim_not_taken"
    assert all(refusal.value.message(lang) and refusal.value.way_out(lang) for lang in ("ar", "fr", "en"))
    assert (ClaimLine.objects.count(), Claim.objects.count()) == (before, 3)


def test_a_claim_of_forty_lines_takes_no_more_queries_than_one_of_one(home: int) -> None:
    entered(home)
    with CaptureQueriesContext(connection) as one:
        entered(home, line("1"))
    with CaptureQueriesContext(connection) as forty:
        entered(home, *(line(str(number), date="2026-02-12") for number in range(1, 41)))
    assert len(forty) == len(one)


def test_a_reviewer_approves_less_again_and_as_claimed(home: int) -> None:
    (number,) = entered(home)["lines"]
    assert review_line(ADVISER, line=number, price=12_000, reason="tarif") == 1
    assert review_line(ADVISER, line=number, reason="après pièces") == 2
    held = ClaimLine.objects.get(id=number)
    assert (held.price_approved, held.quantity_approved) == (None, None)
    assert list(Review.objects.order_by("number").values_list("price", "by")) == [(12_000, 8), (None, 8)]
    for more in ({"price": 15_001}, {"quantity": 1_001}, {"quantity": -1}):
        with refused("approved_above_billed"):
            review_line(ADVISER, line=number, reason="x", **more)
    with refused("no_reason"):
        review_line(ADVISER, line=number, reason=" ")
    with refused("not_allowed"):
        review_line(DESK, line=number, reason="x")


def test_a_line_that_was_wrong_is_withdrawn_and_comes_again_under_another_number(home: int) -> None:
    done = entered(home, claim="D78")
    assert withdraw_lines(DESK, claim=done["claim"], lines=done["lines"], reason="wrong person") == 0
    with refused("withdrawn"):
        review_line(ADVISER, line=done["lines"][0], reason="x")
    again = entered(home, line("2", person="P2"), claim="D78")
    assert len(again["lines"]) == 2
    filed = household_file("H1")
    assert filed is not None
    assert next((f.lines, f.billed) for f in filed.claims if f.number == "D78") == (1, 15_000)


def test_care_is_asked_for_approved_and_taken_back(home: int) -> None:
    person = Person.objects.get(number="P1").id
    asked = ask_approval(DESK, household=home, person=person, code="CS", deadline=date(2026, 3, 5))
    entered(home, prior_approval=str(asked["number"]))
    before = Touch.objects.count()
    with refused("not_allowed"):
        decide_approval(DESK, approval=asked["approval"], approved=True)
    assert decide_approval(ADVISER, approval=asked["approval"], approved=True, since=date(2026, 3, 1)) == "approved"
    assert Touch.objects.count() == before + 1
    with refused("not_now"):
        decide_approval(ADVISER, approval=asked["approval"], approved=False)
    assert withdraw_approval(ADVISER, approval=asked["approval"]) == "withdrawn"


def test_what_nobody_answers_by_its_deadline_expires_and_somebody_is_told(home: int) -> None:
    person = Person.objects.get(number="P1").id
    asked = ask_approval(DESK, household=home, person=person, deadline=date(2026, 3, 5))
    clock = world.by("system", at=world.NOW + timedelta(days=3))
    assert expire_approvals(clock) == []
    clock = world.by("system", at=world.NOW + timedelta(days=4))
    assert expire_approvals(clock) == [asked["approval"]]
    assert PriorApproval.objects.get().state == "expired"
    with refused("not_now"):
        decide_approval(ADVISER, approval=asked["approval"], approved=True)
    with refused("deadline_past"):
        ask_approval(DESK, household=home, person=person, deadline=date(2026, 3, 1))


def test_an_appeal_is_answered_by_somebody_who_did_not_review_the_claim(home: int) -> None:
    done = entered(home)
    review_line(ADVISER, line=done["lines"][0], price=1, reason="x")
    appeal = raise_appeal(DESK, claim=done["claim"], grounds="the price", deadline=date(2026, 4, 1))
    with refused("appeal_waits"):
        raise_appeal(DESK, claim=done["claim"], grounds="again", deadline=date(2026, 4, 1))
    with refused("own_decision"):
        answer_appeal(ADVISER, appeal=appeal, upheld=True, answer="yes")
    other = world.by("medical_adviser", user=9)
    assert answer_appeal(other, appeal=appeal, upheld=True, answer="yes") == "upheld"
    with refused("not_now"):
        answer_appeal(other, appeal=appeal, upheld=False, answer="no")


def test_a_provider_who_claims_named_gets_a_name_and_an_agreement(home: int) -> None:
    entered(home)
    provider = register_provider(DESK, number="DR77", name_latin="Dr Tazi", sector="private")
    assert Payee.objects.get(id=Provider.objects.get(id=provider).payee_id).name == "Dr Tazi"
    assert [was["name_latin"] for was in former("provider", provider)] == [""]
    with refused("not_allowed"):
        agree(DESK, provider=provider, network="in", third_party_payment=True, since=date(2026, 1, 1))
    agree(MANAGER, provider=provider, network="in", third_party_payment=True, since=date(2026, 1, 1))
    with refused("period_crosses"):
        agree(MANAGER, provider=provider, network="in", third_party_payment=True, since=date(2026, 5, 1))
    assert Agreement.objects.count() == 1


def test_a_household_is_shown_with_its_people_covers_and_claims(home: int) -> None:
    filed = household_file("H2")
    assert filed is not None and household_file("H7") is None
    assert [(p.number, p.role, [s[0] for s in p.statuses]) for p in filed.people] == [
        ("P3", "member", []), ("P4", "spouse", ["long_term_illness"]),
    ]  # fmt: skip
    assert [(c.plan, c.person) for c in filed.covers] == [("AMO", None), ("SM", "P4")]
    assert [(c.number, c.lines, c.billed) for c in filed.claims] == [("C3", 1, 115_000)]
    assert BY.user != DESK.user


def test_a_member_takes_an_appeal_back_and_an_upheld_one_asks_for_a_look(home: int) -> None:
    done = entered(home)
    first = raise_appeal(DESK, claim=done["claim"], grounds="the price", deadline=date(2026, 4, 1))
    with refused("no_reason"):
        withdraw_appeal(DESK, appeal=first, reason=" ")
    assert withdraw_appeal(DESK, appeal=first, reason="explained at the counter") == "withdrawn"
    with refused("not_now"):
        withdraw_appeal(DESK, appeal=first, reason="again")
    second = raise_appeal(DESK, claim=done["claim"], grounds="the price", deadline=date(2026, 4, 1))
    answer_appeal(ADVISER, appeal=second, upheld=True, answer="yes")
    assert list(Recheck.objects.values_list("claim_id", "cause")) == [(done["claim"], f"appeal:{second}")]


def test_an_approval_may_give_less_than_was_asked_and_never_more(home: int) -> None:
    person = Person.objects.get(number="P1").id
    asked = ask_approval(DESK, household=home, person=person, quantity=3000, deadline=date(2026, 3, 5))
    with refused("approved_above_asked"):
        decide_approval(ADVISER, approval=asked["approval"], approved=True, quantity=3001)
    decide_approval(ADVISER, approval=asked["approval"], approved=True, quantity=2000, answer="two sessions")
    kept = PriorApproval.objects.get()
    assert (kept.quantity, kept.quantity_approved, kept.answer) == (3000, 2000, "two sessions")
