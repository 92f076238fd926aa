"""On the page of a file: an appeal against it, and taking it or a line of it back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.records.care.models import ClaimLine, Withdrawal
from tiwizi.records.intake.operations import enter_claim

LANGUAGES = ("ar", "fr", "en")


def hand_in(number: str = "W1") -> list[int]:
    """A file of two lines; their ids."""
    (first,) = [waiting.hand_in(number)]
    home, _, person = waiting.household()
    line = ClaimLine.objects.get(claim_id=first)
    told = {"line": "2", "person": person, "date": str(line.day), "code": "CS", "quantity": "1", "billed": "250"}
    claim = {"claim": number, "received_on": str(line.claim.received), "sector": "private", "provider": "DEMO-0001"}
    return [int(one) for one in enter_claim(waiting.by("imane"), household=home, claim=claim, lines=[told])["lines"]]


def links(page: str) -> set[str]:
    return set(re.findall(r'href="(/(?:withdraw|appeals/new)/[^"]*)"', page))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_leads_who_takes_files_in_to_its_appeal_and_to_taking_it_back(desk: Desk, lang: str) -> None:
    first, second = hand_in()
    page = desk("imane", lang=lang).get("/claim/W1/").content.decode()
    assert links(page) == {
        "/withdraw/W1/", f"/withdraw/W1/?line={first}", f"/withdraw/W1/?line={second}", "/appeals/new/W1/",
    }  # fmt: skip
    assert links(desk("yasmine", lang=lang).get("/claim/W1/").content.decode()) == set()


def test_an_appeal_that_waits_is_shown_instead_of_a_second_one(desk: Desk) -> None:
    from datetime import timedelta

    from tiwizi.doors import clock
    from tiwizi.records.care.operations.appeals import raise_appeal

    hand_in()
    claim = ClaimLine.objects.filter(claim__number="W1")[0].claim_id
    until = clock.today() + timedelta(days=30)
    appeal = raise_appeal(waiting.by("imane"), claim=claim, grounds="not enough", deadline=until)
    page = desk("imane").get("/claim/W1/").content.decode()
    assert "/appeals/new/W1/" not in links(page) and f'href="/appeals/{appeal}/"' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_line_is_taken_back_with_a_reason_that_the_file_then_tells(desk: Desk, lang: str) -> None:
    first, second = hand_in()
    client = desk("imane", lang=lang)
    form = client.get(f"/withdraw/W1/?line={second}").content.decode()
    assert re.findall(r'name="line" value="(\d+)" checked', form) == [str(second)]
    again = client.post("/withdraw/W1/", {"line": [second], "reason": " ", "key": "w"})
    assert again.status_code == 422 and not Withdrawal.objects.exists()
    assert re.findall(r'name="line" value="(\d+)" checked', again.content.decode()) == [str(second)]
    sent: dict[str, Any] = {"line": [second], "reason": "saisie deux fois", "key": "w"}
    assert [client.post("/withdraw/W1/", sent).status_code for _ in range(2)] == [303, 303], "sent twice, done once"
    page = client.get("/claim/W1/").content.decode()
    assert "saisie deux fois" in page and "Imane" in page and links(page) >= {"/withdraw/W1/"}
    assert list(ClaimLine.objects.filter(withdrawn=True).values_list("id", flat=True)) == [second]


def test_a_whole_file_is_taken_back_and_then_there_is_nothing_left_to_take(desk: Desk) -> None:
    own = hand_in()
    client = desk("imane", lang="en")
    assert client.get("/withdraw/W1/").content.decode().count(" checked") == 2
    assert client.post("/withdraw/W1/", {"line": own, "reason": "x", "key": "w"})["Location"] == "/claim/W1/"
    page = client.get("/claim/W1/").content.decode()
    assert "Withdrawn" in page and links(page) == set()
    assert 'name="reason"' not in client.get("/withdraw/W1/").content.decode()
    refused = client.post("/withdraw/W1/", {"line": own, "reason": "x", "key": "other"})
    assert refused.status_code == 422


def test_a_file_that_is_paid_says_so_and_takes_nothing_back(desk: Desk) -> None:
    from tiwizi.records.money.models import DECISION, PaymentItem

    item = PaymentItem.objects.filter(transfer__source=DECISION).exclude(order__batch__state="cancelled")[0]
    line = ClaimLine.objects.filter(claim_id=item.transfer.subject)[0]
    number, client = line.claim.number, desk("imane", lang="en")
    assert not [link for link in links(client.get(f"/claim/{number}/").content.decode()) if "withdraw" in link]
    form = client.get(f"/withdraw/{number}/").content.decode()
    assert item.order.reference in form and 'name="reason"' not in form
    sent = client.post(f"/withdraw/{number}/", {"line": line.id, "reason": "x", "key": "w"})
    assert sent.status_code == 422 and item.order.reference in sent.content.decode()
