"""Letters that were made, how they left, and who the mutual is, as they say at their head."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from tiwizi.records.people.models import Letter, Mutual, Person
from tiwizi.records.people.reach import reach_household, reach_person
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of

KINDS = ("statement", "refusal", "missing_piece", "slip", "payment")
WAYS = ("post", "counter", "e_mail")
LANGUAGES = ("ar", "fr", "en")


def packed(content: dict[str, Any]) -> tuple[str, bytes]:
    """What a letter says, as it is kept: (digest in hex, compressed). The same content gives the same bytes."""
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return sha256(said).hexdigest(), zlib.compress(said, 9)


def unpacked(kept: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(kept))
    return found


@operation("people.keep_letter", need="people.write_letters")
def keep_letter(
    act: Act, *, household: int, kind: str, subject: str, language: str, tells_care: bool, content: dict[str, Any]
) -> int:
    """A letter to a household, as it was made. Its id; one that says the same of the same is the same letter."""
    reach_household(act, household)
    if kind not in KINDS or language not in LANGUAGES:
        raise Refused("no_such_word", what="letter", word=kind, known=", ".join(KINDS))
    digest, kept = packed(content)
    act.note(kind=kind, subject=subject, digest=digest)
    return _kept(act, household, kind, subject, language, tells_care, digest, kept)


@operation("people.keep_letters", need="people.write_letters")
def keep_letters(
    act: Act, *, batch: int, first: int, kind: str, letters: Sequence[tuple[int, str, str, bool, str, bytes]]
) -> int:
    """The letters of a part of a batch, from its ``first`` payment on: (household, subject, language, tells_care,
    digest in hex, packed content) each. How many there are; those that were kept before are not kept twice."""
    act.about("batch", batch)
    act.within(None)  # a batch is nobody's region
    act.note(first=first, kind=kind)
    known = set(
        Letter.objects.filter(
            subject__in=[subject for _, subject, *_ in letters], kind=kind
        ).values_list("subject", "digest")
    )  # fmt: skip
    known = {(subject, bytes(digest)) for subject, digest in known}
    Letter.objects.bulk_create(
        Letter(
            household_id=household, kind=kind, subject=subject, language=language, tells_care=tells_care,
            digest=bytes.fromhex(digest), content=kept, made_by=act.by.user, made_at=act.at,
        )
        for household, subject, language, tells_care, digest, kept in letters
        if (subject, bytes.fromhex(digest)) not in known
    )  # fmt: skip
    return len(letters)


def _kept(
    act: Act, household: int, kind: str, subject: str, language: str, tells_care: bool, digest: str, kept: bytes
) -> int:
    same = Letter.objects.filter(subject=subject, kind=kind, digest=bytes.fromhex(digest))
    known = same.values_list("id", flat=True).first()
    if known is not None:
        return known
    return Letter.objects.create(
        household_id=household, kind=kind, subject=subject, language=language, tells_care=tells_care,
        digest=bytes.fromhex(digest), content=kept, made_by=act.by.user, made_at=act.at,
    ).id  # fmt: skip


@operation("people.send_letter", need="people.write_letters")
def send_letter(act: Act, *, letter: int, way: str) -> int:
    """A letter left by post, at the counter, or by e-mail. Once."""
    found = one_of(Letter.objects.filter(id=letter), "letter", letter)
    reach_household(act, found.household_id)
    if way not in WAYS:
        raise Refused("no_such_word", what="way", word=way, known=", ".join(WAYS))
    if found.way:
        raise Refused("letter_sent", way=found.way, at=found.sent_at)
    act.note(way=way)
    Letter.objects.filter(id=letter).update(way=way, sent_by=act.by.user, sent_at=act.at)
    return letter


@operation("people.choose_language", need="people.write")
def choose_language(act: Act, *, person: int, language: str) -> int:
    """The language in which somebody wants their letters."""
    reach_person(act, person)
    if language not in LANGUAGES:
        raise Refused("no_such_word", what="language", word=language, known=", ".join(LANGUAGES))
    Person.objects.filter(id=person).update(language=language)
    act.note(language=language)
    return person


@operation("people.describe_mutual", need="people.describe_mutual")
def describe_mutual(
    act: Act, *, name_ar: str, name_latin: str, address_ar: str, address_latin: str, appeal_days: int,
    appeal_to_ar: str, appeal_to_latin: str, phone: str = "", email: str = "", site: str = "", logo: str | None = None,
) -> int:  # fmt: skip
    """Who the mutual is, as letters say from now on; those that were made keep what they said. ``logo``: the digest of
    a picture that lies in the folder of files."""
    told = {
        "name_ar": name_ar, "name_latin": name_latin, "address_ar": address_ar, "address_latin": address_latin,
        "appeal_to_ar": appeal_to_ar, "appeal_to_latin": appeal_to_latin, "phone": phone, "email": email, "site": site,
    }  # fmt: skip
    told = {name: value.strip() for name, value in told.items()}
    missing = [name for name, value in told.items() if not value and name not in ("phone", "email", "site")]
    if missing or not 0 < appeal_days <= 366:
        raise Refused("mutual_incomplete")
    act.about("mutual", "head")
    act.within(None)
    row = Mutual.objects.create(
        **told, appeal_days=appeal_days, logo=bytes.fromhex(logo) if logo else None, by=act.by.user, at=act.at
    )
    return row.id
