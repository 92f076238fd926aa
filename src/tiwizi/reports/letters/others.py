"""The other letters: a missing piece, a refusal with the way to object, the slip for a file that came in, the card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import segno

from tiwizi.records.care.queries.cards import Holder
from tiwizi.records.care.queries.letters import File, Recipient
from tiwizi.records.care.queries.letters_made import Head
from tiwizi.reports.letters.statements import Told
from tiwizi.reports.letters.words import Said, Words, appeal, code, envelope, heading, listed, paragraph

#: Pieces that can be asked for; what else is missing is written by hand.
PIECES = ("invoice", "prescription", "proof", "stickers", "report", "approval", "school", "civil", "identity", "bank")


def missing_piece(
    words: Words, to: Recipient, file: File | None, *, head: Head, on: date, until: date, pieces: Sequence[str],
    note: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Please bring what is missing: ``pieces`` of PIECES, and what somebody wrote in words."""
    asked = [words.say(f"piece_{piece}") for piece in pieces] + ([note.strip()] if note.strip() else [])
    facts: list[tuple[str, Said]] = _of_file(words, file)
    facts.append((words.say("until"), words.day(until)))
    blocks = [
        paragraph(words.say("missing_opening" if file else "missing_opening_household")), listed(asked, boxes=True),
        paragraph(words.say("missing_until", day=words.day(until))), paragraph(words.say("missing_after")),
    ]  # fmt: skip
    return envelope(words, "missing_piece", to, head=head, on=on, facts=facts, blocks=blocks)


def refusal(words: Words, to: Recipient, file: File, told: Told, *, head: Head, on: date, care: bool) -> dict[str, Any]:
    """The lines of a file that nobody pays, each with its reason; how to object, until when and to whom."""
    blocks = [paragraph(words.say("refusal_opening"))]
    for line in file.lines:
        if line.state != "refused":
            continue
        act = (line.labels[words.lang] or line.code) if care else words.say("care")
        blocks.append(
            heading(words.say("refusal_line", act=act, day=words.day(line.day), billed=words.money(line.billed)))
        )
        found = told.get(line.line)
        if found and care:
            reasons = [said for hint in found.hints for said in (hint.sentence, hint.way_out) if said]
            blocks.append(listed(reasons or list(found.sentences[1:])))
        elif found:
            labels = dict.fromkeys(step.label for step in found.waterfall if step.kind in ("cut", "share"))
            blocks.append(listed(list(labels)))
    blocks += [
        heading(words.say("appeal_heading")),
        paragraph(appeal(words, head)),
        paragraph(words.say("appeal_free")),
    ]
    return envelope(words, "refusal", to, head=head, on=on, facts=_of_file(words, file), blocks=blocks)


def slip(words: Words, to: Recipient, file: File, *, head: Head, on: date) -> dict[str, Any]:
    """We have your file: its number, also as a picture that a desk reads. It names no care."""
    facts = [
        *_of_file(words, file), (words.say("acts"), code(str(len(file.lines)))),
        (words.say("billed"), words.amount(sum(line.billed for line in file.lines))),
    ]  # fmt: skip
    blocks = [paragraph(words.say("slip_opening")), {"t": "qr", "s": qr(file.number), "alt": file.number}]
    return envelope(words, "slip", to, head=head, on=on, facts=facts, blocks=blocks, paper="a5")


def _of_file(words: Words, file: File | None) -> list[tuple[str, Said]]:
    if file is None:
        return []
    return [(words.say("file"), code(file.number)), (words.say("received"), words.day(file.received))]


def card(holder: Holder, *, household: str, head: Head, address: str, on: date) -> dict[str, Any]:
    """The card of a person, in both scripts: ``address`` is where its picture leads to."""
    said = {lang: Words(lang, "MAD").say for lang in ("ar", "fr")}
    return {
        "kind": "card", "lang": "fr", "dir": "ltr", "day": on.isoformat(), "title": said["fr"]("card_title"),
        "title_ar": said["ar"]("card_title"), "name_ar": holder.name.ar, "name_latin": holder.name.latin,
        "household": household, "number": holder.number, "card": holder.card_number,
        "birth": f"{holder.birth:%d/%m/%Y}",
        "labels": {
            key: [said["fr"](f"card_{key}"), said["ar"](f"card_{key}")]
            for key in ("household", "number", "birth", "check", "lost")
        },
        "mutual_ar": head.name_ar, "mutual_latin": head.name_latin, "phone": head.phone, "logo": head.logo,
        "qr": qr(address),
    }  # fmt: skip


def qr(said: str) -> str:
    """A QR code as SVG. The middle level of correction: a card gets scratched."""
    made: str = segno.make(said, error="m", micro=False).svg_inline(border=2, dark="#000")
    return made.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns" not in made else made
