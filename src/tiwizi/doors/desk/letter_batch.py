"""All statements of a batch as one download: asked for once, written by workers, watched while they grow."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors.desk.letters import NEED, setting
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.records.care.operations.letters import ask_letters
from tiwizi.records.care.queries.letter_runs import everywhere, files_of_run, has_batch, run_of_letters
from tiwizi.records.care.queries.papers import MEDICAL
from tiwizi.records.database import files
from tiwizi.records.people.looks import leave_trace
from tiwizi.records.trail.refusal import Refused


@page(NEED, post=True)
def batch_letters(request: Desk, batch: int) -> HttpResponse:
    """How far the letters of a batch are; its form has them written."""
    if not (everywhere(request.by, NEED) and has_batch(batch)):
        raise Http404
    refusal = None
    if request.method == "POST":
        refusal = _asked(request, batch)
        if refusal is None:
            return HttpResponseRedirect(reverse("batch_letters", args=[batch]), status=303)
    shown = {
        "batch": batch, "run": run_of_letters(request.by, batch), "refusal": refusal,
        "whole": everywhere(request.by, MEDICAL),
    }  # fmt: skip
    template = "desk/letter_batch_progress.html" if request.htmx else "desk/letter_batch.html"
    return render(request, template, shown, status=422 if refusal else 200)


def _asked(request: Desk, batch: int) -> dict[str, str] | None:
    try:
        setting(request)
    except Refused as refused:
        return told(refused)
    return attempt(request, ask_letters, batch=batch)[1]


@page(NEED)
def batch_letters_file(request: Desk, batch: int) -> HttpResponseBase:
    """The letters of a batch that are all written: a zip of PDFs in the order of the payments, sent as it is read."""
    run = run_of_letters(request.by, batch)
    if run is None or not run.whole:
        raise Http404
    if run.tells_care and not everywhere(request.by, MEDICAL):
        raise PermissionDenied(MEDICAL)
    leave_trace(request.by, subject=f"batch:{batch}", what="letters")
    answer = StreamingHttpResponse(_zipped(run.run, batch), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="letters-{batch}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


class _Outlet:
    """What a zip is written to, and taken from in pieces: it goes forward only."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.place = 0

    def write(self, data: bytes) -> int:
        self.waiting.append(bytes(data))
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        return self.place

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        data, self.waiting = b"".join(self.waiting), []
        return data


def _zipped(run: int, batch: int) -> Iterator[bytes]:
    """One part in memory at a time. PDFs are compressed already."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for number, digest in files_of_run(run):
            data = files.read(digest)
            assert data is not None, f"part {number} of the letters of batch {batch} is not in the folder of files"
            entry = zipfile.ZipInfo(f"letters-{batch}-{number:04}.pdf", datetime(2026, 1, 1).timetuple()[:6])
            archive.writestr(entry, data)
            yield outlet.taken()
    yield outlet.taken()


PAGES = (
    ("letters/batch/of/<int:batch>/", batch_letters, "batch_letters"),
    ("letters/batch/of/<int:batch>/letters.zip", batch_letters_file, "batch_letters_file"),
)
