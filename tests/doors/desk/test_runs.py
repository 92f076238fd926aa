"""Runs at the desk: started by who may, watched by whoever decides, and their corrections booked as they were shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.records.care.models import ClaimLine, Correction, Run, Shard, Worker
from tiwizi.records.care.operations.reviews import review_line
from tiwizi.records.care.queries.corrections import waiting as waiting_corrections
from tiwizi.records.care.queries.lines import open_runs
from tiwizi.records.care.worker import _said, beat, work

LANGUAGES = ("ar", "fr", "en")


@pytest.fixture(autouse=True)
def nothing_goes_on(records: str) -> None:
    """The run that the demo leaves waiting is done, and everybody who did it is gone."""
    for run in open_runs():
        work(run=run, worker="before", clock=clock.now)
    Worker.objects.all().delete()
    _said.clear()


def start(at: Client, key: str = "k1") -> Any:
    return at.post("/runs/", {"key": key})


def decided(run: int) -> None:
    work(run=run, worker=f"w{run}", clock=clock.now)


def corrected() -> tuple[int, str]:
    """A run that corrects a file which was paid something: (run, the file's number)."""
    from tiwizi.records.care.models import Decision

    paid = Decision.objects.filter(paid_1__gt=1000, state__in=(0, 1)).order_by("line_id")[0]
    line = ClaimLine.objects.select_related("claim").get(id=paid.line_id)
    review_line(waiting.by("brahim"), line=line.id, quantity=0, reason="not_prescribed", cause="not_prescribed")
    from tiwizi.records.care.operations.run import start_run

    run = start_run(waiting.by("salma"), day=clock.today())
    decided(run)
    return run, line.claim.number


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_of_runs_open_in_the_three_languages(desk: Desk, lang: str) -> None:
    run, number = corrected()
    salma = desk("salma", lang=lang)
    for address in ("/runs/", f"/runs/{run}/", f"/runs/{run}/corrections/", f"/runs/{run}/corrections/{number}/"):
        assert salma.get(address).status_code == 200
        assert desk("imane", lang=lang).get(address).status_code == 403


def test_a_run_that_is_asked_for_twice_is_one(desk: Desk) -> None:
    waiting.hand_in("R1", decide=False)
    salma, before = desk("salma"), Run.objects.count()
    assert [start(salma).status_code for _ in range(2)] == [303, 303]
    assert Run.objects.count() == before + 1
    refused = start(salma, "another")
    assert refused.status_code == 422 and "terminé" in refused.content.decode()


def test_without_a_worker_the_page_says_so_and_with_one_it_does_not(desk: Desk) -> None:
    waiting.hand_in("R1", decide=False)
    salma = desk("salma")
    page = salma.get(start(salma)["Location"]).content.decode()
    assert "Aucun ouvrier" in page and 'hx-trigger="every 2s"' in page
    beat("somebody", clock.now())
    run = Run.objects.latest("id").pk
    assert "Aucun ouvrier" not in salma.get(f"/runs/{run}/").content.decode()
    assert salma.get(f"/runs/{run}/progress/").status_code == 200


def test_a_run_at_an_end_is_asked_no_more_and_says_what_became_of_the_lines(desk: Desk) -> None:
    waiting.hand_in("R1", decide=False)
    salma = desk("salma")
    start(salma)
    run = Run.objects.latest("id").pk
    decided(run)
    answer = salma.get(f"/runs/{run}/progress/")
    assert answer.status_code == 286 and "100 %" in answer.content.decode()
    done = Shard.objects.get(run=run)
    assert (done.lines_to_review, done.lines) == (
        1,
        done.lines_paid + done.lines_reduced + done.lines_refused + done.lines_to_review,
    )


def test_a_run_is_cancelled_once_its_effect_was_told_in_numbers(desk: Desk) -> None:
    waiting.hand_in("R1", decide=False)
    salma = desk("salma")
    start(salma)
    run = Run.objects.latest("id").pk
    assert "1 foyer" in salma.get(f"/runs/{run}/").content.decode()
    assert salma.post(f"/runs/{run}/", {"do": "cancel", "key": "c"}).status_code == 303
    assert Run.objects.get(pk=run).state == "cancelled"
    again = salma.post(f"/runs/{run}/", {"do": "cancel", "key": "d"})
    assert again.status_code == 422


def test_a_part_that_was_put_aside_is_shown_and_tried_again(desk: Desk) -> None:
    waiting.hand_in("R1", decide=False)
    salma = desk("salma")
    start(salma)
    run = Run.objects.latest("id").pk
    for state in ("leased", "parked"):
        Shard.objects.filter(run=run).update(state=state, tries=5, leased_until=clock.now() - timedelta(hours=1))
    shard = Shard.objects.get(run=run)
    assert "Parties mises de côté" in salma.get(f"/runs/{run}/").content.decode()
    assert salma.post(f"/runs/{run}/", {"do": "retry", "shard": "999", "key": "a"}).status_code == 404
    assert salma.post(f"/runs/{run}/", {"do": "retry", "shard": str(shard.pk), "key": "b"}).status_code == 303
    assert Shard.objects.get(pk=shard.pk).state == "waiting"


def test_corrections_are_booked_as_they_were_shown_and_once(desk: Desk) -> None:
    run, number = corrected()
    count, difference = waiting_corrections(run)
    assert (count, difference < 0) == (1, True)
    salma = desk("salma")
    page = salma.get(f"/runs/{run}/corrections/").content.decode()
    assert number in page and f'value="{difference}"' in page
    told = {"count": str(count), "difference": str(difference), "key": "book"}
    wrong = salma.post(f"/runs/{run}/corrections/", told | {"difference": "1", "key": "other"})
    assert wrong.status_code == 422 and Correction.objects.get(run=run).state == "waiting"
    assert salma.post(f"/runs/{run}/corrections/", {"key": "none"}).status_code == 422
    assert [salma.post(f"/runs/{run}/corrections/", told).status_code for _ in range(2)] == [303, 303]
    assert Correction.objects.get(run=run).state == "booked"


def test_a_corrected_file_says_which_reason_makes_the_difference(desk: Desk) -> None:
    run, number = corrected()
    page = desk("salma").get(f"/runs/{run}/corrections/{number}/").content.decode()
    assert "non retenu par le contrôle" in page
    assert desk("salma").get(f"/runs/{run}/corrections/nowhere/").status_code == 404
    assert desk("salma").get("/runs/99999/corrections/").status_code == 404


def test_a_number_that_no_database_holds_is_not_found(desk: Desk) -> None:
    assert desk("salma").get(f"/runs/{10**30}/").status_code == 404
