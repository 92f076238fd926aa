"""The trail at the desk: readable, searched, bounded by who may read it, and verified."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from django.test import Client
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_matrix import employ

import tiwizi.records
from tiwizi.locale import LANGUAGES, catalogue
from tiwizi.records.trail.roles import TECHNICAL


def every_verb() -> set[str]:
    """The verbs of all apps, and the two traces that are no verbs."""
    verbs = {"people.looked", "people.exported"}
    for module in pkgutil.walk_packages(tiwizi.records.__path__, "tiwizi.records."):
        if ".migrations." not in module.name:
            things = vars(importlib.import_module(module.name)).values()
            verbs |= {thing.verb for thing in things if isinstance(getattr(thing, "verb", None), str)}
    return {verb for verb in verbs if re.fullmatch(r"(people|trail|money|cover|care|intake)\.\w+", verb)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_verb_has_its_sentence(lang: str) -> None:
    said = catalogue("desk/trail", lang)
    missing = sorted(key for verb in every_verb() if (key := "did_" + verb.replace(".", "_")) not in said)
    assert not missing, f"locale/{lang}/desk/trail.toml says nothing of {missing}"


def test_what_is_technical_is_a_verb() -> None:
    assert every_verb() >= TECHNICAL


@pytest.fixture
def auditor(records: str) -> None:
    employ("aziz", "internal_auditor")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("address", ["/trail/", "/trail/verify/"])
def test_each_page_is_there_in_each_language(desk: Desk, auditor: None, lang: str, address: str) -> None:
    assert desk("aziz", lang=lang).get(address).status_code == 200
    assert desk("imane", lang=lang).get(address).status_code == 403


def rows(page: str) -> list[str]:
    return re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)


def test_the_auditor_reads_all_and_who_runs_the_machines_technical_events_alone(desk: Desk, auditor: None) -> None:
    address = "/trail/?verb=money.release"
    assert rows(desk("aziz").get(address).content.decode())
    seen = desk("anna").get(address).content.decode()
    assert "A libéré un lot" not in seen
    assert rows(desk("anna").get("/trail/").content.decode())


def test_it_is_searched_by_the_numbers_that_people_know(desk: Desk, auditor: None) -> None:
    from tiwizi.records.care.models import Claim

    claim = Claim.objects.select_related("household").order_by("id").first()
    assert claim is not None
    client = desk("aziz")
    from tiwizi.doors.clock import now
    from tiwizi.records.people.looks import leave_trace
    from tiwizi.records.people.queries import who_acts

    imane = who_acts("imane", at=now())
    assert imane is not None
    leave_trace(imane, subject=f"household:{claim.household_id}", what="household")
    leave_trace(imane, subject=f"claim:{claim.id}", what="claim")
    asked = {
        f"kind=household&number={claim.household.number}&verb=people.looked": 2,
        f"kind=claim&number={claim.number}&verb=people.looked": 1,
        "kind=household&number=nobody": 0,
        f"number={claim.number}&verb=people.looked": 1,
        "kind=user&number=karim&verb=people.create_user": 1,
        "day_since=2020-01-01&day_until=2020-01-02": 0,
        "number=%00'%22%3B--": 0,
    }
    for query, count in asked.items():
        assert len(rows(client.get(f"/trail/?{query}").content.decode())) == count, query


def test_what_is_shown_is_taken_away_and_that_stands_in_the_trail(desk: Desk, auditor: None) -> None:
    client = prove(desk("aziz"))
    taken = client.get("/trail/?verb=people.create_user&export=csv")
    assert taken.status_code == 200
    body = b"".join(taken.streaming_content) if taken.streaming else taken.content
    assert "A créé un utilisateur" in body.decode("utf-8-sig")
    assert "A emporté une liste" in rows(client.get("/trail/").content.decode())[0]


def verified(client: Client, **head: str) -> str:
    """The page once a worker has walked."""
    from tiwizi.doors.clock import now
    from tiwizi.records.trail.walking import work

    assert client.post("/trail/verify/", head)["Location"] == "/trail/verify/"
    work(worker="w1", clock=now)
    return client.get("/trail/verify/").content.decode()


def test_the_chain_is_verified_by_a_button_that_tells_where_it_breaks(desk: Desk, auditor: None) -> None:
    from django.db import connection

    client = desk("aziz")
    holds = verified(client, key="k")
    assert "La chaîne tient" in holds and "aziz" in holds
    digest = re.search(r"whole\">([0-9a-f]{64})<", holds)
    assert digest
    assert "n’est plus là" in verified(client, position="3", digest=digest[1])
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER trail_event_append_only_update")
        cursor.execute("UPDATE trail_event SET verb = 'people.looked' WHERE position = 5")
    assert "Cet événement a été modifié" in verified(client)


def test_a_walk_is_shown_while_it_goes_on_and_the_browser_asks_until_it_has_ended(desk: Desk, auditor: None) -> None:
    from tiwizi.doors.clock import now
    from tiwizi.records.trail.walking import work

    client = desk("aziz")
    assert client.get("/trail/verify/progress/").status_code == 286
    client.post("/trail/verify/", {"key": "k"})
    page = client.get("/trail/verify/").content.decode()
    assert "<progress" in page and 'hx-get="/trail/verify/progress/"' in page
    assert client.get("/trail/verify/progress/").status_code == 200
    again = client.post("/trail/verify/", {"key": "k2"})
    assert again.status_code == 422 and "déjà en cours" in again.content.decode()
    work(worker="w1", clock=now)
    assert client.get("/trail/verify/progress/").status_code == 286


@pytest.mark.parametrize(
    "position, digest", [("x", "00" * 32), ("1", "zz"), ("1", "00"), ("", "00" * 32), ("9" * 40, "00" * 32)]
)
def test_a_head_that_is_none_is_told_and_kept(desk: Desk, auditor: None, position: str, digest: str) -> None:
    answer = desk("aziz").post("/trail/verify/", {"position": position, "digest": digest})
    assert answer.status_code == 422 and digest in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"answer": 7, "amount": 2_000_000}, "Montant\u00a0: 20\u202f000,00\u00a0DH"),
        (
            {"quantity": 0, "price": None, "cause": "not_prescribed"},
            "Quantité\u00a0: 0 · Motif\u00a0: acte",
        ),
        ({"counted": {"people": [3, None, 0], "lines": [2, 99, 0]}}, "Lignes comptées\u00a0: 5"),
        ({"what": "review:92"}, "Page\u00a0: contrôle"),
        ({"effective_on": "2027-01-01", "digest": "ab" * 32}, "01/01/2027 · Empreinte\u00a0: abababab…"),
        ({"of_a_later_version": "x"}, "of_a_later_version\u00a0: x"),
    ],
)
def test_what_an_event_notes_is_said_in_the_readers_words(body: dict[str, object], said: str) -> None:
    from django.utils.translation import override

    from tiwizi.doors.desk.trail_notes import noted
    from tiwizi.locale import FIRST_STRONG_ISOLATE, POP_ISOLATE

    with override("fr"):
        told = noted(body, "MAD").replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "")
    assert said in told
