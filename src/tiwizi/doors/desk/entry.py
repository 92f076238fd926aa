"""Entering a sickness file: while it is typed the page says what it would come to and why; sent, it is kept once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from tiwizi.doors import clock
from tiwizi.doors.desk.entry_form import LINE, Form, blank_form, form_of, read_form, with_blank
from tiwizi.doors.desk.page import Desk, acting, as_typed, attempt, page, told
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.doors.look.typed_day import typed_day
from tiwizi.records.care.operations.desk import decide_household
from tiwizi.records.care.queries.acts import ActFound, acts_of, find_acts
from tiwizi.records.care.queries.household import HouseholdFile, Relative, household_file
from tiwizi.records.care.queries.preview import MOST_TYPED, Line, Preview, hold_to_a_desk, preview
from tiwizi.records.care.queries.providers import ProviderFound, find_providers, provider
from tiwizi.records.intake.operations import enter_claim
from tiwizi.records.intake.operations.drafts import end_draft, keep_draft
from tiwizi.records.intake.queries import draft, drafts
from tiwizi.records.people.looks import look_at
from tiwizi.records.people.search import find_people, members_of
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.terms import ATTRIBUTES

NEED = "care.receive"
MOST_OFFERED = 12
#: Beside which field a reason is told that concerns the whole file; the others are told under their line.
BESIDE = {
    "late_filing": "received_on", "no_cover": "person", "not_paid_up": "person", "not_eligible": "person",
    "no_prior_approval": "prior_approval",
}  # fmt: skip


#: What is only not typed yet: nobody is told of it before it is sent.
NOT_YET = ("missing", "neither_price_nor_billed")
#: Fields of the file that have a place for words beside them.
WITH_WORDS = (
    "person",
    "provider",
    "care_from",
    "care_to",
    "received_on",
    "receipt",
    "payee",
    "prior_approval",
    "sector",
)


# -- the form ----------------------------------------------------------------------------------------------------------


@page(NEED)
def start(request: Desk) -> HttpResponse:
    """Whose file it is: what leads to one household leads straight to its form."""
    asked = request.GET.get("household", "")
    hits = find_people(request.by, need=NEED, asked=asked, most=MOST_OFFERED)
    homes = {hit.household for hit in hits.people}
    if len(homes) == 1 and not hits.more:
        return HttpResponseRedirect(reverse("new_file", args=[*homes]))
    begun = drafts(request.by)
    members = members_of(request.by, need=NEED, households=[one.household for one in begun]) if begun else {}
    here = {"asked": asked, "hits": hits, "drafts": [(one, members.get(one.household)) for one in begun]}
    return render(request, "desk/entry_start.html", here)


@page(NEED, post=True)
def new_file(request: Desk, number: str) -> HttpResponse:
    home = _looked_at(request, number)
    if request.method == "POST":
        return _sent(request, home)
    key = request.GET.get("draft", "")[:120]
    kept = draft(request.by, key=key, household=number) if key else None
    form = form_of(kept) if kept else blank_form(person=_first(home), today=clock.today())
    refusal = told(Refused("own_family")) if home.household == request.by.household else None
    return _form(request, home, form, key=key if kept else "", refusal=refusal)


def _looked_at(request: Desk, number: str) -> HouseholdFile:
    found = look_at(request.by, need=NEED, what="new_file", household=number)
    home = household_file(number) if found is not None else None
    if home is None:
        raise Http404
    return home


def _first(home: HouseholdFile) -> str:
    """The member, who comes to the counter most."""
    here = [who for who in home.people if who.until is None] or list(home.people)
    return next((who.number for who in here if who.role == "member"), here[0].number if here else "")


def _form(
    request: Desk, home: HouseholdFile, form: Form, *, key: str, refusal: dict[str, str] | None = None
) -> HttpResponse:
    today = clock.today()
    here = {
        "home": home, "form": form.fields, "lines": form.lines or with_blank(()), "draft": key, "refusal": refusal,
        "people": [(who.number, _named(who), who.role) for who in home.people if _may_be_treated(who, today)],
        "sectors": ATTRIBUTES["sector"], "settings": ATTRIBUTES["setting"], "visits": ATTRIBUTES["visit"],
        "most": MOST_TYPED, "blank": with_blank(())[0],
    }  # fmt: skip
    return render(request, "desk/entry.html", here, status=422 if refusal else 200)


def _named(who: Relative) -> str:
    """The name in the reader's script where it is known."""
    names = (who.name_ar, who.name_latin) if language() == "ar" else (who.name_latin, who.name_ar)
    return next(filter(None, names), who.number)


def _may_be_treated(who: Relative, today: date) -> bool:
    """Who is there, and who left so lately that a file may still come."""
    return who.until is None or who.until.year >= today.year - 1


# -- what it would come to ---------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the page says of one typed line: ``why``: messages by field; ``hints`` stand under the line."""

    row: str
    act: ActFound | None
    line: Line | None = None
    why: dict[str, list[str]] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)


@page(NEED, post=True)
@require_POST
def decision(request: Desk, number: str) -> HttpResponse:
    """The panel and the explanations under the lines, as the file would stand if it were kept now."""
    form, today = read_form(request.POST), clock.today()
    try:
        claim, lines = form.claim(today=today), form.cells(today=today)
        found = preview(request.by, household=number, claim=claim, lines=lines, day=today, lang=language())
    except Refused as refused:
        return render(request, "desk/entry_decision.html", {"refusal": told(refused)})
    if found is None:
        raise Http404
    why, told_lines = _told(form, found)
    why |= _own_doubts(form, found.provider, why, today)
    if found.approval and "prior_approval" not in why:
        why["prior_approval"] = [found.approval]
    here = {
        "found": found, "whose": found.provider, "why": why, "lines": told_lines, "fields": WITH_WORDS,
        "line_fields": LINE[1:],
    }  # fmt: skip
    return render(request, "desk/entry_decision.html", here)


def _told(form: Form, found: Preview) -> tuple[dict[str, list[str]], list[Told]]:
    """Messages by field of the file, and what is said of each typed line."""
    why: dict[str, list[str]] = {}
    lines = [Told(line["row"], found.acts.get(line["code"])) for line in form.filled]
    for fault in (fault for fault in found.claim_faults if fault.key not in NOT_YET):
        why.setdefault(fault.field, []).append(as_typed(f"{fault.reason} {fault.way_out}"))
    for fault in (fault for fault in found.line_faults if fault.key not in NOT_YET):
        whole = why if fault.field == "person" else lines[fault.row].why
        said = whole.setdefault(fault.field, [])
        if (words := as_typed(f"{fault.reason} {fault.way_out}")) not in said:
            said.append(words)
    _told_receipts(form, found, why, lines)
    for line in found.lines:
        lines[line.place].line = line
        for hint in line.explained.hints:
            words = f"{hint.sentence} {hint.way_out}"
            place = why.setdefault(BESIDE[hint.reason], []) if hint.reason in BESIDE else lines[line.place].hints
            if words not in place:
                place.append(words)
    return why, lines


def _told_receipts(form: Form, found: Preview, why: dict[str, list[str]], lines: list[Told]) -> None:
    """Beside the receipt of the file, or of a line that has one of its own, by which file it was filed before."""
    places = [
        (form.fields["receipt"], why),
        *((line["receipt"], told.why) for line, told in zip(form.filled, lines, strict=True)),
    ]
    for receipt, said in places:
        number = found.receipts.get(receipt)
        if number:
            link = format_html('<a href="{}"><bdi dir="ltr">{}</bdi></a>', reverse("file", args=[number]), number)
            said.setdefault("receipt", []).append(format_html("{} {}", t("entry:receipt_filed"), link))
        elif number is not None:
            said.setdefault("receipt", []).append(t("entry:receipt_filed_elsewhere"))


def _own_doubts(
    form: Form, whose: ProviderFound | None, why: Mapping[str, list[str]], today: date
) -> dict[str, list[str]]:
    """What no rule refuses and a person should look at once more."""
    doubts: dict[str, list[str]] = {}
    received = typed_day(form.fields["received_on"], today=today)
    if received > today.isoformat() and received[:4].isdecimal() and "received_on" not in why:
        doubts["received_on"] = [t("entry:received_in_future")]
    if form.fields["payee"] == "provider" and not (whose and whose.third_party):
        doubts["payee"] = [t("entry:no_agreement")]
    if form.fields["provider"] and whose is None and "provider" not in why:
        doubts["provider"] = [t("entry:new_provider")]
    return doubts


# -- keeping it --------------------------------------------------------------------------------------------------------


def _sent(request: Desk, home: HouseholdFile) -> HttpResponse:
    form, today = read_form(request.POST), clock.today()
    key = request.POST.get("key", "")[:120]
    if "add" in request.POST:
        added = Form(form.fields, with_blank(form.lines))
        return _form(request, home, added, key=key)
    try:
        hold_to_a_desk(form.filled)
        codes = [line["code"] for line in form.filled]
        cells = form.cells(acts_of(codes, lang=language(), on=today), today=today)
        if not cells:
            raise Refused("no_lines")
    except Refused as refused:
        return _form(request, home, form, key=key, refusal=told(refused))
    claim = form.claim(today=today)
    kept, refusal = attempt(request, enter_claim, household=home.household, claim=claim, lines=cells, as_provider=True)
    if refusal:
        return _form(request, home, form, key=key, refusal=refusal)
    end_draft(request.by, key=key)
    _decide(request, home)
    messages.success(request, t("entry:kept", number=kept["number"]), extra_tags="done")
    slip = reverse("slip", args=[kept["number"]])
    if request.headers.get("X-Requested-With") == "fetch":  # a script that would follow to the slip before the reader
        return HttpResponse(status=204, headers={"X-Goes-To": slip})
    return HttpResponseRedirect(slip, status=303)


def _decide(request: Desk, home: HouseholdFile) -> None:
    """At once, by who may; else the next run does."""
    if not request.by.may("care.decide"):
        return
    by = acting(request)
    by = replace(by, key=by.key and f"{by.key[:100]}:decide")
    try:
        decide_household(by, household=home.household, day=clock.today())
    except Refused as refused:
        messages.warning(request, f"{refused.message(language())} {refused.way_out(language())}", extra_tags="waits")


@page(NEED, post=True)
@require_POST
def save_draft(request: Desk, number: str) -> HttpResponse:
    """What is typed so far, kept for its author."""
    key = request.POST.get("key", "")[:120]
    try:
        if key:
            keep_draft(request.by, key=key, household=number, content=read_form(request.POST).content())
    except Refused:
        raise Http404 from None
    return HttpResponse(status=204)


@page(NEED, post=True)
@require_POST
def drop_draft(request: Desk) -> HttpResponse:
    end_draft(request.by, key=request.POST.get("key", "")[:120])
    return HttpResponseRedirect(reverse("new_file_start"), status=303)


# -- look-ups ----------------------------------------------------------------------------------------------------------


@page(NEED)
def acts(request: Desk) -> HttpResponse:
    """Options for what is typed as an act: with nothing typed, what the provider files most."""
    today, asked = clock.today(), request.GET.get("q", "")
    number = request.GET.get("provider", "")[:40]
    sector = request.GET.get("sector", "")
    if not sector and number and (whose := provider(number, on=today)):
        sector = whose.sector
    try:
        found = find_acts(asked, lang=language(), on=today, sector=sector or "other", provider=number)
    except Refused:
        found = []
    return render(request, "desk/entry_acts.html", {"acts": found})


@page(NEED)
def providers(request: Desk) -> HttpResponse:
    found = find_providers(request.GET.get("q", ""), on=clock.today())
    return render(request, "desk/entry_providers.html", {"providers": found})


PAGES = (
    ("files/new/", start, "new_file_start"),
    ("files/new/drop/", drop_draft, "drop_draft"),
    ("household/<str:number>/new-file/", new_file, "new_file"),
    ("household/<str:number>/new-file/decision/", decision, "new_file_decision"),
    ("household/<str:number>/new-file/draft/", save_draft, "new_file_draft"),
    ("acts/", acts, "acts"),
    ("providers/", providers, "providers"),
)
