"""Prior approvals at the desk: asked for by an agent, answered by the medical adviser, with a period and an amount."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.records.care.models import PriorApproval
from tiwizi.records.people.models import Membership

LANGUAGES = ("ar", "fr", "en")


def plain(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def ask(at: Any, **more: str) -> Any:
    home, number, _ = waiting.household()
    person = Membership.objects.filter(household_id=home).values_list("person_id", flat=True)[0]
    told = {"household": number, "person": str(person), "code": "PROTHESE-HANCHE", "quantity": "2",
            "amount": "3 375,00",
            "deadline": f"{clock.today() + timedelta(days=5)}", "key": "k"}  # fmt: skip
    return at.post("/approvals/new/", told | more)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_care_is_asked_for_and_shown_in_the_three_languages(desk: Desk, lang: str) -> None:
    imane = desk("imane", lang=lang)
    _, number, _ = waiting.household()
    assert 'name="person"' in imane.get(f"/approvals/new/?household={number}").content.decode()
    made = ask(imane)
    assert made.status_code == 303
    kept = PriorApproval.objects.get()
    assert (kept.quantity, kept.amount) == (2000, 337_500)
    assert imane.get("/approvals/").status_code == 200
    assert "PROTHESE-HANCHE" not in imane.get(made["Location"]).content.decode()
    assert "PROTHESE-HANCHE" in desk("yasmine", lang=lang).get(made["Location"]).content.decode()


def test_a_household_that_is_not_there_is_said_beside_the_field(desk: Desk) -> None:
    answer = desk("imane").get("/approvals/new/?household=NOBODY")
    assert answer.status_code == 404 and 'id="household-fault"' in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("person", "999999"), ("amount", "beaucoup"), ("quantity", "-2"), ("deadline", "")]
)
def test_a_mistake_is_told_beside_its_field_and_the_rest_is_kept(desk: Desk, field: str, value: str) -> None:
    answer = ask(desk("imane"), **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422 and f'id="{field}-fault"' in page and 'value="PROTHESE-HANCHE"' in page
    assert not PriorApproval.objects.exists()


def test_sent_twice_it_is_one_and_an_unknown_act_is_refused(desk: Desk) -> None:
    imane = desk("imane")
    assert [ask(imane).status_code for _ in range(2)] == [303, 303]
    assert PriorApproval.objects.count() == 1
    assert ask(imane, code="NO-SUCH", key="l").status_code == 422


def test_the_adviser_approves_less_for_a_time_and_takes_it_back(desk: Desk) -> None:
    place = ask(desk("imane"))["Location"]
    yasmine, day = desk("yasmine"), clock.today()
    told = {"do": "approve", "since": f"{day}", "until": f"{day + timedelta(days=90)}", "quantity": "1", "key": "a"}
    assert yasmine.post(place, told | {"quantity": "3", "key": "b"}).status_code == 422
    assert yasmine.post(place, told | {"until": f"{day}", "key": "c"}).status_code == 422
    assert yasmine.post(place, told).status_code == 303
    kept = PriorApproval.objects.get()
    assert (kept.state, kept.quantity_approved, kept.until) == ("approved", 1000, day + timedelta(days=90))
    assert yasmine.post(place, {"do": "withdraw", "key": "d"}).status_code == 303
    assert PriorApproval.objects.get().state == "withdrawn"


def test_its_page_shows_what_was_paid_on_it_by_which_file_and_what_is_left(desk: Desk) -> None:
    place = ask(desk("imane"))["Location"]
    yasmine, day = desk("yasmine", lang="en"), clock.today()
    told = {"do": "approve", "since": f"{day - timedelta(days=30)}", "until": f"{day + timedelta(days=90)}", "key": "a"}
    assert yasmine.post(place, told).status_code == 303
    number = PriorApproval.objects.get().number
    for name, code in (("F-HIP", "PROTHESE-HANCHE"), ("F-CS", "CS")):
        waiting.hand_in(name, code=code, billed="900", approval=number)
    page = plain(yasmine.get(place).content.decode())
    for shown in ("Paid on it 864.00 DH", "Amount left 2,511.00 DH of 3,375.00 DH", "Quantity left 1 of 2", "90 days"):
        assert shown in page
    assert "F-HIP" in page and "F-CS" in page and "another act" in page
    assert "another act" in plain(desk("imane", lang="en").get(place).content.decode())


def test_typing_the_number_of_one_that_was_not_given_says_so_at_once(desk: Desk) -> None:
    ask(desk("imane"))
    _, number, person = waiting.household()
    sent = {"person": person, "care_from": f"{clock.today()}", "received_on": f"{clock.today()}", "sector": "private",
            "prior_approval": PriorApproval.objects.get().number, "line_row": ["0"], "line_code": ["CS"],
            "line_billed": ["250"]}  # fmt: skip
    for lang, words in (("en", "was not given"), ("fr", "n'a pas été accordée"), ("ar", "لم تُمنح")):
        answer = desk("imane", lang=lang).post(f"/household/{number}/new-file/decision/", sent)
        assert words in plain(answer.content.decode())


def test_a_refusal_says_why(desk: Desk) -> None:
    place = ask(desk("imane"))["Location"]
    yasmine = desk("yasmine")
    silent = yasmine.post(place, {"do": "refuse", "answer": "", "key": "a"})
    assert silent.status_code == 422 and 'id="answer-fault"' in silent.content.decode()
    assert yasmine.post(place, {"do": "refuse", "answer": "Une autre voie suffit", "key": "b"}).status_code == 303
    assert PriorApproval.objects.get().answer == "Une autre voie suffit"


def test_who_is_no_adviser_answers_none(desk: Desk) -> None:
    place = ask(desk("imane"))["Location"]
    assert desk("imane").post(place, {"do": "approve", "key": "a"}).status_code == 422
    assert PriorApproval.objects.get().state == "asked"
