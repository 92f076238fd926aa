"""Who may do what at the desk: every role at every address, held against the tables in access/.

An address that is in no table fails: add its row, in the file of its subject, from what the table of roles says and not
from what the page does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.doors.desk.access_table import HELD, Route, Row, routes, row_to_add, table
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.foreign import FOREIGN

from tiwizi.doors.clock import now

STRANGER = None
NOT_THERE = 404


def employ(login: str, *roles: str, region: Any = None) -> None:
    """Somebody with these roles in force."""
    from tiwizi.records.people.models import RoleGrant, User

    user = User.objects.create(login=login, name=login, password=_password())
    anna, idir = User.objects.get(login="anna"), User.objects.get(login="idir")
    for role in roles:
        RoleGrant.objects.create(
            user=user, role=role, region=region, asked_by=anna, asked_at=now(), confirmed_by=idir, confirmed_at=now()
        )


@cache
def _password() -> str:
    return make_password("correct horse battery staple")


@dataclass
class Answer:
    """What came back: ``let_in`` unless it was a refusal of who asks."""

    status: int
    place: str

    @property
    def let_in(self) -> bool:
        return self.status != 403 and not self.place.startswith("/account/login/?next=")


def ask(client: Client, method: str, route: Route) -> Answer:
    address = reverse(route.name, kwargs=route.parts)
    answer = client.get(address) if method == "GET" else client.post(address, {})
    return Answer(answer.status_code, answer.get("Location", ""))


def test_every_address_stands_in_the_table() -> None:
    missing = [row_to_add(route) for route in routes() if route.name not in table()]
    assert not missing, "\n\n".join(missing)


def test_every_row_of_the_table_is_an_address() -> None:
    gone = set(table()) - {route.name for route in routes()}
    assert not gone, f"tests/doors/desk/access/ names pages that are not there: {sorted(gone)}"


def test_every_part_of_an_address_is_said_to_name_something() -> None:
    for route in routes():
        if route.name in table():
            said = table()[route.name].of
            assert set(said) == set(route.parts), f"{route.name}: of = {{...}} must name {sorted(route.parts)}"
            unknown = {kind for kind in said.values() if kind != "any" and kind not in FOREIGN}
            assert not unknown, f"{route.name}: tests/doors/desk/foreign.py finds no {unknown}"


@pytest.mark.parametrize("role", [STRANGER, *HELD], ids=lambda role: role or ("stranger" if role is None else "none"))
def test_a_role_opens_what_the_table_says_and_nothing_else(desk: Desk, role: str | None) -> None:
    wrong = []
    if role is not STRANGER:
        employ("somebody", *filter(None, [role]))
    client = None
    for route in routes():
        row = table().get(route.name)
        for method, may in (("GET", row.opens), ("POST", row.posts)) if row else ():
            if client is None or route.name == "account_logout":
                client = desk("" if role is STRANGER else "somebody")
            answer = ask(client, method, route)
            wrong += _faults(route, row, method, role in may, answer)
            client = None if route.name == "account_logout" else client
    assert not wrong, f"{role or 'somebody without a role'}:\n" + "\n".join(wrong)


def _faults(route: Route, row: Row, method: str, may: bool, answer: Answer) -> list[str]:
    told = f"{method} {route.name} answered {answer.status} {answer.place}".rstrip()
    if may:
        return [] if answer.let_in and answer.status != 405 else [f"{told}: the table lets this role in"]
    if not (row.posts if method == "POST" else row.opens):
        takes_none = answer.status in (403, 405, NOT_THERE) or answer.place.startswith("/account/")
        return [] if takes_none else [f"{told}: the table says that it answers nobody"]
    return [] if not answer.let_in else [f"{told}: the table keeps this role out"]


NAMING = [route for route in routes() if route.parts]


@pytest.mark.parametrize("route", NAMING, ids=lambda route: route.name)
def test_what_lies_out_of_reach_is_as_what_is_not_there(desk: Desk, route: Route) -> None:
    """The same answer, letter for letter, for the same number of questions to the database."""
    from tiwizi.records.people.models import Region

    row = table().get(route.name)
    if row is None or "any" in row.of.values():
        pytest.skip("whoever opens it reaches all there are")
    region = Region.objects.create(code="FAR", name_ar="بعيد", name_latin="Loin")
    scoped = [role for role in ("desk_agent", "adjudicator", "medical_adviser") if role in row.opens | row.posts]
    if not scoped:
        pytest.skip("no role that is bound to a region opens it")
    employ("border", *scoped, region=region)
    foreign = {part: FOREIGN[kind]() for part, kind in row.of.items()}
    for method in ["GET"] * bool(row.opens) + ["POST"] * bool(row.posts):
        client = prove(desk("border"))
        client.get("/")
        there, absent = (_answer(client, method, route, parts) for parts in (foreign, _like(route.parts, foreign)))
        assert there == absent, f"{method} {route.name}"
        assert there[0] == NOT_THERE, f"{method} {route.name}: {there[:2]}"


def _like(nobody: dict[str, object], foreign: dict[str, object]) -> dict[str, object]:
    """Names that nothing has, of the same length as those of what is there."""
    return {part: value if isinstance(value, int) else "0" * len(str(foreign[part])) for part, value in nobody.items()}


def _answer(client: Client, method: str, route: Route, parts: dict[str, object]) -> tuple[int, str, str, int]:
    """(status, place, page without what is of this one request, number of questions)"""
    from django.db import connection

    address = reverse(route.name, kwargs=parts)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address) if method == "GET" else client.post(address, {"key": "k"})
    page = re.sub(r'(csrfmiddlewaretoken" value=|csrftoken": )"\w+"', "", answer.content.decode())
    return answer.status_code, answer.get("Location", "").replace(address, ""), page.replace(address, ""), len(asked)


#: Permissions whose use asks for a proof of who one is: money, bank accounts, roles, and above what two decide.
PROVEN = {
    "money.approve", "money.release", "people.request_account", "people.confirm_account", "people.ask_grant",
    "people.confirm_grant", "care.set_limit",
}  # fmt: skip


def test_money_accounts_and_roles_ask_once_more_who_one_is(desk: Desk) -> None:
    wrong = []
    for role in (role for role in HELD if role):
        employ(f"only-{role}", role)
    for route in routes():
        row = table().get(route.name)
        if row is None or not row.posts or reverse(route.name, kwargs=route.parts).startswith("/account/"):
            continue
        need = (
            route.view.post if isinstance(getattr(route.view, "post", None), str) else getattr(route.view, "need", "")
        )
        expected = row.proof if row.proof is not None else need in PROVEN
        login = f"only-{sorted(filter(None, row.posts))[0]}"
        asked = ask(desk(login), "POST", route).place.startswith("/account/reauthenticate/")
        if asked != expected:
            wrong.append(f"{route.name}: {'asks' if asked else 'does not ask'} for a proof (page(step_up=...))")
        if asked and ask(prove(desk(login)), "POST", route).place.startswith("/account/reauthenticate/"):
            wrong.append(f"{route.name}: asks again within five minutes")
    assert not wrong, "\n".join(wrong)


def test_outside_the_demo_no_page_opens_without_a_second_factor(desk: Desk) -> None:
    employ("somebody", "desk_agent", "internal_auditor")
    client = desk("somebody", second_factor=True)
    for route in routes():
        address = reverse(route.name, kwargs=route.parts)
        if address.startswith("/account/") or route.name == "set_language":
            continue
        answer = client.get(address)
        assert (answer.status_code, answer.get("Location")) == (302, "/account/2fa/"), route.name
