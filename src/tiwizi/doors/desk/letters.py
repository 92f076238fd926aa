"""Letters: looked at before they are made, kept as they were made, printed again to the byte, marked when they leave.

Who may read what somebody suffers from prints letters whole; others print the same letter without the names of acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, answer
from tiwizi.doors.look.templatetags.look import t
from tiwizi.doors.look.typed_day import day_of
from tiwizi.locale import LANGUAGES
from tiwizi.records.care.queries.letters import files_told, order_of, orders_told, recipients
from tiwizi.records.care.queries.letters_made import Made, letters_of, letters_page, mutual
from tiwizi.records.care.queries.letters_made import letter as kept_letter
from tiwizi.records.care.queries.papers import MEDICAL, Subject, subject_of
from tiwizi.records.database import files
from tiwizi.records.people.looks import leave_trace, reads_care, within_reach
from tiwizi.records.people.operations.letters import KINDS as LETTERS
from tiwizi.records.people.operations.letters import WAYS, choose_language, keep_letter, send_letter
from tiwizi.records.trail.refusal import Refused
from tiwizi.reports.letters.compose import OF_CLAIM, Composed, Setting, Wanted, of_claim, of_household, of_orders
from tiwizi.reports.letters.others import PIECES
from tiwizi.reports.letters.print import printed

NEED = "people.write_letters"
#: Days that a member is given to bring what is missing, unless the desk says otherwise.
TIME_TO_BRING, LONGEST_WAIT = timedelta(days=30), timedelta(days=366)
KINDS = {"claim": OF_CLAIM, "household": ("missing_piece",), "payment": ("payment",)}


@page(NEED)
def letters(request: Desk) -> HttpResponse:
    """The letters within reach, the latest first; what one says is opened from its kind."""

    def ask(asked: Asked) -> Page:
        found, after, count = letters_page(
            request.by, asked.filters, descending=asked.descending, after=asked.after, size=asked.size
        )
        return Page(found, after, count)

    listing = Listing(
        "letters", "letters:title",
        (
            Column("kind", "letters:kind", value=_kind,
                   link=lambda row: reverse("letter_made", args=[row.id]) if row.readable else "", sorts=False),
            Column("household", "letters:household", "code",
                   link=lambda row: reverse("letter_write", args=["household", row.household]), sorts=False),
            Column("language", "letters:language", value=lambda row: t(f"letters:in_{row.language}"), sorts=False),
            Column("made_at", "letters:made_at", "moment"),
            Column("made_by", "letters:made_by", "name", sorts=False),
            Column("way", "letters:left", value=_way, sorts=False),
            Column("sent_at", "letters:left_at", "moment", sorts=False),
        ),
        ask=ask,
        filters=(
            Filter("household", "letters:household"),
            Filter("kind", "letters:kind", "choice", choices=lambda: _said(LETTERS, "")),
            Filter("way", "letters:left", "choice", choices=lambda: [("here", t("letters:here")), *_said(WAYS, "by_")]),
            Filter("made", "letters:made_at", "days"),
        ),
        sort="-made_at", empty="letters:none",
    )  # fmt: skip
    return answer(request, listing, "desk/letters.html")


def _kind(row: Made) -> str:
    return t(f"letters:{row.kind}") if row.readable else f"{t(f'letters:{row.kind}')} ({t('letters:names_care')})"


def _way(row: Made) -> str:
    return t(f"letters:by_{row.way}" if row.way else "letters:here")


def _said(words: Sequence[str], before: str) -> list[tuple[str, str]]:
    return [(word, t(f"letters:{before}{word}")) for word in words]


@page(NEED, post=True)
def write(request: Desk, what: str, number: str) -> HttpResponse:
    """The letters that can be written about a file, a household or a payment, and those that were."""
    subject = _subject(request, what, number)
    refusal, typed = None, request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        made, refusal = _made(request, subject)
        if refusal is None:
            return HttpResponseRedirect(reverse("letter_made", args=[made]), status=303)
    return render(
        request, "desk/letter_write.html", _context(request, subject) | {"refusal": refusal, "typed": typed},
        status=422 if refusal else 200,
    )  # fmt: skip


@page(NEED)
def preview(request: Desk, what: str, number: str, kind: str) -> HttpResponse:
    """A letter as it would be, which nobody keeps."""
    subject = _subject(request, what, number)
    if kind not in KINDS[subject.what]:
        raise Http404
    try:
        composed = _composed(request, subject, kind, request.GET)
    except Refused as refused:
        return render(
            request, "desk/letter_write.html",
            _context(request, subject) | {"refusal": told(refused), "typed": request.GET}, status=422,
        )  # fmt: skip
    leave_trace(request.by, subject=f"household:{subject.household}", what="letter")
    return as_pdf(printed([composed.content], logo=_logo(composed.content)), f"{kind}-{number}")


@page(NEED)
def made(request: Desk, letter: int) -> HttpResponse:
    """After it was made: open it, say how it leaves."""
    found = kept_letter(request.by, letter)
    if found is None:
        raise Http404
    (row,) = [one for one in letters_of(request.by, [found[2]], limit=1000) if one.id == letter]
    return render(request, "desk/letter_made.html", {"letter": row, "ways": WAYS})


@page(NEED)
def letter(request: Desk, letter: int) -> HttpResponse:
    """A letter as it was made, printed again."""
    found = kept_letter(request.by, letter)
    if found is None:
        raise Http404
    content, kind, household = found
    leave_trace(request.by, subject=f"household:{household}", what="letter")
    return as_pdf(printed([content], logo=_logo(content)), f"{kind}-{letter}")


@page(NEED, post=True)
def sent(request: Desk, letter: int) -> HttpResponse:
    """It has left, and how."""
    found = kept_letter(request.by, letter)
    if found is None or request.method != "POST":
        raise Http404
    _, refusal = attempt(request, send_letter, letter=letter, way=request.POST.get("way", ""))
    if refusal:
        messages.error(request, f"{refusal['message']} {refusal['way_out']}", extra_tags="refusal")
    else:
        messages.success(request, t("letters:marked"), extra_tags="done")
    return HttpResponseRedirect(reverse("letter_made", args=[letter]), status=303)


@page("people.write", post=True)
def speaks(request: Desk, household: str) -> HttpResponse:
    """The language that the member of a household wants letters in."""
    subject = subject_of(request.by, what="household", number=household, need="people.write")
    to = recipients([subject.household]).get(subject.household) if subject else None
    if to is None or request.method != "POST":
        raise Http404
    _, refusal = attempt(request, choose_language, person=to.person, language=request.POST.get("language", ""))
    if refusal:
        messages.error(request, f"{refusal['message']} {refusal['way_out']}", extra_tags="refusal")
    else:
        messages.success(request, t("letters:language_kept"), extra_tags="done")
    return HttpResponseRedirect(reverse("letter_write", args=["household", household]), status=303)


def as_pdf(data: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'inline; filename="{name}.pdf"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store", "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def setting(request: Desk, lang: str = "") -> Setting:
    """Head, currency and day of what is written now. Raises Refused where nobody has said who the mutual is."""
    head = mutual()
    if head is None:
        raise Refused("mutual_unknown")
    return Setting(head, str(request.currency), clock.today(), lang if lang in LANGUAGES else "")


def _subject(request: Desk, what: str, number: str) -> Subject:
    """What is written about. A payment is found by its reference and reached by its payee's household."""
    if what == "payment":
        order = order_of(number)
        paid = orders_told([order]).get(order) if order is not None else None
        to = recipients([paid.household]).get(paid.household) if paid else None
        if order is None or to is None or not within_reach(request.by, NEED, to.region):
            raise Http404
        return Subject("payment", number, f"order:{order}", to.household, to.region)
    subject = subject_of(request.by, what=what, number=number, need="care.read" if what == "claim" else NEED)
    if subject is None:
        raise Http404
    return subject


def _context(request: Desk, subject: Subject) -> dict[str, Any]:
    to = recipients([subject.household]).get(subject.household)
    claims = [int(subject.name.partition(":")[2])] if subject.what == "claim" else []
    refused = any(line.state == "refused" for file in files_told(claims).values() for line in file.lines)
    kinds = [kind for kind in KINDS[subject.what] if kind != "missing_piece" and (kind != "refusal" or refused)]
    return {
        "subject": subject, "to": to, "kinds": kinds, "asks": subject.what != "payment", "pieces": PIECES,
        "until": clock.today() + TIME_TO_BRING, "letters": letters_of(request.by, [subject.household]),
        "whole": reads_care(request.by, subject.household, subject.region),
        "may_choose": request.by.may("people.write"), "has_head": mutual() is not None,
    }  # fmt: skip


def _made(request: Desk, subject: Subject) -> tuple[int | None, dict[str, str] | None]:
    kind = request.POST.get("kind", "")
    if kind not in KINDS[subject.what]:
        raise Http404
    try:
        composed = _composed(request, subject, kind, request.POST)
    except Refused as refused:
        return None, told(refused)
    return attempt(request, keep_letter, **vars(composed))


def _composed(request: Desk, subject: Subject, kind: str, typed: Any) -> Composed:
    """Raises Refused."""
    shared = setting(request, typed.get("lang", ""))
    care = reads_care(request.by, subject.household, subject.region)
    number = int(subject.name.partition(":")[2])
    if subject.household not in recipients([subject.household]):
        raise Refused("nobody_to_write_to")
    if subject.what == "payment":
        return next(of_orders([number], shared, care=lambda region: within_reach(request.by, MEDICAL, region)))
    wanted = _wanted(typed) if kind == "missing_piece" else None
    if subject.what == "household":
        assert wanted is not None
        return of_household(number, shared, wanted=wanted)
    return of_claim(kind, number, shared, care=care, wanted=wanted)


def _wanted(typed: Any) -> Wanted:
    pieces = tuple(piece for piece in PIECES if piece in typed.getlist("piece"))
    note = typed.get("note", "").strip()[:300]
    if not (pieces or note):
        raise Refused("no_piece")
    try:
        until = day_of(typed.get("until", ""))
    except ValueError:
        raise Refused("until_past") from None
    if not clock.today() < until < clock.today() + LONGEST_WAIT:
        raise Refused("until_past")
    return Wanted(until, pieces, note)


def _logo(content: dict[str, Any]) -> bytes | None:
    digest = content.get("head", content).get("logo")
    return files.read(digest) if digest else None


PAGES = (
    ("letters/", letters, "letters"),
    ("letters/<str:what>/<str:number>/", write, "letter_write"),
    ("letters/<str:what>/<str:number>/<str:kind>.pdf", preview, "letter_preview"),
    ("letter/<int:letter>/", made, "letter_made"),
    ("letter/<int:letter>/letter.pdf", letter, "letter"),
    ("letter/<int:letter>/sent/", sent, "letter_sent"),
    ("letters/language/of/<str:household>/", speaks, "letter_language"),
)
