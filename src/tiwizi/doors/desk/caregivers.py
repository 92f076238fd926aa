"""Those who give care: the list, one of them with what was agreed on and what their files come to, and where they are
paid. An agreement is changed by ending it on the day on which another begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.accounts import LONGEST, check_typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, answer
from tiwizi.doors.look.listing import Page as Rows
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.operations.providers import ICE_DIGITS, agree, end_agreement, register_provider
from tiwizi.records.care.queries.provider_file import (
    SORTS,
    ProviderFile,
    files_of_provider,
    provider_file,
    provider_rows,
    specialties,
    towns,
)
from tiwizi.records.cover.queries import in_force, prices
from tiwizi.records.people.accounts import accounts_of_payee, sees_accounts
from tiwizi.records.people.looks import within_reach
from tiwizi.records.people.operations.accounts import end_account, request_account
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.terms import ATTRIBUTES

NEED, WRITES, AGREES = "care.read_providers", "care.write_providers", "care.agree"
#: What leads on from the page of one of them. They lie in no region: who is bound to one only reads.
MAY = {"write": WRITES, "agree": AGREES, "ask": "people.request_account"}
WORDS = ("name_ar", "name_latin", "specialty", "town", "ice", "sector", "level")
#: Prices of their own that are shown; more are counted.
SHOWN = 30


# -- the list ----------------------------------------------------------------------------------------------------------


@page(NEED)
def provider_list(request: Desk) -> HttpResponse:
    return answer(request, _listing(), "desk/provider_list.html", {"may_write": request.by.may(WRITES)})


def _listing() -> Listing:
    today = clock.today()

    def ask(asked: Asked) -> Rows:
        rows, following, count = provider_rows(
            on=today, asked=asked.filters, sort=asked.sort, descending=asked.descending, after=asked.after,
            size=asked.size,
        )  # fmt: skip
        return Rows(rows, following, count)

    columns = (
        Column("number", "caregivers:number", "code", link=lambda one: reverse("provider", args=[one.number])),
        Column("name_latin", "caregivers:name_latin", "name"),
        Column("name_ar", "caregivers:name_ar", "name"),
        Column("specialty", "caregivers:specialty"),
        Column("town", "caregivers:town"),
        Column("sector", "caregivers:sector", value=lambda one: t(f"entry:sector_{one.sector}"), sorts=False),
        Column("network", "caregivers:agreement", value=_agreement_said, sorts=False),
    )
    assert {column.key for column in columns if column.sorts} <= set(SORTS), "the records sort by these"
    filters = (
        Filter("words", "caregivers:words"),
        Filter("town", "caregivers:town", "choice", choices=lambda: [(one, one) for one in towns()]),
        Filter("specialty", "caregivers:specialty", "choice", choices=lambda: [(one, one) for one in specialties()]),
        Filter("agreed", "caregivers:agreed", "flag"),
        Filter("third_party", "caregivers:third_party", "flag"),
    )
    return Listing("providers", "caregivers:title", columns, ask=ask, filters=filters, sort="number",
                   empty="caregivers:empty", need=NEED)  # fmt: skip


def _agreement_said(one: Any) -> str:
    if not one.network:
        return ""
    said = t(f"caregivers:network_{one.network}")
    return f"{said}, {t('caregivers:third_party_also')}" if one.third_party else said


# -- who they are ------------------------------------------------------------------------------------------------------


@page(WRITES, post=True)
def provider_new(request: Desk) -> HttpResponse:
    said = {"number": request.POST.get("number", "").strip()[:40].replace("\0", ""), **_said(request.POST, None)}
    faults, refusal = {}, None
    if request.method == "POST":
        faults = _faults(said)
        if not said["number"]:
            faults["number"] = t("caregivers:blank")
        elif provider_file(said["number"], on=clock.today()) is not None:
            faults["number"] = t("caregivers:taken")
        if not faults:
            _, refusal = attempt(request, register_provider, **said)
            if refusal is None:
                return _back(request, "provider", "is_registered", said["number"])
    context = {"said": said, "faults": faults, "refusal": refusal, "new": True, **_choices()}
    return render(request, "desk/provider_new.html", context, status=422 if faults or refusal else 200)


@page(NEED, post=WRITES)
def provider(request: Desk, number: str) -> HttpResponse:
    """One of them. ``do``: describe, agree or end; each by whom its verb lets."""
    today = clock.today()
    found = _found(number)
    said, faults, refusal = _said(request.POST, found), {}, None
    agreed = {name: request.POST.get(name, "")[:20] for name in ("network", "third_party", "since", "until")}
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do == "describe":
        faults = _faults(said)
        if not faults:
            _, refusal = attempt(request, register_provider, number=found.number, **said)
    elif do == "agree":
        refusal = _agree(request, found, agreed, faults)
    elif do == "end":
        refusal = _end(request, found, faults)
    elif request.method == "POST":
        raise Http404
    if do and not faults and refusal is None:
        return _back(request, "provider", f"done_{do}", found.number)
    by = request.by
    context: dict[str, Any] = {
        "one": found, "said": said, "faults": faults, "refusal": refusal, "do": do, "agreed": agreed, "today": today,
        "sums": files_of_provider(by, found.provider, on=today), "prices": _own_prices(found.number),
        "accounts": _accounts(request, found), "sees_accounts": sees_accounts(by),
        "may": {name: within_reach(by, need, None) for name, need in MAY.items()}, **_choices(),
    }  # fmt: skip
    return render(request, "desk/provider.html", context, status=422 if faults or refusal else 200)


def _found(number: str) -> ProviderFile:
    found = None if "\0" in number else provider_file(number, on=clock.today())
    if found is None:
        raise Http404
    return found


def _said(sent: Mapping[str, str], found: ProviderFile | None) -> dict[str, str]:
    """What was typed of who they are; what is known of them where nothing was."""
    known = {name: str(getattr(found, name)) if found else "" for name in WORDS}
    known |= {} if found else {"sector": "other", "level": "other"}
    longest = {"name_ar": 200, "name_latin": 200}
    return {
        name: " ".join(sent.get(name, known[name]).replace("\0", "").split())[: longest.get(name, 100)]
        for name in WORDS
    }


def _faults(said: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    if not said["name_ar"] and not said["name_latin"]:
        faults["name_latin"] = t("changes:no_name")
    ice = "".join(said["ice"].split())
    if ice and not (len(ice) == ICE_DIGITS and ice.isascii() and ice.isdigit()):
        faults["ice"] = t("caregivers:wrong_ice")
    return faults | {name: t("changes:no_choice") for name in ("sector", "level") if said[name] not in ATTRIBUTES[name]}


def _choices() -> dict[str, Any]:
    return {
        "sectors": ATTRIBUTES["sector"], "levels": ATTRIBUTES["level"], "specialties": specialties(), "towns": towns(),
    }  # fmt: skip


# -- what was agreed on ------------------------------------------------------------------------------------------------


def _agree(
    request: Desk, found: ProviderFile, said: Mapping[str, str], faults: dict[str, str]
) -> dict[str, str] | None:
    since = typed.day_or_fault(said["since"], "since", faults, needed=True)
    until = typed.day_or_fault(said["until"], "until", faults)
    if said["network"] not in ATTRIBUTES["network"]:
        faults["network"] = t("changes:no_choice")
    if faults or since is None:
        return None
    _, refusal = attempt(
        request, agree, provider=found.provider, network=said["network"], since=since, until=until,
        third_party_payment=bool(said["third_party"]),
    )  # fmt: skip
    return refusal


def _end(request: Desk, found: ProviderFile, faults: dict[str, str]) -> dict[str, str] | None:
    known = {str(one.agreement): one.agreement for one in found.agreements}
    chosen = request.POST.get("agreement", "")
    if chosen not in known:
        raise Http404
    until = typed.day_or_fault(request.POST.get("ends", ""), "ends", faults, needed=True)
    if until is None:
        return None
    _, refusal = attempt(request, end_agreement, agreement=known[chosen], until=until)
    return refusal


def _own_prices(number: str) -> list[Any]:
    """Of the tariff in force, what is agreed on with this provider alone."""
    try:
        tariff = in_force(clock.today())[1]
    except Refused:
        return []
    return prices(tariff, provider=number, on=clock.today(), limit=SHOWN, lang=language())


# -- where they are paid -----------------------------------------------------------------------------------------------


def _accounts(request: Desk, found: ProviderFile) -> list[Any]:
    if found.payee is None or not sees_accounts(request.by):
        return []
    return accounts_of_payee(found.payee, at=clock.now())


@page("people.request_account", post=True, step_up=True)
def provider_account(request: Desk, number: str) -> HttpResponse:
    """The accounts of a provider: ask for another, which a colleague confirms, or take one out of use."""
    found = _found(number)
    if found.payee is None or not within_reach(request.by, MAY["ask"], None):
        raise Http404
    held = accounts_of_payee(found.payee, at=clock.now())
    text, refusal, checked = request.POST.get("number", "")[:LONGEST], None, {}
    if request.method == "POST" and request.POST.get("end"):
        known = {str(one.account): one.account for one in held if one.state != "ended"}
        if request.POST["end"] not in known:
            raise Http404
        _, refusal = attempt(request, end_account, account=known[request.POST["end"]])
        if refusal is None:
            return _back(request, "provider_account", "account_ended", number)
    elif request.method == "POST":
        checked = check_typed(text)
        if checked.get("good"):
            _, refusal = attempt(request, request_account, payee=found.payee, number=text)
            if refusal is None:
                return _back(request, "provider_account", "account_asked", number)
    wrong = refusal is not None or (request.method == "POST" and not checked.get("good"))
    here = {"one": found, "accounts": held, "typed": text, "refusal": refusal, "checked": checked}
    return render(request, "desk/provider_account.html", here, status=422 if wrong else 200)


def _back(request: Desk, name: str, done: str, number: str) -> HttpResponse:
    messages.success(request, t(f"caregivers:{done}"), extra_tags="done")
    return HttpResponseRedirect(reverse(name, args=[number]), status=303)


PAGES = (
    ("provider/", provider_list, "provider_list"),
    ("provider/new/", provider_new, "provider_new"),
    ("provider/account/<path:number>/", provider_account, "provider_account"),
    ("provider/of/<path:number>/", provider, "provider"),
)
