"""Papers of a file or a household: photographs and scans come in clean, and go out only to who may read them.

{% papers_section "claim" number %}      (load desk_papers; never within another form)
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from PIL import Image

from tiwizi.doors import turns
from tiwizi.doors.desk.page import Desk, acting, page, told
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.formats import papers as formats
from tiwizi.records.care.queries.papers import Subject, paper, papers_of, subject_of
from tiwizi.records.database import files
from tiwizi.records.people.looks import leave_trace
from tiwizi.records.people.operations.papers import OF_NO_ILLNESS, PAPERS, attach
from tiwizi.records.trail.refusal import Refused

#: Files in one go; seconds after which no further one is begun; the longest side of a small picture, on which no word
#: can be read.
MOST, LONGEST, SMALL = 20, 90, 160


@page("people.attach", post=True)
def papers(request: Desk, what: str, number: str) -> HttpResponse:
    """The papers of a file or a household, and the form that adds some."""
    subject = subject_of(request.by, what=what, number=number)
    if subject is None:
        raise Http404
    refusals = _take(request, subject) if request.method == "POST" else []
    if request.method == "POST" and not refusals:
        return _see_other(request, subject)
    leave_trace(request.by, subject=f"household:{subject.household}", what="papers")
    return render(request, "desk/papers.html", context(request, subject, refusals), status=422 if refusals else 200)


def context(request: Desk, subject: Subject, refusals: list[str] | None = None) -> dict[str, Any]:
    """What the section of a subject's papers shows."""
    return {
        "subject": subject, "papers": papers_of(request.by, subject), "refusals": refusals,
        "kinds": PAPERS if subject.what == "claim" else (*OF_NO_ILLNESS, "medical", "other"),
        "chosen": request.POST.get("kind", ""), "back": request.POST.get("back", request.path),
    }  # fmt: skip


def _take(request: Desk, subject: Subject) -> list[str]:
    """Take what was sent; what was not taken, and why, in words."""
    sent = request.FILES.getlist("files")
    if not sent:
        return [_said(formats.PaperError("no_file"))]
    if len(sent) > MOST:
        return [_said(formats.PaperError("too_many_files", count=len(sent), most=MOST))]
    refusals, until = [], monotonic() + LONGEST
    for file in sent:
        try:
            if monotonic() > until:
                raise formats.PaperError("no_time")
            _keep(request, subject, file)
        except formats.PaperError as problem:
            refusals.append(t("papers:not_taken", name=file.name or "", why=_said(problem)))
        except Refused as refused:
            said = told(refused)
            return [*refusals, f"{said['message']} {said['way_out']}"]
    if taken := len(sent) - len(refusals):
        messages.success(request, t("papers:attached", count=taken), extra_tags="done")
    return refusals


def _said(problem: formats.PaperError) -> str:
    return f"{problem.message(language())} {problem.way_out(language())}"


def _keep(request: Desk, subject: Subject, file: UploadedFile[Any]) -> None:
    """One paper, clean, with its bytes on the disk before the row that names them."""
    original = sha256()
    with tempfile.NamedTemporaryFile(prefix="tiwizi-sent-") as raw:
        for chunk in file.chunks():
            original.update(chunk)
            raw.write(chunk)
        raw.flush()
        with turns.elsewhere():
            pages = formats.clean(Path(raw.name))
    by = acting(request)
    attach(
        replace(by, key=by.key and f"{by.key}:{original.hexdigest()[:32]}"), household=subject.household,
        subject=subject.name, kind=request.POST.get("kind", ""), original=original.hexdigest(),
        pages=[(files.keep(one), len(one)) for one in pages],
    )  # fmt: skip


def _see_other(request: Desk, subject: Subject) -> HttpResponse:
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("papers", args=[subject.what, subject.number])
    return HttpResponseRedirect(back, status=303)


@page("people.attach")
def picture(request: Desk, document: int) -> HttpResponse:
    """A page of a paper, to who may read it; the look leaves a trace."""
    data, household = _bytes(request, document)
    leave_trace(request.by, subject=f"household:{household}", what="paper")
    return _as_picture(data, f"{document}.jpg")


@page("people.attach")
def small_picture(request: Desk, document: int) -> HttpResponse:
    """The same so small that it says no more than that it is there."""
    data, _ = _bytes(request, document)
    with Image.open(BytesIO(data), formats=("JPEG",)) as large:
        large.draft("RGB", (SMALL * 2, SMALL * 2))
        large.thumbnail((SMALL, SMALL))
        out = BytesIO()
        large.save(out, "JPEG", quality=70)
    return _as_picture(out.getvalue(), f"{document}-small.jpg")


def _bytes(request: Desk, document: int) -> tuple[bytes, int]:
    found = paper(request.by, document)
    data = files.read(found[0]) if found else None
    if found is None or data is None:
        raise Http404
    return data, found[1]


def _as_picture(data: bytes, name: str) -> HttpResponse:
    """Bytes that a browser shows as a picture and as nothing else, and keeps nowhere."""
    return HttpResponse(
        data,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; img-src 'self'; sandbox",
            "Cache-Control": "private, no-store", "Cross-Origin-Resource-Policy": "same-origin",
        },
    )  # fmt: skip


PAGES = (
    ("papers/<str:what>/<str:number>/", papers, "papers"),
    ("paper/<int:document>/", picture, "paper"),
    ("paper/<int:document>/small/", small_picture, "paper_small"),
)
