"""``tiwizi user``: who may act, and as what. Roles are given by two people where much hangs on them."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tiwizi.doors.cli.open_records import Who, acts, records, the_clock
from tiwizi.doors.cli.voice import Voice, explained, speaks

Login = Annotated[str, typer.Argument(metavar="LOGIN", help=explained("login"))]
Role = Annotated[str, typer.Argument(metavar="ROLE", help=explained("role"))]


@speaks
@records
def first(
    voice: Voice,
    one: Login,
    other: Annotated[str, typer.Argument(metavar="LOGIN", help=explained("other_login"))],
) -> None:
    from tiwizi.records.people.operations.users import open_administration

    numbers = open_administration(the_clock(), logins=[one, other])
    voice.say("administration_open", one=one, other=other)
    voice.answer({"users": numbers})


@speaks
@acts
def create(
    voice: Voice,
    who: Who,
    login: Login,
    *,
    name: Annotated[str, typer.Option("--name", help=explained("user_name"))],
    person: Annotated[str | None, typer.Option("--person", metavar="NUMBER", help=explained("user_person"))] = None,
) -> None:
    from tiwizi.records.people.operations.users import create_user

    number = create_user(who.by(), login=login, name=name, person=person)
    voice.say("user_created", login=login)
    voice.answer({"user": number, "login": login})


@speaks
@acts
def grant(
    voice: Voice,
    who: Who,
    login: Login,
    role: Role,
    *,
    region: Annotated[str | None, typer.Option("--region", metavar="CODE", help=explained("region"))] = None,
) -> None:
    from tiwizi.records.people.operations.users import ask_grant
    from tiwizi.records.trail.roles import ROLES

    number = ask_grant(who.by(), login=login, role=role, region=region)
    waits = ROLES[role].privileged
    voice.say("grant_waits" if waits else "granted", login=login, role=role)
    voice.answer({"grant": number, "in_force": not waits})


@speaks
@acts
def confirm(voice: Voice, who: Who, login: Login, role: Role) -> None:
    from tiwizi.records.people.operations.users import confirm_grant

    number = confirm_grant(who.by(), login=login, role=role)
    voice.say("granted", login=login, role=role)
    voice.answer({"grant": number, "in_force": True})


@speaks
@acts
def revoke(voice: Voice, who: Who, login: Login, role: Role) -> None:
    from tiwizi.records.people.operations.users import revoke_grant

    number = revoke_grant(who.by(), login=login, role=role)
    voice.say("revoked", login=login, role=role)
    voice.answer({"grant": number})


@speaks
@acts
def invite(voice: Voice, who: Who, login: Login) -> None:
    """A link by which somebody else sets a password; it is on record who made it."""
    from tiwizi.records.people.operations.entry import invite as note_invitation

    number = note_invitation(who.by(), login=login)
    link = _link(login)
    voice.say("invited", login=login, link=link)
    voice.answer({"user": number, "link": link})


def _link(login: str) -> str:
    """Signed with the secret of the desk, which need not run now."""
    from django.conf import settings

    from tiwizi.doors.cli.secret import VARIABLE, find_secret
    from tiwizi.doors.desk.sign_in import invitation

    find_secret(os.environ.get("TIWIZI_DATABASE", "tiwizi.sqlite3"))
    settings.SECRET_KEY = os.environ[VARIABLE]
    return invitation(login)


@speaks
@acts
def close(voice: Voice, who: Who, login: Login) -> None:
    from tiwizi.records.people.operations.entry import close_user

    gone = close_user(who.by(), login=login)
    voice.say("user_closed", login=login, count=gone)
    voice.answer({"login": login, "roles": gone})


@speaks
@records
def list_users(voice: Voice) -> None:
    from tiwizi.records.people.queries import users

    everybody = users()
    columns = [voice.text(f"column_{name}") for name in ("login", "name", "roles")]
    rows = [[who.login, who.name, ", ".join(_role(voice, *held) for held in who.roles)] for who in everybody]
    voice.table("", columns, rows, names=(0, 1, 2))
    voice.answer({"users": [_as_values(*who) for who in everybody]})


def _role(voice: Voice, role: str, region: str, in_force: bool) -> str:
    named = f"{role} ({region})" if region else role
    return named if in_force else voice.text("role_waits", role=named)


def _as_values(login: str, name: str, active: bool, roles: tuple[tuple[str, str, bool], ...]) -> dict[str, object]:
    held = [{"role": role, "region": region, "in_force": in_force} for role, region, in_force in roles]
    return {"login": login, "name": name, "active": active, "roles": held}


COMMANDS = {
    "first": first, "create": create, "grant": grant, "confirm": confirm, "revoke": revoke, "invite": invite,
    "close": close, "list": list_users,
}  # fmt: skip
