"""Reviewing at the desk: a file is taken, answered, its effect is shown, and then it is kept, once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk, prove

from tiwizi.doors import clock
from tiwizi.records.care.models import ClaimLine, Decision, HeldAnswer, Review, Task
from tiwizi.records.care.queries.limit import review_limit, waiting_limit
from tiwizi.records.care.queries.review import waiting_for_review

LANGUAGES = ("ar", "fr", "en")


def line(number: str) -> int:
    return ClaimLine.objects.get(claim__number=number).id


def answer(number: str, choice: str, **more: str) -> dict[str, Any]:
    own = line(number)
    return {f"choice-{own}": choice} | {f"{name}-{own}": value for name, value in more.items()}


def send(at: Client, number: str, do: str, data: dict[str, Any] | None = None, key: str = "k1") -> Any:
    return at.post(f"/review/file/{number}/", {"do": do, "key": key, **(data or {})})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_queue_and_a_file_open_to_reviewers_in_their_language(desk: Desk, lang: str) -> None:
    waiting.hand_in("R1")
    salma = desk("salma", lang=lang)
    assert "R1" in salma.get("/review/").content.decode()
    assert salma.get("/review/file/R1/").status_code == 200
    assert send(salma, "R1", "take").status_code == 303
    shown = salma.get("/review/file/R1/").content.decode()
    assert "PROTHESE-HANCHE" in shown and f'dir="{"rtl" if lang == "ar" else "ltr"}"' in shown


@pytest.mark.parametrize("login", ["imane", "nadia", "leila"])
def test_who_does_not_review_sees_neither(desk: Desk, login: str) -> None:
    waiting.hand_in("R1")
    for address in ("/review/", "/review/file/R1/", "/review/file/nowhere/"):
        assert desk(login).get(address).status_code == 403


def test_a_file_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk("salma").get("/review/file/nowhere/").status_code == 404


def test_a_reviewer_sees_no_care_of_a_file_that_a_colleague_has_at_hand(desk: Desk) -> None:
    waiting.hand_in("R1")
    send(desk("yasmine"), "R1", "take")
    salma = desk("salma")
    shown = salma.get("/review/file/R1/").content.decode()
    assert "Yasmine" in shown and "PROTHESE-HANCHE" not in shown
    taken = send(salma, "R1", "take")
    assert taken.status_code == 422 and "collègue" in taken.content.decode()


def test_the_next_file_is_the_one_that_nobody_has(desk: Desk) -> None:
    waiting.hand_in("R1")
    waiting.hand_in("R2", place=1)
    assert desk("salma").post("/review/next/", {"key": "a"})["Location"] == "/review/file/R1/"
    assert desk("brahim").post("/review/next/", {"key": "b"})["Location"] == "/review/file/R2/"
    assert desk("yasmine").post("/review/next/", {"key": "c"})["Location"] == "/review/"


def test_the_effect_is_shown_before_it_is_kept_and_what_was_typed_stays(desk: Desk) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    send(salma, "R1", "take")
    told = answer("R1", "less", price="1 500,00", cause="above_tariff", note="voir devis")
    shown = send(salma, "R1", "show", told)
    page = shown.content.decode()
    assert shown.status_code == 200 and 'id="effect"' in page and "voir devis" in page and "1 500,00" in page
    whose = re.findall(r'<button[^>]* form="([^"]+)"', page)
    assert whose == ["review-answers"] and page.count('id="review-answers"') == 1, "the button beside the effect keeps"
    assert not Review.objects.filter(line=line("R1")).exists()


def test_what_is_kept_twice_has_one_effect(desk: Desk) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    send(salma, "R1", "take")
    told = answer("R1", "refuse", cause="not_justified")
    assert [send(salma, "R1", "keep", told, key="k9").status_code for _ in range(2)] == [303, 303]
    assert list(Review.objects.filter(line=line("R1")).values_list("quantity", "cause")) == [(0, "not_justified")]
    last = Decision.objects.filter(line=line("R1")).order_by("-number")[0]
    assert (last.state != 3, Task.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("choice", "more", "field"),
    [
        ("refuse", {}, "cause"),
        ("refuse", {"cause": "other"}, "note"),
        ("less", {"price": "1.500,00", "cause": "above_tariff"}, "price"),
        ("less", {"quantity": "-1", "cause": "above_tariff"}, "quantity"),
        ("less", {"quantity": "<script>", "cause": "above_tariff"}, "quantity"),
        ("less", {"cause": "above_tariff"}, "quantity"),
    ],
)
def test_a_mistake_is_told_beside_its_field(desk: Desk, choice: str, more: dict[str, str], field: str) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    send(salma, "R1", "take")
    shown = send(salma, "R1", "keep", answer("R1", choice, **more))
    page = shown.content.decode()
    assert shown.status_code == 422 and f'id="{field}-{line("R1")}-fault"' in page
    assert "<script>" not in page.split("<main", 1)[1]


def test_more_than_was_billed_is_refused_and_nothing_typed_is_lost(desk: Desk) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    send(salma, "R1", "take")
    shown = send(salma, "R1", "keep", answer("R1", "less", quantity="3", cause="above_tariff"))
    assert shown.status_code == 422 and 'value="3"' in shown.content.decode()


def test_the_care_that_matters_for_a_file_stands_beside_its_lines(desk: Desk) -> None:
    waiting.hand_in("R1")
    yasmine = desk("yasmine")
    send(yasmine, "R1", "take")
    assert "Soins proches" in yasmine.get("/review/file/R1/").content.decode()


def test_the_list_takes_no_more_queries_for_more_files(desk: Desk) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    salma.get("/review/")
    with CaptureQueriesContext(connection) as one:
        salma.get("/review/")
    for place in range(1, 5):
        waiting.hand_in(f"R{place + 1}", place=place)
    with CaptureQueriesContext(connection) as more:
        salma.get("/review/")
    assert len(more) == len(one)


def test_a_file_that_waits_for_nothing_any_more_can_be_taken_and_answered_again(desk: Desk) -> None:
    waiting.hand_in("R1")
    salma = desk("salma")
    for key, choice in (("a", "claimed"), ("b", "refuse")):
        send(salma, "R1", "take", key=f"take-{key}")
        assert "PROTHESE-HANCHE" in salma.get("/review/file/R1/").content.decode()
        assert send(salma, "R1", "keep", answer("R1", choice, cause="not_justified"), key=key).status_code == 303
    assert Review.objects.filter(line=line("R1")).count() == 2


# -- above the limit of a single reviewer -------------------------------------------------------------------------


def above_the_limit(desk: Desk, *, do: str = "keep") -> Any:
    """R1 waits; above 1,000.00 two people answer a file; Salma has answered it."""
    waiting.hand_in("R1")
    waiting.limited(100_000)
    salma = desk("salma")
    send(salma, "R1", "take")
    return send(salma, "R1", do, answer("R1", "claimed"), key="k2")


def test_the_effect_says_that_the_answer_will_wait(desk: Desk) -> None:
    page = above_the_limit(desk, do="show").content.decode()
    assert "plus que ce qu&#x27;une seule personne peut décider" in page and "1\u202f000,00" in page


def test_an_answer_above_the_limit_waits_and_a_colleague_keeps_it(desk: Desk) -> None:
    kept = above_the_limit(desk)
    mine, yasmine = kept.client.get(kept["Location"]).content.decode(), desk("yasmine")
    assert "Votre réponse au dossier R1" in mine and "Vos réponses qui attendent une deuxième personne" in mine
    assert "attend une deuxième personne" in yasmine.get("/review/").content.decode()
    send(yasmine, "R1", "take")
    page = yasmine.get("/review/file/R1/").content.decode()
    assert "Salma" in page and 'value="second"' in page
    assert not Review.objects.filter(line=line("R1")).exists()
    assert send(yasmine, "R1", "second", key="k3").status_code == 303
    assert Review.objects.filter(line=line("R1")).count() == 2


def test_who_answered_takes_the_answer_back_and_is_not_offered_to_keep_it(desk: Desk) -> None:
    above_the_limit(desk)
    salma = desk("salma")
    send(salma, "R1", "take", key="k3")
    page = salma.get("/review/file/R1/").content.decode()
    assert 'value="second"' not in page and "Reprendre ma réponse" in page
    assert send(salma, "R1", "second", key="k4").status_code == 422
    assert send(salma, "R1", "return", key="k5").status_code == 303
    assert "R1" in salma.get("/review/").content.decode()


def test_a_colleague_gives_it_back_with_a_reason(desk: Desk) -> None:
    above_the_limit(desk)
    yasmine = desk("yasmine")
    send(yasmine, "R1", "take")
    assert send(yasmine, "R1", "return", key="k3").status_code == 422
    assert send(yasmine, "R1", "return", {"note": "devis manquant"}, key="k4").status_code == 303
    assert not HeldAnswer.objects.filter(state="waiting").exists()


def test_two_managers_change_the_limit(desk: Desk) -> None:
    karim = prove(desk("karim"))

    def does(key: str, **more: str) -> Any:
        return karim.post("/review/limit/", {"key": key, **more})

    assert "abc" in does("a", do="ask", amount="abc").content.decode()
    assert does("b", do="ask", amount="5 000,00").status_code == 303
    change = waiting_limit()
    assert change is not None and does("c", do="confirm", change=str(change.number)).status_code == 422
    assert does("d", do="refuse", change=str(change.number)).status_code == 303
    asked = waiting.asked_limit(400_000)
    assert does("e", do="confirm", change=str(asked)).status_code == 303
    assert review_limit() == 400_000
    assert "4\u202f000,00" in desk("salma").get("/review/").content.decode()


def test_a_file_that_is_called_back_waits_since_it_was_called_back(desk: Desk) -> None:
    from tiwizi.records.care.models import Claim, Recheck

    claim = Claim.objects.order_by("id")[0]  # of the demo, that nothing waits in
    Recheck.objects.create(claim=claim, cause="flag:1", reason="", asked_by=1, asked_at=clock.now())
    one = next(one for one in waiting_for_review(waiting.by("salma")) if one.claim == claim.id)
    assert (one.since, one.received) == (clock.today(), claim.received) and one.received < clock.today()
