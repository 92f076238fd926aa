"""From enrolment to cover: a counter that may not start a cover asks for it, and the contributions office answers."""

from __future__ import annotations

from typing import Any

from django.test import Client
from tests.doors.desk.conftest import Desk
from tests.doors.desk.test_changes import HOME, MEMBER, sent
from tests.doors.desk.test_matrix import employ


def counter(desk: Desk) -> Client:
    """Somebody of the counter and nothing else, who enrolled a household."""
    employ("samira", "desk_agent")
    client = desk("samira")
    assert sent(client, "/enrol/", MEMBER).status_code == 303
    return client


def requests(**narrowed: Any) -> list[Any]:
    from tiwizi.records.cover.models import CoverRequest

    return list(CoverRequest.objects.filter(household__number=HOME, **narrowed).order_by("id"))


def covers() -> set[str]:
    from tiwizi.records.cover.models import Cover

    return set(Cover.objects.filter(household__number=HOME).values_list("plan__code", flat=True))


def test_enrolment_at_the_counter_says_that_the_household_waits_for_its_cover(desk: Desk) -> None:
    employ("samira", "desk_agent")
    client = desk("samira")
    looked = client.post("/enrol/", MEMBER | {"step": "look"}).content.decode()
    assert "demandée à partir du 1er mars 2026" in looked and "AMO, MGPAP-SM." in looked and "Délai d’attente" in looked
    answer = sent(client, "/enrol/", MEMBER)
    page = client.get(answer["Location"]).content.decode()
    assert "Le foyer n’est pas encore couvert" in page and page.count("au service des cotisations de les ouvrir") == 1
    assert covers() == set() and {one.plan.code for one in requests()} == {"AMO", "MGPAP-SM"}


def test_the_contributions_office_finds_what_was_asked_for_and_starts_it(desk: Desk) -> None:
    counter(desk)
    office = desk("tariq")
    assert "couvertures demandées au guichet" in office.get("/").content.decode()
    (asked, other) = requests()
    listed = office.get("/covers/").content.decode()
    assert f"/covers/{asked.id}/" in listed and f"/covers/{other.id}/" in listed
    page = office.get(f"/covers/{asked.id}/").content.decode()
    assert "s’ouvre pour tout le foyer le 1er mars 2026" in page and "Fatima Bennani" in page
    done = office.post(f"/covers/{asked.id}/", {"do": "start", "key": "s1"})
    assert (done.status_code, covers()) == (303, {asked.plan.code})
    again = office.post(f"/covers/{asked.id}/", {"do": "start", "key": "s2"})
    assert again.status_code == 422 and "déjà sa réponse" in again.content.decode()


def test_a_refusal_says_why_and_the_counter_reads_it(desk: Desk) -> None:
    client = counter(desk)
    office, asked = desk("tariq"), requests()[0]
    bare = office.post(f"/covers/{asked.id}/", {"do": "refuse", "key": "r1"})
    assert bare.status_code == 422 and 'id="reason-fault"' in bare.content.decode()
    office.post(f"/covers/{asked.id}/", {"do": "refuse", "reason": "Attestation de travail manquante", "key": "r2"})
    page = client.get(f"/household/{HOME}/").content.decode()
    assert "Attestation de travail manquante" in page and covers() == set()
    plans = client.get(f"/household/{HOME}/changes/cover/").content.decode()
    assert f'value="{asked.plan.code}"' in plans and f'value="{requests()[1].plan.code}"' not in plans


def test_a_household_without_cover_has_one_started_by_who_may(desk: Desk) -> None:
    client = desk("tariq")
    assert sent(client, "/enrol/", MEMBER | {"plans": []}).status_code == 303
    none = client.post(f"/household/{HOME}/changes/cover/", {"on": "2026-04-01", "step": "look"})
    assert none.status_code == 422 and 'id="e_plans"' in none.content.decode()
    done = sent(client, f"/household/{HOME}/changes/cover/", {"on": "2026-04-01", "plans": ["AMO"]}, key="c1")
    assert (done.status_code, covers()) == (303, {"AMO"})
    assert "Couverture ouverte" in client.get(done["Location"]).content.decode()
