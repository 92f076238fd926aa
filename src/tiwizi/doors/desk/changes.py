"""What happens in a family, as a guided path: the situation, the pieces to bring, what will follow, then one act.

A form is looked at before it does anything: the first time that it comes the page says what will follow; what is then
sent again unchanged is done. Nothing that was typed is lost on the way.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import packs
from tiwizi.doors import clock
from tiwizi.doors.desk.household import looked_at
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.desk.situations import GROUPS, NEW_MEMBER, SITUATIONS, Situation
from tiwizi.doors.desk.typed_person import Form, read_form, understand
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.records.care.queries.household import HouseholdFile
from tiwizi.records.cover.expected import country, plans_to_choose
from tiwizi.records.cover.requests import requests_of
from tiwizi.records.people.places import next_household, next_person, regions_for
from tiwizi.records.people.search import find_people


@page("people.write")
def changes(request: Desk, number: str) -> HttpResponse:
    """What may have happened."""
    file = looked_at(request, number, what="changes", need="people.write")
    return render(request, "desk/changes.html", {"file": file, "groups": GROUPS})


@page("people.write", post=True)
def change(request: Desk, number: str, situation: str) -> HttpResponse:
    """One thing that happened in a household."""
    file = looked_at(request, number, what="changes", need="people.write")
    if situation not in SITUATIONS:
        raise Http404
    given = {"number": next_person(file.household, file.number), "on": clock.today().isoformat(), **file.address}
    return _path(request, SITUATIONS[situation], file, given)


@page("people.write", post=True)
def enrol(request: Desk) -> HttpResponse:
    """A new member, with whom a household begins."""
    home = next_household()
    given = {"household": home, "number": f"{home}-01" if home else "", "on": clock.today().isoformat()}
    return _path(request, NEW_MEMBER, None, given)


def _path(request: Desk, situation: Situation, file: HouseholdFile | None, given: dict[str, str]) -> HttpResponse:
    choices: dict[str, list[tuple[str, Any]]] = {
        "person": [(str(who.person), who) for who in (file.people if file else ()) if who.is_here(clock.today())],
        "region": [(code, (ar, latin)) for code, ar, latin in regions_for(request.by, "people.write")],
        "plans": [(plan, plan) for plan in plans_to_choose(clock.today()) if plan not in _begun(file)],
    }  # fmt: skip
    sent = request.POST if request.method == "POST" else {}
    typed = {**given, **{name: sent.get(name, "") for name in sent}}
    form = read_form(situation.fields, typed, choices, optional=situation.optional, needed=situation.needed)
    if sent:
        understand(form)
    if "plans" in situation.fields:
        chosen = request.POST.getlist("plans") if sent else [plan for plan, _ in choices["plans"]]
        form.values["plans"] = [plan for plan, _ in choices["plans"] if plan in chosen]
        form.values["asks"] = not request.by.may("cover.write")
        if sent and "plans" in situation.needed and not form.values["plans"]:
            form.entries["plans"].error = t("changes:choose_a_plan" if choices["plans"] else "changes:no_plan_left")
    refusal, follows, look_alikes = None, None, []
    if sent and sent.get("take"):
        form.take(sent["take"])
    elif sent and not form.errors:
        seen = _digest(situation, form)
        if sent.get("step") == "record" and sent.get("seen") == seen:
            answer, refusal = attempt(request, situation.verb, **situation.values(file, form.values))
            if refusal is None:
                return _done(request, situation, file, form, answer)
        follows = situation.follows(file, form.values, language())
        look_alikes = _look_alikes(request, form)
        form.seen = seen
    here = {
        "situation": situation.name, "form": form, "file": file, "refusal": refusal, "follows": follows,
        "look_alikes": look_alikes, "pieces": _pieces(situation.name),
    }  # fmt: skip
    return render(request, "desk/change.html", here, status=422 if refusal or (sent and form.errors) else 200)


def _begun(file: HouseholdFile | None) -> set[str]:
    """Plans that cover a whole household without an end, and those that wait for the contributions office."""
    if file is None:
        return set()
    held = {cover.plan for cover in file.covers if cover.person is None and cover.until is None}
    return held | {asked.plan for asked in requests_of(file.household) if asked.state == "waiting"}


def _digest(situation: Situation, form: Form) -> str:
    """Of what was looked at, so that what is done is what was shown."""
    return sha256(repr((situation.name, sorted(form.values.items()))).encode()).hexdigest()[:32]


def _done(request: Desk, situation: Situation, file: HouseholdFile | None, form: Form, answer: Any) -> HttpResponse:
    number = file.number if file else str(form.values["household"])
    told = [] if situation.name == "cover" and form.values["asks"] else [t(f"changes:{situation.name}_done")]
    messages.success(request, " ".join([*told, *_covered(form)]), extra_tags="done")
    response = HttpResponseRedirect(reverse("household", args=[number]))
    response.status_code = 303
    return response


def _covered(form: Form) -> list[str]:
    """How it ended for who is to be covered: by what, or what is waited for."""
    if "plans" not in form.values:
        return []
    plans = ", ".join(form.values["plans"])
    end = "done_without" if not plans else "done_asked" if form.values["asks"] else "done_started"
    return [t(f"changes:{end}", plans=plans)]


def _look_alikes(request: Desk, form: Form) -> list[Any]:
    """People who may be the same: of this card, or of this name and birth."""
    if "number" not in form.values:
        return []
    cin, birth = form.values.get("cin"), form.values.get("birth")
    found = {hit.person: hit for hit in find_people(request.by, need="people.read", asked=cin).people} if cin else {}
    for name in (form.values.get("name_ar"), form.values.get("name_latin")):
        for hit in find_people(request.by, need="people.read", asked=name, most=40).people if name else ():
            if hit.birth == birth:
                found[hit.person] = hit
    return list(found.values())[:5]


def _pieces(situation: str) -> list[str]:
    where = country(clock.today())
    return list(packs.pieces(where).get(situation, {}).get(language(), ())) if where else []


PAGES = (
    ("enrol/", enrol, "enrol"),
    ("household/<str:number>/changes/", changes, "changes"),
    ("household/<str:number>/changes/<slug:situation>/", change, "change"),
)
