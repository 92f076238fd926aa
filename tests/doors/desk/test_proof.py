"""A fresh proof of who one is before what is grave: what was typed comes through it, and so does what is taken away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_sign_in import PASSWORD, invited, sign_in

REFRESH = "Refresh"


def at_work(desk: Desk, login: str) -> Client:
    """Somebody who signed in long ago."""
    client = desk()
    invited(client, login)
    sign_in(client, login)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    return client


def proven_at(client: Client, asked: Any) -> Any:
    """The answer to a right password, where ``asked`` sent to prove who one is."""
    assert asked.status_code == 302 and asked["Location"].startswith("/account/reauthenticate/?next="), asked
    return client.post(asked["Location"], {"password": PASSWORD})


TAKEN = [
    ("leila", "/payments/?state=released&sort=-batch", "export=csv"),
    ("leila", "/payments/?state=released&sort=-batch", "export=xlsx"),
    ("hicham", "/books/export/?book=sm&since=2026-01-01", "format=sage"),
    ("malika", "/trail/?verb=people.create_user", "export=csv"),
]


@pytest.mark.parametrize(("login", "page", "take"), TAKEN)
def test_nothing_is_taken_away_before_a_proof_and_it_comes_by_itself_after(
    desk: Desk, login: str, page: str, take: str
) -> None:
    from tiwizi.records.trail.models import Event

    client = at_work(desk, login)
    assert "Content-Disposition" not in client.get(page)
    back = proven_at(client, client.get(f"{page}&{take}"))
    assert not Event.objects.filter(verb="people.exported").exists()
    assert (back.status_code, back["Location"]) == (302, f"{page}&take={take.partition('=')[2]}")
    shown = client.get(back["Location"])
    assert (shown.status_code, shown[REFRESH]) == (200, f"0;url={page}&{take}")
    assert "attachment" in client.get(f"{page}&{take}")["Content-Disposition"]
    assert Event.objects.filter(verb="people.exported").count() == 1


def test_a_list_that_was_to_be_taken_away_long_ago_is_shown_and_nothing_comes(desk: Desk) -> None:
    assert REFRESH not in at_work(desk, "leila").get("/payments/?take=csv")


def test_what_comes_by_itself_is_of_this_page_whatever_its_address_says(desk: Desk) -> None:
    shown = prove(desk("leila")).get("/payments/?take=csv&state=%0d%0aSet-Cookie:x&b=;url=https://elsewhere.example/")
    assert shown[REFRESH].startswith("0;url=/payments/?") and "://" not in shown[REFRESH]


def test_a_form_that_had_to_wait_is_sent_again_by_itself_with_the_query_of_its_address(desk: Desk) -> None:
    from tiwizi.records.people.models import User

    client = at_work(desk, "anna")
    said = {"login": "zahra", "name": "زهرة Zahra & Cie", "key": "k1"}
    done = proven_at(client, client.post("/staff/new/?from=x&y=1", said))
    assert (done.status_code, done["Location"]) == (303, "/staff/of/zahra/")
    assert User.objects.get(login="zahra").name == said["name"]


def test_a_form_that_is_wrong_after_the_proof_still_leads_to_its_own_address(desk: Desk) -> None:
    client = at_work(desk, "anna")
    shown = proven_at(client, client.post("/staff/new/?from=x", {"login": "No login", "name": "Zahra", "key": "k1"}))
    page = shown.content.decode()
    assert shown.status_code == 422 and 'value="No login"' in page
    assert re.search(r'<form method="post" action="/staff/new/\?from=x"', page)


def test_every_form_that_may_wait_for_a_proof_says_where_it_goes() -> None:
    """What a form answers after the proof is shown at the address of the proof."""
    import inspect
    from pathlib import Path

    from tests.doors.desk.access_table import routes

    from tiwizi.doors import desk as room

    folder = Path(room.__file__).parent / "templates"
    names: set[str] = set()
    for route in routes():
        if getattr(route.view, "step_up", False):
            names |= set(re.findall(r'"(desk/\w+\.html)"', inspect.getsource(inspect.unwrap(route.view))))
    assert len(names) >= 7
    for name in names:
        for form in re.findall(r'<form method="post"[^>]*>', (folder / name).read_text(encoding="utf-8")):
            assert 'action="' in form, (name, form)
