"""The trail: who did what about whom when; and whether the chain of it still holds."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.desk.runs import STOP_ASKING
from tiwizi.doors.desk.trail_notes import noted, numbered
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, answer
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.locale import catalogue
from tiwizi.records.care.queries.runs import workers_seen
from tiwizi.records.care.queries.trail_subjects import KINDS, called, subjects_of
from tiwizi.records.people.queries import user_names
from tiwizi.records.people.staff import colleagues
from tiwizi.records.trail.chain import Head
from tiwizi.records.trail.operations import verify_trail
from tiwizi.records.trail.queries import Done
from tiwizi.records.trail.roles import TECHNICAL
from tiwizi.records.trail.search import Sought, search
from tiwizi.records.trail.walking import last_verification

SENTENCE = "did_"


@page("trail.read_technical")
def trail(request: Desk) -> HttpResponse:
    return answer(request, _listing(request), "desk/trail.html", {"technical_only": not request.by.may("trail.read")})


def _listing(request: Desk) -> Listing:
    columns = (
        Column("at", "trail:when", "moment", sorts=False),
        Column("who", "trail:who", "name", sorts=False),
        Column("did", "trail:did", sorts=False),
        Column("kind", "trail:about", sorts=False),
        Column("number", "trail:number", "code", sorts=False),
        Column("noted", "trail:noted", sorts=False),
        Column("position", "trail:position", "number", sorts=False),
    )
    filters = (
        Filter("who", "trail:who", "choice", choices=_people),
        Filter("verb", "trail:did", "choice", choices=lambda: _verbs(request)),
        Filter("kind", "trail:about", "choice", choices=lambda: [(kind, t(f"trail:about_{kind}")) for kind in KINDS]),
        Filter("number", "trail:number"),
        Filter("day", "trail:when", "days"),
    )
    return Listing(
        "trail", "trail:title", columns, ask=lambda asked: _ask(request, asked), filters=filters,
        empty="trail:empty", need="trail.read_technical",
    )  # fmt: skip


def _ask(request: Desk, asked: Asked) -> Page:
    since, until = asked.get("day") or (None, None)
    user = asked.get("who")
    sought = Sought(
        user=int(user) if user else None, verb=asked.get("verb"), subjects=_subjects(asked), since=since, until=until,
        zone=clock.now().tzinfo,
    )  # fmt: skip
    events, after = search(request.by, sought, after=asked.after, size=asked.size)
    names, numbers = user_names(event.user for event in events), called(event.subject for event in events)
    return Page([_row(event, names, numbers, request.currency) for event in events], after)


def _subjects(asked: Asked) -> list[str] | None:
    """What is meant by a kind and a number; of a number without its kind, whatever bears it."""
    kind, number = asked.get("kind"), asked.get("number")
    if number is None:
        return None
    kinds = (kind,) if kind else KINDS
    return [subject for one in kinds for subject in subjects_of(one, number)]


def _row(event: Done, names: dict[int, str], numbers: dict[str, str], currency: str) -> dict[str, Any]:
    kind, _, number = event.subject.partition(":")
    return {
        "at": event.at, "who": names.get(event.user) or t("trail:the_system"), "did": sentence(event.verb),
        "kind": _kind(kind), "number": numbers.get(event.subject) or numbered(number),
        "noted": noted(event.body, currency),
        "position": event.position,
    }  # fmt: skip


def sentence(verb: str) -> str:
    """What a verb did, in words; a verb of another version of the program by its name."""
    key = SENTENCE + verb.replace(".", "_")
    return t(f"trail:{key}") if key in catalogue("desk/trail", language()) else verb


def _kind(kind: str) -> str:
    key = f"about_{kind}"
    return t(f"trail:{key}") if key in catalogue("desk/trail", language()) else kind


def _people() -> list[tuple[str, str]]:
    return [("0", t("trail:the_system")), *((str(one.id), one.name) for one in colleagues())]


def _verbs(request: Desk) -> list[tuple[str, str]]:
    """The verbs that this reader may see, by their sentences."""
    found = {
        key.removeprefix(SENTENCE).replace("_", ".", 1): said
        for key, said in catalogue("desk/trail", language()).items()
        if key.startswith(SENTENCE)
    }
    seen = found if request.by.may("trail.read") else {verb: said for verb, said in found.items() if verb in TECHNICAL}
    return sorted(seen.items(), key=lambda one: one[1])


@page("trail.verify", post=True)
def verify(request: Desk) -> HttpResponse:
    """The chain, walked by a worker from its first event to its last; what was noted elsewhere is held against it."""
    refusal = None
    if request.method == "POST":
        try:
            _, refusal = attempt(request, verify_trail, expected=_expected(request))
        except ValueError:
            refusal = {"message": t("trail:head_unread"), "way_out": t("trail:head_unread_way_out")}
        if refusal is None:
            return HttpResponseRedirect(reverse("verify_trail"), status=303)
    context = {"said": request.POST, "refusal": refusal, **_verified()}
    return render(request, "desk/trail_verify.html", context, status=422 if refusal else 200)


@page("trail.verify")
def verify_progress(request: Desk) -> HttpResponse:
    """The part of the page that changes."""
    here = _verified()
    return render(request, "desk/trail_verified.html", here, status=200 if here["goes_on"] else STOP_ASKING)


def _verified() -> dict[str, Any]:
    found = last_verification()
    return {
        "found": found, "goes_on": found is not None and found.ended_at is None,
        "asked_by": user_names([found.asked_by]).get(found.asked_by, "") if found else "",
        "workers": workers_seen(clock.now()),
    }  # fmt: skip


def _expected(request: Desk) -> Head | None:
    """The head that somebody noted. Raises ValueError for what is none."""
    position, digest = (request.POST.get(name, "").strip() for name in ("position", "digest"))
    if not position and not digest:
        return None
    found = bytes.fromhex(digest)
    if len(found) != 32 or len(position) > 18:
        raise ValueError(digest)
    return Head(int(position), found)


PAGES = (
    ("trail/", trail, "trail"),
    ("trail/verify/", verify, "verify_trail"),
    ("trail/verify/progress/", verify_progress, "verify_progress"),
)
