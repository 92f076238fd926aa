"""Papers and consents. The bytes of a paper lie beside the database, under their digest."""

from __future__ import annotations

from datetime import date

from tiwizi.records.people.models import Consent, Document
from tiwizi.records.people.reach import reach_household, reach_person
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of

#: What a paper may be; all but the last four may say something of somebody's health.
PAPERS = ("invoice", "prescription", "medical", "other", "identity", "civil", "school", "bank")
OF_NO_ILLNESS = ("identity", "civil", "school", "bank")


@operation("people.add_document", need="people.write")
def add_document(act: Act, *, household: int, subject: str, kind: str, digest: str, size: int) -> int:
    """A paper that came in. ``subject``: of what ("claim:81"); ``digest``: SHA-256 of its bytes, in hex. Its id; the
    same bytes for the same subject are one paper."""
    reach_household(act, household)
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef") or size <= 0:
        raise Refused("no_digest", digest=digest[:70])
    told = {"household_id": household, "subject": subject, "kind": kind, "digest": bytes.fromhex(digest)}
    known = Document.objects.filter(**told).values_list("id", flat=True).first()
    if known is not None:
        return known
    act.note(digest=digest)
    return Document.objects.create(size=size, received_at=act.at, **told).id


@operation("people.attach", need="people.attach")
def attach(
    act: Act, *, household: int, subject: str, kind: str, original: str, pages: list[tuple[str, int]]
) -> list[int]:
    """A paper that was photographed or scanned. ``original``: SHA-256 of what was sent, in hex; ``pages``: (digest,
    size in bytes) of the clean pages, which lie in the folder of files by now. The ids of its pages; the same original
    for the same subject is one paper."""
    reach_household(act, household)
    if kind not in PAPERS:
        raise Refused("no_such_word", what="paper", word=kind, known=", ".join(PAPERS))
    sent = bytes.fromhex(original)
    known = Document.objects.filter(household_id=household, subject=subject, original=sent).order_by("page")
    if ids := list(known.values_list("id", flat=True)):
        return ids
    act.note(original=original, pages=len(pages))
    return [
        Document.objects.create(
            household_id=household, subject=subject, kind=kind, digest=bytes.fromhex(digest), size=size,
            received_at=act.at, original=sent, page=number,
        ).id
        for number, (digest, size) in enumerate(pages, 1)
    ]  # fmt: skip


@operation("people.give_consent", need="people.write")
def give_consent(act: Act, *, person: int, purpose: str, on: date, document: int | None = None) -> int:
    """Somebody agrees that what is known of them is used for a purpose. Its id; once at a time."""
    place = reach_person(act, person)
    if document is not None and not Document.objects.filter(id=document, household_id=place.household_id).exists():
        raise Refused("no_such", what="document", number=document)
    given = Consent.objects.filter(person_id=person, purpose=purpose, withdrawn_on=None).first()
    if given is not None:
        return given.id
    return Consent.objects.create(person_id=person, purpose=purpose, given_on=on, document_id=document).id


@operation("people.withdraw_consent", need="people.write")
def withdraw_consent(act: Act, *, consent: int, on: date) -> int:
    """They no longer do."""
    given = one_of(Consent.objects.filter(id=consent), "consent", consent)
    reach_person(act, given.person_id)
    if given.withdrawn_on is not None or on < given.given_on:
        raise Refused(
            "ended_already" if given.withdrawn_on is not None else "ends_before_it_began", since=given.given_on
        )
    Consent.objects.filter(id=consent).update(withdrawn_on=on)
    return consent
