"""Breaking the glass at the desk: for one household, from its page or that of its file."""

from __future__ import annotations

from typing import Any

import pytest
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_matrix import employ

from tiwizi.locale import LANGUAGES

REASON = "شكاية رقم 12 بطلب من المكتب المسير"


def two_files() -> list[Any]:
    """Lines of two households, decided."""
    from tiwizi.records.care.models import Decision

    lines = [one.line for one in Decision.objects.order_by("line_id").select_related("line__claim__household")]
    first = lines[0]
    return [first, next(line for line in lines if line.claim.household_id != first.claim.household_id)]


@pytest.fixture
def office(desk: Desk) -> None:
    employ("aziz", "internal_auditor")
    employ("dounia", "dpo")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_are_there_in_each_language(desk: Desk, office: None, lang: str) -> None:
    number = two_files()[0].claim.household.number
    for address in ("/glass/", f"/household/{number}/glass/"):
        assert desk("aziz", lang=lang).get(address).status_code == 200
        assert desk("imane", lang=lang).get(address).status_code == 403


def test_the_care_of_one_household_is_read_after_a_proof_for_a_reason_and_no_other(desk: Desk, office: None) -> None:
    (line, other), client = two_files(), desk("aziz")
    here, there, code = line.claim, other.claim, f"{line.act.code}</bdi>"
    shown = client.get(f"/claim/{here.number}/").content.decode()
    address = f"/household/{here.household.number}/glass/?file={here.number}"
    assert f'href="{address}"' in shown and code not in shown
    assert client.post(address, {"reason": REASON})["Location"].startswith("/account/reauthenticate/")
    prove(client)
    short = client.post(address, {"reason": "شكاية", "key": "k0"})
    assert short.status_code == 422 and "شكاية</textarea>" in short.content.decode()
    for _ in range(2):
        done = client.post(address, {"reason": REASON, "key": "k1"})
        assert (done.status_code, done["Location"]) == (303, f"/claim/{here.number}/")
    assert code in client.get(f"/claim/{here.number}/").content.decode()
    assert "/glass/?file=" in client.get(f"/claim/{there.number}/").content.decode()
    assert "/glass/" not in client.get(f"/household/{here.household.number}/").content.decode().partition("<h1")[2]
    listed = desk("dounia").get("/glass/").content.decode()
    assert listed.count(REASON) == 1 and f"/household/{here.household.number}/" in listed


def test_where_it_is_broken_from_is_always_a_page_of_the_desk(desk: Desk, office: None) -> None:
    number = two_files()[0].claim.household.number
    for file in ("//elsewhere.example", "https://elsewhere.example", "\\\\elsewhere", "..//..//elsewhere"):
        client = prove(desk("aziz"))
        done = client.post(f"/household/{number}/glass/?file={file}", {"reason": REASON, "key": file})
        assert done.status_code == 303 and done["Location"].startswith("/claim/"), done["Location"]
