"""Review: the files that wait for a person, and one of them at hand: what was decided and why, what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.doors.look.listing import Column, Filter, Listing, answer
from tiwizi.doors.look.templatetags.look import counted, language, t
from tiwizi.records.care.operations.review_files import Left, left_of, review_file
from tiwizi.records.care.operations.second_answers import keep_answer, return_answer
from tiwizi.records.care.operations.tasks import close_rechecks, leave_task, take_task
from tiwizi.records.care.queries.effect import Above, Effect, above_limit, effect
from tiwizi.records.care.queries.limit import Held, held_answer, my_held_answers, review_limit
from tiwizi.records.care.queries.review import Waiting, has_at_hand, next_of, waiting_for_review
from tiwizi.records.care.queries.review_file import ReviewFile, ReviewLine, claim_for_review
from tiwizi.records.care.queries.review_file import review_file as file_for_review
from tiwizi.records.care.reviewing import CAUSES, WAITS
from tiwizi.records.intake.queries import imports
from tiwizi.records.people.places import region_names
from tiwizi.records.trail.refusal import Refused

CHOICES = ("leave", "claimed", "less", "refuse")


VIEWS: dict[str, Callable[[Waiting, int], bool]] = {
    "ready": lambda one, _: not one.held,
    "mine": lambda one, user: one.holder == user,
    "held": lambda one, _: one.held,
}


@page("care.review")
def review(request: Desk) -> HttpResponse:
    rows = waiting_for_review(request.by)
    counts = {name: sum(is_in(one, request.by.user) for one in rows) for name, is_in in VIEWS.items()}
    shown = request.GET.get("show", "")
    shown = shown if shown in VIEWS else "ready"
    limit = review_limit()
    context = {
        "counts": counts, "shown": shown, "repairs": _repairs(), "mine_held": my_held_answers(request.by),
        "limit": None if limit is None else t("review:limit_lead", limit=_money(request, limit)),
    }  # fmt: skip
    return answer(request, _listing(request, rows, shown), "desk/review.html", context)


def _listing(request: Desk, rows: list[Waiting], shown: str) -> Listing:
    lang, today = language(), clock.today()
    places = region_names(lang)

    def why(one: Waiting) -> str:
        return " · ".join(locale.text("desk/review", f"why_{reason}", lang=lang) for reason in one.reasons)

    columns = (
        Column("number", "review:file", "code", link=lambda one: reverse("review_file", args=[one.number])),
        Column("household", "review:household", "code"),
        Column("days", "review:age", "number", value=lambda one: max((today - one.since).days, 0)),
        Column("lines", "review:lines", "number", total=True, value=lambda one: one.lines or None),
        Column("billed", "review:billed", "amount", total=True, value=lambda one: one.billed or None),
        Column("reasons", "review:why", value=why),
        Column("region", "review:region", value=lambda one: places.get(one.region, one.region)),
        Column("holder_name", "review:at_hand", "name"),
    )
    filters = (
        Filter("words", "list:words"),
        Filter("show", "review:views", "choice", choices=_views, default="ready", matches=lambda *_: True),
        Filter("why", "review:why", "choice", choices=_reasons, matches=lambda one, value: value in one.reasons),
        Filter("received", "review:received", "days"),
    )
    is_in = VIEWS[shown]
    return Listing(
        "review", "review:title", columns, rows=lambda: [one for one in rows if is_in(one, request.by.user)],
        filters=filters, empty="review:empty", need="care.review",
    )  # fmt: skip


def _views() -> list[tuple[str, str]]:
    return [(name, t(f"review:{name}")) for name in VIEWS]


def _reasons() -> list[tuple[str, str]]:
    return [(name, t(f"review:why_{name}")) for name in (*WAITS, "appeal", "flag", "opinion", "limit")]


def _repairs() -> list[tuple[int, int]]:
    """Imports of which rows went to repair: (number, rows)."""
    found = [(one.number, sum(told.get("repair", 0) for told in one.outcome.values())) for one in imports()]
    return [(number, rows) for number, rows in found if rows]


@page("care.review", post=True)
def review_next(request: Desk) -> HttpResponse:
    """Take the next file that nobody has at hand."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("review"))
    after = claim_for_review(request.by, request.POST.get("after", ""))
    for claim in next_of(request.by, after=after):
        _, refusal = attempt(request, take_task, claim=claim)
        if refusal is None:
            return _to_claim(claim, request)
    messages.info(request, t("review:nothing_left"))
    return HttpResponseRedirect(reverse("review"))


def _to_claim(claim: int, request: Desk) -> HttpResponse:
    number = next(one.number for one in waiting_for_review(request.by) if one.claim == claim)
    return HttpResponseRedirect(reverse("review_file", args=[number]), status=303)


@page("care.review", post=True)
def review_one(request: Desk, number: str) -> HttpResponse:
    claim = claim_for_review(request.by, number)
    if claim is None:
        raise Http404
    if request.method == "POST":
        return _answered(request, claim, number, request.POST.get("do", ""))
    return _shown(request, claim, number)


def _answered(request: Desk, claim: int, number: str, wish: str) -> HttpResponse:
    if wish == "take":
        _, refusal = attempt(request, take_task, claim=claim)
        return _shown(request, claim, number, refusal=refusal) if refusal else _again(number)
    if wish == "leave":
        attempt(request, leave_task, claim=claim)
        return HttpResponseRedirect(reverse("review"), status=303)
    if wish == "close":
        return _closed(request, claim, number)
    if wish in ("second", "return"):
        return _second(request, claim, number, keep=wish == "second")
    return _reviewed(request, claim, number, keep=wish == "keep")


def _closed(request: Desk, claim: int, number: str) -> HttpResponse:
    _, refusal = attempt(request, close_rechecks, claim=claim, note=request.POST.get("note", ""))
    if refusal:
        return _shown(request, claim, number, refusal=refusal)
    messages.success(request, t("review:stays", number=number), extra_tags="done")
    return HttpResponseRedirect(reverse("review"), status=303)


def _second(request: Desk, claim: int, number: str, *, keep: bool) -> HttpResponse:
    """Keep an answer that waits as its second person, or give it back."""
    if keep:
        _, refusal = attempt(request, keep_answer, claim=claim, day=clock.today())
    else:
        _, refusal = attempt(request, return_answer, claim=claim, note=request.POST.get("note", ""))
    if refusal:
        return _shown(request, claim, number, refusal=refusal)
    messages.success(
        request, t("review:kept_second" if keep else "review:given_back", number=number), extra_tags="done"
    )
    return HttpResponseRedirect(reverse("review"), status=303)


def _reviewed(request: Desk, claim: int, number: str, *, keep: bool) -> HttpResponse:
    """Show what the answers would change, or keep them."""
    lang = language()
    at_hand, refusal = _at_hand(request, claim)
    if refusal:
        return _shown(request, claim, number, refusal=refusal)
    file = file_for_review(request.by, at_hand, lang)
    answers = [_answer_of(request, line) for line in file.lines if not line.withdrawn]
    if any(one.faults for one in answers):
        return _shown(request, claim, number, file=file, answers=answers)
    left = [one.left for one in answers if one.left is not None]
    if keep:
        done, refusal = attempt(request, review_file, claim=claim, lines=left, day=clock.today())
        if refusal is None:
            if has_at_hand(request.by, claim):  # sent a second time: it was taken once more for nothing
                leave_task(replace(request.by, key=None), claim=claim)
            if "waits" in done:
                messages.info(
                    request,
                    t("review:waits", number=number, **_amounts(request, pays=done["pays"], limit=done["limit"])),
                )
            else:
                lines = counted(len(left), "lines")
                messages.success(request, t("review:kept", number=number, lines=lines), extra_tags="done")
            return HttpResponseRedirect(f"{reverse('review')}?done={number}", status=303)
        return _shown(request, claim, number, file=file, answers=answers, refusal=refusal)
    found, above, refusal = _effect(claim, left)
    return _shown(request, claim, number, file=file, answers=answers, found=found, above=above, refusal=refusal)


def _effect(claim: int, left: list[Left]) -> tuple[Effect | None, Above | None, dict[str, str] | None]:
    """What the answers change, whether it takes a second person, or a refusal."""
    if not left:
        return None, None, told(Refused("nothing_reviewed"))
    day = clock.today()
    try:
        return effect(claim, left_of(left), day=day), above_limit(claim, left_of(left), day=day), None
    except Refused as refused:
        return None, None, told(refused)


def _amounts(request: Desk, *, pays: int, limit: int) -> dict[str, str]:
    """Amounts as a sentence takes them."""
    return {"pays": _money(request, pays), "limit": _money(request, limit)}


def _money(request: Desk, minor: int) -> str:
    return locale.money(minor, str(request.currency), language())


def _at_hand(request: Desk, claim: int) -> tuple[int, dict[str, str] | None]:
    """Renew the hold on a file; a refusal where somebody else has it by now."""
    try:
        return take_task(replace(request.by, key=None), claim=claim), None
    except Refused as refused:
        return claim, told(refused)


# -- one line's answer --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What was typed about a line, as it was typed; ``faults``: field -> what is wrong; ``left``: what it means, None
    where the line is left as it is."""

    line: ReviewLine
    choice: str
    quantity: str
    price: str
    cause: str
    note: str
    faults: dict[str, str]
    left: Left | None


def _answer_of(request: Desk, line: ReviewLine) -> Answer:
    said = {
        name: request.POST.get(f"{name}-{line.line}", "").strip()[:200]
        for name in ("choice", "quantity", "price", "cause", "note")
    }
    choice = said["choice"] if said["choice"] in CHOICES else "leave"
    faults: dict[str, str] = {}
    quantity, price = _less(request, said, faults) if choice == "less" else (None, None)
    if choice in ("less", "refuse") and said["cause"] not in CAUSES:
        faults["cause"] = t("review:fault_cause")
    if said["cause"] == "other" and choice in ("less", "refuse") and not said["note"]:
        faults["note"] = t("review:fault_note")
    left = None
    if choice != "leave" and not faults:
        given = {"claimed": line.quantity, "refuse": 0}.get(choice, quantity)
        cause = said["cause"] if choice in ("less", "refuse") else None
        reason = said["note"] or cause or "as_claimed"
        left = Left(line=line.line, quantity=given, price=price, cause=cause, reason=reason)
    return Answer(line, choice, said["quantity"], said["price"], said["cause"], said["note"], faults, left)


def _less(request: Desk, said: dict[str, str], faults: dict[str, str]) -> tuple[int | None, int | None]:
    """The quantity and price that are left; at least one of the two."""
    found: dict[str, int | None] = {"quantity": None, "price": None}
    try:
        found["quantity"] = typed.quantity(said["quantity"])
    except ValueError:
        faults["quantity"] = t("review:fault_quantity")
    try:
        found["price"] = typed.amount(said["price"], str(request.currency))
    except ValueError:
        faults["price"] = t("review:fault_price")
    if not faults and found == {"quantity": None, "price": None}:
        faults["quantity"] = t("review:fault_nothing")
    return found["quantity"], found["price"]


# -- the page -----------------------------------------------------------------------------------------------------


def _again(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("review_file", args=[number]), status=303)


def _shown(
    request: Desk,
    claim: int,
    number: str,
    *,
    file: ReviewFile | None = None,
    answers: list[Answer] | None = None,
    found: Effect | None = None,
    above: Above | None = None,
    refusal: dict[str, str] | None = None,
) -> HttpResponse:
    """The file, to whoever has it at hand; to others, who has it."""
    queue = waiting_for_review(request.by)
    mine = next((one for one in queue if one.claim == claim), None)
    is_held = has_at_hand(request.by, claim)
    if is_held and file is None:
        _at_hand(request, claim)
        file = file_for_review(request.by, claim, language())
    if answers is None and file is not None:
        answers = [_fresh(line) for line in file.lines if not line.withdrawn]
    held = held_answer(claim) if is_held else None
    context: dict[str, Any] = {
        "number": number, "file": file if is_held else None, "answers": answers or [], "effect": found, "waiting": mine,
        "refusal": refusal, "causes": CAUSES, "choices": CHOICES, "is_adviser": request.by.may("care.approve_care"),
        "held": held, "held_told": _held_told(request, held) if held else "",
        "above": t("review:above", **_amounts(request, pays=above.pays, limit=above.limit)) if above else "",
        "faulty": any(one.faults for one in answers or ()), **_neighbours(queue, claim),
    }  # fmt: skip
    return render(request, "desk/review_file.html", context, status=422 if refusal or context["faulty"] else 200)


def _held_told(request: Desk, held: Held) -> str:
    key = "review:held_own" if held.answered_by == request.by.user else "review:held_other"
    who = locale.isolate(held.answered_name, language())
    return t(key, who=who, **_amounts(request, pays=held.pays, limit=held.limit))


def _fresh(line: ReviewLine) -> Answer:
    return Answer(line, "leave", "", "", "", "", {}, None)


def _neighbours(queue: list[Waiting], claim: int) -> dict[str, Any]:
    """The files before and after this one in the queue, and its place."""
    numbers = [one.number for one in queue if not one.held]
    at = next((place for place, one in enumerate([o for o in queue if not o.held]) if one.claim == claim), None)
    if at is None:
        return {"before": None, "after": numbers[0] if numbers else None, "place": None, "of": len(numbers)}
    return {
        "before": numbers[at - 1] if at else None, "after": numbers[at + 1] if at + 1 < len(numbers) else None,
        "place": at + 1, "of": len(numbers),
    }  # fmt: skip


PAGES = (
    ("review/", review, "review"),
    ("review/next/", review_next, "review_next"),
    ("review/file/<path:number>/", review_one, "review_file"),
)
