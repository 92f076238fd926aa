"""Appeals at the desk: raised from a file, answered by somebody who did not decide it, and upheld into review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.records.care.models import Appeal, Recheck

LANGUAGES = ("ar", "fr", "en")


def raise_one(at: Any, number: str, **more: str) -> Any:
    told = {"grounds": "Le devis disait <b>70000</b>", "deadline": f"{clock.today() + timedelta(days=9)}", "key": "k"}
    return at.post(f"/appeals/new/{number}/", told | more)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_appeal_is_raised_and_shown_in_the_three_languages(desk: Desk, lang: str) -> None:
    waiting.hand_in("R1")
    imane = desk("imane", lang=lang)
    assert imane.get("/appeals/new/R1/").status_code == 200
    made = raise_one(imane, "R1")
    assert made.status_code == 303
    page = desk("yasmine", lang=lang).get(made["Location"]).content.decode()
    assert "&lt;b&gt;70000" in page and "R1" in desk("yasmine", lang=lang).get("/appeals/").content.decode()


def test_a_desk_agent_does_not_read_again_what_the_member_wrote(desk: Desk) -> None:
    waiting.hand_in("R1")
    made = raise_one(desk("imane"), "R1")
    assert "devis" not in desk("imane").get(made["Location"]).content.decode()


def test_sent_twice_it_is_one_and_a_second_one_waits_for_the_first(desk: Desk) -> None:
    waiting.hand_in("R1")
    imane = desk("imane")
    assert [raise_one(imane, "R1").status_code for _ in range(2)] == [303, 303]
    again = raise_one(imane, "R1", key="other")
    assert again.status_code == 422 and "devis" in again.content.decode()
    assert Appeal.objects.count() == 1


@pytest.mark.parametrize(("field", "value"), [("grounds", " "), ("deadline", "31/02/2026"), ("deadline", "demain")])
def test_a_mistake_is_told_beside_its_field(desk: Desk, field: str, value: str) -> None:
    waiting.hand_in("R1")
    answer = raise_one(desk("imane"), "R1", **{field: value})
    assert answer.status_code == 422 and f'id="{field}-fault"' in answer.content.decode()


def test_a_deadline_that_is_past_is_refused_in_words(desk: Desk) -> None:
    waiting.hand_in("R1")
    answer = raise_one(desk("imane"), "R1", deadline="2020-01-01")
    assert answer.status_code == 422 and 'id="refusal"' in answer.content.decode()


def test_who_decided_is_told_before_sending_that_a_colleague_answers(desk: Desk) -> None:
    waiting.hand_in("R1")
    place = raise_one(desk("imane"), "R1")["Location"]
    salma = desk("salma")
    page = salma.get(place).content.decode()
    assert "un collègue doit répondre" in page and 'value="uphold"' not in page
    assert salma.post(place, {"do": "uphold", "answer": "oui", "key": "x"}).status_code == 422


def test_upheld_it_leads_to_the_review_of_its_lines(desk: Desk) -> None:
    waiting.hand_in("R1")
    place = raise_one(desk("imane"), "R1")["Location"]
    yasmine = desk("yasmine")
    assert yasmine.post(place, {"do": "uphold", "answer": " ", "key": "a"}).status_code == 422
    done = yasmine.post(place, {"do": "uphold", "answer": "pièce reçue", "key": "b"})
    assert (done.status_code, done["Location"]) == (303, "/review/file/R1/")
    assert (Appeal.objects.get().state, Recheck.objects.get().cause) == ("upheld", f"appeal:{Appeal.objects.get().id}")
    assert yasmine.get("/review/").content.decode().count("recours accepté") >= 1


def test_the_member_takes_it_back(desk: Desk) -> None:
    waiting.hand_in("R1")
    imane = desk("imane")
    place = raise_one(imane, "R1")["Location"]
    assert imane.post(place, {"do": "withdraw", "answer": "a compris", "key": "w"}).status_code == 303
    assert Appeal.objects.get().state == "withdrawn"
    assert imane.post(place, {"do": "reject", "answer": "non", "key": "v"}).status_code == 422


def test_the_counter_says_what_is_over(desk: Desk) -> None:
    claim = waiting.hand_in("R1")
    day = clock.today()
    late = Appeal.objects.create(
        claim_id=claim, raised_on=day - timedelta(days=9), deadline=day - timedelta(days=2), grounds="x"
    )
    yasmine = desk("yasmine")
    assert "délai dépassé de" in yasmine.get(f"/appeals/{late.id}/").content.decode()
    assert "R1" in yasmine.get("/appeals/?late=1").content.decode()


def test_the_list_takes_no_more_queries_for_more_appeals(desk: Desk) -> None:
    day, yasmine = clock.today(), desk("yasmine")
    yasmine.get("/appeals/")
    counts = []
    for place in range(3):
        claim = waiting.hand_in(f"R{place}", place=place, decide=False)
        Appeal.objects.create(claim_id=claim, raised_on=day, deadline=day, grounds="x")
        with CaptureQueriesContext(connection) as asked:
            yasmine.get("/appeals/")
        counts.append(len(asked))
    assert counts[0] == counts[2]
