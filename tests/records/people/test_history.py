"""What is written about people changes, and what it was is kept."""

from __future__ import annotations

from datetime import date

import pytest
from tests.records import world
from tests.records.world import START

from tiwizi.records.people.models import Consent, Document, Membership, Payee, Person, Status, Touch
from tiwizi.records.people.operations.households import (
    add_dependant,
    change_role,
    correct_person,
    end_membership,
    enrol_member,
)
from tiwizi.records.people.operations.papers import add_document, give_consent, withdraw_consent
from tiwizi.records.people.operations.statuses import add_status, end_status
from tiwizi.records.trail.former import former
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

BIRTH = date(1985, 2, 3)
DESK = world.by("desk_agent")


@pytest.fixture
def home() -> dict[str, int]:
    return enrol_member(DESK, household="H1", person="P1", birth=BIRTH, sex="F", name_latin="Amina Alaoui", on=START)


def spouse(home: dict[str, int], number: str = "P2") -> int:
    return add_dependant(
        DESK, household=home["household"], person=number, role="spouse", birth=BIRTH, sex="M", on=START
    )


def refused(key: str) -> object:
    return pytest.raises(Refused, check=lambda error: error.key == key)


def test_whoever_is_a_member_can_be_paid_and_the_household_waits_to_be_decided(home: dict[str, int]) -> None:
    assert Payee.objects.get().name == "Amina Alaoui"
    assert Touch.objects.get().household_id == home["household"]


def test_a_household_has_one_member_and_a_person_one_household(home: dict[str, int]) -> None:
    with refused("second_member"):
        enrol_member(DESK, household="H1", person="P9", birth=BIRTH, sex="F", on=START)
    with refused("in_a_household"):
        enrol_member(DESK, household="H2", person="P1", birth=BIRTH, sex="F", on=START)
    with refused("a_dependant_is_no_member"):
        add_dependant(DESK, household=home["household"], person="P9", role="member", birth=BIRTH, sex="F", on=START)
    with refused("person_known_otherwise"):
        enrol_member(DESK, household="H2", person="P1", birth=date(1986, 2, 3), sex="F", on=START)


def test_a_spouse_takes_over_the_household_when_the_member_has_left(home: dict[str, int]) -> None:
    other, on = spouse(home), date(2026, 6, 1)
    with refused("second_member"):
        change_role(DESK, person=other, role="member", on=on)
    end_membership(DESK, membership=Membership.objects.get(person=home["person"]).id, on=on)
    change_role(DESK, person=other, role="member", on=on)
    places = Membership.objects.filter(person=other).order_by("since").values_list("role", "since", "until")
    assert list(places) == [(1, START, on), (0, on, None)]
    with refused("in_no_household"):
        change_role(DESK, person=home["person"], role="other", on=date(2026, 7, 1))


def test_a_person_who_left_joins_another_household_from_that_day_on(home: dict[str, int]) -> None:
    other, on = spouse(home), date(2026, 6, 1)
    end_membership(DESK, membership=Membership.objects.get(person=other).id, on=on)
    with refused("was_in_a_household"):
        enrol_member(DESK, household="H2", person="P2", birth=BIRTH, sex="M", on=date(2026, 5, 1))
    assert enrol_member(DESK, household="H2", person="P2", birth=BIRTH, sex="M", on=on)["person"] == other


def test_a_correction_says_what_was_written_before(home: dict[str, int]) -> None:
    changed = correct_person(
        DESK, person=home["person"], birth=date(1985, 3, 2), name_latin="Amina Alaoui", cin="ab 123"
    )
    assert changed == ["birth", "cin"]
    (was,) = former("person", home["person"])
    assert (was["birth"], was["cin"]) == ("1985-02-03", None) and "name_latin" not in was
    assert Touch.objects.count() == 2  # the age decides
    with refused("cin_taken"):
        correct_person(DESK, person=spouse(home), cin="AB123")
    with refused("cin"):
        correct_person(DESK, person=home["person"], cin="123")
    assert Person.objects.get(id=home["person"]).cin == "AB123"


def test_a_status_does_not_cross_another_and_its_end_is_kept(home: dict[str, int]) -> None:
    ill = add_status(DESK, person=home["person"], status="long_term_illness", since=START, code="E11")
    with refused("period_crosses"):
        add_status(DESK, person=home["person"], status="long_term_illness", since=date(2027, 1, 1))
    end_status(DESK, status=ill, until=date(2027, 1, 1))
    add_status(DESK, person=home["person"], status="long_term_illness", since=date(2027, 1, 1))
    with refused("ended_already"):
        end_status(DESK, status=ill, until=date(2028, 1, 1))
    assert [was["until"] for was in former("status", ill)] == [None]
    assert Status.objects.count() == 2


def test_the_same_paper_of_a_claim_is_one_paper_and_a_consent_can_be_withdrawn(home: dict[str, int]) -> None:
    told = {"household": home["household"], "subject": "claim:81", "kind": "invoice", "digest": "ab" * 32, "size": 4711}
    paper = add_document(DESK, **told)
    assert add_document(DESK, **told) == paper and Document.objects.count() == 1
    with refused("no_digest"):
        add_document(DESK, **(told | {"digest": "xyz"}))
    given = give_consent(DESK, person=home["person"], purpose="sms", on=START, document=paper)
    assert give_consent(DESK, person=home["person"], purpose="sms", on=START) == given
    withdraw_consent(DESK, consent=given, on=date(2026, 3, 1))
    assert Consent.objects.get().withdrawn_on == date(2026, 3, 1)
    with refused("ended_already"):
        withdraw_consent(DESK, consent=given, on=date(2026, 3, 2))


def test_who_works_here_does_not_act_on_their_own_family(home: dict[str, int]) -> None:
    clerk = By(9, (Grant("desk_agent"),), world.NOW, person=home["person"], household=home["household"])
    for act in (
        lambda: add_status(clerk, person=home["person"], status="pensioner", since=START),
        lambda: correct_person(clerk, person=home["person"], sex="M"),
        lambda: add_document(clerk, household=home["household"], subject="x", kind="x", digest="ab" * 32, size=1),
        lambda: give_consent(clerk, person=home["person"], purpose="sms", on=START),
    ):
        with refused("own_family"):
            act()
