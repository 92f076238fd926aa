"""People who work here: who they are, which roles they hold, what waits for a second signature, how they come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.desk.sign_in import end_sessions, forget_second_factor, have_second_factor, invitation
from tiwizi.doors.desk.templatetags.staff import role as named
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import language, listed, t
from tiwizi.records.people.operations.entry import (
    ask_factor_reset,
    close_user,
    end_factor_reset,
    invite,
    open_user,
)
from tiwizi.records.people.operations.users import ask_grant, confirm_grant, create_user, revoke_grant
from tiwizi.records.people.places import region_names
from tiwizi.records.people.staff import GIVEN, Colleague, colleague, colleagues, giveable, regions

NEED, GIVES = "people.read_staff", "people.ask_grant"


@page(NEED)
def staff(request: Desk) -> HttpResponse:
    everybody = colleagues()
    safe = have_second_factor(one.id for one in everybody)
    waiting = [(one, held) for one in everybody for held in one.held if held.waits]
    resets = [one for one in everybody if one.reset]
    context = {"waiting": waiting, "resets": resets, "places": region_names(language())}
    return answer(request, _listing(everybody, safe), "desk/staff.html", context)


def _listing(everybody: list[Colleague], safe: set[int]) -> Listing:
    places = region_names(language())
    columns = (
        Column("name", "staff:name", "name", link=lambda one: reverse("colleague", args=[one.login])),
        Column("login", "staff:login", "code"),
        Column("roles", "staff:roles", value=lambda one: _roles_said(one, places)),
        Column("safe", "staff:second_factor", value=lambda one: t("staff:yes" if one.id in safe else "staff:no")),
        Column("last_login", "staff:last_login", "moment"),
        Column("active", "staff:works_here", value=lambda one: t("staff:yes" if one.active else "staff:no")),
    )
    filters = (
        Filter("words", "list:words"),
        Filter(
            "role", "staff:role", "choice", choices=_role_choices,
            matches=lambda one, role: any(held.role == role for held in one.held),
        ),
        Filter("gone", "staff:gone", "flag", matches=lambda one, _: not one.active),
    )  # fmt: skip
    return Listing("staff", "staff:title", columns, rows=lambda: everybody, filters=filters, sort="name", need=NEED)


def _roles_said(one: Colleague, places: dict[str, str]) -> str:
    return listed(
        named(held.role)
        + (f" ({places.get(held.region, held.region)})" if held.region else "")
        + (f" – {t('staff:waits')}" if held.waits else "")
        for held in one.held
    )


def _role_choices() -> list[tuple[str, str]]:
    return [(role, named(role)) for role in GIVEN]


@page(NEED, post=GIVES, step_up=True)
def new_colleague(request: Desk) -> HttpResponse:
    said = {name: request.POST.get(name, "").strip() for name in ("login", "name", "person")}
    wrong: dict[str, str] = {}
    refusal = None
    if request.method == "POST":
        wrong = {name: t(f"staff:wrong_{name}") for name in ("login", "name") if not _fits(name, said[name])}
        if not wrong:
            _, refusal = attempt(
                request, create_user, login=said["login"], name=said["name"], person=said["person"] or None
            )
            if refusal is None:
                messages.success(request, t("staff:created", name=said["name"]))
                return HttpResponseRedirect(reverse("colleague", args=[said["login"]]), status=303)
    context = {"said": said, "wrong": wrong, "refusal": refusal}
    return render(request, "desk/colleague_new.html", context, status=422 if wrong or refusal else 200)


def _fits(name: str, value: str) -> bool:
    """A login is what people type anywhere: small Latin letters, digits, and signs between them."""
    if name == "name":
        return 0 < len(value) <= 200 and value.isprintable()
    return 2 <= len(value) <= 60 and value.isascii() and value == value.lower() and value.strip(".-_") == value and (
        value.replace(".", "").replace("-", "").replace("_", "").isalnum()
    )  # fmt: skip


class Does(NamedTuple):
    """What a button of somebody's page does. ``takes``: the names of its fields, "" of them is nothing."""

    verb: Callable[..., Any]
    takes: tuple[str, ...] = ()


#: What the buttons of a page of somebody say ("act") -> what is done.
ACTS: Mapping[str, Does] = {
    "grant": Does(ask_grant, ("role", "region")),
    "confirm": Does(confirm_grant, ("role",)),
    "revoke": Does(revoke_grant, ("role",)),
    "invite": Does(invite),
    "ask_reset": Does(ask_factor_reset),
    "confirm_reset": Does(forget_second_factor),
    "end_reset": Does(end_factor_reset),
    "close": Does(close_user),
    "open": Does(open_user),
}
#: After these, whose page it is needs a link to come in.
LEAD_IN = ("invite", "confirm_reset")


@page(NEED, post=GIVES, step_up=True)
def colleague_page(request: Desk, login: str) -> HttpResponse:
    one = colleague(login)
    if one is None:
        raise Http404
    link, refusal, act = "", None, request.POST.get("act", "")
    if request.method == "POST" and act in ACTS:
        does = ACTS[act]
        values = {name: request.POST.get(name) or None for name in does.takes}
        values |= {"role": values["role"] or ""} if "role" in values else {}
        _, refusal = attempt(request, does.verb, login=login, **values)
        if refusal is None:
            if act == "close":
                end_sessions(one.id)
            if act not in LEAD_IN:
                messages.success(request, t(f"staff:done_{act}"))
                return HttpResponseRedirect(request.path, status=303)
            link = invitation(login)
    return _shown(request, login, link=link, refusal=refusal, act=act)


def _shown(request: Desk, login: str, *, link: str, refusal: dict[str, str] | None, act: str) -> HttpResponse:
    one = colleague(login)
    assert one is not None, "it was there, and users are never deleted"
    roles = giveable(one)
    context = {
        "one": one,
        "is_self": one.id == request.by.user,
        "may_give": request.by.may(GIVES),
        "safe": bool(have_second_factor([one.id])),
        "roles": [role for role in roles if not role.meets],
        "apart": [role for role in roles if role.meets],
        "regions": regions(),
        "places": region_names(language()),
        "said": request.POST,
        "link": link,
        "refusal": refusal,
        "act": act,
    }
    return render(request, "desk/colleague.html", context, status=422 if refusal else 200)


PAGES = (
    ("staff/", staff, "staff"),
    ("staff/new/", new_colleague, "new_colleague"),
    ("staff/of/<str:login>/", colleague_page, "colleague"),
)
