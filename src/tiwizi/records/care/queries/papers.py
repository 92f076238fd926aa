"""The papers of a file or a household, and who may see them.

A paper of a file, a medical one and one that nobody has named show somebody's illness: only who may read that
(care.read_medical) opens them. Who hands them in sees that they are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tiwizi.records.care.models import Claim, LetterPart
from tiwizi.records.database import files
from tiwizi.records.people.looks import reads_care, within_reach
from tiwizi.records.people.models import Document, Household, Mutual
from tiwizi.records.people.operations.papers import OF_NO_ILLNESS
from tiwizi.records.trail.gate import By

MEDICAL = "care.read_medical"


class Subject(NamedTuple):
    """What papers are of: ``what`` is "claim" or "household", ``number`` what people call it, ``name`` its subject in
    the tables ("claim:81")."""

    what: str
    number: str
    name: str
    household: int
    region: int | None


class Page(NamedTuple):
    document: int
    page: int


class Paper(NamedTuple):
    """``readable``: whether who asks may open it."""

    kind: str
    received_at: datetime
    readable: bool
    pages: tuple[Page, ...]


def subject_of(by: By, *, what: str, number: str, need: str = "people.attach") -> Subject | None:
    """A file or a household by its number; None where there is none within the reach of who asks."""
    rows: Any
    if what == "claim":
        rows = Claim.objects.filter(number=number).values_list("id", "household_id", "household__region_id")
    else:
        rows = Household.objects.filter(number=number).values_list("id", "id", "region_id")
    found = rows.first()
    if found is None or what not in ("claim", "household") or not within_reach(by, need, found[2]):
        return None
    return Subject(what, number, f"{what}:{found[0]}", found[1], found[2])


def papers_of(by: By, subject: Subject) -> list[Paper]:
    """The papers of a subject, the latest first."""
    rows = Document.objects.filter(subject=subject.name, household_id=subject.household).order_by("-id")
    found: dict[tuple[str, bytes, datetime], list[Page]] = {}
    for row in rows:
        key = (row.kind, bytes(row.original or row.digest), row.received_at)
        found.setdefault(key, []).append(Page(row.id, row.page or 1))
    return [
        Paper(kind, at, _may_open(by, kind, subject), tuple(sorted(pages, key=_place)))
        for (kind, _, at), pages in found.items()
    ]


def _place(page: Page) -> int:
    return page.page


def _may_open(by: By, kind: str, subject: Subject) -> bool:
    if subject.what == "household" and kind in OF_NO_ILLNESS:
        return within_reach(by, "people.read", subject.region)
    return reads_care(by, subject.household, subject.region)


def paper(by: By, document: int) -> tuple[str, int] | None:
    """(digest in hex, id of the household) of a page; None where it is not there or not for who asks."""
    row = Document.objects.filter(id=document, page__isnull=False).select_related("household").first()
    if row is None:
        return None
    home, (what, _, number) = row.household, row.subject.partition(":")
    if not _may_open(by, row.kind, Subject(what, number, row.subject, home.id, home.region_id)):
        return None
    return bytes(row.digest).hex(), row.household_id


def digests_in_use() -> Iterator[str]:
    """The digest of every file that a row names, some more than once."""
    for digest in Document.objects.values_list("digest", flat=True).iterator():
        yield bytes(digest).hex()
    for part in LetterPart.objects.filter(digest__isnull=False).values_list("digest", flat=True).iterator():
        yield bytes(part or b"").hex()
    for logo in Mutual.objects.filter(logo__isnull=False).values_list("logo", flat=True):
        yield bytes(logo or b"").hex()


def missing_files() -> list[str]:
    """The digests that a row names and whose file is not there: what a restore without its papers leaves."""
    kept = {digest for digest, _ in files.every()}
    return sorted(set(digests_in_use()) - kept)


def orphans(*, before: datetime) -> list[Path]:
    """Files that no row names, of before a moment: younger ones may be on their way to a row."""
    named = set(digests_in_use())
    found = [path for digest, path in files.every() if digest not in named] + list(files.unfinished())
    return [path for path in found if path.stat().st_mtime < before.timestamp()]
