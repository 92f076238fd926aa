"""People who work here, at the desk: roles given by two, links, lost second factors, leaving."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_sign_in import PASSWORD, invited, set_up_app, sign_in

from tiwizi.doors.clock import now
from tiwizi.locale import LANGUAGES


@pytest.fixture
def anna(desk: Desk) -> Client:
    return prove(desk("anna"))


def does(client: Client, login: str, act: str, **said: str):  # type: ignore[no-untyped-def]
    return client.post(f"/staff/of/{login}/", {"act": act, "key": f"{act}{login}{said}", **said})


def roles_of(login: str) -> dict[str, bool]:
    """role -> whether it waits."""
    from tiwizi.records.people.staff import colleague

    one = colleague(login)
    assert one is not None
    return {held.role: held.waits for held in one.held}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("address", ["/staff/", "/staff/new/", "/staff/of/imane/", "/staff/of/anna/"])
def test_each_page_is_there_in_each_language(desk: Desk, lang: str, address: str) -> None:
    assert desk("anna", lang=lang).get(address).status_code == 200
    assert desk("imane", lang=lang).get(address).status_code == 403


def test_the_number_of_questions_does_not_grow_with_the_colleagues(desk: Desk) -> None:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = desk("anna")
    client.get("/staff/")
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/staff/")
        counts.append(len(asked))
        for number in range(20):
            get_user_model().objects.create(login=f"new{turn}.{number}", name=f"New {number}")
    assert counts[0] == counts[1]


def test_a_privileged_role_waits_for_a_second_administrator_who_sees_it_waiting(desk: Desk, anna: Client) -> None:
    assert does(anna, "karim", "revoke", role="manager").status_code == 303
    assert does(anna, "karim", "grant", role="treasurer").status_code == 303
    assert roles_of("karim") == {"treasurer": True}
    refused = does(anna, "karim", "confirm", role="treasurer")
    assert refused.status_code == 422 and "deux personnes" in refused.content.decode()
    idir = prove(desk("idir"))
    assert "Trésorier" in idir.get("/staff/").content.decode()
    assert does(idir, "karim", "confirm", role="treasurer").status_code == 303
    assert roles_of("karim") == {"treasurer": False}


def test_roles_that_must_not_meet_are_told_before_one_sends_and_refused_when_one_does(anna: Client) -> None:
    page = anna.get("/staff/of/leila/").content.decode()
    assert not re.search(r'name="role" value="payment_preparer" required', page)
    assert "jamais avec" in page
    refused = does(anna, "leila", "grant", role="payment_preparer")
    assert refused.status_code == 422 and 'role="alert"' in refused.content.decode()


def test_a_colleague_is_added_once_and_what_was_typed_stays_when_it_is_refused(anna: Client) -> None:
    said = {"login": "s.alaoui", "name": "سمير العلوي", "person": "", "key": "k1"}
    for _ in range(2):
        added = anna.post("/staff/new/", said)
        assert (added.status_code, added["Location"]) == (303, "/staff/of/s.alaoui/")
    wrong = anna.post("/staff/new/", said | {"login": "imane", "key": "k2"})
    assert wrong.status_code == 422 and "سمير العلوي" in wrong.content.decode()
    for login in ("Samir", "s alaoui", "سمير", ".x", "x" * 61, "a/b", "../x"):
        wrong = anna.post("/staff/new/", said | {"login": login, "key": login})
        assert wrong.status_code == 422 and 'id="login-error"' in wrong.content.decode(), login


def test_a_link_is_shown_once_and_opens_the_door(desk: Desk, anna: Client) -> None:
    page = does(anna, "karim", "invite").content.decode()
    found = re.search(r'id="link">([^<]+)<', page)
    assert found
    form = desk().get(found[1].removeprefix(settings.ADDRESS), follow=True)
    assert "Pour Karim." in form.content.decode()
    assert found[1] not in anna.get("/staff/of/karim/").content.decode()


def test_a_lost_second_factor_is_taken_away_by_two_and_the_trail_tells(desk: Desk, anna: Client) -> None:
    from tiwizi.records.people.staff import colleague
    from tiwizi.records.trail.queries import history

    imane = desk(second_factor=True)
    invited(imane, "imane")
    sign_in(imane, "imane")
    set_up_app(imane)
    anna, idir = prove(desk("anna")), prove(desk("idir"))
    assert does(anna, "imane", "confirm_reset").status_code == 422
    assert does(anna, "imane", "ask_reset").status_code == 303
    assert does(anna, "imane", "confirm_reset").status_code == 422
    assert imane.get("/").status_code == 200
    assert 'id="link"' in does(idir, "imane", "confirm_reset").content.decode()
    assert imane.get("/").status_code == 302
    imane = desk(second_factor=True)
    assert sign_in(imane, "imane", PASSWORD)["Location"] == "/"
    assert imane.get("/")["Location"] == "/account/2fa/"
    one = colleague("imane")
    assert one is not None
    told = [event.verb for event in history("user", one.id, limit=2)]
    assert told == ["people.confirm_factor_reset", "people.ask_factor_reset"]


def test_a_role_is_given_once_it_is_proven_who_gives_it_and_what_was_sent_is_not_lost(desk: Desk) -> None:
    client = desk()
    invited(client, "anna")
    sign_in(client, "anna")
    asked = does(client, "karim", "grant", role="desk_agent")
    assert asked.status_code == 302 and asked["Location"].startswith("/account/reauthenticate/?next=")
    assert "desk_agent" not in roles_of("karim")
    assert client.post(asked["Location"], {"password": "no such thing"}).status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD}).status_code == 303
    assert roles_of("karim")["desk_agent"] is False
    assert does(client, "karim", "revoke", role="desk_agent").status_code == 303


def test_a_proof_is_good_for_five_minutes(desk: Desk) -> None:
    from allauth.account.internal.flows import login

    client = prove(desk("anna"))
    session = client.session
    for seconds, status in ((299, 303), (301, 302)):
        records = session[login.AUTHENTICATION_METHODS_SESSION_KEY]
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [records[0] | {"at": now().timestamp() - seconds}]
        session.save()
        act = "grant" if status == 303 else "revoke"
        assert does(client, "karim", act, role="desk_agent").status_code == status


def test_who_leaves_is_out_at_once(desk: Desk, anna: Client) -> None:
    karim = desk("karim")
    assert karim.get("/").status_code == 200
    assert does(anna, "karim", "close").status_code == 303
    assert karim.get("/").status_code == 302
    assert roles_of("karim") == {}
    assert does(anna, "karim", "open").status_code == 303


def test_nobody_acts_for_themselves_or_on_who_is_not_there(anna: Client) -> None:
    for act in ("invite", "ask_reset", "close"):
        assert does(anna, "anna", act).status_code == 422
    assert does(anna, "anna", "grant", role="desk_agent").status_code == 422
    assert does(anna, "nobody", "invite").status_code == 404
    assert does(anna, "imane", "grant", role="king").status_code == 422
    assert does(anna, "imane", "grant").status_code == 422
    assert does(anna, "imane", "no such act").status_code == 200
