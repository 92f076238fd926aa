"""Users and roles from the command line: what takes two people takes two."""

from __future__ import annotations

import pytest
from tests.doors.cli.conftest import Tiwizi

from tiwizi.doors.cli.voice import REFUSED, UNUSABLE


@pytest.fixture
def opened(tiwizi: Tiwizi, database: str) -> Tiwizi:
    """A mutual that has just opened, with its two administrators."""
    assert tiwizi("user", "first", "anna", "idir").code == 0
    assert tiwizi("user", "create", "samir", "--name", "Samir Alaoui", "--as", "anna").code == 0
    return tiwizi


def roles(tiwizi: Tiwizi, login: str) -> list[tuple[str, bool]]:
    users = tiwizi("user", "list", "--json").json["users"]
    return [(held["role"], held["in_force"]) for who in users if who["login"] == login for held in who["roles"]]


def test_a_privileged_role_is_in_force_once_a_second_administrator_confirms_it(opened: Tiwizi) -> None:
    assert opened("user", "grant", "samir", "treasurer", "--as", "anna").code == 0
    assert roles(opened, "samir") == [("treasurer", False)]
    assert opened("user", "confirm", "samir", "treasurer", "--as", "anna").code == REFUSED
    assert opened("user", "confirm", "samir", "treasurer", "--as", "idir").code == 0
    assert roles(opened, "samir") == [("treasurer", True)]


def test_a_role_without_privilege_is_in_force_at_once_and_is_taken_away_at_once(opened: Tiwizi) -> None:
    assert opened("user", "grant", "samir", "desk_agent", "--as", "anna").code == 0
    assert roles(opened, "samir") == [("desk_agent", True)]
    assert opened("user", "revoke", "samir", "desk_agent", "--as", "idir").code == 0
    assert roles(opened, "samir") == []


REFUSALS = [
    (("first", "x", "y"), "open"),
    (("create", "samir", "--name", "S", "--as", "anna"), "already"),
    (("create", "x", "--name", "X", "--as", "samir"), "None of your roles"),
    (("create", "x", "--name", "X", "--person", "P9", "--as", "anna"), "no person P9"),
    (("grant", "anna", "treasurer", "--as", "anna"), "themselves"),
    (("grant", "samir", "king", "--as", "anna"), "no role king"),
    (("grant", "nobody", "treasurer", "--as", "anna"), "Nobody"),
    (("grant", "samir", "treasurer", "--region", "R1", "--as", "anna"), "not limited"),
    (("grant", "samir", "desk_agent", "--region", "R1", "--as", "anna"), "no region R1"),
    (("grant", "idir", "desk_agent", "--as", "anna"), "never held by one person"),
    (("confirm", "samir", "treasurer", "--as", "anna"), "has no role treasurer"),
    (("revoke", "idir", "it_admin", "--as", "anna"), "two administrators"),
]


@pytest.mark.parametrize("words, said", REFUSALS)
def test_what_the_gate_refuses_is_said_and_nothing_of_it_stands(
    opened: Tiwizi, words: tuple[str, ...], said: str
) -> None:
    before = opened("user", "list", "--json").out
    refused = opened("user", *words)
    assert refused.code == REFUSED and said in refused.err
    assert opened("user", "list", "--json").out == before


def test_an_invitation_is_a_link_to_set_ones_password_by(opened: Tiwizi) -> None:
    from django.test import Client

    said = opened("user", "invite", "samir", "--as", "anna", "--json").json
    address = said["link"].removeprefix("http://localhost:8000")
    assert "Samir Alaoui" in Client(SERVER_NAME="localhost").get(address, follow=True).content.decode()
    assert opened("user", "invite", "anna", "--as", "anna").code == REFUSED


def test_who_is_closed_has_no_roles_any_more(opened: Tiwizi) -> None:
    assert opened("user", "grant", "samir", "desk_agent", "--as", "anna").code == 0
    assert opened("user", "close", "samir", "--as", "anna", "--json").json["roles"] == 1
    assert roles(opened, "samir") == []
    assert opened("user", "invite", "samir", "--as", "anna").code == REFUSED


def test_who_acts_must_be_said_and_must_exist(opened: Tiwizi) -> None:
    assert "--as" in opened("user", "create", "x", "--name", "X").err
    said = opened("user", "create", "x", "--name", "X", "--as", "ghost")
    assert said.code == UNUSABLE and "ghost" in said.err


def test_the_same_key_gives_the_first_answer_again(opened: Tiwizi) -> None:
    words = ("user", "create", "lina", "--name", "Lina", "--as", "anna", "--key", "form-1", "--json")
    assert opened(*words).json == opened(*words).json
    other = opened("user", "create", "zahra", "--name", "Zahra", "--as", "anna", "--key", "form-1", "--json")
    assert other.code == REFUSED and other.json["error"] == "key_used"


def test_a_manager_opens_a_region_names_it_anew_and_a_role_is_bound_to_it(opened: Tiwizi) -> None:
    assert opened("user", "grant", "samir", "manager", "--as", "anna").code == 0
    assert opened("user", "confirm", "samir", "manager", "--as", "idir").code == 0
    words = ("region", "open", "NOR", "--name-ar", "الشمال", "--name-latin")
    assert opened(*words, "Nord", "--as", "anna").code == REFUSED
    assert opened(*words, "Nort", "--as", "samir", "--json").json == {"region": "NOR", "new": True}
    assert opened(*words, "Nord", "--as", "samir", "--json").json == {"region": "NOR", "new": False}
    assert opened(*words, " ", "--as", "samir").code == REFUSED
    assert opened("user", "create", "hind", "--name", "Hind", "--as", "anna").code == 0
    assert opened("user", "grant", "hind", "desk_agent", "--region", "NOR", "--as", "anna").code == 0
    assert opened("region", "list", "--json").json["regions"] == [
        {"code": "NOR", "name_ar": "الشمال", "name_latin": "Nord", "households": 0, "colleagues": 1}
    ]
    assert "Nord" in opened("region", "list").out
